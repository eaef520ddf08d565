//! Registers that the program reads without having written them.
//!
//! What LLVM takes for undefined it puts into no register, and the verifier refuses to see that one read ("R0 !read_ok"),
//! whatever becomes of the value. Most such reads are of an `Option` that is `None`, whose contents are computed with all
//! the same and then not chosen.

use crate::backend::llvm::{Global, Instruction, Module, Opcode};

/// Defines, in `module`, what is read on every way that leads to its block.
pub(super) fn define(module: &Module<'_>) {
    let bodies = module.functions().filter(|function| !function.is_declaration());
    let phis = bodies.flat_map(Global::instructions).filter(|one| is_read(*one));
    for phi in phis.collect::<Vec<_>>() {
        for (index, (value, _)) in (0_u32..).zip(phi.value().incoming()) {
            if let Some(zero) = value.zero().filter(|_| value.is_undefined()) {
                phi.set_operand(index, zero);
            }
        }
    }
}

/// Returns true for a phi that the code of its own block computes with.
fn is_read(phi: Instruction<'_>) -> bool {
    let value = phi.value();
    let has_undefined = || value.incoming().iter().any(|(value, _)| value.is_undefined());
    let reads =
        |user: Instruction<'_>| user.block() == phi.block() && user.value().opcode() != Opcode::Phi;
    value.opcode() == Opcode::Phi
        && (value.bits().is_some() || value.is_pointer())
        && has_undefined()
        && value.users().into_iter().filter_map(|user| user.instruction()).any(reads)
}
