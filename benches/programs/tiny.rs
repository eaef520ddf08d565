//! A program that returns 2 (XDP_PASS), with the core library that the compiler brings.

#![no_std]
#![no_main]
#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn pass(_ctx: *mut u8) -> u32 {
    2
}
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
