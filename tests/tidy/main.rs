//! Reads the sources and holds them to the rules of docs/design.md: who may import whom, where unsafe code lives, how
//! long a file gets, and what no file holds.
//!
//! Every breach is listed, not only the first.

mod diagnostics;
mod docs;
mod imports;
mod source;
mod verdict;

use std::{fs, path::Path};

use source::Source;

/// Room to the rooms it may import, from the ground up. `linker` puts the rooms together, and `embed` is a front door to
/// it, as the command is.
const IMPORTS: [(&str, &[&str]); 18] = [
    ("report", &[]),
    ("bpf", &["btf"]),
    ("crash_handler", &[]),
    ("files", &[]),
    ("plan", &["bpf", "btf", "report"]),
    ("elf", &["bpf", "report"]),
    ("object", &["bpf", "btf", "elf", "report"]),
    ("input", &["files", "plan", "report"]),
    ("driver", &["bpf", "files", "plan", "report"]),
    ("llvm", &["bpf", "input", "report"]),
    ("output", &["crash_handler", "report"]),
    ("link", &["bpf", "btf", "elf", "object", "plan", "report"]),
    ("check", &["bpf", "btf", "elf", "object", "plan", "report"]),
    ("backend", &["bpf", "btf", "crash_handler", "input", "llvm", "object", "plan", "report"]),
    (
        "linker",
        &[
            "backend",
            "bpf",
            "check",
            "crash_handler",
            "driver",
            "elf",
            "files",
            "input",
            "link",
            "llvm",
            "object",
            "output",
            "plan",
            "report",
        ],
    ),
    ("embed", &["bpf", "linker", "plan", "report"]),
    // Parts of the program, which knows the crate from outside.
    ("reexec", &[]),
    ("crash_report", &[]),
];

/// Short names in the crate root, and their rooms.
const SHORT_NAMES: [(&str, &str); 7] = [
    ("Error", "report"),
    ("ErrorKind", "report"),
    ("Result", "report"),
    ("Warning", "report"),
    ("Warnings", "report"),
    ("LinkPlan", "plan"),
    ("debug", "report"),
];

/// Crate to the places that may use it, as beginnings of paths.
const CRATES: [(&str, &[&str]); 11] = [
    ("clap", &["src/driver/"]),
    ("clap_complete", &["src/driver/"]),
    ("clap_mangen", &["src/driver/"]),
    ("ar", &["src/input/"]),
    ("blake3", &["src/linker/cache.rs"]),
    ("goblin", &["src/elf/", "src/input/", "src/link/maps.rs"]),
    ("env_logger", &["src/main.rs"]),
    // Messages take names from `report`; listings for tools keep the hash.
    ("rustc_demangle", &["src/report/", "src/linker/reports.rs"]),
    ("which", &["src/llvm/locate/"]),
    ("bpf_linker_shim", &["src/llvm/", "src/crash_handler.rs"]),
    ("llvm_sys", &["src/llvm/", "shim/"]),
];

/// Modules with unsafe code and raw pointers.
const UNSAFE: [&str; 2] = ["src/llvm/", "shim/"];

const LONGEST_FILE: usize = 800;

const SHAPELESS: [&str; 8] =
    ["utils", "util", "types", "common", "helpers", "helper", "misc", "shared"];

#[test]
fn rooms_import_only_allowed_rooms() {
    breaches(product(), |source, found| {
        let Some(room) = source.room() else { return };
        let Some((_, allowed)) = IMPORTS.iter().find(|(name, _)| *name == room) else {
            found.push(format!("IMPORTS has no row for `{room}`"));
            return;
        };
        for (line, name) in source.imports_of_the_crate() {
            let named = SHORT_NAMES
                .iter()
                .find(|(short, _)| *short == name)
                .map_or(name.as_str(), |(_, room)| room);
            if named != room && !allowed.contains(&named) {
                found.push(format!("line {line}: {room} may not import {named}"));
            }
        }
    });
}

#[test]
fn every_crate_is_used_in_its_room_only() {
    breaches(product(), |source, found| {
        for (name, places) in CRATES {
            if !places.iter().any(|place| source.path.starts_with(place)) {
                found.extend(
                    source
                        .uses_of_crate(name)
                        .iter()
                        .map(|line| format!("line {line}: {name} is not for here")),
                );
            }
        }
    });
}

#[test]
fn unsafe_code_and_raw_pointers_stay_in_llvm() {
    breaches(product(), |source, found| {
        if UNSAFE.iter().any(|place| source.path.starts_with(place)) {
            return;
        }
        for (word, next) in [("unsafe", ""), ("*", "const"), ("*", "mut")] {
            let lines = source.lines_with(&[word, next]);
            found.extend(
                lines.iter().map(|line| format!("line {line}: `{word}{next}` belongs to llvm")),
            );
        }
    });
}

