//! Counts calls of execve per parent process, on any kernel from 5.8 on.
#![no_std]
#![no_main]
#![allow(non_camel_case_types)]

use aya_ebpf::{
    btf_maps::HashMap,
    helpers::bpf_get_current_task,
    macros::{btf_map, tracepoint},
    programs::TracePointContext,
};
use btf_core::{ReadError, core_read};

/// The fields of the kernel's `task_struct` that the program reads. The loader fills in their offsets.
#[repr(C)]
pub struct task_struct {
    real_parent: *const task_struct,
    tgid: i32,
}

/// The number of calls, by the process ID of the parent.
#[btf_map]
static CALLS: HashMap<i32, u64, 1024> = HashMap::new();

#[tracepoint(category = "syscalls", name = "sys_enter_execve")]
pub fn execve(_context: TracePointContext) -> u32 {
    let _ = count();
    0
}

fn count() -> Result<(), ReadError> {
    // SAFETY: the helper has no preconditions.
    let task = unsafe { bpf_get_current_task() } as *const task_struct;
    // SAFETY: every bit pattern is a valid i32.
    let parent = unsafe { core_read!(task, real_parent->tgid) }?;
    let calls = CALLS.get_ptr_mut(&parent);
    match calls {
        // SAFETY: the pointer is that of a map value, which stays valid while the program runs.
        Some(calls) => unsafe { *calls += 1 },
        None => drop(CALLS.insert(&parent, &1, 0)),
    }
    Ok(())
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
