//! Atomic loads and stores without order.
//!
//! The processors that run BPF access aligned words at once, so that a volatile access is all that `Ordering::Relaxed`
//! asks for; LLVM has instructions only for ordered ones, from CPU level v4 on.

use crate::llvm::{Global, Module};

/// Makes relaxed accesses of whole, aligned words in `module` volatile ones.
pub(super) fn relax(module: &Module<'_>) {
    let bodies = module.functions().filter(|function| !function.is_declaration());
    for access in bodies.flat_map(Global::instructions) {
        access.relax();
    }
}
