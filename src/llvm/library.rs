//! The libLLVM of this process.

use std::{
    ffi::{CString, c_char},
    fmt,
    path::Path,
    ptr,
    sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
};

use bpf_linker_shim::{self as llvm, guard};

use super::text;
use crate::{
    input::LlvmVersion,
    report::{Error, ErrorKind, Result},
};

static LIBRARY: OnceLock<Library> = OnceLock::new();

/// The option that makes code generation report every function frame. It does not change the generated code.
pub const REMARKS: &str = "--pass-remarks-analysis=stack-frame-layout";

/// A lock held from the search for a library until it is open, so that two threads do not choose different ones.
static CHOICE: Mutex<()> = Mutex::new(());

/// The opened libLLVM with its BPF target initialized; a process has only one.
#[derive(Debug)]
pub struct Library {
    version: LlvmVersion,
    leased: Mutex<Leased>,
    released: Condvar,
}

/// The options in force and the links waiting for others.
#[derive(Debug, Default)]
struct Leased {
    options: Vec<String>,
    holders: usize,
    /// Tickets are served in order, so that a steady stream of links with the current options does not starve one that
    /// needs others.
    next_ticket: u64,
    now_serving: u64,
}

/// A lease on the options that were set: they stay in force while it lives.
#[derive(Debug)]
pub struct OptionsLease(&'static Library);

impl Drop for OptionsLease {
    fn drop(&mut self) {
        lock(&self.0.leased).holders -= 1;
        self.0.released.notify_all();
    }
}

impl Library {
    /// Runs `choose` with the path of the libLLVM that this process has open, if any; no other thread can open one
    /// meanwhile.
    ///
    /// # Errors
    /// Returns the errors of `choose`.
    pub fn choose<T>(choose: impl FnOnce(Option<&Path>) -> Result<T>) -> Result<T> {
        let _choice = CHOICE.lock().unwrap_or_else(PoisonError::into_inner);
        choose(llvm::opened())
    }

    /// Opens the libLLVM at `path`, an absolute path. Opening the same path again does nothing.
    ///
    /// # Errors
    /// The loader rejects it, it lacks functions, or this process has another one open.
    pub fn open(path: &Path) -> Result<&'static Self> {
        // SAFETY: `path` was chosen by the user or stands where their toolchain is; see `locate`.
        unsafe { llvm::open(path) }.map_err(|error| {
            Error::llvm(format!("cannot use {} as libLLVM", path.display())).because(error)
        })?;
        Ok(LIBRARY.get_or_init(Self::initialize))
    }

    /// Returns its version.
    #[must_use]
    pub const fn version(&self) -> LlvmVersion {
        self.version
    }

    /// Sets LLVM's command-line options, which belong to the whole process, for as long as the lease lives.
    ///
    /// Links with the same options run in parallel; others wait for their turn. Options set by an earlier link and not
    /// by this one are reset. LLVM ignores names it does not know.
    ///
    /// # Errors
    /// An option holds a NUL byte, there are more options than LLVM can count, or the library cannot reset options and
    /// an earlier link of this process set some that this one does not use.
    pub fn set_options(&'static self, wanted: Vec<String>) -> Result<OptionsLease> {
        let mut leased = self.wait_for_turn(&wanted);
        if leased.options != wanted {
            leased.replace(wanted)?;
        }
        leased.holders += 1;
        Ok(OptionsLease(self))
    }

    /// Runs `make` while `options` hold, then sets `restored`; no other thread runs `make` meanwhile.
    ///
    /// Meant for settings that are read only when a target machine is created.
    ///
    /// # Errors
    /// An option holds a NUL byte, or `make` fails.
    pub(super) fn make_under<T>(
        &self,
        options: &[String],
        restored: &[String],
        make: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let _guard = lock(&self.leased);
        if !options.is_empty() {
            parse(options)?;
        }
        let made = make();
        if !restored.is_empty() {
            parse(restored)?;
        }
        made
    }

    /// Waits until all earlier links were served and no lease holds options other than `wanted`.
    fn wait_for_turn(&'static self, wanted: &[String]) -> MutexGuard<'static, Leased> {
        let mut leased = lock(&self.leased);
        let ticket = leased.next_ticket;
        leased.next_ticket += 1;
        while leased.now_serving != ticket || (leased.holders > 0 && leased.options != wanted) {
            leased = self.released.wait(leased).unwrap_or_else(PoisonError::into_inner);
        }
        leased.now_serving += 1;
        self.released.notify_all();
        leased
    }

    fn initialize() -> Self {
        // SAFETY: a handler that never unwinds, for the rest of the process.
        unsafe { llvm::LLVMInstallFatalErrorHandler(Some(fatal)) };
        if guard::is_traced() {
            // SAFETY: the library is open; the handlers it installs are for this process to end with.
            unsafe { llvm::LLVMEnablePrettyStackTrace() };
        }
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
        Self { version: version(), leased: Mutex::default(), released: Condvar::new() }
    }
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LLVM {}", self.version)?;
        llvm::opened().map_or(Ok(()), |path| write!(f, " ({})", path.display()))
    }
}

impl Leased {
    /// Replaces the options in force by `wanted`; no lease may hold them.
    fn replace(&mut self, wanted: Vec<String>) -> Result<()> {
        // SAFETY: a `Library` exists, so one is open; without a lease no link is inside LLVM.
        let is_clean = self.options.is_empty() || unsafe { llvm::reset_options() };
        let sticks = |option: &&String| {
            name(option) != name(REMARKS) && !wanted.iter().any(|other| name(other) == name(option))
        };
        if let Some(option) = self.options.iter().find(|option| !is_clean && sticks(option)) {
            return Err(Error::llvm(format!("cannot take LLVM's option `{option}` back"))
                .because("an earlier link of this process set it, and this libLLVM hides how to undo that")
                .help("link in a process of its own, or pass the same options to every link"));
        }
        self.options.clear();
        parse(&wanted)?;
        self.options = wanted;
        Ok(())
    }
}

fn name(option: &str) -> &str {
    option.split('=').next().unwrap_or_default().trim_start_matches('-')
}

fn lock(leased: &Mutex<Leased>) -> MutexGuard<'_, Leased> {
    leased.lock().unwrap_or_else(PoisonError::into_inner)
}

fn parse(options: &[String]) -> Result<()> {
    let words = std::iter::once("bpf-linker").chain(options.iter().map(String::as_str));
    let words = words.map(text::c_string).collect::<Result<Vec<CString>>>()?;
    let pointers = words.iter().map(|word| word.as_ptr()).collect::<Vec<_>>();
    let count = i32::try_from(pointers.len())
        .map_err(|_| Error::usage("more --llvm-args than LLVM can take"))?;
    // SAFETY: `count` strings that outlive the call; no other link relies on the options now.
    unsafe { llvm::LLVMParseCommandLineOptions(count, pointers.as_ptr(), c"".as_ptr()) };
    Ok(())
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

/// Handles a fatal error: LLVM calls it before it ends the process. It must not unwind.
extern "C" fn fatal(reason: *const c_char) {
    // SAFETY: LLVM passes a string that ends in NUL.
    let reason = unsafe { text::copy_terminated(reason) };
    if guard::is_traced() {
        std::process::abort();
    }
    guard::give_up(reason.trim());
    let error = Error::llvm("LLVM gave up").because(reason.trim());
    eprintln!("{error}");
    std::process::exit(i32::from(ErrorKind::Llvm.exit_code()));
}
