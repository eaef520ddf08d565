//! Shields functions that their author keeps out of line (`static __noinline`) and that the compiler of the input has
//! already optimized.
//!
//! Interprocedural passes that run a second time know more about the arguments of such a function than the verifier
//! does, and remove bounds checks that the verifier needs: scx_rusty's `sched_prio_to_latency_weight` lost its
//! `if (prio >= 39)` to `IPSCCPPass`, by the range of an `llvm.usub.sat`, and then indexed its table with a value that
//! was unbounded to the verifier ("R1 max value is outside of the allowed memory range"). These passes ignore functions
//! that another module might define, so such functions temporarily get that linkage.

use crate::llvm::{Attribute, Global, Linkage, Module};

/// Returns such functions of `module`; call it before other definitions become local.
pub(in crate::backend) fn find<'c>(module: &Module<'c>) -> Vec<Global<'c>> {
    let is_own = |function: &Global<'_>| {
        function.linkage() == Linkage::Local
            && function.has(Attribute::NoInline)
            && !function.is_declaration()
    };
    module.functions().filter(is_own).collect()
}

/// Gives them the linkage of functions that another module might define.
pub(in crate::backend) fn make_replaceable(subprograms: &[Global<'_>]) {
    subprograms.iter().for_each(|function| function.make_discardable());
}

/// Makes them local again after all optimization; nothing else is discardable then.
pub(in crate::backend) fn make_local(module: &Module<'_>) {
    let shielded = |function: &Global<'_>| {
        function.linkage() == Linkage::LinkOnce && !function.is_declaration()
    };
    module.functions().filter(shielded).for_each(Global::internalize);
}
