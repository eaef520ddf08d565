//! Holds `docs/diagnostics.md` to the code: each message that the sources can give has a row there, and each row a
//! message. A message is the text that an error or a warning is made with; what differs in it is `…` in the list.

use bpf_linker::internals::report::WarningKind;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Constructors of errors, which precede the parenthesis of the message.
const MAKERS: [&str; 7] = [
    "Error::usage(",
    "Error::input(",
    "Error::link(",
    "Error::llvm(",
    "Error::io(",
    ".context(",
    ".with_context(",
];

/// Messages that are computed before the error is made, by the file that has their text.
const COMPUTED: [(&str, &[&str]); 8] = [
    (
        "check/mod.rs",
        &["no loader would take the object as it is meant", "the kernel would refuse the program"],
    ),
    ("check/findings.rs", &[]),
    ("check/kernel/mod.rs", &["kernel … would refuse the object"]),
    ("object/btf_error.rs", &[]),
    ("output/mod.rs", &["cannot write …"]),
    ("backend/unsupported/construct.rs", &[]),
    ("llvm/locate/survey.rs", &["no libLLVM can be used for this link"]),
    ("crash_report.rs", &["LLVM gave up", "LLVM crashed", "the linker crashed"]),
];

/// Messages that hold nothing but what others say.
const TRANSPARENT: [&str; 2] = ["…", "error: "];

#[test]
fn every_message_has_a_row_and_every_row_a_message() {
    let (said, listed) = (messages(), rows("message"));
    let missing = said.keys().filter(|message| !listed.contains(*message));
    let missing = missing.map(|message| format!("{message}   ({})", said[message]));
    assert_eq!(missing.collect::<Vec<_>>(), [""; 0], "without a row in docs/diagnostics.md");
    let stale = listed.iter().filter(|row| !said.contains_key(*row));
    assert_eq!(stale.collect::<Vec<_>>(), [""; 0], "rows of docs/diagnostics.md that nothing says");
}

#[test]
fn every_warning_has_a_row_and_every_row_a_warning() {
    let said = WarningKind::ALL.iter().map(|kind| kind.name().to_owned()).collect();
    let said: BTreeSet<String> = said;
    assert_eq!(said, rows("name"), "left: `WarningKind`, right: docs/diagnostics.md");
}

/// A kind that nothing warns of would be a row that nobody ever sees.
#[test]
fn every_kind_of_warning_is_used() {
    let sources = sources();
    let is_used = |kind: &&WarningKind| {
        let path = format!("WarningKind::{kind:?}");
        sources.iter().any(|(file, text)| file != "report/warning.rs" && text.contains(&path))
    };
    let unused = WarningKind::ALL.iter().filter(|kind| !is_used(kind));
    assert_eq!(unused.collect::<Vec<_>>(), [&WarningKind::Trap; 0]);
}

/// `tests/cases.rs` links each of them, and holds exit code and message to the row.
#[test]
fn at_least_sixty_bad_links_are_tested() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/errors");
    let (mut rows, mut kinds) = (BTreeSet::new(), BTreeSet::new());
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let text = fs::read_to_string(&path).expect("a fixture");
        let mut link = String::new();
        for line in text.lines().take_while(|line| !line.contains("--- ")) {
            let directive = line.trim_start_matches([';', '/']).trim_start();
            if directive.starts_with("args:") || directive.starts_with("link:") {
                directive.clone_into(&mut link);
            }
            let Some(row) = directive.strip_prefix("error:") else { continue };
            let (kind, message) = row.trim().split_once(' ').unwrap_or_default();
            assert!(message.len() > 9, "{path:?} takes any message: {line}");
            kinds.insert(kind.to_owned());
            rows.insert((link.clone(), message.to_owned()));
        }
    }
    assert!(rows.len() >= 60, "{} rows", rows.len());
    let all = ["input", "io", "link", "llvm", "usage"].map(str::to_owned);
    assert_eq!(kinds, BTreeSet::from(all), "every exit code has its rows");
}

