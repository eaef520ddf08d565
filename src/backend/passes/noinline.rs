//! Functions that their author keeps out of line (`static __noinline`), and that the compiler of their input has
//! optimised already.
//!
//! Passes that look at all callers at once, a second time, know more of what such a function is given than the verifier
//! does, and take out a check of bounds that the verifier needs: scx_rusty's `sched_prio_to_latency_weight` lost its
//! `if (prio >= 39)` to `IPSCCPPass`, by the range of an `llvm.usub.sat`, and indexed its table with what the verifier
//! took for anything ("R1 max value is outside of the allowed memory range"). These passes leave alone what another
//! module might define, so that is what such functions look like for their time.

use crate::llvm::{Attribute, Global, Linkage, Module};

/// Those of `module`; to be asked for before other definitions become local.
pub(in crate::backend) fn find<'c>(module: &Module<'c>) -> Vec<Global<'c>> {
    let is_own = |function: &Global<'_>| {
        function.linkage() == Linkage::Local
            && function.has(Attribute::NoInline)
            && !function.is_declaration()
    };
    module.functions().filter(is_own).collect()
}

/// Lets them look as if another module might define them.
pub(in crate::backend) fn shield(subprograms: &[Global<'_>]) {
    subprograms.iter().for_each(|function| function.make_discardable());
}

/// Makes them local again, once all is optimised. Nothing else is discardable then.
pub(in crate::backend) fn unshield(module: &Module<'_>) {
    let shielded = |function: &Global<'_>| {
        function.linkage() == Linkage::LinkOnce && !function.is_declaration()
    };
    module.functions().filter(shielded).for_each(Global::internalize);
}
