//! A program that calls another package.

#![no_std]
#![no_main]

#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn of_program(context: *mut u32) -> i32 {
    // SAFETY: a context has a word there.
    let interface = unsafe { context.add(3).read_volatile() };
    twice(dependency::sum(&[interface, 1, 2, 3])) as i32 & 1
}

#[inline(never)]
fn twice(number: u32) -> u32 {
    core::hint::black_box(number) * 2
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "license")]
static _license: [u8; 4] = *b"GPL\0";

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
