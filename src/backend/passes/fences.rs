//! Fences for the compiler alone (`compiler_fence`, `atomic_signal_fence`).
//!
//! There is nothing to generate for them, but LLVM before 22 ends the process at one. Empty assembly orders accesses as well.

use super::super::session::Session;
use crate::llvm::{Global, Module, Operation, Scope};

/// Puts barriers in the place of the fences in `module`, once nothing is optimized any more.
pub(in crate::backend) fn lower<'s>(session: &'s Session<'_>, module: &Module<'s>) {
    let bodies = module.functions().filter(|function| !function.is_declaration());
    let fences = bodies
        .flat_map(Global::instructions)
        .filter(|instruction| instruction.operation() == Operation::Fence(Scope::Compiler));
    let fences = fences.collect::<Vec<_>>();
    fences.into_iter().for_each(|fence| fence.become_barrier(&session.context));
}
