#![feature(no_core, lang_items)]
#![no_core]
#![allow(internal_features)]

#[lang = "pointee_sized"] // since 1.90
pub trait PointeeSized {} // since 1.90
#[lang = "meta_sized"] // since 1.90
pub trait MetaSized: PointeeSized {} // since 1.90
#[lang = "sized"]
pub trait Sized: MetaSized {}
#[lang = "copy"]
pub trait Copy {}
impl Copy for u32 {}

#[repr(C)]
pub struct Context {
    data: u32,
    end: u32,
    meta: u32,
    interface: u32,
    queue: u32,
}

#[unsafe(no_mangle)]
pub extern "C" fn step_NAME(queue: u32) -> u32 {
    match queue {
        0 => NUMBER,
        _ => 1,
    }
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub unsafe extern "C" fn entry_NAME(ctx: *const Context) -> u32 {
    step_NAME(unsafe { (*ctx).queue })
}
