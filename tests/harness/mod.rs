//! Fixtures: read, prepared, linked and judged.

mod fixture;
mod lab;
mod pattern;
mod run;
mod view;
mod whole;

use std::{fs, path::Path};

pub use fixture::Fixture;
pub use lab::Lab;
pub use run::run;

/// Reads every fixture below `root`, sorted by name; one that cannot be read is an error that names it.
pub fn fixtures_below(root: &Path) -> Vec<Result<Fixture, String>> {
    let mut files = Vec::new();
    collect(root, &mut files);
    files.sort();
    files.iter().map(|file| Fixture::read(root, file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a folder that can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
