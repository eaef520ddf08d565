//! Lowers atomic loads and stores without ordering.
//!
//! The processors that run BPF access aligned words atomically, so a volatile access satisfies `Ordering::Relaxed`;
//! LLVM has instructions only for ordered accesses, from CPU level v4 on.

use crate::llvm::{Global, Module};

/// Turns relaxed accesses of whole, aligned words in `module` into volatile ones.
pub(super) fn relax(module: &Module<'_>) {
    let bodies = module.defined_functions();
    for access in bodies.flat_map(Global::instructions) {
        access.relax();
    }
}
