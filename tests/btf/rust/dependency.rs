//! A package that a program links, with a program of its own.

#![no_std]

#[inline(never)]
pub fn sum(numbers: &[u32; 4]) -> u32 {
    numbers.iter().fold(0, |sum, number| sum.wrapping_add(*number))
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub extern "C" fn of_dependency(context: *mut u32) -> i32 {
    // SAFETY: a context has a word there.
    let length = unsafe { context.read_volatile() };
    (sum(&[length, 1, 2, 3]) & 1) as i32
}
