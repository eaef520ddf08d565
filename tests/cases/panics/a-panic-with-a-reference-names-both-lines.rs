// An index that may be out of bounds, between a lookup of a socket and its release.
//
// run: /usr/bin/rustc --edition 2024 --target bpfel-unknown-none -O -Cdebuginfo=1 -Cpanic=abort -Clinker={linker} -o out.o this.rs > words 2>&1 || true
// view: text in words
// expect: error: `pick` may panic while it holds a reference
// expect-next: --> this.rs:28:
// expect: = cause: it holds a reference, since this.rs:26:{{.*}}, and the kernel rejects a program that ends with it
//
// llvm: 22
#![no_std]
#![no_main]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

type Lookup = unsafe extern "C" fn(*const u8, *const u8, u32, u64, u64) -> *const u32;
type Release = unsafe extern "C" fn(*const u32) -> i64;

#[unsafe(no_mangle)]
#[unsafe(link_section = "tc")]
pub unsafe extern "C" fn pick(context: *const u32, tuple: &[u8; 12], index: &u32) -> i32 {
    let lookup: Lookup = unsafe { core::mem::transmute(84usize) };
    let release: Release = unsafe { core::mem::transmute(86usize) };
    let socket = unsafe { lookup(context.cast(), tuple.as_ptr(), 12, u64::MAX, 0) };
    let Some(mark) = (unsafe { socket.as_ref() }) else { return 0 };
    let chosen = [3, 1, 4, 1, 5][*index as usize] + *mark as i32;
    unsafe { release(socket) };
    chosen
}
