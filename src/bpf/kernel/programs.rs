//! Program types, by the section of a program: the names are those of libbpf (`section_defs` in
//! `tools/lib/bpf/libbpf.c`), and include aya's.
//!
//! The version is the first release whose `include/uapi/linux/bpf.h` has the program type and the way to attach it.

use super::Kernel;

/// The kernel requirement of programs in a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramType {
    /// The section, up to a `/` that any text may follow.
    pub section: &'static str,
    /// The first kernel that loads such a program.
    pub since: Kernel,
}

macro_rules! program_types {
    ($($major:literal, $minor:literal: $($section:literal)*;)*) => {
        /// All known program types.
        pub const PROGRAM_TYPES: &[ProgramType] = &[
            $($(ProgramType { section: $section, since: Kernel($major, $minor) },)*)*
        ];
    };
}

program_types! {
    3, 19: "socket" "socket_filter";
    4, 1: "kprobe" "kretprobe" "uprobe" "uretprobe" "ksyscall" "kretsyscall" "usdt" "tc" "classifier" "action";
    4, 7: "tracepoint" "tp";
    4, 8: "xdp";
    4, 9: "perf_event";
    4, 10: "cgroup/skb" "cgroup_skb" "cgroup/sock" "cgroup/sock_create" "lwt_in" "lwt_out" "lwt_xmit";
    4, 13: "sockops";
    4, 14: "sk_skb";
    4, 15: "cgroup/dev";
    4, 17: "sk_msg" "raw_tracepoint" "raw_tp" "cgroup/post_bind4" "cgroup/post_bind6" "cgroup/bind4" "cgroup/bind6"
        "cgroup/connect4" "cgroup/connect6";
    4, 18: "cgroup/sendmsg4" "cgroup/sendmsg6" "lwt_seg6local" "lirc_mode2";
    4, 19: "sk_reuseport";
    4, 20: "flow_dissector";
    5, 2: "cgroup/sysctl" "cgroup/recvmsg4" "cgroup/recvmsg6" "raw_tracepoint.w" "raw_tp.w";
    5, 3: "cgroup/getsockopt" "cgroup/setsockopt";
    5, 5: "tp_btf" "fentry" "fexit";
    5, 6: "freplace" "struct_ops";
    5, 7: "fmod_ret" "lsm";
    5, 8: "iter" "xdp/devmap" "cgroup/getpeername4" "cgroup/getpeername6" "cgroup/getsockname4" "cgroup/getsockname6";
    5, 9: "sk_lookup" "xdp/cpumap" "cgroup/sock_release";
    5, 10: "fentry.s" "fexit.s" "fmod_ret.s" "lsm.s";
    5, 14: "syscall" "sk_reuseport/migrate";
    5, 18: "xdp.frags" "kprobe.multi" "kretprobe.multi";
    6, 0: "uprobe.s" "uretprobe.s" "iter.s" "lsm_cgroup";
    6, 4: "netfilter";
    6, 6: "tcx/ingress" "tcx/egress" "uprobe.multi" "uretprobe.multi" "uprobe.multi.s" "uretprobe.multi.s";
    6, 7: "netkit/primary" "netkit/peer" "cgroup/connect_unix" "cgroup/sendmsg_unix" "cgroup/recvmsg_unix"
        "cgroup/getpeername_unix" "cgroup/getsockname_unix";
    6, 10: "kprobe.session";
    6, 13: "uprobe.session" "uprobe.session.s";
    7, 0: "fsession" "fsession.s";
}

/// Returns the row with the longest name that equals `section` or is followed by a `/` in it, or `None` if libbpf
/// does not know the section.
#[must_use]
pub fn program_type(section: &str) -> Option<&'static ProgramType> {
    let fits = |row: &&ProgramType| {
        let rest = section.strip_prefix(row.section);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    PROGRAM_TYPES.iter().filter(fits).max_by_key(|row| row.section.len())
}
