//! Resources that a program must release before it ends: `check_resource_leak` and `process_spin_lock` in
//! `kernel/bpf/verifier.c`, `KF_ACQUIRE` and `KF_ITER_NEW` in the lists of kernel functions.

use super::helper;

/// A resource that the kernel tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A lock of a map value or of an allocated object.
    Lock,
    /// A section in which preemption, interrupts or reclamation (RCU) are held off.
    Section,
    /// An open iterator.
    Iterator,
    /// A record reserved in a ring buffer through a dynptr. It must be released even if the reservation failed.
    DynamicRecord,
    /// A record reserved in a ring buffer.
    Record,
    /// A counted reference to a socket, a task or another object.
    Reference,
}

impl Resource {
    /// Returns the words for a message, after "while it holds".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Lock => "a lock",
            Self::Section => "an RCU, preemption or interrupt section open",
            Self::Iterator => "an open iterator",
            Self::DynamicRecord | Self::Record => "a ring buffer record",
            Self::Reference => "a reference",
        }
    }

    /// Returns true if the result of the acquiring function is the resource, or null if there is none.
    #[must_use]
    pub const fn is_result(self) -> bool {
        matches!(self, Self::Record | Self::Reference)
    }
}

/// The functions that acquire resources, and those that release them. Any kernel function that takes a reference
/// releases it or may do so; of helpers, only those listed.
const PAIRS: [(Resource, &str, &str); 8] = [
    (Resource::Lock, "bpf_spin_lock", "bpf_spin_unlock"),
    (Resource::Section, "bpf_rcu_read_lock", "bpf_rcu_read_unlock"),
    (Resource::Section, "bpf_preempt_disable", "bpf_preempt_enable"),
    (Resource::Section, "bpf_local_irq_save", "bpf_local_irq_restore"),
    (
        Resource::DynamicRecord,
        "bpf_ringbuf_reserve_dynptr",
        "bpf_ringbuf_submit_dynptr bpf_ringbuf_discard_dynptr",
    ),
    (Resource::Record, "bpf_ringbuf_reserve", "bpf_ringbuf_submit bpf_ringbuf_discard"),
    (
        Resource::Reference,
        "bpf_sk_lookup_tcp bpf_sk_lookup_udp bpf_skc_lookup_tcp bpf_kptr_xchg",
        "bpf_sk_release bpf_kptr_xchg",
    ),
    (
        Resource::Reference,
        "bpf_task_acquire bpf_task_from_pid bpf_task_from_vpid bpf_cgroup_acquire bpf_cgroup_ancestor \
         bpf_cgroup_from_id bpf_cpumask_create bpf_cpumask_acquire bpf_obj_new_impl bpf_percpu_obj_new_impl \
         bpf_refcount_acquire_impl bpf_list_pop_front bpf_list_pop_back bpf_rbtree_remove bpf_xdp_ct_lookup \
         bpf_skb_ct_lookup bpf_xdp_ct_alloc bpf_skb_ct_alloc bpf_get_task_exe_file bpf_crypto_ctx_create \
         bpf_crypto_ctx_acquire bpf_lookup_user_key bpf_lookup_system_key",
        "",
    ),
];

/// Returns the index of the pair that function `name` opens, and its resource. The indices after those of the table are
/// for iterators.
#[must_use]
pub fn acquired_by(name: &str) -> Option<(usize, Resource)> {
    if is_of_iterator(name, "_new") {
        return Some((PAIRS.len(), Resource::Iterator));
    }
    let lists = PAIRS.iter().map(|(resource, names, _)| (*resource, names)).enumerate();
    let mut found = lists.filter(|(_, (_, names))| names.split(' ').any(|one| one == name));
    found.next().map(|(index, (resource, _))| (index, resource))
}

/// Returns the indices of the pairs that function `name` closes.
#[must_use]
pub fn released_by(name: &str) -> Vec<usize> {
    if is_of_iterator(name, "_destroy") {
        return vec![PAIRS.len()];
    }
    let lists = PAIRS.iter().enumerate();
    let found = lists.filter(|(_, (_, _, names))| names.split(' ').any(|one| one == name));
    found.map(|(index, _)| index).collect()
}

/// Returns the full name of helper `number`.
#[must_use]
pub fn helper_name(number: u64) -> Option<String> {
    let (name, _) = helper(u32::try_from(number).ok()?)?;
    Some(format!("bpf_{name}"))
}

fn is_of_iterator(name: &str, end: &str) -> bool {
    name.starts_with("bpf_iter_") && name.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_sections_iterators_and_references_are_told_apart() {
        assert_eq!(acquired_by("bpf_spin_lock").map(|it| it.1), Some(Resource::Lock));
        assert_eq!(acquired_by("bpf_iter_num_new").map(|it| it.1), Some(Resource::Iterator));
        assert_eq!(acquired_by("bpf_iter_num_next"), None);
        assert_eq!(helper_name(131).as_deref(), Some("bpf_ringbuf_reserve"));
        let (record, _) = acquired_by("bpf_ringbuf_reserve").unwrap();
        assert_eq!(released_by("bpf_ringbuf_discard"), [record]);
        assert!(released_by("bpf_map_lookup_elem").is_empty());
    }
}