#[test]
fn nothing_reachable_from_input_panics() {
    breaches(product(), |source, found| {
        if UNSAFE.iter().any(|place| source.path.starts_with(place)) {
            // There an invariant of LLVM may be stated by `expect`; clippy has every unsafe block explained.
            return;
        }
        let product = source.without_tests();
        for method in ["unwrap", "expect"] {
            found.extend(
                product.calls_of(method).iter().map(|line| format!("line {line}: `{method}`")),
            );
        }
        for name in ["panic", "unreachable", "todo"] {
            found.extend(
                product
                    .lines_with(&[name, "!"])
                    .iter()
                    .map(|line| format!("line {line}: `{name}!`")),
            );
        }
    });
}

#[test]
fn no_cause_is_lost() {
    breaches(product(), |source, found| {
        for pattern in [&["Err", "(", "_", ")", "=", ">"][..], &["Err", "(", "..", ")", "=", ">"]] {
            found.extend(
                source
                    .lines_with(pattern)
                    .iter()
                    .map(|line| format!("line {line}: an error is thrown away")),
            );
        }
    });
}

#[test]
fn no_parameter_of_an_interface_is_a_bool() {
    breaches(product(), |source, found| {
        let lines = source.without_tests().bool_parameters();
        found
            .extend(lines.iter().map(|line| format!("line {line}: name the two cases in an enum")));
    });
}

/// "Returns ...", "The ...": a doc comment tells what an item is or does, in a sentence of its own.
#[test]
fn doc_comments_open_with_a_verb_or_a_noun() {
    const HEADLESS: [&str; 12] = [
        "What", "Whether", "Where", "Who", "Whom", "Whose", "That", "Those", "How", "Which", "Why",
        "Again",
    ];
    let mut breaches = Vec::new();
    for source in everything() {
        let text = fs::read_to_string(root().join(&source.path)).expect("a readable source");
        let mut before = "";
        for (number, line) in text.lines().map(str::trim).enumerate() {
            let opens = |marker: &str| line.starts_with(marker) && !before.starts_with(marker);
            let comment = ["/// ", "//! "].into_iter().filter(|marker| opens(marker));
            let words = comment.filter_map(|marker| line.strip_prefix(marker)?.split(' ').next());
            for word in words.filter(|word| HEADLESS.contains(word)) {
                breaches.push(format!("{}:{}: opens with `{word}`", source.path, number + 1));
            }
            before = line;
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn no_file_is_long_and_none_is_shapeless() {
    breaches(everything(), |source, found| {
        if source.length > LONGEST_FILE {
            found.push(format!("{} lines, more than {LONGEST_FILE}", source.length));
        }
        let shapeless = |part: &str| SHAPELESS.contains(&part.trim_end_matches(".rs"));
        found.extend(
            source
                .path
                .split('/')
                .filter(|part| shapeless(part))
                .map(|part| format!("{part} says nothing")),
        );
    });
}

#[test]
fn fixtures_are_named_after_a_behavior() {
    let root = root();
    let names = source::files_below(&root.join("tests/cases"));
    let bad = |name: &str| {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !stem.bytes().all(kebab) || stem.matches('-').count() < 1
    };
    let files = names.iter().filter_map(|path| path.file_name()?.to_str());
    assert_eq!(
        files.filter(|name| bad(name)).collect::<Vec<_>>(),
        [""; 0],
        "a few words in kebab case"
    );
}

#[test]
fn ci_runs_what_the_readme_tells_users_to_run() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect(path);
    let (readme, ci) = (read("README.md"), read(".ci/run"));
    assert!(readme.contains("\nci/test.sh\n"), "README.md names the command that runs all tests");
    assert!(
        readme.contains("\nci/demo.sh\n"),
        "README.md names the command that shows what the linker does"
    );
    assert_eq!(
        ci.lines().last(),
        Some("ci/test.sh"),
        "the last line of .ci/run is that command, nothing weaker"
    );
}

#[test]
fn the_walkthrough_is_short_and_names_files_that_exist() {
    const LONGEST: usize = 10;
    let text = fs::read_to_string(root().join("docs/walkthrough.md")).expect("the walkthrough");
    let names = text.split('`').skip(1).step_by(2).filter(|name| name.ends_with(".rs"));
    let gone: Vec<&str> = names.filter(|name| !root().join(name).is_file()).collect();
    assert_eq!(gone, [""; 0], "docs/walkthrough.md names files that are gone");
    for section in text.split("\n## ").skip(1) {
        let lines = section.lines().skip(1).filter(|line| !line.is_empty()).count();
        assert!(lines <= LONGEST, "{lines} lines: {}", section.lines().next().unwrap_or_default());
    }
}

/// Judges each source, and fails with all that was found.
fn breaches(sources: Vec<Source>, judge: impl Fn(&Source, &mut Vec<String>)) {
    assert!(sources.len() > 10, "the sources were not found");
    let mut all = String::new();
    for source in &sources {
        let mut found = Vec::new();
        judge(source, &mut found);
        found.iter().for_each(|breach| all.push_str(&format!("\n{}: {breach}", source.path)));
    }
    assert!(all.is_empty(), "{all}");
}

fn product() -> Vec<Source> {
    Source::read_all(&root(), &["src", "btf", "shim"])
}

fn everything() -> Vec<Source> {
    Source::read_all(&root(), &["src", "btf", "shim", "btf-core", "tests", "verdict"])
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
