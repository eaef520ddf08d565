//! Functions of the kernel, called from Rust.

#![no_std]
#![no_main]

unsafe extern "C" {
    fn bpf_rcu_read_lock();
    fn bpf_rcu_read_unlock();
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub extern "C" fn locked(_: *mut u32) -> i32 {
    // SAFETY: every lock is followed by its unlock.
    unsafe {
        bpf_rcu_read_lock();
        bpf_rcu_read_unlock();
    }
    0
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "license")]
static _license: [u8; 4] = *b"GPL\0";

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
