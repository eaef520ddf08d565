//! Fields declared with other sizes and kinds than the kernel's, each answer into a slot of the map.

#![no_std]
#![no_main]
#![allow(non_camel_case_types, dead_code)]

use btf_core::*;

include!("kernel.rs");

#[repr(C)]
pub struct task_struct___mistaken {
    pid: i64,
    tgid: i16,
    start_time: u32,
    comm: [u8; 8],
    real_parent: u64,
    group_leader: [u64; 1],
    se: u64,
    tasks: *const u8,
    signal: *const signal_struct___mistaken,
    no_such_member: u64,
}

#[repr(C)]
pub struct signal_struct___mistaken {
    rlim: [rlimit___mistaken; 16],
    has_child_subreaper: u8,
}

#[repr(C)]
pub struct rlimit___mistaken {
    rlim_max: u32,
    rlim_cur: *const u8,
}

#[repr(C)]
pub struct bpf_map {
    map_type: u32,
}

#[inline(always)]
fn code<T>(answer: Result<T, ReadError>) -> u64 {
    match answer {
        Ok(_) => 100,
        Err(ReadError::Missing) => 101,
        Err(ReadError::WrongKind) => 102,
        Err(ReadError::WrongSize) => 103,
        Err(ReadError::Fault(_)) => 104,
    }
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "raw_tp/sys_enter")]
extern "C" fn mistakes(_: *mut ()) -> i32 {
    let task = current().cast::<task_struct___mistaken>();
    unsafe {
        put(0, code(core_read!(task, pid)));
        put(1, code(core_read!(task, tgid)));
        put(2, code(core_read!(task, start_time)));
        put(3, code(core_read!(task, comm)));
        put(4, code(core_read!(task, real_parent)));
        put(5, code(core_read!(task, group_leader)));
        put(6, code(core_read!(task, se)));
        put(7, code(core_read!(task, tasks)));
        put(8, code(core_read!(task, no_such_member)));
        put(9, code(core_read!(task, signal->rlim[7].rlim_cur)));
        put(10, code(core_read!(task, signal->rlim[7].rlim_max)));
        put(11, code(core_read!(task.cast::<bpf_map>(), map_type)));
    }
    fields_of_any_width(task);
    0
}

#[inline(never)]
fn fields_of_any_width(task: *const task_struct___mistaken) {
    unsafe {
        put(12, code(core_read_bitfield!(task, pid)));
        put(13, code(core_read_bitfield!(task, tgid)));
        put(14, code(core_read_bitfield!(task, signal->has_child_subreaper)));
        put(15, code(core_read_bitfield!(task, real_parent)));
        put(16, code(core_read_bitfield!(task, no_such_member)));
        let mut text = [0; 8];
        put(17, code(core_read_str!(&mut text, task, comm)));
    }
}
