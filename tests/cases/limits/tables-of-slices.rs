// The lengths in a table of slices are numbers; the slices are addresses, which no loader fills in. An index into a small
// table becomes a choice; where an iterator of the core library reads, the line is the user's own.
//
// llvm: 22..
// compile: -Cdebuginfo=2
// args: --export entry
// view: disasm entry
// expect: if
// args: --export walk
// error: link
// says: `walk` reads an address that is never filled in
// place: this.rs:
// cause: the initial value of `this::NAMES` holds addresses
// help: choose the address in code (`match`, `switch`)
// args: --export length
// view: disasm length
// expect: exit
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
static NAMES: [&[u8]; 3] = [b"alpha", b"beta", b"gamma"];

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub fn entry(context: &u32) -> u32 {
    NAMES.get(*context as usize).map_or(0, |name| name[0].into())
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub fn walk(context: &u32) -> u32 {
    let firsts = NAMES.iter().skip(*context as usize).map(|name| u32::from(name[0]));
    firsts.fold(0, |sum, first| sum * 3 + first)
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub fn length(context: &u32) -> u32 {
    NAMES.get(*context as usize).map_or(0, |name| name.len() as u32)
}
