//! LLVM contexts, which own modules and collect LLVM's diagnostics.

use std::{
    ffi::c_void,
    ptr::NonNull,
    sync::{Mutex, PoisonError},
};

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMContext, LLVMDiagnosticInfo},
};

use super::{library::Library, text};

/// The severity of an LLVM diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// An error: LLVM could not do what was asked.
    Error,
    /// A warning.
    Warning,
    /// An optimization remark, a note, or a severity added by a later LLVM.
    Remark,
}

impl Severity {
    fn from_raw(raw: i32) -> Self {
        match raw {
            0 => Self::Error,
            1 => Self::Warning,
            _ => Self::Remark,
        }
    }
}

/// A diagnostic of LLVM's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The severity.
    pub severity: Severity,
    /// LLVM's text.
    pub text: String,
}

type Diagnostics = Mutex<Vec<Diagnostic>>;

/// An LLVM context.
#[derive(Debug)]
pub struct Context {
    raw: NonNull<LLVMContext>,
    diagnostics: Box<Diagnostics>,
    library: &'static Library,
}

impl Context {
    /// Creates a context of `library` that collects diagnostics.
    #[must_use]
    #[expect(clippy::expect_used, reason = "LLVM ends the process when it is out of memory")]
    pub fn new(library: &'static Library) -> Self {
        // SAFETY: the library is open, as `library` proves.
        let raw = unsafe { llvm::LLVMContextCreate() };
        let raw = NonNull::new(raw).expect("LLVMContextCreate aborts rather than return null");
        let diagnostics = Box::<Diagnostics>::default();
        let sink = (&raw const *diagnostics).cast_mut().cast::<c_void>();
        // SAFETY: the box is dropped after the context that may call the handler.
        unsafe {
            llvm::LLVMContextSetDiagnosticHandler(raw.as_ptr(), Some(record_diagnostic), sink)
        };
        Self { raw, diagnostics, library }
    }

    /// Returns the library that this context belongs to.
    #[must_use]
    pub const fn library(&self) -> &'static Library {
        self.library
    }

    /// Takes the diagnostics collected so far.
    #[must_use]
    pub fn take_diagnostics(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut *self.diagnostics.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the diagnostics collected so far and joins those at error level into one text.
    #[must_use]
    pub fn take_errors(&self) -> Option<String> {
        let (errors, others) = self
            .take_diagnostics()
            .into_iter()
            .partition::<Vec<_>, _>(|said| said.severity == Severity::Error);
        *self.diagnostics.lock().unwrap_or_else(PoisonError::into_inner) = others;
        let errors = errors.into_iter().map(|error| error.text).collect::<Vec<_>>();
        (!errors.is_empty()).then(|| errors.join("\n"))
    }

    pub(super) const fn as_raw(&self) -> *mut LLVMContext {
        self.raw.as_ptr()
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: `self` owns the context, and modules borrow it, so none is left.
        unsafe { llvm::LLVMContextDispose(self.raw.as_ptr()) };
    }
}

/// Receives diagnostics from LLVM. It must not unwind: nothing in it panics.
extern "C" fn record_diagnostic(info: *mut LLVMDiagnosticInfo, sink: *mut c_void) {
    // SAFETY: LLVM passes a live diagnostic.
    let severity = Severity::from_raw(unsafe { llvm::LLVMGetDiagInfoSeverity(info) });
    // SAFETY: LLVM passes a live diagnostic.
    let description = unsafe { llvm::LLVMGetDiagInfoDescription(info) };
    // SAFETY: the description is ours to free.
    let text = unsafe { text::take_message(description) };
    // SAFETY: `sink` is the box that the context was made with, which outlives it.
    let diagnostics = unsafe { &*sink.cast::<Diagnostics>() };
    diagnostics.lock().unwrap_or_else(PoisonError::into_inner).push(Diagnostic { severity, text });
}
