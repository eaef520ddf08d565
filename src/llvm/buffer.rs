//! Memory buffers.

use std::{ffi::CString, ptr::NonNull, slice};

use bpf_linker_shim::{self as llvm, llvm_sys::LLVMMemoryBuffer};

/// A memory buffer owned by LLVM.
pub(super) struct Buffer(NonNull<LLVMMemoryBuffer>);

impl Buffer {
    /// Takes ownership of a buffer of LLVM's; returns `None` for null.
    pub(super) fn from_raw(raw: *mut LLVMMemoryBuffer) -> Option<Self> {
        NonNull::new(raw).map(Self)
    }

    /// Returns a buffer that refers to `bytes` without copying them.
    ///
    /// # Safety
    /// `bytes` outlives the buffer and whatever takes it over.
    pub(super) unsafe fn over(bytes: &[u8], name: &str) -> Option<Self> {
        let name = buffer_name(name);
        // SAFETY: the range is readable for as long as the caller vouches for; no terminator is promised.
        let raw = unsafe {
            llvm::LLVMCreateMemoryBufferWithMemoryRange(
                bytes.as_ptr().cast(),
                bytes.len(),
                name.as_ptr(),
                0,
            )
        };
        Self::from_raw(raw)
    }

    /// Returns a buffer with a copy of `bytes` and the terminator that LLVM's text parser needs.
    pub(super) fn copy_of(bytes: &[u8], name: &str) -> Option<Self> {
        let name = buffer_name(name);
        // SAFETY: the range is readable for the call, which copies it.
        let raw = unsafe {
            llvm::LLVMCreateMemoryBufferWithMemoryRangeCopy(
                bytes.as_ptr().cast(),
                bytes.len(),
                name.as_ptr(),
            )
        };
        Self::from_raw(raw)
    }

    /// Returns the bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        // SAFETY: the buffer is alive.
        let start = unsafe { llvm::LLVMGetBufferStart(self.0.as_ptr()) };
        // SAFETY: the buffer is alive.
        let length = unsafe { llvm::LLVMGetBufferSize(self.0.as_ptr()) };
        // SAFETY: LLVM's buffer holds `length` bytes from `start` for as long as `self` lives.
        unsafe { slice::from_raw_parts(start.cast(), length) }
    }

    /// Hands the buffer to LLVM, which frees it.
    pub(super) fn into_raw(self) -> *mut LLVMMemoryBuffer {
        let raw = self.0.as_ptr();
        std::mem::forget(self);
        raw
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: `self` owns the buffer.
        unsafe { llvm::LLVMDisposeMemoryBuffer(self.0.as_ptr()) };
    }
}

/// Returns `name` as a C string. A buffer's name is only displayed, so a NUL in it may be dropped.
fn buffer_name(name: &str) -> CString {
    CString::new(name.replace('\0', "")).unwrap_or_default()
}
