//! Limits the alignment of variables on the stack.

use crate::llvm::{Global, Module};

/// The alignment of frames in every kernel: the size of a stack slot (`BPF_REG_SIZE`).
const FRAME_ALIGNMENT: u32 = 8;

/// Limits the alignment of stack variables to what the kernel guarantees, whatever their types require.
///
/// LLVM assumes that the frame has any requested alignment. It would add an index below the alignment to the address by
/// an `or`, which [`mod@crate::link`] could not prove to be a sum.
pub(in crate::backend) fn limit_alignment(module: &Module<'_>) {
    let bodies = module.defined_functions();
    for instruction in bodies.flat_map(Global::instructions) {
        instruction.limit_stack_alignment(FRAME_ALIGNMENT);
    }
}
