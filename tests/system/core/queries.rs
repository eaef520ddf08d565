//! Every kind of query, each answer into a slot of the map; the same ones as in queries.c.

#![no_std]
#![no_main]
#![allow(non_camel_case_types, dead_code)]

use btf_core::*;

include!("kernel.rs");

impl task_struct {
    #[inline(always)]
    fn thread(this: *const Self) -> Result<i32, ReadError> {
        unsafe { core_read!(this, pid) }
    }

    #[inline(always)]
    fn has_comm() -> bool {
        field_exists!(Self, comm)
    }
}

const NONE: u64 = u64::MAX;

#[inline(always)]
fn or_none(answer: Option<usize>) -> u64 {
    answer.map_or(NONE, |answer| answer as u64)
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "raw_tp/sys_enter")]
extern "C" fn queries(_: *mut ()) -> i32 {
    let task = current();
    of_process(task);
    of_kernel();
    of_types(task);
    0
}

// Several functions: unoptimised, all that they read would not fit one frame.
#[inline(never)]
fn of_process(task: *const task_struct) {
    put(0, task_struct::thread(task).map_or(NONE, |pid| pid as u64));
    put(1, unsafe { core_read!(task, tgid) }.map_or(NONE, |pid| pid as u64));
    put(2, unsafe { core_read!(task, real_parent->tgid) }.map_or(NONE, |pid| pid as u64));
    put(3, unsafe { core_read!(task, group_leader->real_parent->tgid) }.map_or(NONE, |pid| pid as u64));
    let mut comm = [0; 16];
    put(4, unsafe { core_read_str!(&mut comm, task, comm) }.map_or(NONE, |text| text.len() as u64));
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = comm;
    put(5, u64::from_ne_bytes([a, b, c, d, e, f, g, h]));
    put(6, u64::from_ne_bytes([i, j, k, l, m, n, o, p]));
    put(7, unsafe { core_read_bitfield!(task, signal->has_child_subreaper) }.map_or(NONE, u64::from));
    put(8, unsafe { core_read!(task, signal->rlim[7].rlim_cur) }.unwrap_or(NONE));
    put(9, unsafe { core_read!(task, se.load.weight) }.unwrap_or(NONE));
}

#[inline(never)]
fn of_kernel() {
    put(10, or_none(field_byte_offset!(task_struct, comm[2])));
    put(11, or_none(field_byte_size!(task_struct, comm)));
    put(12, or_none(field_byte_size!(task_struct, se.load)));
    put(13, or_none(field_byte_offset!(task_struct, tasks.next)));
    put(14, or_none(field_byte_offset!(sk_buff, __bindgen_anon_1.__bindgen_anon_1.next)));
    put(15, or_none(field_byte_offset!(bpf_attr, prog_type)));
    put(16, or_none(field_byte_offset!(task_struct___future, no_such_member)));
    put(17, u64::from(task_struct::has_comm()));
    put(18, u64::from(field_exists!(task_struct___before_5_14, state)));
    put(19, u64::from(field_exists!(task_struct___since_5_14, __state)));
}

#[inline(never)]
fn of_types(task: *const task_struct) {
    put(20, u64::from(type_exists!(no_such_struct)));
    put(21, or_none(type_size!(task_struct)));
    put(22, or_none(type_size!(sched_entity)));
    put(23, enum_value!(bpf_map_type, BPF_MAP_TYPE_HASH).unwrap_or(NONE));
    put(24, enum_value!(bpf_map_type, NO_SUCH).unwrap_or(NONE));
    put(25, u64::from(enum_value_exists!(bpf_map_type, BPF_MAP_TYPE_ARENA)));
    put(26, u64::from(type_id_target!(task_struct).unwrap_or(0)));
    put(27, u64::from(type_id_local!(task_struct) != 0));
    put(28, unsafe { core_read!(task, tasks.next->prev) }.map_or(NONE, |list| u64::from(!list.is_null())));
    put(29, unsafe { core_read!(core::ptr::null::<task_struct>(), pid) }.map_or_else(|error| error.code() as u64, |_| 0));
    put(30, unsafe { core_read!(task.cast::<task_struct___future>(), no_such_member) }.map_or_else(|error| error.code() as u64, |_| 0));
    put(31, unsafe { core_read!(task.cast::<task_struct___rust>(), tgid) }.map_or(NONE, |pid| pid as u64));
    let both: extern "C" fn() -> u64 = unsafe { core::mem::transmute(14usize) };
    put(32, both());
}
