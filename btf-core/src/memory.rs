//! The helpers that read memory that may not be mapped, and their equivalents outside BPF.

use core::mem::MaybeUninit;

use crate::read::ReadError;

/// An address space to read from.
pub trait Space {
    /// The number of the helper that reads bytes.
    const READ: usize;
    /// The number of the helper that reads text.
    const READ_STR: usize;
}

/// The kernel's memory: `bpf_probe_read_kernel` and `bpf_probe_read_kernel_str`, from Linux 5.5 on.
pub struct Kernel;

/// The memory of the process: `bpf_probe_read_user` and `bpf_probe_read_user_str`, from Linux 5.5 on.
pub struct User;

impl Space for Kernel {
    const READ: usize = 113;
    const READ_STR: usize = 115;
}

impl Space for User {
    const READ: usize = 112;
    const READ_STR: usize = 114;
}

/// Reads a value of type `F`.
///
/// # Safety
/// Any bytes are a valid `F`. Outside BPF, `from` is null or readable.
#[inline(always)]
pub unsafe fn read<M: Space, F>(from: *const F) -> Result<F, ReadError> {
    let mut value = MaybeUninit::<F>::uninit();
    // SAFETY: there is room for an `F`; the caller vouches for `from`.
    let code = unsafe { copy::<M>(value.as_mut_ptr().cast(), size_of::<F>() as u64, from.cast()) };
    if code != 0 {
        return Err(ReadError::Fault(code));
    }
    // SAFETY: the bytes were written, and the caller promises that any bytes are a valid `F`.
    Ok(unsafe { value.assume_init() })
}

/// Reads `size` bytes, at most 8, as the low bytes of a number.
///
/// # Safety
/// Outside BPF, `from` is null or readable.
#[inline(always)]
pub unsafe fn word<M: Space>(from: *const u8, size: u64) -> Result<u64, ReadError> {
    let mut bytes = [0u8; 8];
    let skipped = if cfg!(target_endian = "big") { 8u64.wrapping_sub(size) as usize } else { 0 };
    let into = bytes.as_mut_ptr().wrapping_add(skipped);
    // SAFETY: a loader fills in at most 8 for `size`, or the kernel refuses the program.
    let code = unsafe { copy::<M>(into, size, from) };
    if code == 0 { Ok(u64::from_ne_bytes(bytes)) } else { Err(ReadError::Fault(code)) }
}

/// Reads text up to a terminating zero into `into`.
///
/// # Safety
/// Outside BPF, `from` is null or points to zero-terminated text.
#[inline(always)]
pub unsafe fn text<M: Space>(into: &mut [u8], from: *const u8) -> Result<&[u8], ReadError> {
    // SAFETY: there is room for as many bytes; the caller vouches for `from`.
    let code = unsafe { copy_text::<M>(into.as_mut_ptr(), into.len() as u32, from) };
    if code < 0 {
        return Err(ReadError::Fault(code));
    }
    Ok(into.get(..(code as usize).saturating_sub(1)).unwrap_or(&[]))
}

#[cfg(target_arch = "bpf")]
mod helpers {
    use super::Space;

    type Helper = unsafe extern "C" fn(*mut u8, u64, *const u8) -> i64;

    /// Returns a helper of the kernel, which is called by its number.
    #[inline(always)]
    fn helper(number: usize) -> Helper {
        // SAFETY: BPF's instruction for a call holds the number where that for a function holds its address.
        unsafe { core::mem::transmute::<usize, Helper>(number) }
    }

    #[inline(always)]
    pub(super) unsafe fn copy<M: Space>(into: *mut u8, size: u64, from: *const u8) -> i64 {
        // SAFETY: the helper checks `from`; the caller vouches for `into`.
        unsafe { helper(M::READ)(into, size, from) }
    }

    #[inline(always)]
    pub(super) unsafe fn copy_text<M: Space>(into: *mut u8, size: u32, from: *const u8) -> i64 {
        // SAFETY: the helper checks `from`; the caller vouches for `into`.
        unsafe { helper(M::READ_STR)(into, u64::from(size), from) }
    }
}

#[cfg(not(target_arch = "bpf"))]
mod helpers {
    use super::Space;

    /// The error code `-EFAULT`.
    const FAULT: i64 = -14;

    pub(super) unsafe fn copy<M: Space>(into: *mut u8, size: u64, from: *const u8) -> i64 {
        if from.is_null() {
            return FAULT;
        }
        // SAFETY: the caller vouches for both.
        unsafe { core::ptr::copy_nonoverlapping(from, into, size as usize) };
        0
    }

    /// Copies text and returns its length including the zero, as the helper does.
    pub(super) unsafe fn copy_text<M: Space>(into: *mut u8, size: u32, from: *const u8) -> i64 {
        if from.is_null() {
            return FAULT;
        }
        let Some(room) = (size as usize).checked_sub(1) else { return 0 };
        // SAFETY: the caller promises that the text is terminated.
        let text = unsafe { core::ffi::CStr::from_ptr(from.cast()) }.to_bytes();
        let length = text.len().min(room);
        // SAFETY: both have that many bytes, and the text was not written to.
        unsafe { core::ptr::copy_nonoverlapping(text.as_ptr(), into, length) };
        // SAFETY: there is room for one more byte behind the text.
        unsafe { into.wrapping_add(length).write(0) };
        length as i64 + 1
    }
}

use helpers::{copy, copy_text};
