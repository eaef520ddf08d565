//! Functions of the kernel that programs may call by name ("kfuncs").
//!
//! In C, a `__ksym` declaration puts the function into section `.ksyms`. rustc accepts no section for a foreign
//! function, so an undefined function with one of these names is the kernel's, whatever its declaration.
//!
//! From 6.16 on, the releases are those whose images first mark the function as `bpf_kfunc` in their BTF; the earlier ones
//! are the first release with the commit that `data/feature-versions.yaml` of isovalent/ebpf-docs names, within what
//! the images of 5.10, 6.1 and 6.12 allow. `ci/kernel-table.py` holds the table against the images.

use super::Kernel;

/// The functions, by the release that made them callable for programs.
pub const FUNCTIONS: &[(Kernel, &str)] = &[
    (
        Kernel(5, 13),
        "bbr_cwnd_event bbr_init bbr_main bbr_min_tso_segs bbr_set_state bbr_sndbuf_expand bbr_ssthresh \
         bbr_undo_cwnd cubictcp_acked cubictcp_cong_avoid cubictcp_cwnd_event cubictcp_init \
         cubictcp_recalc_ssthresh cubictcp_state dctcp_cwnd_event dctcp_cwnd_undo dctcp_init dctcp_ssthresh \
         dctcp_state dctcp_update_alpha tcp_cong_avoid_ai tcp_reno_cong_avoid tcp_reno_ssthresh tcp_reno_undo_cwnd \
         tcp_slow_start",
    ),
    (Kernel(5, 18), "bpf_ct_release bpf_skb_ct_lookup bpf_xdp_ct_lookup"),
    (
        Kernel(6, 0),
        "bpf_ct_change_status bpf_ct_change_timeout bpf_ct_insert_entry bpf_ct_set_status bpf_ct_set_timeout \
         bpf_skb_ct_alloc bpf_xdp_ct_alloc",
    ),
    (
        Kernel(6, 1),
        "bpf_ct_set_nat_info bpf_key_put bpf_lookup_system_key bpf_lookup_user_key bpf_verify_pkcs7_signature \
         cgroup_rstat_flush cgroup_rstat_updated",
    ),
    (
        Kernel(6, 2),
        "bpf_cast_to_kern_ctx bpf_cgroup_acquire bpf_cgroup_ancestor bpf_cgroup_release bpf_list_pop_back \
         bpf_list_pop_front bpf_obj_drop_impl bpf_obj_new_impl bpf_rcu_read_lock bpf_rcu_read_unlock \
         bpf_rdonly_cast bpf_skb_get_xfrm_info bpf_skb_set_xfrm_info bpf_task_acquire bpf_task_from_pid \
         bpf_task_release",
    ),
    (
        Kernel(6, 3),
        "bpf_cpumask_acquire bpf_cpumask_and bpf_cpumask_clear bpf_cpumask_clear_cpu bpf_cpumask_copy \
         bpf_cpumask_create bpf_cpumask_empty bpf_cpumask_equal bpf_cpumask_first bpf_cpumask_first_zero \
         bpf_cpumask_full bpf_cpumask_intersects bpf_cpumask_or bpf_cpumask_release bpf_cpumask_set_cpu \
         bpf_cpumask_setall bpf_cpumask_subset bpf_cpumask_xor bpf_rbtree_first bpf_rbtree_remove \
         bpf_xdp_metadata_rx_hash bpf_xdp_metadata_rx_timestamp hid_bpf_allocate_context hid_bpf_attach_prog \
         hid_bpf_get_data hid_bpf_hw_request hid_bpf_release_context",
    ),
    (
        Kernel(6, 4),
        "bpf_cgroup_from_id bpf_dynptr_from_skb bpf_dynptr_from_xdp bpf_dynptr_slice bpf_dynptr_slice_rdwr \
         bpf_iter_num_destroy bpf_iter_num_new bpf_iter_num_next bpf_list_push_back_impl bpf_list_push_front_impl \
         bpf_rbtree_add_impl bpf_refcount_acquire_impl bpf_skb_get_fou_encap bpf_skb_set_fou_encap",
    ),
    (
        Kernel(6, 5),
        "bpf_cpumask_any_and_distribute bpf_cpumask_any_distribute bpf_cpumask_first_and bpf_dynptr_adjust \
         bpf_dynptr_clone bpf_dynptr_is_null bpf_dynptr_is_rdonly bpf_dynptr_size bpf_sock_destroy \
         bpf_task_under_cgroup",
    ),
    (Kernel(6, 6), "bpf_map_sum_elem_count"),
    (
        Kernel(6, 7),
        "bpf_iter_css_destroy bpf_iter_css_new bpf_iter_css_next bpf_iter_css_task_destroy bpf_iter_css_task_new \
         bpf_iter_css_task_next bpf_iter_task_destroy bpf_iter_task_new bpf_iter_task_next \
         bpf_iter_task_vma_destroy bpf_iter_task_vma_new bpf_iter_task_vma_next bpf_percpu_obj_drop_impl \
         bpf_percpu_obj_new_impl bpf_sock_addr_set_sun_path bpf_throw",
    ),
    (
        Kernel(6, 8),
        "bpf_cpumask_weight bpf_get_file_xattr bpf_get_fsverity_digest bpf_task_get_cgroup1 bpf_xdp_get_xfrm_state \
         bpf_xdp_metadata_rx_vlan_tag bpf_xdp_xfrm_state_release",
    ),
    (Kernel(6, 9), "bpf_arena_alloc_pages bpf_arena_free_pages"),
    (
        Kernel(6, 10),
        "bpf_crypto_ctx_acquire bpf_crypto_ctx_create bpf_crypto_ctx_release bpf_crypto_decrypt bpf_crypto_encrypt \
         bpf_preempt_disable bpf_preempt_enable bpf_session_cookie bpf_session_is_return bpf_wq_init \
         bpf_wq_set_callback_impl bpf_wq_start hid_bpf_hw_output_report hid_bpf_input_report",
    ),
    (
        Kernel(6, 11),
        "bpf_iter_bits_destroy bpf_iter_bits_new bpf_iter_bits_next bpf_sk_assign_tcp_reqsk bpf_xdp_flow_lookup \
         hid_bpf_try_input_report",
    ),
    (
        Kernel(6, 12),
        "bpf_copy_from_user_str bpf_get_dentry_xattr bpf_get_task_exe_file bpf_iter_scx_dsq_destroy \
         bpf_iter_scx_dsq_new bpf_iter_scx_dsq_next bpf_path_d_path bpf_put_file scx_bpf_consume scx_bpf_cpu_rq \
         scx_bpf_cpuperf_cap scx_bpf_cpuperf_cur scx_bpf_cpuperf_set scx_bpf_create_dsq scx_bpf_destroy_dsq \
         scx_bpf_dispatch scx_bpf_dispatch_cancel scx_bpf_dispatch_from_dsq scx_bpf_dispatch_from_dsq_set_slice \
         scx_bpf_dispatch_from_dsq_set_vtime scx_bpf_dispatch_nr_slots scx_bpf_dispatch_vtime \
         scx_bpf_dispatch_vtime_from_dsq scx_bpf_dsq_nr_queued scx_bpf_dump_bstr scx_bpf_error_bstr \
         scx_bpf_exit_bstr scx_bpf_get_idle_cpumask scx_bpf_get_idle_smtmask scx_bpf_get_online_cpumask \
         scx_bpf_get_possible_cpumask scx_bpf_kick_cpu scx_bpf_nr_cpu_ids scx_bpf_pick_any_cpu \
         scx_bpf_pick_idle_cpu scx_bpf_put_cpumask scx_bpf_put_idle_cpumask scx_bpf_reenqueue_local \
         scx_bpf_select_cpu_dfl scx_bpf_task_cgroup scx_bpf_task_cpu scx_bpf_task_running",
    ),
    (
        Kernel(6, 13),
        "bpf_get_kmem_cache bpf_iter_kmem_cache_destroy bpf_iter_kmem_cache_new bpf_iter_kmem_cache_next \
         bpf_send_signal_task bpf_task_from_vpid scx_bpf_dsq_insert scx_bpf_dsq_insert_vtime scx_bpf_dsq_move \
         scx_bpf_dsq_move_set_slice scx_bpf_dsq_move_set_vtime scx_bpf_dsq_move_to_local scx_bpf_dsq_move_vtime",
    ),
    (Kernel(6, 14), "bpf_local_irq_restore bpf_local_irq_save scx_bpf_now"),
    (
        Kernel(6, 15),
        "bpf_copy_from_user_task_str bpf_cpumask_populate bpf_dynptr_copy bpf_remove_dentry_xattr bpf_res_spin_lock \
         bpf_res_spin_lock_irqsave bpf_res_spin_unlock bpf_res_spin_unlock_irqrestore bpf_set_dentry_xattr \
         bpf_sock_ops_enable_tx_tstamp scx_bpf_cpu_node scx_bpf_events scx_bpf_get_idle_cpumask_node \
         scx_bpf_get_idle_smtmask_node scx_bpf_nr_node_ids scx_bpf_pick_any_cpu_node scx_bpf_pick_idle_cpu_node",
    ),
    (
        Kernel(6, 16),
        "bpf_copy_from_user_dynptr bpf_copy_from_user_str_dynptr bpf_copy_from_user_task_dynptr \
         bpf_copy_from_user_task_str_dynptr bpf_iter_dmabuf_destroy bpf_iter_dmabuf_new bpf_iter_dmabuf_next \
         bpf_kfree_skb bpf_list_back bpf_list_front bpf_probe_read_kernel_dynptr bpf_probe_read_kernel_str_dynptr \
         bpf_probe_read_user_dynptr bpf_probe_read_user_str_dynptr bpf_qdisc_bstats_update bpf_qdisc_init_prologue \
         bpf_qdisc_reset_destroy_epilogue bpf_qdisc_skb_drop bpf_qdisc_watchdog_schedule bpf_rbtree_left \
         bpf_rbtree_right bpf_rbtree_root bpf_skb_get_hash css_rstat_flush css_rstat_updated scx_bpf_select_cpu_and",
    ),
    (
        Kernel(6, 17),
        "bpf_arena_reserve_pages bpf_cgroup_read_xattr bpf_dynptr_memset bpf_strchr bpf_strchrnul bpf_strcmp \
         bpf_strcspn bpf_strlen bpf_strnchr bpf_strnlen bpf_strnstr bpf_strrchr bpf_strspn \
         bpf_strstr",
    ),
    (
        Kernel(6, 18),
        "bpf_dynptr_from_skb_meta bpf_strcasecmp bpf_stream_vprintk_impl bpf_task_work_schedule_resume_impl \
         bpf_task_work_schedule_signal_impl bpf_xdp_pull_data scx_bpf_cpu_curr scx_bpf_locked_rq",
    ),
    (
        Kernel(6, 19),
        "bpf_dynptr_file_discard bpf_dynptr_from_file bpf_strcasestr bpf_strncasestr scx_bpf_dsq_peek \
         scx_bpf_task_set_dsq_vtime scx_bpf_task_set_slice",
    ),
    (
        Kernel(7, 0),
        "bpf_get_mem_cgroup bpf_get_root_mem_cgroup bpf_mem_cgroup_flush_stats bpf_mem_cgroup_memory_events \
         bpf_mem_cgroup_page_state bpf_mem_cgroup_usage bpf_mem_cgroup_vm_events bpf_put_mem_cgroup \
         bpf_stream_print_stack bpf_stream_vprintk bpf_strncasecmp bpf_task_work_schedule_resume \
         bpf_task_work_schedule_signal bpf_timer_cancel_async bpf_wq_set_callback",
    ),
    (
        Kernel(7, 1),
        "bbr_cwnd_event_tx_start bpf_io_uring_get_region bpf_io_uring_submit_sqes bpf_list_push_back \
         bpf_list_push_front bpf_obj_drop bpf_obj_new bpf_percpu_obj_drop bpf_percpu_obj_new bpf_rbtree_add \
         bpf_refcount_acquire cubictcp_cwnd_event_tx_start dctcp_cwnd_event_tx_start scx_bpf_dsq_reenq \
         scx_bpf_sub_dispatch",
    ),
    (
        Kernel(7, 2),
        "bpf_list_add bpf_list_del bpf_list_empty bpf_list_is_first bpf_list_is_last bpf_real_data_inode \
         bpf_wakeup_sources_get_head bpf_wakeup_sources_read_lock bpf_wakeup_sources_read_unlock scx_bpf_cid_curr \
         scx_bpf_cid_override scx_bpf_cid_to_cpu scx_bpf_cid_topo scx_bpf_cidperf_cap scx_bpf_cidperf_cur \
         scx_bpf_cidperf_set scx_bpf_cpu_to_cid scx_bpf_kick_cid scx_bpf_nr_cids scx_bpf_nr_online_cids \
         scx_bpf_task_cid scx_bpf_this_cid scx_bpf_tid_to_task",
    ),
    (
        Kernel(7, 3),
        "bpf_icmp_send bpf_ksock_acquire bpf_ksock_connect bpf_ksock_create bpf_ksock_release bpf_ksock_send \
         bpf_sock_read_xattr scx_bpf_online_cmask scx_bpf_sub_caps scx_bpf_sub_grant scx_bpf_sub_kill_bstr \
         scx_bpf_sub_revoke",
    ),
];

