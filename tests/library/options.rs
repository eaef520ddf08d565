//! Every option that `--help` lists: what else must know it.
//!
//! The options are read from the help, so a new one fails here until it is in the plan, in what repeats a link, in the
//! man page, in the completions, and in the table of docs/library.md that names its counterpart in the library.

use std::{ffi::OsString, fs, path::Path};

use bpf_linker::internals::driver::{self, PlanFormat, Request, print_plan};

/// A value for each option that takes one. Paths lie in `/nowhere`.
const VALUES: [(&str, &str); 50] = [
    ("library", "x"),
    ("library-path", "/nowhere/libs"),
    ("output", "/nowhere/other"),
    ("emit", "asm=/nowhere/asm,obj"),
    ("target", "bpfeb"),
    ("cpu", "v3"),
    ("kernel", "5.4"),
    ("cpu-features", "+alu32"),
    ("export", "a"),
    ("export-if-defined", "a"),
    ("export-symbols", "{list}"),
    ("export-glob", "a*"),
    ("version-script", "{script}"),
    ("dynamic-list", "{dynamic}"),
    ("allow-undefined", "a"),
    ("set", "limit=3"),
    ("defsym", "a=b"),
    ("wrap", "a"),
    ("O", "3"),
    ("unroll-loops", "a,b"),
    ("ignore-inline-never", "a"),
    ("panic", "keep"),
    ("panic-value", "1"),
    ("btf-compat", "5.4"),
    ("btf-source-lines", "none"),
    ("remap-path-prefix", "a=b"),
    ("llvm", "/nowhere/llvm"),
    ("llvm-args", "-x"),
    ("cache-dir", "/nowhere/cache"),
    ("dump-module", "/nowhere/dump"),
    ("fatal-errors", "false"),
    ("W", "no-llvm"),
    ("print-plan", "json"),
    ("report", "/nowhere/report"),
    ("report-json", "/nowhere/json"),
    ("report-html", "/nowhere/html"),
    ("Map", "/nowhere/map"),
    ("dependency-file", "/nowhere/deps"),
    ("why-live", "a"),
    ("why-extract", "/nowhere/why"),
    ("stack-limit", "400"),
    ("insn-limit", "4000"),
    ("verify", "/nowhere/vmlinuz,search"),
    ("verify-with", "/nowhere/bpf-verdict"),
    ("verify-timeout", "9"),
    ("time-trace", "/nowhere/time"),
    ("reproduce", "/nowhere/reproduce"),
    ("log-file", "/nowhere/log"),
    ("log-level", "info"),
    ("completions", "bash"),
];

/// Options that are no part of a plan: they choose what the command prints, or where.
const OF_THE_COMMAND: [&str; 13] = [
    "color",
    "completions",
    "error-format",
    "explain",
    "h",
    "log-file",
    "log-level",
    "man",
    "print-llvm",
    "print-plan",
    "verbose",
    "version",
    "no-whole-archive",
];

/// Defaults, which change nothing when they are named.
const DEFAULTS: [&str; 2] = ["strip-debug", "no-whole-archive"];

struct Option_ {
    /// The name without dashes; of one letter if it has no long one.
    name: String,
    takes_value: bool,
}

impl Option_ {
    fn word(&self, folder: &Path) -> String {
        let dashes = if self.name.len() == 1 { "-" } else { "--" };
        if !self.takes_value {
            return format!("{dashes}{}", self.name);
        }
        let (_, value) = VALUES
            .iter()
            .find(|(name, _)| *name == self.name)
            .unwrap_or_else(|| panic!("--{} is new: give it a value in VALUES", self.name));
        let file = |name: &str| folder.join(name).display().to_string();
        let value = value
            .replace("{list}", &file("list"))
            .replace("{script}", &file("script"))
            .replace("{dynamic}", &file("dynamic"));
        format!("{dashes}{}={value}", self.name)
    }
}

/// The options of the long help.
fn options() -> Vec<Option_> {
    let help = text("--help");
    let lines = help.lines().filter(|line| {
        line.trim_start().starts_with('-') && line.len() - line.trim_start().len() <= 6
    });
    let found = lines.filter(|line| !line.trim_start().starts_with("- ")).map(|line| {
        let words = line.trim().replace(',', " ");
        let name = words.split_whitespace().rfind(|word| word.starts_with('-'));
        let name = name.unwrap_or_default();
        let name = name.trim_start_matches('-').split(['[', '=', '<']).next().unwrap_or_default();
        Option_ { name: name.to_owned(), takes_value: line.contains('<') }
    });
    let found = found.collect::<Vec<_>>();
    assert!(found.len() > 55, "{} options", found.len());
    found
}

