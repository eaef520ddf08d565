//! A field so far from the start that no load can say where.

#![no_std]
#![no_main]
#![allow(non_camel_case_types, dead_code)]

use btf_core::*;

include!("kernel.rs");

#[repr(C)]
pub struct wide {
    near: u32,
    wrong: [u64; 8192],
    far: u32,
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "raw_tp/sys_enter")]
extern "C" fn far(context: *const *const wide) -> i32 {
    let base = unsafe { *context };
    unsafe { field_ptr!(base, far).read() as i32 }
}
