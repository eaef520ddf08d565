//! Every construct of Rust that LLVM describes in a way the kernel refuses; `regenerate.sh` makes BTF of it.

#![no_std]
#![allow(dead_code, non_upper_case_globals, improper_ctypes_definitions, static_mut_refs)]
use core::cell::UnsafeCell;
use core::ffi::c_void;

pub mod left { #[repr(C)] pub struct Same { pub a: u32 } }
pub mod right { #[repr(C)] pub struct Same { pub b: u64, pub c: u8 } }

pub enum Shape { Empty, Circle(u32), Rect { w: u16, h: u64 } }
#[repr(u8)] #[derive(Clone, Copy)] pub enum Small { A = 1, B = 2 }
#[repr(i64)] #[derive(Clone, Copy)] pub enum Wide { A = -1, B = 1 << 40 }
#[repr(C)] pub union Bits { pub a: u32, pub b: f32 }

pub struct Reordered { pub a: u8, pub b: u64, pub c: u16, pub d: u32 }
pub struct ConstGeneric<const N: usize, const B: bool> { pub data: [u8; N] }
pub struct Marker;
pub struct Newtype(pub u64);
pub trait Speak { fn speak(&self) -> u32; }
impl Speak for Newtype { #[inline(never)] fn speak(&self) -> u32 { self.0 as u32 } }

pub struct List { pub next: Option<&'static List>, pub value: u64 }
#[repr(C)] pub struct bindgen { pub a: u32, pub __bindgen_anon_1: bindgen__bindgen_ty_1 }
#[repr(C)] #[derive(Clone, Copy)] pub union bindgen__bindgen_ty_1 { pub x: u32, pub y: u16 }

pub struct All<'a> {
    pub opt: Option<u32>, pub res: Result<u64, Small>, pub opt_ref: Option<&'a u32>,
    pub tup: (u8, u32), pub unit: (), pub ch: char, pub big: u128, pub ibig: i128,
    pub f: f32, pub d: f64, pub slice: &'a [u8], pub s: &'a str, pub dynamic: &'a dyn Speak,
    pub fp: fn(u32, &u8) -> u64, pub never: fn() -> !, pub cg: ConstGeneric<16, true>,
    pub marker: Marker, pub arr_zst: [(); 3], pub arr: [Marker; 2], pub small: Small, pub wide: Wide, pub shape: Shape,
    pub l: left::Same, pub r: right::Same, pub pl: *const left::Same, pub pr: *mut right::Same,
    pub list: List, pub re: Reordered, pub bits: Bits, pub nested: Option<Option<(u8, char)>>, pub v: *const c_void,
    pub cell: UnsafeCell<u32>, pub bg: bindgen, pub ordering: core::cmp::Ordering, pub nz: Option<core::num::NonZeroU32>,
}

#[repr(C)] pub struct MapDef { pub r#type: *const [i32; 1], pub key: *const u32, pub value: *const All<'static>, pub max_entries: *const [i32; 64] }
#[repr(transparent)] pub struct HashMap(UnsafeCell<MapDef>);
unsafe impl Sync for HashMap {}
#[unsafe(no_mangle)] #[unsafe(link_section = ".maps")]
pub static MAP: HashMap = HashMap(UnsafeCell::new(MapDef { r#type: core::ptr::null(), key: core::ptr::null(), value: core::ptr::null(), max_entries: core::ptr::null() }));

#[unsafe(no_mangle)] pub static mut EVERYTHING: core::mem::MaybeUninit<All<'static>> = core::mem::MaybeUninit::uninit();
#[unsafe(no_mangle)] pub static mut COUNTER: u64 = 7;
#[unsafe(no_mangle)] pub static ZST: Marker = Marker;
#[unsafe(no_mangle)] #[unsafe(link_section = "license")] pub static _license: [u8; 4] = *b"GPL\0";

unsafe extern "C" { fn observe(p: *const c_void, n: u64) -> u64; }

#[inline(never)] pub fn ignore(_: u32, b: u32) -> u32 { unsafe { observe(core::ptr::null(), b as u64) as u32 } }
#[inline(never)] pub fn generic<T: Copy, const N: usize>(t: &[T; N]) -> u64 { unsafe { observe(t.as_ptr().cast(), N as u64) } }
#[inline(never)] pub fn letter(c: char, u: ()) -> char { unsafe { observe(core::ptr::null(), c as u64); let _ = u; c } }
#[inline(never)] pub fn closure<F: Fn(u32) -> u32>(f: F) -> u32 { f(unsafe { COUNTER } as u32) }
#[inline(never)] pub fn object(d: &dyn Speak) -> u32 { d.speak() }

#[unsafe(no_mangle)] #[unsafe(link_section = "xdp")]
pub extern "C" fn prog(ctx: *mut c_void) -> i32 {
    let k = unsafe { observe(ctx, 1) } as u32;
    let a = closure(|x| x + k);
    let b = ignore(1, a) + letter('x', ()) as u32 + generic(&[1u16, 2, 3]) as u32;
    unsafe { COUNTER += b as u64 + EVERYTHING.as_ptr().cast::<u8>().read() as u64; }
    let all: *const All = ctx.cast();
    (b + object(&Newtype(k as u64))) as i32 + unsafe { (*all).small as i32 }
}
#[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }
