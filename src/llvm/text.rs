//! Strings passed to and from LLVM.

use std::{
    ffi::{CStr, CString, c_char},
    slice,
};

use bpf_linker_shim as llvm;

use crate::report::{Error, Result};

/// Converts `text` for LLVM; an interior NUL is an error, never a truncation.
pub(super) fn c_string(text: &str) -> Result<CString> {
    CString::new(text)
        .map_err(|_| Error::usage(format!("{text:?} holds a NUL byte, which LLVM cannot take")))
}

/// Takes a message allocated by LLVM; empty for null.
///
/// # Safety
/// `message` is null or a string to be freed by `LLVMDisposeMessage`, and nobody else frees it.
pub(super) unsafe fn take_message(message: *mut c_char) -> String {
    if message.is_null() {
        return String::new();
    }
    // SAFETY: a non-null message of LLVM ends in NUL.
    let text = unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned();
    // SAFETY: the caller gave it to us to free, and `text` is a copy.
    unsafe { llvm::LLVMDisposeMessage(message) };
    text
}

/// Copies the `length` bytes at `start` as text; LLVM's names are bytes.
///
/// # Safety
/// `start` is null or points at `length` readable bytes.
pub(super) unsafe fn copy(start: *const c_char, length: usize) -> String {
    if start.is_null() {
        return String::new();
    }
    // SAFETY: the caller vouches for the range.
    let bytes = unsafe { slice::from_raw_parts(start.cast::<u8>(), length) };
    String::from_utf8_lossy(bytes).into_owned()
}

/// Copies a string owned by LLVM; empty for null.
///
/// # Safety
/// `start` is null or a string that ends in NUL.
pub(super) unsafe fn copy_terminated(start: *const c_char) -> String {
    if start.is_null() {
        return String::new();
    }
    // SAFETY: the caller vouches for the terminator.
    unsafe { CStr::from_ptr(start) }.to_string_lossy().into_owned()
}
