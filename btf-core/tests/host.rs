//! Outside of BPF the macros answer with this program's own layout, and read its own memory.

#![allow(
    non_camel_case_types,
    clippy::upper_case_acronyms,
    clippy::multiple_unsafe_ops_per_block,
    reason = "names are the kernel's; each block has one reason"
)]

use std::{ffi::CString, ptr};

use btf_core::{
    ReadError, core_read, core_read_bitfield, core_read_str, core_read_user, enum_value,
    enum_value_exists, field_byte_offset, field_byte_size, field_exists, field_ptr, type_exists,
    type_id_local, type_id_target, type_matches, type_size,
};

#[repr(C)]
struct task_struct {
    pid: i32,
    comm: [u8; 16],
    parent: *const task_struct,
    name: *const u8,
    slots: [slot; 4],
    value: number,
    narrow: i8,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct slot {
    next: u16,
    pair: (u32, u64),
}

#[repr(C)]
#[derive(Clone, Copy)]
union number {
    whole: u64,
    half: u32,
}

#[repr(i32)]
#[allow(dead_code)]
enum state {
    RUNNING = 3,
    DEAD = -1,
}

impl task_struct {
    fn new(pid: i32, parent: *const Self) -> Self {
        let slots = [slot { next: 5, pair: (6, 7) }; 4];
        let comm = *b"a name\0garbage!!";
        let value = number { whole: 9 };
        Self { pid, comm, parent, name: ptr::null(), slots, value, narrow: -3 }
    }

    fn offset_of_pid() -> Option<usize> {
        field_byte_offset!(Self, pid)
    }
}

#[test]
fn questions_are_answered_with_the_layout_of_the_compiler() {
    assert_eq!(task_struct::offset_of_pid(), Some(0));
    assert_eq!(field_byte_offset!(task_struct, comm[2]), Some(6));
    let slots = std::mem::offset_of!(task_struct, slots);
    assert_eq!(field_byte_offset!(task_struct, slots[3].next), Some(slots + 3 * size_of::<slot>()));
    assert_eq!(field_byte_size!(task_struct, slots[0].pair.1), Some(8));
    assert_eq!(field_byte_size!(task_struct, value.half), Some(4));
    assert!(field_exists!(task_struct, parent) && type_exists!(slot) && type_matches!(number));
    assert_eq!(type_size!(slot), Some(size_of::<slot>()));
    assert_eq!((type_id_local!(slot), type_id_target!(slot)), (0, Some(0)));
    assert_eq!(enum_value!(state, RUNNING), Some(3));
    assert_eq!(enum_value!(state, DEAD), Some(u64::MAX));
    assert!(enum_value_exists!(state, DEAD));
}

#[test]
fn reads_follow_pointers_and_stop_at_null() {
    let parent = task_struct::new(1, ptr::null());
    let mut task = task_struct::new(7, &parent);
    // SAFETY: any bytes are a number, and the structures are there.
    unsafe {
        assert_eq!(core_read!(&task, parent->pid), Ok(1));
        assert_eq!(core_read_user!(&raw const task, slots[1].pair.0), Ok(6));
        assert_eq!(core_read!(&mut task, value.half), Ok(9));
        let fault = core_read!(&task, parent->parent->pid);
        assert_eq!(fault, Err(ReadError::Fault(-14)));
        assert_eq!(fault.map_err(i64::from), Err(-14));
        assert_eq!(core_read_bitfield!(&task, narrow), Ok(-3));
        assert_eq!(field_ptr!(&task, pid).read(), 7);
    }
    assert_eq!(ReadError::Missing.code(), -2);
}

#[test]
fn text_is_read_from_arrays_and_through_pointers_and_cut() {
    let long = CString::new("longer than the buffer").expect("no zero in it");
    let mut task = task_struct::new(7, ptr::null());
    task.name = long.as_ptr().cast();
    let mut buffer = [0xff; 8];
    // SAFETY: both texts end in a zero.
    unsafe {
        assert_eq!(core_read_str!(&mut buffer, &task, comm), Ok(&b"a name"[..]));
        assert_eq!(core_read_str!(&mut buffer, &task, name), Ok(&b"longer "[..]));
        task.name = ptr::null();
        assert_eq!(core_read_str!(&mut buffer, &task, name), Err(ReadError::Fault(-14)));
    }
}
