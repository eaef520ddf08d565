// Before the functions of `generator.rs`, for BPF and, with `--cfg host`, for this machine.

#![cfg_attr(not(host), no_std)]
#![cfg_attr(not(host), no_main)]
#![allow(unused, unconditional_panic, arithmetic_overflow, static_mut_refs)]

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Record {
    numbers: [u64; 4],
    result: u64,
    trace: u64,
}

static TABLE: [u64; 12] = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];

/// Writes before a panic stay, and nothing is written after it.
#[inline(always)]
fn step(record: *mut Record, number: u64) {
    unsafe { (*record).trace = (*record).trace.rotate_left(5) ^ number };
}

type Callback = extern "C" fn(u32, *mut State) -> i64;

pub struct State {
    record: *mut Record,
    x: u64,
}

#[cfg(not(host))]
fn repeat(count: u32, callback: Callback, state: &mut State) -> i64 {
    let bpf_loop: extern "C" fn(u32, Callback, *mut State, u64) -> i64 =
        unsafe { core::mem::transmute(181usize) };
    bpf_loop(count, callback, state, 0)
}

#[cfg(not(host))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[cfg(not(host))]
#[unsafe(no_mangle)]
#[unsafe(link_section = "license")]
pub static LICENSE: [u8; 4] = *b"GPL\0";

#[cfg(host)]
fn repeat(count: u32, callback: CallbackThatUnwinds, state: &mut State) -> i64 {
    let mut done = 0;
    while done < count {
        done += 1;
        if callback(done - 1, state) != 0 {
            break;
        }
    }
    i64::from(done)
}

#[cfg(host)]
type CallbackThatUnwinds = extern "C-unwind" fn(u32, *mut State) -> i64;

#[cfg(host)]
fn answer(function: fn(*mut Record)) {
    use std::io::{Read, Write};
    let (mut bytes, mut stdin) = ([0u8; 48], std::io::stdin());
    for _ in 0..INPUTS {
        stdin.read_exact(&mut bytes).unwrap();
        let mut record: Record = unsafe { std::mem::transmute(bytes) };
        let place = std::panic::AssertUnwindSafe(&raw mut record);
        let ended = std::panic::catch_unwind(move || {
            let place = place;
            function(place.0)
        });
        let record: [u8; 48] = unsafe { std::mem::transmute(record) };
        std::io::stdout().write_all(&record).unwrap();
        std::io::stdout().write_all(&[u8::from(ended.is_ok())]).unwrap();
    }
}
