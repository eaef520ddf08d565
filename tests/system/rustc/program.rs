//! One XDP program, and a function that nobody calls.
#![no_std]
#![no_main]

#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn pass(_: *mut u8) -> u32 {
    2
}

#[inline(never)]
pub fn lonely(number: u64) -> u64 {
    number.count_ones().into()
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
