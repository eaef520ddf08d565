//! Source files, as debug information describes them.

use std::ptr::NonNull;

use bpf_linker_shim::{self as llvm, llvm_sys::LLVMOpaqueMetadata};

use super::{Global, Instruction, text};

/// A source file named by debug information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceFile(NonNull<LLVMOpaqueMetadata>);

impl SourceFile {
    /// Returns the file of `scope`, which is null or a scope of live debug information.
    fn of_scope(scope: *mut LLVMOpaqueMetadata) -> Option<Self> {
        if scope.is_null() {
            return None;
        }
        // SAFETY: it is a live scope; the result is null if it names no file.
        NonNull::new(unsafe { llvm::LLVMDIScopeGetFile(scope) }).map(Self)
    }

    /// Returns the path as `BTFDebug::populateFileContent` assembles it.
    #[must_use]
    pub fn path(self) -> String {
        let name = self.read(llvm::LLVMDIFileGetFilename);
        let directory = self.read(llvm::LLVMDIFileGetDirectory);
        if name.starts_with('/') || directory.is_empty() {
            return name;
        }
        format!("{directory}/{name}")
    }

    /// Returns the text that debug information embeds.
    ///
    /// `input::prune` embeds a C file's own name as its text, so that LLVM does not read the file; that does not count.
    #[must_use]
    pub fn embedded_text(self) -> Option<String> {
        let source = self.read(llvm::LLVMDIFileGetSource);
        let is_text = !source.is_empty() && source != self.read(llvm::LLVMDIFileGetFilename);
        is_text.then_some(source)
    }

    fn read(
        self,
        get: unsafe fn(*mut LLVMOpaqueMetadata, *mut u32) -> *const std::ffi::c_char,
    ) -> String {
        let mut length = 0;
        // SAFETY: the file is alive.
        let start = unsafe { get(self.0.as_ptr(), &raw mut length) };
        // SAFETY: null, or a range of the context's.
        unsafe { text::copy(start, length as usize) }
    }
}

impl Global<'_> {
    /// Returns the file that a function is defined in.
    #[must_use]
    pub fn source_file(self) -> Option<SourceFile> {
        // SAFETY: the function is alive; the result is null without debug info.
        SourceFile::of_scope(unsafe { llvm::LLVMGetSubprogram(self.as_raw()) })
    }
}

impl Instruction<'_> {
    /// Returns the file of its source line.
    #[must_use]
    pub fn source_file(self) -> Option<SourceFile> {
        // SAFETY: the instruction is alive; the result is null without debug info.
        let location = unsafe { llvm::LLVMInstructionGetDebugLoc(self.as_raw()) };
        if location.is_null() {
            return None;
        }
        // SAFETY: a live location has a scope.
        SourceFile::of_scope(unsafe { llvm::LLVMDILocationGetScope(location) })
    }
}
