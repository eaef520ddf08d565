//! Every construct of Rust whose debug info the kernel refuses, in programs that load; and what rustc itself says of
//! sizes and offsets, in section `.rodata.layout`, for the test to compare with BTF.

#![no_std]
#![no_main]
#![allow(dead_code, improper_ctypes_definitions, non_camel_case_types)]
use core::{cell::UnsafeCell, ffi::c_void, mem::offset_of, num::NonZeroU32, ptr::null};

pub mod left {
    #[repr(C)]
    pub struct Same {
        pub a: u32,
    }
}
pub mod right {
    #[repr(C)]
    pub struct Same {
        pub b: u64,
        pub c: u8,
    }
}

pub enum Shape {
    Empty,
    Circle(u32),
    Rect { w: u16, h: u64 },
}
#[repr(u8)]
#[derive(Clone, Copy)]
pub enum Small {
    A = 1,
    B = 2,
}
#[repr(i64)]
pub enum Wide {
    A = -1,
    B = 1 << 40,
}
#[repr(C)]
pub union Bits {
    pub a: u32,
    pub b: f32,
}
pub struct Reordered {
    pub a: u8,
    pub b: u64,
    pub c: u16,
    pub d: u32,
}
pub struct ConstGeneric<const N: usize, const B: bool> {
    pub head: u8,
    pub data: [u16; N],
}
pub struct Marker;
pub struct Newtype(pub u64);
pub trait Speak {
    fn speak(&self) -> u32;
}
impl Speak for Newtype {
    #[inline(never)]
    fn speak(&self) -> u32 {
        self.0 as u32
    }
}
pub struct List {
    pub next: Option<&'static List>,
    pub value: u64,
}
#[repr(C)]
pub struct bindgen {
    pub a: u32,
    pub __bindgen_anon_1: bindgen__bindgen_ty_1,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub union bindgen__bindgen_ty_1 {
    pub x: u32,
    pub y: u16,
}

pub struct All<'a> {
    pub opt: Option<u32>,
    pub res: Result<u64, Small>,
    pub opt_ref: Option<&'a u32>,
    pub tup: (u8, u32),
    pub unit: (),
    pub ch: char,
    pub big: u128,
    pub ibig: i128,
    pub f: f32,
    pub d: f64,
    pub slice: &'a [u8],
    pub s: &'a str,
    pub dynamic: &'a dyn Speak,
    pub fp: fn(u32, &u8) -> u64,
    pub never: fn() -> !,
    pub cg: ConstGeneric<16, true>,
    pub marker: Marker,
    pub arr_zst: [(); 3],
    pub arr: [Marker; 2],
    pub small: Small,
    pub wide: Wide,
    pub shape: Shape,
    pub l: left::Same,
    pub r: right::Same,
    pub pl: *const left::Same,
    pub pr: *mut right::Same,
    pub list: List,
    pub re: Reordered,
    pub bits: Bits,
    pub nested: Option<Option<(u8, char)>>,
    pub v: *const c_void,
    pub cell: UnsafeCell<u32>,
    pub bg: bindgen,
    pub ordering: core::cmp::Ordering,
    pub nz: Option<NonZeroU32>,
}

#[repr(C)]
pub struct MapDef {
    r#type: *const [i32; 1],
    key: *const u32,
    value: *const All<'static>,
    max_entries: *const [i32; 64],
    marker: core::marker::PhantomData<All<'static>>,
}
#[repr(transparent)]
pub struct HashMap(UnsafeCell<MapDef>);
// SAFETY: the kernel, not this program, uses what is inside.
unsafe impl Sync for HashMap {}
#[unsafe(no_mangle)]
#[unsafe(link_section = ".maps")]
pub static MAP: HashMap = HashMap(UnsafeCell::new(MapDef {
    r#type: null(),
    key: null(),
    value: null(),
    max_entries: null(),
    marker: core::marker::PhantomData,
}));
#[unsafe(no_mangle)]
pub static mut COUNTER: u64 = 7;
#[unsafe(no_mangle)]
#[unsafe(link_section = "license")]
pub static _license: [u8; 4] = *b"GPL\0";

