//! The files of `bpf-verdict`, which stand in an order of their own.

use super::{breaches, source::Source};

/// File to the files it may import, from the ground up. `lib.rs` lists them, and `main.rs` is the command.
const IMPORTS: [(&str, &[&str]); 16] = [
    ("archive", &[]),
    ("lines", &[]),
    ("log", &[]),
    ("object", &[]),
    ("operations", &[]),
    ("table", &[]),
    ("tools", &[]),
    ("explain", &["lines", "log", "table"]),
    ("outcome", &["explain"]),
    ("libaya", &["object", "outcome"]),
    ("libbpf", &["object", "operations", "outcome"]),
    ("judge", &["explain", "libaya", "libbpf", "object", "outcome", "tools"]),
    ("init", &["judge", "object"]),
    ("machine", &["archive", "init", "judge", "object", "outcome", "tools"]),
    ("budget", &["judge", "machine", "outcome"]),
    ("report", &["budget", "judge", "machine", "outcome"]),
];

#[test]
fn files_of_the_verdict_import_only_whom_they_may() {
    breaches(Source::read_all(&super::root(), &["verdict"]), |source, found| {
        let file = source.path.trim_start_matches("verdict/src/").trim_end_matches(".rs");
        if ["lib", "main"].contains(&file) {
            return;
        }
        let Some(at) = IMPORTS.iter().position(|(name, _)| *name == file) else {
            found.push(format!("no row of IMPORTS says whom `{file}` may import"));
            return;
        };
        let allowed = IMPORTS[at].1;
        let upward = allowed.iter().filter(|it| !IMPORTS[..at].iter().any(|(name, _)| name == *it));
        found.extend(upward.map(|name| format!("{file} stands below {name}")));
        for (line, name) in source.without_tests().imports_of_the_crate() {
            if !allowed.contains(&name.as_str()) {
                found.push(format!("line {line}: {file} may not import {name}"));
            }
        }
    });
}
