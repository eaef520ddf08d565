//! Holds the tables of docs/ that name sources and tests to what there is.

use std::fs;

use crate::root;

/// The first parts of paths that documents name from the root of the project.
const PLACES: [&str; 9] =
    ["src/", "btf/", "btf-core/", "shim/", "tests/", "ci/", "findings/", "fuzz/", "benches/"];

#[test]
fn files_that_documents_name_exist() {
    let mut gone = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).expect("a readable document");
        for name in quoted(&text).filter(|name| PLACES.iter().any(|it| name.starts_with(it))) {
            // `file::item`, or a pattern.
            let path = name.split("::").next().unwrap_or_default();
            if !path.contains(['*', '<', '…', ' ']) && !root().join(path).exists() {
                gone.push(format!("{}: `{path}`", document.display()));
            }
        }
    }
    assert_eq!(gone, [""; 0], "documents name files that are gone");
}

/// A row that no test holds would be forgotten with the next change.
#[test]
fn surprises_and_upstream_faults_name_their_tests() {
    let mut unheld = Vec::new();
    for (document, column) in [("docs/surprises.md", 2), ("docs/upstream.md", 3)] {
        let text = fs::read_to_string(root().join(document)).expect(document);
        let rows: Vec<&str> = text.lines().filter(|line| is_row(line)).collect();
        assert!(rows.len() > 20, "{document}: the tables were not found");
        for row in rows {
            let cell = row.split(" | ").nth(column).unwrap_or_default();
            let is_test = |name: &str| ["tests/", "btf/src/"].iter().any(|it| name.starts_with(it));
            let mut tests = quoted(cell).filter(|name| is_test(name)).peekable();
            if tests.peek().is_none() || tests.any(|name| !root().join(name).exists()) {
                unheld.push(format!("{document}: {row}"));
            }
        }
    }
    assert_eq!(unheld, [""; 0], "rows without a test");
}

#[test]
fn each_finding_has_a_row_and_each_row_a_finding() {
    let folder = root().join("findings");
    let text = fs::read_to_string(folder.join("README.md")).expect("findings/README.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| [")?.split(']').next());
    let mut listed: Vec<_> = rows.map(|name| format!("{name}.sh")).collect();
    let entries = fs::read_dir(folder).expect("findings").map(|it| it.expect("an entry"));
    let names = entries.map(|it| it.file_name().to_string_lossy().into_owned());
    let mut there: Vec<_> = names.filter(|name| name.ends_with(".sh")).collect();
    listed.sort();
    there.sort();
    assert_eq!(listed, there, "left: rows of findings/README.md, right: scripts");
}

fn is_row(line: &str) -> bool {
    line.starts_with("| ") && !line.starts_with("| behavior |") && !line.starts_with("| fault |")
}

/// Returns what stands between two backticks in one line.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

fn documents() -> Vec<std::path::PathBuf> {
    let mut all = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    let entries = fs::read_dir(root().join("docs")).expect("docs/");
    all.extend(entries.map(|it| it.expect("an entry").path()));
    all.retain(|path| path.extension().is_some_and(|it| it == "md"));
    all
}