#[inline(never)]
pub fn ignore(_: u32, b: u32) -> u32 {
    count(b)
}
#[inline(never)]
pub fn generic<T: Copy + Into<u64>, const N: usize>(all: &[T; N]) -> u64 {
    count(N as u32) as u64 + all[N - 1].into()
}
#[inline(never)]
pub fn letter(c: char, _unit: ()) -> char {
    count(c as u32);
    c
}
#[inline(never)]
pub fn closure<F: Fn(u32) -> u32>(f: F) -> u32 {
    f(count(1))
}
#[inline(never)]
pub fn shape(shape: &Shape) -> u32 {
    match shape {
        Shape::Empty => count(0),
        Shape::Circle(radius) => count(*radius),
        Shape::Rect { w, h } => count(*w as u32 + *h as u32),
    }
}
#[inline(never)]
pub fn object(it: &dyn Speak) -> u32 {
    // SAFETY: what implements it here has a byte at least.
    count(unsafe { core::ptr::from_ref(it).cast::<u8>().read_volatile() } as u32)
}
#[inline(never)]
pub fn count(by: u32) -> u32 {
    // SAFETY: one program runs at a time in the tests.
    unsafe {
        COUNTER = COUNTER.wrapping_add(by as u64);
        COUNTER as u32
    }
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn prog(ctx: *mut u32) -> i32 {
    // SAFETY: an XDP context has a word `ingress_ifindex` there.
    let k = unsafe { ctx.add(3).read_volatile() };
    let a = closure(|x| x + k);
    let b = ignore(1, a) + letter('x', ()) as u32 + generic(&[1u16, 2, 3]) as u32;
    let shapes = if k > 1 { Shape::Circle(k) } else { Shape::Rect { w: 3, h: k as u64 } };
    (b + object(&Newtype(k as u64)) + Newtype(k as u64).speak() + shape(&shapes)) as i32 & 1
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "classifier")]
pub extern "C" fn lookup(_: *mut c_void) -> i32 {
    // SAFETY: helper 1 is bpf_map_lookup_elem.
    let lookup: unsafe extern "C" fn(*const HashMap, *const u32) -> *const All<'static> =
        unsafe { core::mem::transmute(1usize) };
    let key = 1;
    // SAFETY: as the helper wants it.
    let found = unsafe { lookup(&MAP, &key) };
    if found.is_null() {
        return 0;
    }
    // SAFETY: the kernel gave a value of the map.
    (unsafe { (*found).re.d } & 1) as i32
}

/// Layout according to rustc: a type's name in BTF, a member's name or nothing, and its offset or the type's size.
#[repr(C)]
pub struct Row {
    of: [u8; 40],
    member: [u8; 20],
    number: u32,
}

const fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    let mut index = 0;
    while index < text.len() {
        bytes[index] = text.as_bytes()[index];
        index += 1;
    }
    bytes
}

const fn row(of: &str, member: &str, number: usize) -> Row {
    Row { of: padded(of), member: padded(member), number: number as u32 }
}

const fn distance<T, U>(whole: &T, part: &U) -> usize {
    // SAFETY: the part lies in the whole.
    unsafe { (&raw const *part).cast::<u8>().offset_from((&raw const *whole).cast::<u8>()) as usize }
}

const fn in_circle(whole: &Shape) -> usize {
    let Shape::Circle(radius) = whole else { return usize::MAX };
    distance(whole, radius)
}
const fn in_rect(whole: &Shape) -> [usize; 2] {
    let Shape::Rect { w, h } = whole else { return [usize::MAX; 2] };
    [distance(whole, w), distance(whole, h)]
}
const fn in_some(whole: &Option<u32>) -> usize {
    let Some(it) = whole else { return usize::MAX };
    distance(whole, it)
}
const fn in_ok(whole: &Result<u64, Small>) -> usize {
    let Ok(it) = whole else { return usize::MAX };
    distance(whole, it)
}
const fn in_err(whole: &Result<u64, Small>) -> usize {
    let Err(it) = whole else { return usize::MAX };
    distance(whole, it)
}

macro_rules! rows {
    ($($name:literal $type:ty { $($member:tt)* })*) => {
        [$(row($name, "", size_of::<$type>()), $(row($name, stringify!($member), offset_of!($type, $member)),)*)*
            row("Option_u32_Some", "0", in_some(&Some(1))),
            row("Result_u64_Small_Ok", "0", in_ok(&Ok(1))),
            row("Result_u64_Small_Err", "0", in_err(&Err(Small::A))),
            row("Shape_Circle", "0", in_circle(&Shape::Circle(1))),
            row("Shape_Rect", "w", in_rect(&Shape::Rect { w: 1, h: 2 })[0]),
            row("Shape_Rect", "h", in_rect(&Shape::Rect { w: 1, h: 2 })[1]),
        ]
    };
}

#[used]
#[unsafe(link_section = ".rodata.layout")]
static LAYOUT: [Row; 96] = rows! {
    "All" All<'static> {
        opt res opt_ref tup unit ch big ibig f d slice s dynamic fp never cg marker arr_zst arr small wide shape l r pl
        pr list re bits nested v cell bg ordering nz
    }
    "Reordered" Reordered { a b c d }
    "ConstGeneric_16_true" ConstGeneric<16, true> { head data }
    "Same" left::Same { a }
    "Same___2" right::Same { b c }
    "Shape" Shape {}
    "Small" Small {}
    "Wide" Wide {}
    "Bits" Bits { a b }
    "Marker" Marker {}
    "unit" () {}
    "Newtype" Newtype { 0 }
    "List" List { next value }
    "bindgen" bindgen { a }
    "tuple_u8_u32" (u8, u32) { 0 1 }
    "tuple_u8_char" (u8, char) { 0 1 }
    "Option_u32" Option<u32> {}
    "Option_ref_u32" Option<&'static u32> {}
    "Option_NonZero_u32" Option<NonZeroU32> {}
    "Option_Option_tuple_u8_char" Option<Option<(u8, char)>> {}
    "Result_u64_Small" Result<u64, Small> {}
    "UnsafeCell_u32" UnsafeCell<u32> {}
    "ref_slice_u8" &'static [u8] {}
    "ref_str" &'static str {}
    "ref_dyn_Speak" &'static dyn Speak {}
    "Ordering" core::cmp::Ordering {}
    "u128" u128 {}
    "i128" i128 {}
    "f32" f32 {}
    "f64" f64 {}
    "char32_t" char {}
    "MapDef" MapDef { r#type key value max_entries }
};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
