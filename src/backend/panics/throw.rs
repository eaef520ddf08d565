//! Handles programs that end by a kernel exception.

use crate::{
    backend::session::Session,
    llvm::Module,
    plan::{Btf, Kernel, PanicWay},
};

/// The kernel function, available since 6.7 on x86-64.
const THROW: &str = "bpf_throw";
const SINCE: Kernel = Kernel(6, 7);

/// The sections of programs that may call it (`BTF_KFUNCS_START(common_btf_ids)` in `kernel/bpf/helpers.c` is for all
/// types, but only some allow the exception callback that the verifier adds to return); tested with Linux 6.18.
const SECTIONS: [&str; 9] = [
    "tc",
    "classifier",
    "xdp",
    "tracepoint",
    "tp",
    "perf_event",
    "cgroup_skb",
    "cgroup/dev",
    "syscall",
];

/// Returns true if programs of `section` end by `bpf_throw`.
pub(super) fn throws(session: &Session<'_>, section: &str) -> bool {
    let plan = session.plan;
    let fits = |name: &str| {
        let rest = section.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    plan.panic_way() == PanicWay::Throw
        && plan.debug_info.btf == Btf::Emit
        && plan.kernel.is_none_or(|kernel| kernel >= SINCE)
        && SECTIONS.iter().any(|name| fits(name))
}

/// Returns the declaration of `bpf_throw` in `module`.
pub(super) fn declaration<'ctx>(
    session: &'ctx Session<'_>,
    module: &Module<'ctx>,
) -> Option<crate::llvm::Global<'ctx>> {
    module.find(THROW).or_else(|| module.declare_kernel_function(&session.context, THROW))
}
