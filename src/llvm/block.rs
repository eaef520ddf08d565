//! Basic blocks.

use std::{marker::PhantomData, ptr::NonNull};

use bpf_linker_shim::{self as llvm, llvm_sys::LLVMBasicBlock};

use super::{context::Context, instruction::Instruction};

/// A basic block of a live function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Block<'ctx>(NonNull<LLVMBasicBlock>, PhantomData<&'ctx Context>);

impl<'ctx> Block<'ctx> {
    pub(super) fn from_raw(raw: *mut LLVMBasicBlock) -> Option<Self> {
        Some(Self(NonNull::new(raw)?, PhantomData))
    }

    pub(super) const fn as_raw(self) -> *mut LLVMBasicBlock {
        self.0.as_ptr()
    }

    pub(super) fn next(self) -> Option<Self> {
        // SAFETY: the block is of a live function.
        Self::from_raw(unsafe { llvm::LLVMGetNextBasicBlock(self.0.as_ptr()) })
    }

    /// Returns its instructions, in order.
    pub fn instructions(self) -> impl Iterator<Item = Instruction<'ctx>> {
        // SAFETY: the block is of a live function.
        let first =
            Instruction::from_raw(unsafe { llvm::LLVMGetFirstInstruction(self.0.as_ptr()) });
        std::iter::successors(first, |instruction| instruction.next())
    }

    /// Returns its terminator; a finished function has one in each block.
    #[must_use]
    pub fn terminator(self) -> Option<Instruction<'ctx>> {
        // SAFETY: the block is of a live function.
        Instruction::from_raw(unsafe { llvm::LLVMGetBasicBlockTerminator(self.0.as_ptr()) })
    }

    /// Returns the blocks that may follow it, in the terminator's order; a block may appear twice.
    #[must_use]
    pub fn successors(self) -> Vec<Self> {
        self.terminator().map(Instruction::successors).unwrap_or_default()
    }

    /// Moves it after `place`, a block of the same function.
    pub fn move_after(self, place: Self) {
        // SAFETY: both are blocks of one live function.
        unsafe { llvm::LLVMMoveBasicBlockAfter(self.0.as_ptr(), place.0.as_ptr()) };
    }
}
