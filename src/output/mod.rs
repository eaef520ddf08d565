//! Output files, written next to their destination and then renamed.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::{
    crash_handler,
    report::{Error, Result},
};

/// Maximum length of a chain of symbolic links, as in Linux.
const MOST_LINKS: usize = 40;

/// Bytes staged next to their destination, on the same disk, until committed. Dropping it removes them.
#[derive(Debug)]
#[must_use = "nothing is replaced before `commit`"]
pub struct Staged(Target);

#[derive(Debug)]
enum Target {
    /// A regular or missing file; `name` is its path as given.
    File { beside: NamedTempFile, place: PathBuf, name: PathBuf, hold: crash_handler::SignalBlock },
    /// A device or a pipe, already written.
    Special,
}

/// Replaces the file at `path` by `bytes` atomically: a reader sees the old file or the new one.
///
/// Symbolic links are followed, and their target is replaced or created. Anything but a regular file, such as
/// `/dev/null`, is written in place.
///
/// # Errors
/// The folder is missing or not writable, or the disk is full. The previous file stays intact and no temporary file
/// remains.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    stage(path, bytes)?.commit()
}

/// Writes `bytes` next to `path`, so that [`Staged::commit`] only has to rename: either all of several outputs are
/// replaced, or none. See [`write()`] for links and devices.
///
/// # Errors
/// The folder is missing or not writable, or the disk is full.
pub fn stage(path: &Path, bytes: &[u8]) -> Result<Staged> {
    let staged = destination(path).and_then(|place| match place {
        Some(place) => {
            let (hold, name) = (crash_handler::block_signals(), path.to_owned());
            let limit = crash_handler::file_size_limit();
            if limit.is_some_and(|limit| limit < bytes.len() as u64) {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            Ok(Target::File { beside: beside(&place, bytes)?, place, name, hold })
        }
        None => {
            fs::OpenOptions::new().write(true).open(path)?.write_all(bytes)?;
            Ok(Target::Special)
        }
    });
    staged.map(Staged).map_err(|error| explain(path, &error))
}

impl Staged {
    /// Moves the bytes to their destination.
    ///
    /// # Errors
    /// The destination changed its kind in the meantime, or the folder became read-only. The previous file stays
    /// intact.
    pub fn commit(self) -> Result<()> {
        let Target::File { beside, place, name, hold } = self.0 else { return Ok(()) };
        let put = beside.persist(place).map_err(|error| explain(&name, &error.error));
        // A pending signal takes effect here, when no temporary file is left.
        drop(hold);
        put.map(drop)
    }
}

/// Writes `bytes` to standard output.
///
/// # Errors
/// Standard output cannot be written.
pub fn write_stdout(bytes: &[u8]) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    written.map_err(|error| Error::io("cannot write to standard output").because(error))
}

/// Writes `text` to standard error and ignores a closed one.
pub fn write_stderr(text: &str) {
    if let Err(error) = io::stderr().lock().write_all(text.as_bytes()) {
        log::debug!("cannot write to standard error: {error}");
    }
}

/// Returns the file to replace or create at `path`, with all symbolic links resolved; `None` for a file to write in
/// place.
///
/// # Errors
/// The path is a folder, or it cannot be inspected.
pub fn destination(path: &Path) -> io::Result<Option<PathBuf>> {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::metadata(&place) {
            Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if found.is_file() => return fs::canonicalize(&place).map(Some),
            Ok(_) => return Ok(None),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_missing) => match fs::read_link(&place) {
                // A dangling link: its target is the file to create.
                Ok(to) => place = folder_of(&place).join(to),
                Err(_no_link) => return Ok(Some(place)),
            },
        }
    }
    Err(io::Error::other("too many links"))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Creates a temporary file next to `place`, with an unpredictable name and only if nothing has it, not even a link.
fn beside(place: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let builder = tempfile::Builder::new().prefix(".bpf-linker-").tempfile_in(folder_of(place));
    let mut temporary = builder?;
    temporary.write_all(bytes)?;
    temporary.as_file().set_permissions(permissions(place)?)?;
    Ok(temporary)
}

/// Returns the permissions of the file being replaced, otherwise those of a new file.
fn permissions(path: &Path) -> io::Result<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    match fs::metadata(path) {
        // Drop setuid and setgid: users who could run the old output as its owner must not run the new one so.
        Ok(former) => Ok(fs::Permissions::from_mode(former.permissions().mode() & 0o777)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(fs::Permissions::from_mode(0o666 & !umask()))
        }
        Err(error) => Err(error),
    }
}

/// Returns the process's file mode creation mask from /proc, or 022 if unavailable (umask(2) can only be read by
/// setting it).
fn umask() -> u32 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    line.and_then(|mask| u32::from_str_radix(mask.trim(), 8).ok()).unwrap_or(0o022)
}

fn explain(path: &Path, error: &io::Error) -> Error {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let message = format!("cannot write {}", path.display());
    match (error.kind(), folder) {
        (io::ErrorKind::NotFound, Some(folder)) => Error::io(message)
            .because(format!("no such directory: {}", folder.display()))
            .help("create it, or name a file elsewhere"),
        (io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded, _) => Error::io(message)
            .because(error)
            .help("make room; what was there before is still there"),
        (io::ErrorKind::FileTooLarge, _) => {
            let limit = crash_handler::file_size_limit()
                .map_or(String::new(), |limit| format!(" of {limit} bytes"));
            Error::io(message)
                .because(format!("it would exceed the limit{limit} on the size of a file"))
                .help("raise the limit (`ulimit -f`); what was there before is still there")
        }
        (io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem, Some(folder)) => {
            Error::io(message).because(error).help(format!(
                "the folder {} must be writable: outputs are replaced as a whole",
                folder.display()
            ))
        }
        (io::ErrorKind::IsADirectory, _) => {
            Error::io(message).because("it is a directory").help("name a file with --output")
        }
        _ => Error::io(message).because(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/prog.o");
        let error = write(&path, b"new").unwrap_err();
        assert!(error.to_string().contains("no such directory"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_replaced_file_keeps_its_permissions_and_its_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.o"), folder.path().join("link.o"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        write(&link, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_directory_is_not_an_output() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(folder.path(), b"new").unwrap_err().to_string().contains("is a directory"));
    }

    #[test]
    fn a_device_is_written_to() {
        write(Path::new("/dev/null"), b"new").unwrap();
        assert!(
            write(Path::new("/dev/full"), b"new").unwrap_err().to_string().contains("/dev/full")
        );
    }
}
