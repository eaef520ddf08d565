//! A field that no kernel has, read all the same.

#![no_std]
#![no_main]
#![allow(non_camel_case_types, dead_code)]

use btf_core::*;

include!("kernel.rs");

#[unsafe(no_mangle)]
#[unsafe(link_section = "raw_tp/sys_enter")]
extern "C" fn unguarded(_: *mut ()) -> i32 {
    put(0, field_ptr!(current().cast::<task_struct___future>(), no_such_member) as u64);
    0
}
