//! Values that LLVM left undefined.
//!
//! A variable without a value on some path becomes `undef`, and code generation takes any register for it: one that holds
//! nothing. Where it is passed on or saved on the stack, the verifier refuses the program ("R2 !read_ok"), although what was
//! read is never used. So what is undefined becomes zero, once nothing is optimized any more.

use crate::llvm::{Global, Instruction, Module};

/// Gives operands of all instructions in `module` a value.
pub(in crate::backend) fn define(module: &Module<'_>) {
    let bodies = module.functions().filter(|function| !function.is_declaration());
    bodies.flat_map(Global::instructions).for_each(Instruction::define_operands);
}
