// Ordinary Rust that may panic, in programs of several types.

#![no_std]
#![no_main]
#![allow(static_mut_refs)]

#[repr(C)]
pub struct Packet {
    length: u32,
    kind: u32,
    mark: u32,
    queue: u32,
}

/// Count and line that the handler recorded, how far the program went, and the end of the file's name.
#[repr(C)]
pub struct Story {
    panics: u32,
    line: u32,
    steps: u32,
    file: [u8; 8],
}

#[unsafe(no_mangle)]
pub static mut STORY: Story = Story { panics: 0, line: 0, steps: 0, file: [0; 8] };

static TABLE: [u32; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    unsafe { STORY.panics += 1 };
    if let Some(place) = info.location() {
        unsafe { STORY.line = place.line() };
        if let Some(start) = place.file().as_bytes().first_chunk::<8>() {
            unsafe { STORY.file = *start };
        }
    }
    loop {}
}

fn went(steps: u32) {
    unsafe { STORY.steps = STORY.steps.wrapping_add(steps) };
}

#[inline(never)]
fn inner(index: u32) -> u32 {
    went(1);
    let found = TABLE[index as usize]; // the index
    went(10);
    found
}

#[inline(never)]
fn middle(index: u32) -> Option<u32> {
    if index == 7 {
        went(1);
        return None;
    }
    Some(inner(index) ^ 1)
}

#[inline(never)]
fn outer(index: u32) -> u32 {
    let found = middle(index).unwrap(); // the option
    went(100);
    found
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub extern "C" fn nested(packet: *const Packet) -> u32 {
    let length = unsafe { (*packet).length }.wrapping_sub(14);
    outer(length) | 1
}

extern "C" fn round(index: u32, sum: *mut u64) -> i64 {
    let share = 10 / 2u64.wrapping_sub(u64::from(index)); // the divisor
    unsafe { *sum = (*sum).wrapping_add(share) };
    went(10);
    0
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub extern "C" fn repeated(packet: *const Packet) -> u32 {
    type Round = extern "C" fn(u32, *mut u64) -> i64;
    let bpf_loop: extern "C" fn(u32, Round, *mut u64, u64) -> i64 =
        unsafe { core::mem::transmute(181usize) };
    let length = unsafe { (*packet).length }.wrapping_sub(14);
    let mut sum = 0;
    bpf_loop(length, round, &mut sum, 0);
    went(100);
    sum as u32 | 1
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn plain(packet: *const Packet) -> u32 {
    TABLE[unsafe { (*packet).queue } as usize]
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub extern "C" fn divided(packet: *const Packet) -> u32 {
    let packet = unsafe { &*packet };
    packet.length / packet.mark + packet.length % packet.queue
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub extern "C" fn multiplied(packet: *const Packet) -> u32 {
    let packet = unsafe { &*packet };
    let wide = u64::from(packet.length) << 32 | u64::from(packet.mark);
    let checked = wide.checked_mul(u64::from(packet.queue) << 16 | 5).expect("a small product");
    (wide as u128 * 0x9e37_79b9_7f4a_7c15 >> 64) as u32 ^ checked as u32
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub extern "C" fn compared(packet: *const Packet) -> u32 {
    let packet = unsafe { &*packet };
    assert_ne!(packet.mark, packet.queue, "two that differ");
    assert!(packet.length > 3);
    u32::from(packet.mark > 5)
}

#[derive(Clone, Copy)]
struct Quad(u64, u64, u64, u64);

#[inline(never)]
fn quad(seed: u32) -> Quad {
    Quad(seed.into(), 2, u64::from(seed) + 5, 9)
}

#[inline(never)]
fn halved(seed: u32) -> Result<u64, i32> {
    if seed > 5 { Ok(u64::from(seed) * 3) } else { Err(-(seed as i32)) }
}

#[inline(never)]
fn sixth(a: u32, b: u32, c: u32, d: u32, e: u32, f: u32) -> u32 {
    a ^ b.wrapping_mul(c) ^ d ^ e.wrapping_add(f)
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub extern "C" fn wide(packet: *const Packet) -> u32 {
    let packet = unsafe { &*packet };
    let four = quad(packet.length);
    let half = halved(packet.mark).unwrap();
    let six = sixth(packet.length, packet.mark, packet.kind, packet.queue, packet.mark, 6);
    (four.0 ^ four.1 ^ four.2 ^ four.3 ^ half) as u32 ^ six
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub extern "C" fn summed(packet: *const Packet) -> u32 {
    let packet = unsafe { &*packet };
    let parts = [packet.length, packet.kind, packet.mark];
    parts.iter().map(|part| part & 255).sum::<u32>() + TABLE.iter().sum::<u32>()
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "cgroup/recvmsg4")]
pub extern "C" fn received(context: *const [u32; 4]) -> u32 {
    let family = unsafe { (*context)[0] };
    if family == 77 {
        panic!("no such family");
    }
    1
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "tracepoint/syscalls/sys_enter_getpid")]
pub extern "C" fn traced(context: *const [u64; 2]) -> u32 {
    let number = unsafe { (*context)[1] };
    u32::try_from(number).unwrap()
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "socket")]
pub extern "C" fn filtered(packet: *const Packet) -> u32 {
    let packet = unsafe { &*packet };
    packet.length.checked_ilog2().unwrap() + packet.length.checked_sub(packet.queue).unwrap_or(1)
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "license")]
pub static LICENSE: [u8; 4] = *b"GPL\0";
