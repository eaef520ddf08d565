// A location holds the address of its file's name, which a handler need not read.
//
// run: /usr/bin/rustc --edition 2024 --target bpfel-unknown-none -O -Cdebuginfo=1 -Cpanic=abort -Clinker={linker} -o out.o this.rs
// view: disasm entry
// expect: exit
// run: /usr/bin/rustc --edition 2024 --target bpfel-unknown-none -Copt-level=0 -Cdebuginfo=1 -Cpanic=abort -Clinker={linker} -o out.o this.rs
// view: disasm entry
// expect: exit
//
// llvm: 22
#![no_std]
#![no_main]

#[unsafe(no_mangle)]
static mut LINE: u32 = 0;

#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    let line = info.location().map_or(0, |location| location.line());
    unsafe { core::ptr::write_volatile(&raw mut LINE, line) };
    loop {}
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub extern "C" fn entry(context: &[u32; 4]) -> u32 {
    let table = [context[1], context[2], context[3]];
    table[context[0] as usize] / context[1]
}