/// Functions that a later release took away, by that release.
const REMOVED: &[(Kernel, &str)] = &[
    (Kernel(6, 16), "cgroup_rstat_flush cgroup_rstat_updated"),
    (
        Kernel(6, 17),
        "scx_bpf_consume scx_bpf_dispatch scx_bpf_dispatch_from_dsq scx_bpf_dispatch_from_dsq_set_slice \
         scx_bpf_dispatch_from_dsq_set_vtime scx_bpf_dispatch_vtime scx_bpf_dispatch_vtime_from_dsq",
    ),
    (Kernel(7, 1), "cubictcp_cwnd_event"),
    (Kernel(7, 3), "scx_bpf_cpu_rq"),
];

/// Functions that headers declare and no release up to [`NEWEST_RELEASE`](super::NEWEST_RELEASE) was seen to have.
const UNRELEASED: &str = "bpf_arena_mapping_nr_pages bpf_call_rcu bpf_call_rcu_tasks_trace bpf_copy_from_user_mm \
    bpf_copy_from_user_mm_str bpf_get_lowcore bpf_inode_init_xattr bpf_proactive_reclaim \
    scx_bpf_cgroup_nr_cpus scx_bpf_cid_node scx_bpf_task_set_lazy_resched";

/// Returns true if `name` is a function of the kernel.
#[must_use]
pub fn is_kernel_function(name: &str) -> bool {
    kernel_functions().any(|known| known == name)
}

