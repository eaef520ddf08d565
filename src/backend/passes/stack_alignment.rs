//! What may be counted on of variables on the stack.

use crate::llvm::{Global, Module};

/// What every kernel keeps a frame to: the size of a stack slot (`BPF_REG_SIZE`).
const FRAME_ALIGNMENT: u32 = 8;

/// Promises no more than the kernel does of where variables on the stack are, whatever their types ask for.
///
/// LLVM places them as if the frame began at a multiple of any number. An index below the alignment would be added to
/// the address by an or, which [`crate::link`] could not show to be a sum.
pub(in crate::backend) fn limit_alignment(module: &Module<'_>) {
    let bodies = module.functions().filter(|function| !function.is_declaration());
    for instruction in bodies.flat_map(Global::instructions) {
        instruction.limit_stack_alignment(FRAME_ALIGNMENT);
    }
}
