//! The lookup of `-l name` in the search folders.

use std::path::{Path, PathBuf};

use crate::report::{Error, Result};

/// Returns the first file in `folders` for `-l name`: `libNAME.a`, `libNAME.rlib`, `libNAME.bc`, in this order in each
/// folder.
///
/// # Errors
/// There is no such file; the message lists the folders.
pub(super) fn locate(name: &Path, folders: &[PathBuf]) -> Result<PathBuf> {
    let file = |extension: &str| {
        let mut file = std::ffi::OsString::from("lib");
        file.push(name);
        file.push(extension);
        PathBuf::from(file)
    };
    let files = [".a", ".rlib", ".bc"].map(file);
    search(&files, folders).ok_or_else(|| {
        let [archive, rlib, _] = &files;
        let wanted = format!("{} or {}", archive.display(), rlib.display());
        missing(&format!("-l{}", name.display()), &wanted, folders)
    })
}

/// Returns the first file called `file` in `folders`, for `-l :file`.
///
/// # Errors
/// There is no such file; the message lists the folders.
pub(super) fn locate_exact(file: &Path, folders: &[PathBuf]) -> Result<PathBuf> {
    search(std::slice::from_ref(&file.to_owned()), folders).ok_or_else(|| {
        missing(&format!("-l:{}", file.display()), &file.display().to_string(), folders)
    })
}

fn search(files: &[PathBuf], folders: &[PathBuf]) -> Option<PathBuf> {
    let mut paths =
        folders.iter().flat_map(|folder| files.iter().map(move |file| folder.join(file)));
    paths.find(|path| path.is_file())
}

fn missing(option: &str, wanted: &str, folders: &[PathBuf]) -> Error {
    let error = Error::input(format!("cannot find {wanted} for {option}"));
    if folders.is_empty() {
        return error.because("no folder is searched").help("name one with `-L DIR`");
    }
    let folders: Vec<_> = folders.iter().map(|folder| described(folder)).collect();
    error.because(format!("searched {}", folders.join(", "))).help("add its folder with `-L DIR`")
}

fn described(folder: &Path) -> String {
    let folder_exists = if folder.is_dir() { "" } else { " (no such folder)" };
    format!("{}{folder_exists}", folder.display())
}

#[cfg(test)]
mod tests;
