// What the programs here know of the kernel: its names, in layouts that are deliberately not the kernel's.

#[repr(C)]
pub struct list_head {
    prev: *const list_head,
    next: *const list_head,
}

#[repr(C)]
pub struct load_weight {
    inv_weight: u32,
    weight: u64,
}

#[repr(C)]
pub struct sched_entity {
    wrong: [u64; 3],
    load: load_weight,
}

#[repr(C)]
pub struct rlimit {
    rlim_max: u64,
    rlim_cur: u64,
}

#[repr(C)]
pub struct signal_struct {
    wrong: u16,
    has_child_subreaper: u32,
    rlim: [rlimit; 16],
}

#[repr(C)]
pub struct task_struct {
    wrong: u8,
    pid: i32,
    tgid: i32,
    comm: [u8; 16],
    real_parent: *const task_struct,
    group_leader: *const task_struct,
    signal: *const signal_struct,
    se: sched_entity,
    tasks: list_head,
    sched_reset_on_fork: u32,
}

// Not C's order: rustc puts the largest fields first, where queries.c has them.
pub struct task_struct___rust {
    wrong: u8,
    tgid: i32,
    start_time: u64,
}

/// Before 5.14.
#[repr(C)]
pub struct task_struct___before_5_14 {
    state: u64,
}

#[repr(C)]
pub struct task_struct___since_5_14 {
    __state: u32,
}

#[repr(C)]
pub struct task_struct___future {
    wrong: u64,
    no_such_member: u64,
}

pub struct no_such_struct {
    x: u32,
}

// What bindgen makes of nameless members.
#[repr(C)]
pub struct sk_buff {
    pub __bindgen_anon_1: sk_buff__bindgen_ty_1,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub union sk_buff__bindgen_ty_1 {
    pub __bindgen_anon_1: sk_buff__bindgen_ty_1__bindgen_ty_1,
    pub list: [u64; 2],
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sk_buff__bindgen_ty_1__bindgen_ty_1 {
    pub prev: *mut sk_buff,
    pub next: *mut sk_buff,
}

#[repr(C)]
pub union bpf_attr {
    wrong: u64,
    prog_type: u32,
}

#[repr(u32)]
pub enum bpf_map_type {
    BPF_MAP_TYPE_HASH = 77,
    BPF_MAP_TYPE_ARENA = 78,
    NO_SUCH = 79,
}

// A program, of a library's size.

#[repr(C)]
#[allow(non_snake_case)]
pub struct Map {
    r#type: *const [i32; 2],
    key: *const u32,
    value: *const u64,
    max_entries: *const [i32; 64],
}
unsafe impl Sync for Map {}

#[unsafe(link_section = ".maps")]
#[unsafe(no_mangle)]
static OUT: Map = Map {
    r#type: core::ptr::null(),
    key: core::ptr::null(),
    value: core::ptr::null(),
    max_entries: core::ptr::null(),
};

#[inline(always)]
fn put(index: u32, value: u64) {
    let helper: extern "C" fn(*const Map, *const u32, *const u64, u64) -> i64 =
        unsafe { core::mem::transmute(2usize) };
    helper(&raw const OUT, &index, &value, 0);
}

#[inline(always)]
fn current() -> *const task_struct {
    let helper: extern "C" fn() -> *const task_struct = unsafe { core::mem::transmute(35usize) };
    helper()
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static _license: [u8; 4] = *b"GPL\0";
