//! A range of an input, read by position and only on demand.
//!
//! Files are not mapped: a mapped file that another process shortens kills the reader with SIGBUS, and mapping requires
//! unsafe code. A positioned read costs a microsecond, and a shortened file is an error.

use std::{
    fs::{File, Metadata},
    io,
    path::Path,
    sync::Arc,
    time::SystemTime,
};

use crate::{
    files,
    report::{Error, Result},
};

/// A range of a file or of memory. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Region {
    backing: Backing,
    start: u64,
    len: u64,
}

#[derive(Clone, Debug)]
enum Backing {
    /// An open file, and its name for messages.
    Open(Arc<File>, Arc<Path>),
    /// A file opened for each read, as long as it is the one changed last at that time: many inputs can exceed the
    /// number of files a process may open.
    Closed(Arc<Path>, Option<SystemTime>),
    /// Memory, and its name for messages.
    Memory(Arc<[u8]>, Arc<Path>),
}

impl Region {
    /// Opens the file at `path`, which stays open.
    ///
    /// # Errors
    /// It is missing, not a regular file, or not readable.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let name: Arc<Path> = path.into();
        let (file, metadata) = open(path)?;
        let backing = Backing::Open(Arc::new(file), name);
        Ok(Self { backing, start: 0, len: metadata.len() })
    }

    /// Returns the file at `path`, which is opened for each read.
    ///
    /// # Errors
    /// It is missing, a folder, or not readable.
    pub(super) fn closed(path: &Path) -> Result<Self> {
        let (_, metadata) = open(path)?;
        let backing = Backing::Closed(path.into(), metadata.modified().ok());
        Ok(Self { backing, start: 0, len: metadata.len() })
    }

    /// Returns a placeholder for the file at `path`: every read of it fails with the reason.
    pub(super) fn missing(path: &Path) -> Self {
        Self { backing: Backing::Closed(path.into(), None), start: 0, len: 0 }
    }

    /// Returns the same region without keeping its file open: it is opened again for each read.
    pub(super) fn close(self) -> Self {
        let backing = match self.backing {
            Backing::Open(file, path) => {
                let changed = file.metadata().and_then(|metadata| metadata.modified()).ok();
                Backing::Closed(path, changed)
            }
            other => other,
        };
        Self { backing, ..self }
    }

    /// Returns a region of all `bytes`, called `name` in messages.
    pub(super) fn memory(bytes: Arc<[u8]>, name: &Path) -> Self {
        let len = bytes.len() as u64;
        Self { backing: Backing::Memory(bytes, name.into()), start: 0, len }
    }

    /// Returns its length in bytes.
    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    /// Returns the file that contains it.
    pub(super) fn file(&self) -> &Path {
        match &self.backing {
            Backing::Open(_, name) | Backing::Closed(name, _) | Backing::Memory(_, name) => name,
        }
    }

    /// Returns the `len` bytes of it from `offset`, or `None` if it does not hold them.
    pub(super) fn window(&self, offset: u64, len: u64) -> Option<Self> {
        let end = offset.checked_add(len)?;
        (end <= self.len).then(|| Self {
            backing: self.backing.clone(),
            start: self.start.saturating_add(offset),
            len,
        })
    }

    /// Returns its first bytes, at most `len`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn head(&self, len: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(len.min(self.len)).unwrap_or(usize::MAX)];
        self.fill(0, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads all of it. A region that covers a whole memory buffer is not copied.
    ///
    /// # Errors
    /// The file cannot be read, or has become shorter.
    pub(super) fn read(&self) -> Result<Arc<[u8]>> {
        if let Backing::Memory(bytes, _) = &self.backing {
            if bytes.len() as u64 == self.len {
                return Ok(Arc::clone(bytes));
            }
        }
        let len = usize::try_from(self.len).map_err(|_| {
            Error::input(format!("{} is too large for this machine", self.file().display()))
        })?;
        let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, len).collect();
        if let Some(bytes) = Arc::get_mut(&mut bytes) {
            self.fill(0, bytes)?;
        }
        Ok(bytes)
    }

    /// Fills `bytes` from `offset`.
    ///
    /// # Errors
    /// The file cannot be read, or ends too early.
    #[expect(clippy::disallowed_methods, reason = "what is copied was taken as long as its place")]
    pub(super) fn fill(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        let at = self.start.saturating_add(offset);
        match &self.backing {
            Backing::Open(file, name) => {
                read_at(file, at, bytes).map_err(|error| unreadable(name, &error))
            }
            Backing::Closed(name, _) => {
                let file = self.reopen()?;
                read_at(&file, at, bytes).map_err(|error| unreadable(name, &error))
            }
            Backing::Memory(memory, name) => {
                let held = usize::try_from(at)
                    .ok()
                    .and_then(|at| memory.get(at..)?.get(..bytes.len()))
                    .ok_or_else(|| unreadable(name, &io::ErrorKind::UnexpectedEof.into()))?;
                bytes.copy_from_slice(held);
                Ok(())
            }
        }
    }
}

impl Region {
    /// Returns the same region with its file open, for several reads.
    ///
    /// # Errors
    /// It can no longer be read, or is not what it was.
    pub(super) fn opened(&self) -> Result<Self> {
        let backing = match &self.backing {
            Backing::Closed(name, _) => Backing::Open(Arc::new(self.reopen()?), Arc::clone(name)),
            other => other.clone(),
        };
        Ok(Self { backing, ..*self })
    }

    fn reopen(&self) -> Result<File> {
        let (file, metadata) = open(self.file())?;
        let is_whole = metadata.len() >= self.start.saturating_add(self.len);
        if let (Backing::Closed(name, Some(then)), true) = (&self.backing, is_whole) {
            if metadata.modified().is_ok_and(|now| now != *then) {
                return Err(changes(name, "it is not what it was"));
            }
        }
        Ok(file)
    }
}

fn open(path: &Path) -> Result<(File, Metadata)> {
    let (file, metadata) = files::open(path).map_err(|error| unreadable(path, &error))?;
    if metadata.is_dir() {
        return Err(Error::input(format!("{} is a folder, not an input", path.display()))
            .help("name the files in it; `-L` names a folder for `-l`"));
    }
    Ok((file, metadata))
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => Error::input(format!("cannot find {shown}")).because(error),
        io::ErrorKind::UnexpectedEof => changes(path, "it is shorter than it was"),
        io::ErrorKind::InvalidInput => Error::input(format!("cannot read {shown}"))
            .because(error)
            .help("write what it holds to a file, and name that file"),
        _ => Error::io(format!("cannot read {shown}")).because(error),
    }
}

fn changes(path: &Path, fact: &str) -> Error {
    Error::io(format!("cannot read {}", path.display()))
        .because(fact)
        .help("another process changes it: build the inputs before they are linked")
}

#[cfg(unix)]
fn read_at(file: &File, at: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut at: u64, mut bytes: &mut [u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        at += read as u64;
    }
    Ok(())
}

#[cfg(not(any(unix, windows)))]
fn read_at(file: &File, at: u64, bytes: &mut [u8]) -> io::Result<()> {
    use std::{
        io::{Seek, SeekFrom},
        sync::{Mutex, PoisonError},
    };
    // All users of the file share one cursor.
    static CURSOR: Mutex<()> = Mutex::new(());
    let _alone = CURSOR.lock().unwrap_or_else(PoisonError::into_inner);
    let mut file = file;
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(bytes)
}

#[cfg(test)]
mod tests;
