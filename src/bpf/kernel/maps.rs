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
];

/// Returns the name of the map type with this number, and the first kernel with it.
#[must_use]
pub fn map_type(number: u32) -> Option<(&'static str, Kernel)> {
    numbered(MAP_TYPES, number)
}
