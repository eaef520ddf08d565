//! Traces system calls.
//!
//! `sys_enter` counts every system call per CPU, and sends an event through the ring buffer for
//! those that user space asked for in `WATCHED`. `switch` counts how often each CPU changes task.
#![no_std]
#![no_main]

use aya_ebpf::{
    btf_maps::{HashMap, PerCpuArray, PerCpuHashMap, RingBuf},
    helpers::{bpf_get_current_comm, bpf_get_current_pid_tgid, bpf_ktime_get_ns},
    macros::{btf_map, raw_tracepoint, tracepoint},
    programs::{RawTracePointContext, TracePointContext},
};

/// What user space reads from the ring buffer.
#[repr(C)]
pub struct Event {
    /// Nanoseconds since the machine started.
    pub time: u64,
    /// The number of the system call.
    pub call: u64,
    /// The process, as user space numbers it.
    pub process: u32,
    /// The thread.
    pub thread: u32,
    /// The name of the thread, padded with zeros.
    pub name: [u8; 16],
}

/// Indices of `COUNTERS`.
const CALLS: u32 = 0;
const LOST: u32 = 1;
const SWITCHES: u32 = 2;

/// System calls to send events for.
#[btf_map]
static WATCHED: HashMap<u64, u8, 512> = HashMap::new();

/// Holds `Event`s. The map's own value type stays empty: libbpf refuses ring buffers with another.
#[btf_map]
static EVENTS: RingBuf<(), 65536> = RingBuf::new();

#[btf_map]
static COUNTERS: PerCpuArray<u64, 3> = PerCpuArray::new();

/// How often each watched system call was seen.
#[btf_map]
static SEEN: PerCpuHashMap<u64, u64, 512> = PerCpuHashMap::new();

#[raw_tracepoint(tracepoint = "sys_enter")]
pub fn sys_enter(ctx: RawTracePointContext) -> i32 {
    // TP_PROTO(struct pt_regs *regs, long id), include/trace/events/syscalls.h
    let call: u64 = ctx.arg(1);
    count(CALLS);
    // SAFETY: only whether there is a value matters, not the value.
    if unsafe { WATCHED.get(&call) }.is_some() {
        see(call);
        if report(call).is_none() {
            count(LOST);
        }
    }
    0
}

#[tracepoint(category = "sched", name = "sched_switch")]
pub fn switch(_ctx: TracePointContext) -> u32 {
    count(SWITCHES);
    0
}

/// Sends an event; none when the ring buffer is full.
#[inline(always)]
fn report(call: u64) -> Option<()> {
    let mut event = EVENTS.reserve_untyped::<Event>(0)?;
    let both = bpf_get_current_pid_tgid();
    event.write(Event {
        // SAFETY: the helper has no precondition.
        time: unsafe { bpf_ktime_get_ns() },
        call,
        process: (both >> 32) as u32,
        thread: both as u32,
        name: bpf_get_current_comm().unwrap_or_default(),
    });
    event.submit(0);
    Some(())
}

#[inline(never)]
fn count(index: u32) {
    if let Some(counter) = COUNTERS.get_ptr_mut(index) {
        // SAFETY: the counter is this CPU's own, and nothing interrupts the addition but another
        // program, whose count may then be lost: these are statistics.
        unsafe { *counter += 1 }
    }
}

#[inline(never)]
fn see(call: u64) {
    match SEEN.get_ptr_mut(&call) {
        // SAFETY: as in `count`.
        Some(times) => unsafe { *times += 1 },
        // A full map loses the count, which is better than losing the event.
        None => drop(SEEN.insert(&call, &1, 0)),
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
