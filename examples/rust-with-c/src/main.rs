//! A rate limiter for a socket: the program and its map are Rust, the arithmetic is a C library.
#![no_std]
#![no_main]

use aya_ebpf::{
    btf_maps::Array,
    macros::{btf_map, socket_filter},
    programs::SkBuffContext,
};

/// `struct token_bucket` of c/token_bucket.h.
#[repr(C)]
pub struct TokenBucket {
    /// In billionths, at most `burst` billion.
    pub tokens: u64,
    /// Nanoseconds.
    pub updated: u64,
    pub per_second: u32,
    pub burst: u32,
}

unsafe extern "C" {
    fn token_bucket_take(bucket: *mut TokenBucket, now: u64, cost: u32) -> i32;
}

/// User space fills in the rate and the burst.
#[btf_map]
static BUCKET: Array<TokenBucket, 1> = Array::new();

/// The clock, in nanoseconds; user space winds it.
#[btf_map]
static CLOCK: Array<u64, 1> = Array::new();

/// Returns how many bytes of the packet to keep: all of them, or none when there were too many
/// packets. A packet costs one token for each byte begun of 64.
#[socket_filter]
pub fn limit(ctx: SkBuffContext) -> i64 {
    let (Some(bucket), Some(&now)) = (BUCKET.get_ptr_mut(0), CLOCK.get(0)) else {
        return 0;
    };
    let length = ctx.len();
    // SAFETY: the pointer comes from the map and was checked; the layouts are the same.
    match unsafe { token_bucket_take(bucket, now, length.div_ceil(64)) } {
        0 => 0,
        _ => i64::from(length),
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
