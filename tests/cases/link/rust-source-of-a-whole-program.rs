// rustc's own bitcode: the section of the program, the panic-free arithmetic, and nothing else.
//
// args: {this} --export entry
// view: disasm entry
// expect: r0 = 0x2
// expect: exit
// view: symbols
// expect: g F xdp {{.*}} entry
// reject: F .text

#![no_std]

#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn entry(_context: *const u8) -> u32 {
    [1_u32, 1].iter().sum()
}
