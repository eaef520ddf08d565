//! Opening the library.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::OnceLock,
};

#[cfg(not(feature = "static-llvm"))]
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::table::Table;

static OPENED: OnceLock<Opened> = OnceLock::new();

struct Opened {
    path: PathBuf,
    table: Table,
    reset_options: Option<unsafe extern "C" fn()>,
}

/// `void llvm::cl::ResetAllOptionOccurrences()`, in the Itanium ABI: LLVM's C API can set options but not reset them.
#[cfg(not(feature = "static-llvm"))]
const RESET_OPTIONS: &[u8] = b"_ZN4llvm2cl25ResetAllOptionOccurrencesEv\0";

/// The reason that a library could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The dynamic loader rejected the file.
    Load(PathBuf, libloading::Error),
    /// The library lacks functions needed for any link.
    Missing(PathBuf, Vec<&'static str>),
    /// Another library was opened before; a second one in the same process would clash with it.
    Already(PathBuf),
    /// The path is not absolute, so the loader would search for it.
    Relative(PathBuf),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load(path, error) => {
                // The loader's message is the source of libloading's error.
                write!(f, "cannot load {}: ", path.display())?;
                match std::error::Error::source(error) {
                    Some(source) => write!(f, "{source}"),
                    None => write!(f, "{error}"),
                }
            }
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
/// With the feature `static-llvm`, `path` only names the program, whose own LLVM is used.
///
/// Opening the same path again does nothing. The library is never closed, because LLVM does not support that.
///
/// # Safety
/// Loading runs the library's initializers; it must be a libLLVM that the user trusts as they trust rustc.
///
/// # Errors
/// See [`OpenError`].
pub unsafe fn open(path: &Path) -> Result<(), OpenError> {
    if !path.is_absolute() {
        return Err(OpenError::Relative(path.to_owned()));
    }
    if OPENED.get().is_none() {
        // SAFETY: the caller vouches for the library.
        let opened = unsafe { load(path) }?;
        // The first thread wins; the same file maps to the same table.
        let _ = OPENED.set(opened);
    }
    match opened() {
        Some(opened) if opened != path => Err(OpenError::Already(opened.to_owned())),
        _ => Ok(()),
    }
}

/// Returns the path of the library opened by [`open`].
#[must_use]
pub fn opened() -> Option<&'static Path> {
    OPENED.get().map(|opened| opened.path.as_path())
}

/// Resets every option of LLVM's command line to its default; returns false if the library does not export the
/// function.
///
/// # Safety
/// A library is open, and no thread is inside it.
pub unsafe fn reset_options() -> bool {
    let reset = OPENED.get().and_then(|opened| opened.reset_options);
    // SAFETY: the function takes nothing and returns nothing; the caller keeps others out.
    reset.map(|reset| unsafe { reset() }).is_some()
}

#[cfg(not(feature = "static-llvm"))]
unsafe fn load(path: &Path) -> Result<Opened, OpenError> {
    // SAFETY: the caller vouches for the library's initializers.
    let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }
        .map_err(|error| OpenError::Load(path.to_owned(), error))?;
    let library = Box::leak(Box::new(library));
    let mut missing = Vec::new();
    // SAFETY: every row's signature is that of the function in LLVM 19 and later, proved against llvm-sys.
    let table = unsafe { Table::resolve(library, &mut missing) };
    match table {
        Some(table) if missing.is_empty() => {
            // SAFETY: the mangled name shows that it has no parameters; it returns void in every LLVM from 19 on.
            let reset = unsafe { library.get::<unsafe extern "C" fn()>(RESET_OPTIONS) };
            let reset_options = reset.ok().map(|symbol| *symbol);
            #[cfg(target_os = "linux")]
            crate::trim::trim(path);
            Ok(Opened { path: path.to_owned(), table, reset_options })
        }
        _ => Err(OpenError::Missing(path.to_owned(), missing)),
    }
}

#[cfg(feature = "static-llvm")]
unsafe fn load(path: &Path) -> Result<Opened, OpenError> {
    unsafe extern "C" {
        #[link_name = "_ZN4llvm2cl25ResetAllOptionOccurrencesEv"]
        fn reset();
    }
    let path = path.to_owned();
    Ok(Opened { path, table: Table::built_in(), reset_options: Some(reset) })
}

/// Returns the version of the LLVM that is linked in: major, minor, patch. `None` without the feature `static-llvm`.
#[must_use]
pub fn built_in() -> Option<[u32; 3]> {
    #[cfg(feature = "static-llvm")]
    {
        let [mut major, mut minor, mut patch] = [0; 3];
        // SAFETY: three integers to write to.
        unsafe { llvm_sys::core::LLVMGetVersion(&raw mut major, &raw mut minor, &raw mut patch) };
        Some([major, minor, patch])
    }
    #[cfg(not(feature = "static-llvm"))]
    None
}

/// Returns the functions of the opened library.
#[expect(clippy::expect_used, reason = "who has no open library has nothing to call a function of")]
pub(crate) fn table() -> &'static Table {
    &OPENED.get().expect("a library is opened before any of its functions is called").table
}
