// `debug = 1` in a profile: rustc describes functions without their types.
//
// llvm: 22..
// compile: -Cdebuginfo=1 -Cpanic=abort
// args: --export entry --btf
// view: btf
// expect: FUNC 'helper' {{.*}}linkage=static
// view: btf
// expect: FUNC 'entry' {{.*}}linkage=global
// args: --export entry
// view: disasm entry
// expect: call

#![no_std]

#[inline(never)]
pub fn helper(x: u32) -> u32 {
    if x > 100 { x * 3 } else { x ^ 0x55 }
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn entry(context: *const u32) -> u32 {
    helper(unsafe { *context.add(3) })
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
