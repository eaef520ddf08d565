//! Lowers compiler-only fences (`compiler_fence`, `atomic_signal_fence`).
//!
//! They generate no code, but LLVM older than 22 ends the process at one. Empty assembly orders accesses as well.

use super::super::session::Session;
use crate::llvm::{Global, Module, Operation, Scope};

/// Replaces the fences in `module` with barriers, after all optimization.
pub(in crate::backend) fn lower<'s>(session: &'s Session<'_>, module: &Module<'s>) {
    let bodies = module.defined_functions();
    let fences = bodies
        .flat_map(Global::instructions)
        .filter(|instruction| instruction.operation() == Operation::Fence(Scope::Compiler));
    let fences = fences.collect::<Vec<_>>();
    fences.into_iter().for_each(|fence| fence.become_barrier(&session.context));
}
