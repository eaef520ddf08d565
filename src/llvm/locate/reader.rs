//! Reads a few bytes here and there from a file too large to read whole.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

/// The reason that a library cannot be read, as the predicate of a sentence whose subject is the file.
#[derive(Debug)]
pub(super) enum Fault {
    /// An error of the operating system.
    Io(io::Error),
    /// The file ends before its headers promise.
    Truncated,
    /// Anything else, in words.
    Other(String),
}

impl Fault {
    pub(super) fn other(fact: impl Into<String>) -> Self {
        Self::Other(fact.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                write!(f, "does not exist")
            }
            Self::Io(error) => write!(f, "cannot be read: {error}"),
            Self::Truncated => write!(f, "is truncated"),
            Self::Other(fact) => write!(f, "{fact}"),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Truncated,
            _ => Self::Io(error),
        }
    }
}

/// A file and its length.
#[derive(Debug)]
pub(super) struct Reader {
    file: File,
    length: u64,
}

impl Reader {
    /// Opens a regular file; a pipe or a device would block, or have side effects.
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(Fault::other("is a folder"));
        }
        if !metadata.is_file() {
            return Err(Fault::other("is not a regular file"));
        }
        Ok(Self { file: File::open(path)?, length: metadata.len() })
    }

    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// Returns exactly `length` bytes at `offset`.
    pub(super) fn bytes(&self, offset: u64, length: usize) -> Result<Vec<u8>, Fault> {
        if length > MAX_READ {
            return Err(Fault::other("has a table that is too large to be true"));
        }
        let mut bytes = vec![0; length];
        (&self.file).seek(SeekFrom::Start(offset))?;
        (&self.file).read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Returns up to `length` bytes at `offset`, fewer at the end of the file.
    pub(super) fn up_to(&self, offset: u64, length: usize) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        (&self.file).seek(SeekFrom::Start(offset))?;
        (&self.file).take(length.min(MAX_READ) as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Returns the zero-terminated string at `offset`, cut at [`MAX_NAME`] bytes if there is no terminator.
    pub(super) fn string(&self, offset: u64) -> Result<String, Fault> {
        let mut bytes = self.up_to(offset, MAX_NAME)?;
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        bytes.truncate(end);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// The largest single read: a bound on the allocation that a hostile header can cause.
const MAX_READ: usize = 1 << 20;

/// The longest name of interest; some names of C++ symbols are longer, but none of those is looked up.
const MAX_NAME: usize = 256;

/// The byte order of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

impl Order {
    /// Returns the byte order of this process.
    pub(super) const fn native() -> Self {
        if cfg!(target_endian = "big") { Self::Big } else { Self::Little }
    }

    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Result<u16, Fault> {
        let field = field(bytes, at)?;
        Ok(if self == Self::Big { u16::from_be_bytes(field) } else { u16::from_le_bytes(field) })
    }

    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Result<u32, Fault> {
        let field = field(bytes, at)?;
        Ok(if self == Self::Big { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) })
    }

    pub(super) fn u64(self, bytes: &[u8], at: usize) -> Result<u64, Fault> {
        let field = field(bytes, at)?;
        Ok(if self == Self::Big { u64::from_be_bytes(field) } else { u64::from_le_bytes(field) })
    }
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Fault> {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or(Fault::Truncated)
}
