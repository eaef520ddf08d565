// llvm: 22..
// compile: -Cdebuginfo=2
// args: --export entry
// error: link
// says: `this::inner` needs more stack than BPF has
// place: this.rs:18
// cause: local `buffer` (this.rs:19) takes 640 bytes
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
unsafe extern "C" {
    fn fill(place: *mut u64);
}
#[inline(never)]
fn inner(number: u64) -> u64 {
    let mut buffer = [number; 80];
    unsafe { fill(buffer.as_mut_ptr()) };
    buffer[3]
}
#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub fn entry(place: *mut u64) -> u64 {
    inner(unsafe { *place })
}
