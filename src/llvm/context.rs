//! A context: the home of modules and the ear for LLVM's diagnostics.

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

/// What LLVM thinks of something it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It could not do what was asked.
    Error,
    /// It did, but.
    Warning,
    /// An optimisation remark, a note, or anything later versions invent.
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

/// Something LLVM said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// LLVM's words.
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
    /// A new context of `library` that collects diagnostics.
    #[must_use]
    #[expect(clippy::expect_used, reason = "LLVM ends the process when it is out of memory")]
    pub fn new(library: &'static Library) -> Self {
        // SAFETY: the library is open, as `library` proves.
        let raw = unsafe { llvm::LLVMContextCreate() };
        let raw = NonNull::new(raw).expect("LLVMContextCreate aborts rather than return null");
        let diagnostics = Box::<Diagnostics>::default();
        let ear = (&raw const *diagnostics).cast_mut().cast::<c_void>();
        // SAFETY: the box is dropped after the context that may call the handler.
        unsafe { llvm::LLVMContextSetDiagnosticHandler(raw.as_ptr(), Some(hear), ear) };
        Self { raw, diagnostics, library }
    }

    /// The library this context belongs to.
    #[must_use]
    pub const fn library(&self) -> &'static Library {
        self.library
    }

    /// Takes what LLVM said so far.
    #[must_use]
    pub fn take_diagnostics(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut *self.diagnostics.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What LLVM said so far at error level, in one text.
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

/// LLVM's callback. It must not unwind: nothing in it panics.
extern "C" fn hear(info: *mut LLVMDiagnosticInfo, ear: *mut c_void) {
    // SAFETY: LLVM passes a live diagnostic.
    let severity = Severity::from_raw(unsafe { llvm::LLVMGetDiagInfoSeverity(info) });
    // SAFETY: LLVM passes a live diagnostic.
    let description = unsafe { llvm::LLVMGetDiagInfoDescription(info) };
    // SAFETY: the description is ours to free.
    let text = unsafe { text::take_message(description) };
    // SAFETY: `ear` is the box that the context was made with, which outlives it.
    let diagnostics = unsafe { &*ear.cast::<Diagnostics>() };
    diagnostics.lock().unwrap_or_else(PoisonError::into_inner).push(Diagnostic { severity, text });
}
