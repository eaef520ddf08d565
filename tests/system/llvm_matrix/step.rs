#![no_std]

#[unsafe(no_mangle)]
pub extern "C" fn step_NAME(queue: u32) -> u32 {
    if queue == 0 { NUMBER } else { 1 }
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub unsafe extern "C" fn entry_NAME(ctx: *const u32) -> u32 {
    step_NAME(unsafe { ctx.add(4).read() })
}

#[panic_handler]
fn never(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
