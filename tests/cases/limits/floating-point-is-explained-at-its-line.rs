// The routine for products is in rustc's own archive, and computes with 128 bits: nothing that a program's author knows of.
//
// run: /usr/bin/rustc --edition 2024 --target bpfel-unknown-none -O -Cdebuginfo=1 -Cpanic=abort -Clinker={linker} -o out.o this.rs > words 2>&1 || true
// view: text in words
// expect: error: `scale` computes with floating point
// expect-next: --> this.rs:22:
// reject: multiplies or divides 128 bits
//
// llvm: 22
#![no_std]
#![no_main]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "socket")]
pub extern "C" fn scale(length: &u32) -> u32 {
    let number = f64::from(*length);
    (number * 1.5) as u32
}
