//! The libLLVM of this process.

use std::{
    ffi::{CString, c_char},
    fmt,
    path::Path,
    ptr,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use bpf_linker_shim as llvm;

use super::text;
use crate::{
    input::LlvmVersion,
    report::{Error, ErrorKind, Result},
};

static LIBRARY: OnceLock<Library> = OnceLock::new();

/// The opened libLLVM with its BPF target ready; there is one in a process.
#[derive(Debug)]
pub struct Library {
    version: LlvmVersion,
    options: Mutex<()>,
}

impl Library {
    /// Opens the libLLVM at `path`, an absolute path; again for the same path does nothing.
    ///
    /// # Errors
    /// The loader refuses it, it lacks functions, or another one is open in this process.
    pub fn open(path: &Path) -> Result<&'static Self> {
        // SAFETY: `path` was chosen by the user or stands where their toolchain is; see `locate`.
        unsafe { llvm::open(path) }.map_err(|error| {
            Error::llvm(format!("cannot use {} as libLLVM", path.display())).because(error).help(
                "choose another one with --llvm PATH; `bpf-linker --print-llvm` lists the candidates",
            )
        })?;
        Ok(LIBRARY.get_or_init(Self::initialize))
    }

    /// Its version.
    #[must_use]
    pub const fn version(&self) -> LlvmVersion {
        self.version
    }

    /// Sets LLVM's command-line options, which belong to the whole process, for as long as the guard lives.
    ///
    /// LLVM ignores names it does not know.
    ///
    /// # Errors
    /// An option holds a NUL byte.
    pub fn set_options(&self, options: &[String]) -> Result<MutexGuard<'_, ()>> {
        let guard = self.options.lock().unwrap_or_else(PoisonError::into_inner);
        let words = std::iter::once("bpf-linker")
            .chain(options.iter().map(String::as_str))
            .map(text::c_string)
            .collect::<Result<Vec<CString>>>()?;
        let pointers = words.iter().map(|word| word.as_ptr()).collect::<Vec<_>>();
        let count = i32::try_from(pointers.len())
            .map_err(|_| Error::new(ErrorKind::Usage, "more --llvm-args than LLVM can take"))?;
        // SAFETY: `count` strings that outlive the call; the guard keeps other threads out of LLVM's option table.
        unsafe { llvm::LLVMParseCommandLineOptions(count, pointers.as_ptr(), c"".as_ptr()) };
        Ok(guard)
    }

    fn initialize() -> Self {
        // SAFETY: a handler that never unwinds, for the rest of the process.
        unsafe { llvm::LLVMInstallFatalErrorHandler(Some(fatal)) };
        // SAFETY: the library is open; registering a target twice is harmless.
        unsafe { llvm::LLVMInitializeBPFTargetInfo() };
        // SAFETY: as above.
        unsafe { llvm::LLVMInitializeBPFTarget() };
        // SAFETY: as above.
        unsafe { llvm::LLVMInitializeBPFTargetMC() };
        // SAFETY: as above.
        unsafe { llvm::LLVMInitializeBPFAsmPrinter() };
        // SAFETY: as above.
        unsafe { llvm::LLVMInitializeBPFAsmParser() };
        Self { version: version(), options: Mutex::new(()) }
    }
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LLVM {}", self.version)?;
        llvm::opened().map_or(Ok(()), |path| write!(f, " ({})", path.display()))
    }
}

fn version() -> LlvmVersion {
    let (mut major, mut minor, mut patch) = (0, 0, 0);
    // SAFETY: three integers to write to.
    unsafe {
        llvm::LLVMGetVersion(
            ptr::from_mut(&mut major),
            ptr::from_mut(&mut minor),
            ptr::from_mut(&mut patch),
        )
    };
    LlvmVersion { major, minor, patch }
}

/// Called by LLVM before it gives up and ends the process; it must not unwind.
extern "C" fn fatal(reason: *const c_char) {
    // SAFETY: LLVM passes a string that ends in NUL.
    let reason = unsafe { text::copy_terminated(reason) };
    let error = Error::llvm("LLVM gave up").because(reason.trim());
    eprintln!("{error}");
    std::process::exit(i32::from(ErrorKind::Llvm.exit_code()));
}