/// Returns the names; those of one release are in order.
pub fn kernel_functions() -> impl Iterator<Item = &'static str> {
    let released = FUNCTIONS.iter().flat_map(|(_, names)| names.split_ascii_whitespace());
    released.chain(UNRELEASED.split_ascii_whitespace())
}

/// Returns the first release in which programs may call the function `name`, if one is known.
#[must_use]
pub fn kernel_function_since(name: &str) -> Option<Kernel> {
    release_in(FUNCTIONS, name)
}

/// Returns the first release without the function `name`, if it was taken away.
#[must_use]
pub fn kernel_function_until(name: &str) -> Option<Kernel> {
    release_in(REMOVED, name)
}

fn release_in(table: &[(Kernel, &str)], name: &str) -> Option<Kernel> {
    let mut rows = table.iter();
    let has = |names: &str| names.split_ascii_whitespace().any(|known| known == name);
    rows.find(|(_, names)| has(names)).map(|(release, _)| *release)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_in_order_and_unique() {
        for table in [FUNCTIONS, REMOVED] {
            assert!(table.is_sorted_by_key(|(release, _)| *release));
            assert!(table.iter().all(|(_, names)| names.split_ascii_whitespace().is_sorted()));
        }
        let names: Vec<&str> = kernel_functions().collect();
        assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len());
        assert!(is_kernel_function("bpf_task_from_pid"));
        assert!(!is_kernel_function("bpf_task_from_pidd") && !is_kernel_function(""));
    }

    #[test]
    fn functions_have_a_first_and_some_a_last_release() {
        assert_eq!(kernel_function_since("bpf_task_from_pid"), Some(Kernel(6, 2)));
        assert_eq!(kernel_function_since("bpf_rbtree_add"), Some(Kernel(7, 1)));
        assert_eq!(kernel_function_since("scx_bpf_cid_node"), None);
        assert_eq!(kernel_function_until("scx_bpf_dispatch"), Some(Kernel(6, 17)));
        for (gone, names) in REMOVED {
            for name in names.split_ascii_whitespace() {
                assert!(kernel_function_since(name).is_some_and(|since| since < *gone), "{name}");
            }
        }
    }
}
