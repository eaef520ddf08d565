//! Editing functions: cloning and erasing instructions, splitting blocks.

use bpf_linker_shim::{self as llvm, llvm_sys::LLVMAtomicOrdering};

use super::{
    block::Block, build::Builder, context::Context, global::Global, instruction::Instruction,
    opcode::Opcode, value::Value,
};

impl<'ctx> Instruction<'ctx> {
    /// Sets operand `index`, which must exist, to a `value` of the same type.
    pub fn set_operand(self, index: u32, value: Value<'ctx>) {
        // SAFETY: both are alive; the callers name an operand that is there.
        unsafe { llvm::LLVMSetOperand(self.as_raw(), index, value.as_raw()) };
    }

    /// Makes an unordered or relaxed atomic load or store volatile instead, if it has at most 64 bits and is aligned to
    /// its size.
    pub fn relax(self) {
        // LLVMAtomicOrdering: 1 is unordered, 2 is monotonic, which Rust and C call relaxed.
        let is_access = matches!(self.value().opcode(), Opcode::Load | Opcode::Store);
        // SAFETY: the instruction is a live load or store.
        if !is_access || !matches!(unsafe { llvm::LLVMGetOrdering(self.as_raw()) }, 1 | 2) {
            return;
        }
        let accessed = match self.value().opcode() {
            Opcode::Store => self.value().operand(0),
            _ => Some(self.value()),
        };
        let Some(accessed) = accessed else { return };
        let bits = if accessed.is_pointer() { Some(64) } else { accessed.bits() };
        // SAFETY: the instruction is a live load or store.
        let aligned = unsafe { llvm::LLVMGetAlignment(self.as_raw()) }.saturating_mul(8);
        if bits.is_some_and(|bits| bits <= 64 && bits <= aligned) {
            let plain = LLVMAtomicOrdering::LLVMAtomicOrderingNotAtomic;
            // SAFETY: the instruction is a live load or store.
            unsafe { llvm::LLVMSetOrdering(self.as_raw(), plain) };
            // SAFETY: as above.
            unsafe { llvm::LLVMSetVolatile(self.as_raw(), 1) };
        }
    }

    /// Erases it; its result must be unused.
    pub fn discard(self) {
        self.erase();
    }
}

impl<'ctx> Block<'ctx> {
    /// Returns the function that contains it.
    #[must_use]
    pub fn function(self) -> Option<Global<'ctx>> {
        // SAFETY: the block is alive.
        Global::from_raw(unsafe { llvm::LLVMGetBasicBlockParent(self.as_raw()) })
    }

    /// Adds an empty block after this one.
    #[must_use]
    pub fn add_after(self, context: &'ctx Context) -> Option<Self> {
        let function = self.function()?;
        // SAFETY: context and function are alive, the name is empty.
        let raw = unsafe {
            llvm::LLVMAppendBasicBlockInContext(context.as_raw(), function.as_raw(), c"".as_ptr())
        };
        let made = Self::from_raw(raw)?;
        made.move_after(self);
        Some(made)
    }

    /// Moves the instructions before `place`, which is in this block and not a phi, to a new block without a
    /// terminator, and redirects all jumps to this block there. Returns the new block.
    #[must_use]
    pub fn split_before(self, context: &'ctx Context, place: Instruction<'ctx>) -> Option<Self> {
        let function = self.function()?;
        let head = self.add_after(context)?;
        // SAFETY: both are blocks of one live function.
        unsafe { llvm::LLVMMoveBasicBlockBefore(head.as_raw(), self.as_raw()) };
        let moved = self.instructions().take_while(|one| one.as_raw() != place.as_raw());
        let builder = Builder::at_end(context, head);
        for instruction in moved.collect::<Vec<_>>() {
            // SAFETY: the instruction is alive and in a block.
            unsafe { llvm::LLVMInstructionRemoveFromParent(instruction.as_raw()) };
            builder.insert(instruction);
        }
        for end in function.blocks().filter_map(Self::terminator) {
            let targets = (0_u32..).zip(end.successors());
            for (index, _) in targets.filter(|(_, target)| *target == self) {
                // SAFETY: the terminator is alive and has that successor.
                unsafe { llvm::LLVMSetSuccessor(end.as_raw(), index, head.as_raw()) };
            }
        }
        Some(head)
    }
}
