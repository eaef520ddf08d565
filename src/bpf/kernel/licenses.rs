//! Features that the kernel reserves for programs with a GPL-compatible license.

/// Helpers with `.gpl_only = true` in their `struct bpf_func_proto` (`kernel/bpf/helpers.c`,
/// `kernel/trace/bpf_trace.c`, `net/core/filter.c`): all for which Linux 6.18 refuses a program without a license
/// with "cannot call GPL-restricted function" (`check_helper_call` of `kernel/bpf/verifier.c`), and helpers of
/// tracing programs that can only be tested with a target.
const GPL_ONLY: &str = "check_mtu fib_lookup get_branch_snapshot get_current_task get_current_task_btf get_func_ip \
    get_stack get_stackid override_return perf_event_output perf_event_read perf_event_read_value \
    perf_prog_read_value copy_from_user_task probe_read probe_read_kernel probe_read_kernel_str probe_read_str \
    probe_read_user probe_read_user_str probe_write_user read_branch_records seq_printf seq_printf_btf seq_write \
    skb_output snprintf task_pt_regs tcp_check_syncookie tcp_gen_syncookie tcp_raw_check_syncookie_ipv4 \
    tcp_raw_check_syncookie_ipv6 tcp_raw_gen_syncookie_ipv4 tcp_raw_gen_syncookie_ipv6 timer_cancel timer_init \
    timer_set_callback timer_start trace_printk trace_vprintk xdp_output";

/// The licenses of `license_is_gpl_compatible` of the kernel's `include/linux/license.h`.
const COMPATIBLE: [&str; 6] =
    ["GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"];

/// Returns true if only GPL programs may call the helper `name`, without `bpf_`.
#[must_use]
pub fn is_gpl_only(name: &str) -> bool {
    GPL_ONLY.split_ascii_whitespace().any(|known| known == name)
}

/// Returns true if the kernel considers `license` compatible with the GPL.
#[must_use]
pub fn is_gpl_compatible(license: &str) -> bool {
    COMPATIBLE.contains(&license)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helpers_of_the_list_are_helpers() {
        let all: Vec<&str> =
            super::super::HELPERS.iter().flat_map(|(_, names)| names.split_whitespace()).collect();
        for name in GPL_ONLY.split_ascii_whitespace() {
            assert!(all.contains(&name), "{name}");
        }
    }
}
