//! The kernel's `task_struct`, written by hand: only what the tracer reads, under the kernel's names.
//!
//! Order, offsets and what is left out do not matter: the loader looks the names up in the kernel it loads into.
#![allow(non_camel_case_types)]

use crate::vmlinux;

#[repr(C)]
pub struct task_struct {
    pub pid: i32,
    pub tgid: i32,
    pub comm: [u8; 16],
    pub real_parent: *const task_struct,
    pub fs: *const vmlinux::fs_struct,
}

/// Kernels before 5.14. What is behind three underscores is for the reader: the kernel's type is `task_struct`.
#[repr(C)]
pub struct task_struct___before_5_14 {
    pub state: i64,
}

/// Kernels from 5.14 on.
#[repr(C)]
pub struct task_struct___since_5_14 {
    pub __state: u32,
}
