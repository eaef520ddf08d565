//! Defines values that LLVM left undefined.
//!
//! A variable without a value on some path becomes `undef`, for which code generation uses any register, even an
//! uninitialized one. If it is passed on or saved on the stack, the verifier rejects the program ("R2 !read_ok"),
//! although the value is never used. So undefined values become zero, after all optimization.

use crate::llvm::{Global, Instruction, Module};

/// Replaces undefined operands of all instructions in `module`.
pub(in crate::backend) fn define(module: &Module<'_>) {
    let bodies = module.functions().filter(|function| !function.is_declaration());
    bodies.flat_map(Global::instructions).for_each(Instruction::define_operands);
}