/// The messages of the sources, with a file that has each.
fn messages() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut unread = BTreeSet::new();
    for (path, source) in sources() {
        for maker in MAKERS {
            for (at, _) in source.match_indices(maker) {
                match first_text(&source[at + maker.len()..]) {
                    Some(text) => found.insert(template(&text), path.clone()),
                    None if maker.starts_with('.') => None,
                    None => {
                        unread.insert(path.clone());
                        None
                    }
                };
            }
        }
        found.extend(constructs(&path, &source));
    }
    for (path, texts) in COMPUTED {
        let source = sources().into_iter().find(|(other, _)| other == path);
        let (_, source) = source.unwrap_or_else(|| panic!("{path} is gone: correct COMPUTED"));
        let literals: BTreeSet<String> = literals(&source).iter().map(|it| template(it)).collect();
        for text in texts {
            assert!(literals.contains(*text), "{path} no longer says `{text}`");
            found.insert((*text).to_owned(), path.to_owned());
        }
    }
    let known: BTreeSet<String> = COMPUTED.iter().map(|(path, _)| (*path).to_owned()).collect();
    let unknown: Vec<_> = unread.difference(&known).collect();
    assert_eq!(unknown, [""; 0], "messages that cannot be read here: add the files to COMPUTED");
    TRANSPARENT.iter().for_each(|text| drop(found.remove(*text)));
    found
}

/// The facts of the table of what BPF cannot express.
fn constructs(path: &str, source: &str) -> Vec<(String, String)> {
    if path != "backend/unsupported/construct.rs" {
        return Vec::new();
    }
    let facts = literals(source).into_iter().filter(|text| text.starts_with("{} "));
    facts.map(|text| (template(&text), path.to_owned())).collect()
}

/// The files of `src` and of the crate `btf`, without tests and on one line each.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    let mut open = vec![root.join("src"), root.join("btf/src")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else if is_product(path.strip_prefix(root).expect("below src")) {
                let text = fs::read_to_string(&path).expect("a source file");
                let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                let code = product.lines().filter(|line| !line.trim_start().starts_with("//"));
                let code = code.map(str::trim).collect::<Vec<_>>().join(" ");
                let name = path.strip_prefix(root).expect("below the root").display().to_string();
                let name = name.strip_prefix("src/").map_or(name.clone(), str::to_owned);
                all.push((name, code));
            }
        }
    }
    all.sort();
    assert!(all.len() > 50, "the sources were not found");
    all
}

/// `path` is below `src`: the folders above it have names that mean nothing here.
fn is_product(path: &Path) -> bool {
    let text = format!("/{}", path.display());
    text.ends_with(".rs")
        && !text.contains("/tests")
        && !text.ends_with("/fixture.rs")
        && text != "/src/report.rs"
}

/// The first string of the first argument, whose text `rest` starts with.
fn first_text(rest: &str) -> Option<String> {
    let mut depth = 0_usize;
    for (at, character) in rest.char_indices() {
        match character {
            '"' => return literal(&rest[at + 1..]).map(|(text, _)| text),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return None,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// A string without its opening quote, and its length with the closing one.
fn literal(rest: &str) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut characters = rest.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((text, at + 1)),
            '\\' => match characters.next()?.1 {
                // A string goes on behind the end of its line and the space that follows.
                ' ' => while characters.next_if(|(_, next)| *next == ' ').is_some() {},
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
    None
}

/// All strings of a source.
fn literals(source: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(start) = source[at..].find('"') {
        let begin = at + start + 1;
        // A quote as a character is none.
        if source[..begin].ends_with("'\"") {
            at = begin;
            continue;
        }
        let Some((text, length)) = literal(&source[begin..]) else { break };
        all.push(text);
        at = begin + length;
    }
    all
}

/// A message with `…` for what is put into it.
fn template(text: &str) -> String {
    let mut shown = String::new();
    let mut depth = 0_usize;
    for character in text.chars() {
        match character {
            '{' => {
                depth += 1;
                shown.push('…');
            }
            '}' => depth = depth.saturating_sub(1),
            other if depth == 0 => shown.push(other),
            _ => {}
        }
    }
    shown
}

/// The first cells of the tables whose first column is called `column`.
fn rows(column: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics.md");
    let text = fs::read_to_string(path).expect("docs/diagnostics.md");
    let mut found = BTreeSet::new();
    let mut inside = false;
    for line in text.lines() {
        let Some(row) = line.strip_prefix("| ") else {
            inside = inside && line.starts_with('|');
            continue;
        };
        let cells: Vec<&str> = row.trim_end_matches(" |").split(" | ").collect();
        if cells[0] == column {
            inside = true;
        } else if inside {
            assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.trim().is_empty()), "{line}");
            found.insert(cells[0].trim_matches('`').trim().to_owned());
        }
    }
    assert!(found.len() > 10, "docs/diagnostics.md has no table of `{column}`");
    found
}
