use core::cell::UnsafeCell;
#[repr(C)]
pub struct Def {
    t: u32,
    k: u32,
    v: u32,
    m: u32,
    f: u32,
    id: u32,
    pin: u32,
}
#[repr(transparent)]
pub struct Map(UnsafeCell<Def>);
unsafe impl Sync for Map {}
#[unsafe(link_section = "maps")]
#[unsafe(export_name = "HITS")]
static HITS: Map = Map(UnsafeCell::new(Def { t: 2, k: 4, v: 8, m: 4, f: 0, id: 0, pin: 0 }));
#[unsafe(link_section = "maps")]
#[unsafe(export_name = "TABLE")]
static TABLE: Map = Map(UnsafeCell::new(Def { t: 1, k: 4, v: 8, m: 16, f: 0, id: 0, pin: 0 }));
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static _license: [u8; 4] = *b"GPL\0";
#[unsafe(no_mangle)]
static LIMIT: u32 = 7;
#[unsafe(no_mangle)]
static mut COUNT: u64 = 0;
#[inline(never)]
fn bump(m: &Map, key: u32) -> u32 {
    let lookup: unsafe extern "C" fn(*const Map, *const u32) -> *mut u64 =
        unsafe { core::mem::transmute(1usize) };
    let v = unsafe { lookup(m, &key) };
    if v.is_null() {
        return 0;
    }
    unsafe {
        *v += 1;
        *v as u32
    }
}
#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn prog(_c: *mut u8) -> u32 {
    unsafe {
        COUNT += 1;
        bump(&HITS, core::ptr::read_volatile(&LIMIT)) + if COUNT > 5 { bump(&TABLE, 1) } else { 0 }
    }
}
