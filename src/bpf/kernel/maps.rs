//! Map types, in the order of `enum bpf_map_type` in `include/uapi/linux/bpf.h` of each release; see
//! [`HELPERS`](super::HELPERS).

use super::{Kernel, numbered};

/// The names without `BPF_MAP_TYPE_`, in lower case, by the release that introduced them.
pub const MAP_TYPES: &[(Kernel, &str)] = &[
    (Kernel(3, 19), "hash array"),
    (Kernel(4, 2), "prog_array"),
    (Kernel(4, 3), "perf_event_array"),
    (Kernel(4, 6), "percpu_hash percpu_array stack_trace"),
    (Kernel(4, 8), "cgroup_array"),
    (Kernel(4, 10), "lru_hash lru_percpu_hash"),
    (Kernel(4, 11), "lpm_trie"),
    (Kernel(4, 12), "array_of_maps hash_of_maps"),
    (Kernel(4, 14), "devmap sockmap"),
    (Kernel(4, 15), "cpumap"),
    (Kernel(4, 18), "xskmap sockhash"),
    (Kernel(4, 19), "cgroup_storage reuseport_sockarray"),
    (Kernel(4, 20), "percpu_cgroup_storage queue stack"),
    (Kernel(5, 2), "sk_storage"),
    (Kernel(5, 4), "devmap_hash"),
    (Kernel(5, 6), "struct_ops"),
    (Kernel(5, 8), "ringbuf"),
    (Kernel(5, 10), "inode_storage"),
    (Kernel(5, 11), "task_storage"),
    (Kernel(5, 16), "bloom_filter"),
    (Kernel(6, 1), "user_ringbuf"),
    (Kernel(6, 2), "cgrp_storage"),
    (Kernel(6, 9), "arena"),
    (Kernel(6, 19), "insn_array"),
    (Kernel(7, 2), "rhash"),
];

/// Types of fields in the values of maps that the kernel manages (`enum btf_field_type` of `include/linux/bpf.h`), and
/// tags of pointers to the kernel's objects, with the first release. `kptr_untrusted` (6.4) is none of them: older kernels
/// treat such pointers as numbers, so programs that only compare them load there too.
const FIELDS: &[(&str, Kernel)] = &[
    ("bpf_spin_lock", Kernel(5, 1)),
    ("bpf_timer", Kernel(5, 15)),
    ("kptr", Kernel(5, 19)),
    ("kptr_ref", Kernel(5, 19)),
    ("bpf_list_head", Kernel(6, 2)),
    ("bpf_list_node", Kernel(6, 2)),
    ("bpf_rb_node", Kernel(6, 3)),
    ("bpf_rb_root", Kernel(6, 3)),
    ("bpf_refcount", Kernel(6, 4)),
    ("percpu_kptr", Kernel(6, 7)),
    ("bpf_wq", Kernel(6, 10)),
    ("uptr", Kernel(6, 13)),
    ("bpf_res_spin_lock", Kernel(6, 15)),
    ("bpf_task_work", Kernel(6, 18)),
];

/// Types of tables of operations that programs fill in (`struct_ops`), with the first release that takes them from BPF.
const STRUCT_OPS: &[(&str, Kernel)] = &[
    ("tcp_congestion_ops", Kernel(5, 6)),
    ("bpf_dummy_ops", Kernel(5, 16)),
    ("hid_bpf_ops", Kernel(6, 11)),
    ("sched_ext_ops", Kernel(6, 12)),
    ("Qdisc_ops", Kernel(6, 16)),
];

/// Returns the type of such a field by its `name`, and the first kernel with it.
#[must_use]
pub fn map_field(name: &str) -> Option<(&'static str, Kernel)> {
    FIELDS.iter().find(|(known, _)| *known == name).copied()
}

/// Returns the type of a table of operations by its `name`, which may have a suffix that CO-RE ignores (`___v2`), and
/// the first kernel that takes it.
#[must_use]
pub fn struct_ops(name: &str) -> Option<(&'static str, Kernel)> {
    let name = name.split("___").next().unwrap_or(name);
    STRUCT_OPS.iter().find(|(known, _)| *known == name).copied()
}

/// Returns the name of the map type with this number, and the first kernel with it.
#[must_use]
pub fn map_type(number: u32) -> Option<(&'static str, Kernel)> {
    numbered(MAP_TYPES, number)
}
