//! BPF_BTF_LOAD on the running kernel.

#![expect(unsafe_code, reason = "there is no safe wrapper of bpf(2) in the standard library")]

use std::os::fd::{FromRawFd as _, OwnedFd};

const BPF_BTF_LOAD: libc::c_long = 18;

/// `union bpf_attr` for BPF_BTF_LOAD (include/uapi/linux/bpf.h).
#[repr(C)]
struct BtfLoad {
    btf: u64,
    log_buf: u64,
    btf_size: u32,
    log_size: u32,
    log_level: u32,
}

/// Loads `btf`; the error is the kernel's log, or the reason why the kernel was not even asked.
///
/// # Panics
/// The kernel refuses BPF as such: then nothing here can be judged, and passing would be a lie.
pub fn load(btf: &[u8]) -> Result<OwnedFd, String> {
    match attempt(btf, &mut []) {
        Ok(fd) => Ok(fd),
        Err(libc::EPERM | libc::ENOSYS) => {
            panic!("the kernel refuses BPF_BTF_LOAD: run as root, with BPF enabled")
        }
        Err(_) => Err(explain(btf)),
    }
}

fn explain(btf: &[u8]) -> String {
    let mut log = vec![0; 1 << 20];
    let error = attempt(btf, &mut log).err().unwrap_or_default();
    let end = log.iter().position(|&byte| byte == 0).unwrap_or(log.len());
    format!("errno {error}: {}", String::from_utf8_lossy(&log[..end]))
}

fn attempt(btf: &[u8], log: &mut [u8]) -> Result<OwnedFd, i32> {
    let attr = BtfLoad {
        btf: btf.as_ptr() as u64,
        log_buf: if log.is_empty() { 0 } else { log.as_mut_ptr() as u64 },
        btf_size: btf.len() as u32,
        log_size: log.len() as u32,
        log_level: u32::from(!log.is_empty()),
    };
    // SAFETY: the kernel reads `attr` and the blob and writes the log; all three live, with these sizes, until it
    // returns.
    let fd = unsafe {
        libc::syscall(libc::SYS_bpf, BPF_BTF_LOAD, &raw const attr, size_of::<BtfLoad>())
    };
    match i32::try_from(fd) {
        // SAFETY: the kernel just gave us this descriptor, and nobody else knows it.
        Ok(fd) if fd >= 0 => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => Err(std::io::Error::last_os_error().raw_os_error().unwrap_or_default()),
    }
}
