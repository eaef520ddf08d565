//! A program that reads through a number.
#![no_std]
#![no_main]

#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn pass(_context: *mut core::ffi::c_void) -> u32 {
    let address = 8 as *const u32;
    // SAFETY: none; the verifier refuses it.
    unsafe {
        core::ptr::read_volatile(address)
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
