//! A program with a map, variables, constants and functions, each in a section of its own after llc.
#![no_std]
#![no_main]
use core::ptr::{addr_of_mut, read_volatile};
#[repr(C)] pub struct Map { r#type: *const [i32; 2], key: *const u32, value: *const u64, max_entries: *const [i32; 4] }
unsafe impl Sync for Map {}
#[unsafe(no_mangle)] #[unsafe(link_section = ".maps")]
pub static mut COUNTS: Map = Map { r#type: core::ptr::null(), key: core::ptr::null(), value: core::ptr::null(), max_entries: core::ptr::null() };
#[unsafe(no_mangle)] static TABLE: [u32; 8] = [3, 1, 4, 1, 5, 9, 2, 6];
#[unsafe(no_mangle)] static mut SEEN: u64 = 2;
static NAME: &[u8; 5] = b"hello";
unsafe extern "C" { fn helper(x: u32) -> u32; }
#[inline(never)] fn pick(i: u64) -> u32 { unsafe { read_volatile(&TABLE[(i & 7) as usize]) } }
#[inline(never)] #[unsafe(no_mangle)] pub extern "C" fn doubled(x: u32) -> u32 { x * 2 }
#[unsafe(no_mangle)] pub extern "C" fn unreached(x: u32) -> u32 { x * 3 }
#[unsafe(no_mangle)] #[unsafe(link_section = "xdp")]
pub extern "C" fn filter(_ctx: *mut u8) -> u32 {
    let lookup: extern "C" fn(*mut Map, *const u32) -> *mut u64 = unsafe { core::mem::transmute(1usize) };
    let key = 1u32;
    let value = lookup(addr_of_mut!(COUNTS), &key);
    if value.is_null() { return 0 }
    unsafe {
        *value += read_volatile(&raw const SEEN);
        pick(*value) + doubled(helper(1)) + read_volatile(&NAME[1]) as u32
    }
}
#[unsafe(no_mangle)] #[unsafe(link_section = "license")] pub static LICENSE: [u8; 4] = *b"GPL\0";
#[panic_handler] fn on_panic(_: &core::panic::PanicInfo) -> ! { loop {} }
