//! Tells who makes system calls, on any kernel from 5.8 on, whatever its structures look like.
//!
//! `sys_enter` sends an event for each system call through a ring buffer. What it knows of the caller it reads from the
//! kernel's own structures, whose layout is filled in when the program is loaded.
#![no_std]
#![no_main]

mod task;
mod vmlinux;

use aya_ebpf::{
    btf_maps::RingBuf,
    helpers::bpf_get_current_task,
    macros::{btf_map, raw_tracepoint},
    programs::RawTracePointContext,
};
use btf_core::{ReadError, core_read, core_read_str, field_exists};
use task::{task_struct, task_struct___before_5_14, task_struct___since_5_14};

/// What user space reads from the ring buffer.
#[repr(C)]
pub struct Event {
    /// The thread.
    pub pid: i32,
    /// Its process.
    pub tgid: i32,
    /// The process that started it.
    pub parent: i32,
    /// What the scheduler says of it: 0 runs.
    pub state: u32,
    /// The name of the thread, padded with zeros.
    pub comm: [u8; 16],
    /// How long the name of its working directory is.
    pub directory_length: u32,
    /// The beginning of that name, padded with zeros.
    pub directory: [u8; 28],
}

/// Holds `Event`s. The map's own value type stays empty: libbpf refuses ring buffers with another.
#[btf_map]
static EVENTS: RingBuf<(), 65536> = RingBuf::new();

#[raw_tracepoint(tracepoint = "sys_enter")]
pub fn sys_enter(_ctx: RawTracePointContext) -> i32 {
    // SAFETY: the helper has no precondition.
    let task = unsafe { bpf_get_current_task() } as *const task_struct;
    let Some(mut event) = EVENTS.reserve_untyped::<Event>(0) else { return 0 };
    match describe(task) {
        Ok(described) => {
            event.write(described);
            event.submit(0);
        }
        Err(_) => event.discard(0),
    }
    0
}

#[inline(always)]
fn describe(task: *const task_struct) -> Result<Event, ReadError> {
    let mut directory = [0; 28];
    // SAFETY: all that is read are numbers, arrays of them, and pointers.
    unsafe {
        core_read_str!(&mut directory, task, fs->pwd.dentry->d_name.name)?;
        Ok(Event {
            pid: core_read!(task, pid)?,
            tgid: core_read!(task, tgid)?,
            parent: core_read!(task, real_parent->tgid)?,
            state: state(task)?,
            comm: core_read!(task, comm)?,
            directory_length: core_read!(
                task,
                fs->pwd.dentry->d_name.__bindgen_anon_1.__bindgen_anon_1.len
            )?,
            directory,
        })
    }
}

/// A field that has another name and size in newer kernels.
#[inline(always)]
fn state(task: *const task_struct) -> Result<u32, ReadError> {
    if field_exists!(task_struct___since_5_14, __state) {
        // SAFETY: any bytes are a number.
        unsafe { core_read!(task.cast::<task_struct___since_5_14>(), __state) }
    } else {
        // SAFETY: as above.
        unsafe { core_read!(task.cast::<task_struct___before_5_14>(), state) }.map(|old| old as u32)
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
