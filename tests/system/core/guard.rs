//! A field that no kernel has, read only where there is one.

#![no_std]
#![no_main]
#![allow(non_camel_case_types, dead_code)]

use btf_core::*;

include!("kernel.rs");

#[unsafe(no_mangle)]
#[unsafe(link_section = "raw_tp/sys_enter")]
extern "C" fn at_once(_: *mut ()) -> i32 {
    let task = current().cast::<task_struct___future>();
    put(0, unsafe { core_read!(task, no_such_member) }.unwrap_or(1));
    put(1, field_byte_offset!(task_struct___future, no_such_member).map_or(2, |offset| offset as u64));
    put(2, type_size!(no_such_struct).map_or(3, |size| size as u64));
    put(3, enum_value!(bpf_map_type, NO_SUCH).unwrap_or(4));
    // Only libbpf knows this one.
    put(4, u64::from(type_matches!(no_such_struct)));
    0
}

/// Code that a loop does not change is moved in front of it, if nothing forbids.
#[unsafe(no_mangle)]
#[unsafe(link_section = "raw_tp/sys_exit")]
extern "C" fn in_a_loop(_: *mut ()) -> i32 {
    let mut task = current();
    for index in 0..20 {
        if field_exists!(task_struct___future, no_such_member) {
            let field = field_ptr!(task.cast::<task_struct___future>(), no_such_member);
            put(index, field as u64);
        }
        put(index, unsafe { core_read!(task, pid) }.unwrap_or(0) as u64);
        let Ok(parent) = (unsafe { core_read!(task, real_parent) }) else { break };
        if parent == task {
            break;
        }
        task = parent;
    }
    0
}
