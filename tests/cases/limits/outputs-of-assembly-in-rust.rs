// run: RUSTC_BOOTSTRAP=1 /usr/bin/rustc --edition 2024 --target bpfel-unknown-none -O -C panic=abort -C linker={linker} -o two two.rs
// view: disasm prog in two
// expect: r0 = 0x3
// expect: r1 = 0x4
// expect: r0 += r1
//
// llvm: 22
//
//--- this.rs
#![no_std]
//--- two.rs
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "socket")]
pub extern "C" fn prog(_context: *const u8) -> u64 {
    let (a, b): (u64, u64);
    unsafe { core::arch::asm!("{0} = 3", "{1} = 4", out(reg) a, out(reg) b) };
    a + b
}
