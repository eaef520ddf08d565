//! Opening the library.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::table::Table;

static OPENED: OnceLock<Opened> = OnceLock::new();

struct Opened {
    path: PathBuf,
    table: Table,
}

/// Why a library could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The dynamic loader refused the file.
    Load(PathBuf, libloading::Error),
    /// The library lacks functions without which nothing can be linked.
    Missing(PathBuf, Vec<&'static str>),
    /// Another library was opened before; a second one in the same process would clash with it.
    Already(PathBuf),
    /// The path is not absolute, so the loader would search for it.
    Relative(PathBuf),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load(path, error) => write!(f, "cannot load {}: {error}", path.display()),
            Self::Missing(path, names) => {
                write!(
                    f,
                    "{} lacks functions of LLVM's C API: {}",
                    path.display(),
                    names.join(", ")
                )
            }
            Self::Already(path) => write!(f, "this process already uses {}", path.display()),
            Self::Relative(path) => write!(f, "{} is not an absolute path", path.display()),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<OpenError> for io::Error {
    fn from(error: OpenError) -> Self {
        Self::other(error)
    }
}

/// Opens the libLLVM at `path`, an absolute path, for the rest of the process.
///
/// Opening the same path again does nothing. The library is never closed: LLVM does not survive that.
///
/// # Safety
/// Loading runs the library's initialisers; it must be a libLLVM that the user trusts as they trust rustc.
///
/// # Errors
/// See [`OpenError`].
pub unsafe fn open(path: &Path) -> Result<(), OpenError> {
    if !path.is_absolute() {
        return Err(OpenError::Relative(path.to_owned()));
    }
    if OPENED.get().is_none() {
        // SAFETY: the caller vouches for the library.
        let table = unsafe { load(path) }?;
        // A thread that came first wins; the same file maps to the same table.
        let _ = OPENED.set(Opened { path: path.to_owned(), table });
    }
    match opened() {
        Some(opened) if opened != path => Err(OpenError::Already(opened.to_owned())),
        _ => Ok(()),
    }
}

/// The library that [`open`] opened.
#[must_use]
pub fn opened() -> Option<&'static Path> {
    OPENED.get().map(|opened| opened.path.as_path())
}

unsafe fn load(path: &Path) -> Result<Table, OpenError> {
    // SAFETY: the caller vouches for the library's initialisers.
    let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }
        .map_err(|error| OpenError::Load(path.to_owned(), error))?;
    let library = Box::leak(Box::new(library));
    let mut missing = Vec::new();
    // SAFETY: every row's signature is that of the function in LLVM 19 and later, proved against llvm-sys.
    let table = unsafe { Table::resolve(library, &mut missing) };
    match table {
        Some(table) if missing.is_empty() => {
            #[cfg(target_os = "linux")]
            crate::trim::trim(path);
            Ok(table)
        }
        _ => Err(OpenError::Missing(path.to_owned(), missing)),
    }
}

/// The functions of the opened library.
pub(crate) fn table() -> &'static Table {
    &OPENED.get().expect("a library is opened before any of its functions is called").table
}