fn text(option: &str) -> String {
    let invocation = driver::parse(vec!["bpf-linker".into(), option.into()]).expect("a text");
    match invocation.request {
        Request::Print(text) => text.plain,
        other => panic!("{option}: {other:?}"),
    }
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in
        [("list", "a\n"), ("script", "{ global: a; local: *; };"), ("dynamic", "{ a; };")]
    {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

fn parsed(words: &[&str]) -> driver::Invocation {
    let all = ["bpf-linker"].iter().chain(words).map(OsString::from).collect();
    driver::parse(all).unwrap_or_else(|error| panic!("{words:?}: {error}"))
}

#[test]
fn every_option_is_in_the_plan() {
    let folder = folder();
    let plain = print_plan(parsed(&["a.o", "-o", "out"]).plan().expect("a plan"), PlanFormat::Json);
    for option in options() {
        if OF_THE_COMMAND.contains(&option.name.as_str())
            || DEFAULTS.contains(&option.name.as_str())
        {
            continue;
        }
        let word = option.word(folder.path());
        let words = [word.as_str(), "a.o", "-o", "out"];
        let words = if option.name == "output" { &words[..2] } else { &words[..] };
        let with = print_plan(parsed(words).plan().expect("a plan"), PlanFormat::Json);
        assert_ne!(plain, with, "--print-plan does not show {word}");
    }
}

/// The response file that repeats a link elsewhere names no file of this machine, and has every other option.
#[test]
fn every_option_is_repeated_without_paths_of_this_machine() {
    let folder = folder();
    for option in options() {
        if OF_THE_COMMAND.contains(&option.name.as_str()) {
            continue;
        }
        let word = option.word(folder.path());
        let words = [word.as_str(), "a.o", "-o", "out"];
        let words = if option.name == "output" { &words[..2] } else { &words[..] };
        let replayed = driver::replay(&parsed(words).args, |_, _| Ok("copy".into()))
            .unwrap_or_else(|error| panic!("{word}: {error}"));
        let replayed = replayed.iter().map(|word| word.display().to_string()).collect::<Vec<_>>();
        let foreign = replayed.iter().find(|word| {
            word.contains("/nowhere/") || word.contains(&folder.path().display().to_string())
        });
        assert_eq!(foreign, None, "{word} is repeated with a path of this machine");
        let name = word.split('=').next().unwrap_or_default();
        let is_there = replayed.iter().any(|word| word.starts_with(name));
        assert!(
            is_there || tells(&option.name) || option.name == "library",
            "{word} is not repeated: {replayed:?}; an option that changes the object must be"
        );
    }
}

/// True of options that change what is told of a link, or that name places of this machine.
fn tells(name: &str) -> bool {
    let told = [
        "report",
        "why-",
        "print-",
        "trace",
        "time-trace",
        "reproduce",
        "Map",
        "dump-module",
        "verify",
    ];
    let places = ["cache-dir", "library-path", "llvm", "dependency-file"];
    told.iter().any(|told| name.starts_with(told)) || places.contains(&name)
}

#[test]
fn every_option_is_in_man_page_and_completions() {
    let man = text("--man").replace("\\-", "-");
    let scripts = ["bash", "elvish", "fish", "powershell", "zsh"]
        .map(|shell| (shell, text(&format!("--completions={shell}"))));
    for Option_ { name, .. } in options() {
        let dashed = if name.len() == 1 { format!("-{name}") } else { format!("--{name}") };
        assert!(man.contains(&dashed), "the man page lacks {dashed}");
        for (shell, script) in &scripts {
            let in_fish = if name.len() == 1 { format!("-s {name}") } else { format!("-l {name}") };
            let wanted = if *shell == "fish" { &in_fish } else { &dashed };
            assert!(script.contains(wanted.as_str()), "completions of {shell} lack {dashed}");
        }
    }
}

#[test]
fn every_option_has_its_counterpart_in_the_library() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("docs/library.md")).expect("docs/library.md");
    let fields = ["src/embed/options.rs", "src/plan/mod.rs"]
        .map(|file| fs::read_to_string(root.join(file)).expect("a source file"))
        .concat();
    for Option_ { name, .. } in options() {
        let dashed = if name.len() == 1 { format!("`-{name}`") } else { format!("`--{name}`") };
        let row = table.lines().find(|line| {
            line.starts_with("| ")
                && line.split('|').nth(1).is_some_and(|cell| cell.contains(&dashed))
        });
        let row = row.unwrap_or_else(|| panic!("docs/library.md has no row for {dashed}"));
        let there = row.split('|').nth(2).unwrap_or_default();
        for path in there.split('`').skip(1).step_by(2) {
            let field = path.strip_prefix("LinkerOptions::").or(path.strip_prefix("LinkPlan::"));
            let Some(field) = field else { continue };
            let field = field.split(['.', ':']).next().unwrap_or_default();
            assert!(
                fields.contains(&format!("pub {field}:"))
                    || fields.contains(&format!("fn {field}")),
                "{dashed}: the library has no `{field}`"
            );
        }
    }
}
