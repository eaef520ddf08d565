//! Building instructions.

use std::{ffi::c_uint, ptr::NonNull};

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMBuilder, LLVMInlineAsmDialect, LLVMIntPredicate, LLVMType, LLVMValue},
};

use super::{
    block::Block,
    context::Context,
    instruction::Instruction,
    opcode::{Binary, Predicate, Resize},
    value::Value,
};

/// An instruction builder with an insertion point. Computations on constants are folded.
#[derive(Debug)]
pub struct Builder<'ctx> {
    raw: NonNull<LLVMBuilder>,
    context: &'ctx Context,
}

const NAME: *const std::ffi::c_char = c"".as_ptr();

impl<'ctx> Builder<'ctx> {
    #[expect(clippy::expect_used, reason = "LLVM ends the process when it is out of memory")]
    fn new(context: &'ctx Context) -> Self {
        // SAFETY: the context is alive.
        let raw = unsafe { llvm::LLVMCreateBuilderInContext(context.as_raw()) };
        let raw =
            NonNull::new(raw).expect("LLVMCreateBuilderInContext aborts rather than return null");
        Self { raw, context }
    }

    /// Returns a builder that inserts before `place` and uses its source line.
    #[must_use]
    pub fn before(context: &'ctx Context, place: Instruction<'ctx>) -> Self {
        let builder = Self::new(context);
        // SAFETY: the builder was made above; the instruction is alive and in a block.
        unsafe { llvm::LLVMPositionBuilderBefore(builder.as_raw(), place.as_raw()) };
        builder
    }

    /// Returns a builder that inserts phis before `place`, the first instruction of its block, and before the variables
    /// that debug information describes there.
    #[must_use]
    pub fn for_phis(context: &'ctx Context, place: Instruction<'ctx>) -> Self {
        let builder = Self::before(context, place);
        let (raw, place) = (builder.as_raw(), place.as_raw());
        // SAFETY: the builder was made above; the instruction is alive and in a block.
        unsafe { llvm::LLVMPositionBuilderBeforeInstrAndDbgRecords(raw, place) };
        builder
    }

    /// Returns a builder that inserts after `place`, which is not a terminator.
    #[must_use]
    pub fn after(context: &'ctx Context, place: Instruction<'ctx>) -> Option<Self> {
        Some(Self::before(context, place.next()?))
    }

    /// Returns a builder that appends to `block`.
    #[must_use]
    pub fn at_end(context: &'ctx Context, block: Block<'ctx>) -> Self {
        let builder = Self::new(context);
        // SAFETY: the builder was made above; the block is alive.
        unsafe { llvm::LLVMPositionBuilderAtEnd(builder.as_raw(), block.as_raw()) };
        builder
    }

    const fn as_raw(&self) -> *mut LLVMBuilder {
        self.raw.as_ptr()
    }

    /// Inserts an instruction that is in no block.
    pub fn insert(&self, instruction: Instruction<'ctx>) {
        // SAFETY: the builder has a place; the instruction is alive and in no block.
        unsafe { llvm::LLVMInsertIntoBuilder(self.as_raw(), instruction.as_raw()) };
    }

    /// Clones `instruction`, with the same operands.
    #[must_use]
    pub fn copy_of(&self, instruction: Instruction<'ctx>) -> Option<Instruction<'ctx>> {
        // SAFETY: the instruction is alive.
        let copy =
            Instruction::from_raw(unsafe { llvm::LLVMInstructionClone(instruction.as_raw()) })?;
        self.insert(copy);
        Some(copy)
    }

    fn value(raw: *mut LLVMValue) -> Value<'ctx> {
        #[expect(clippy::expect_used, reason = "LLVM's builders return what they made")]
        Value::from_raw(raw).expect("builders return no null")
    }

    fn integer_type(&self, bits: c_uint) -> *mut LLVMType {
        // SAFETY: the context is alive.
        unsafe { llvm::LLVMIntTypeInContext(self.context.as_raw(), bits) }
    }

    /// Returns the integer `value` of `bits` bits.
    #[must_use]
    pub fn integer(&self, bits: u32, value: i64) -> Value<'ctx> {
        // SAFETY: the type is one of integers.
        Self::value(unsafe { llvm::LLVMConstInt(self.integer_type(bits), value as u64, 1) })
    }

    /// Builds `left operation right`, both of one type.
    #[must_use]
    pub fn binary(&self, operation: Binary, left: Value<'ctx>, right: Value<'ctx>) -> Value<'ctx> {
        let (raw, left, right) = (self.as_raw(), left.as_raw(), right.as_raw());
        // SAFETY: builder and operands are alive; the callers give integers of one type.
        Self::value(unsafe { llvm::LLVMBuildBinOp(raw, operation.raw(), left, right, NAME) })
    }

    /// Converts `value`, an integer, to `bits` bits; returns it unchanged if it has that width.
    #[must_use]
    pub fn resize(&self, how: Resize, value: Value<'ctx>, bits: u32) -> Value<'ctx> {
        if value.bits() == Some(bits) {
            return value;
        }
        let to = self.integer_type(bits);
        // SAFETY: builder, operand and type are alive; the callers choose a conversion that fits the widths.
        Self::value(unsafe {
            llvm::LLVMBuildCast(self.as_raw(), how.raw(), value.as_raw(), to, NAME)
        })
    }

    /// Builds the comparison `left predicate right`, both of one type.
    #[must_use]
    pub fn compare(
        &self,
        predicate: Predicate,
        left: Value<'ctx>,
        right: Value<'ctx>,
    ) -> Value<'ctx> {
        let raw = raw_predicate(predicate);
        // SAFETY: builder and operands are alive; the callers give operands of one type.
        Self::value(unsafe {
            llvm::LLVMBuildICmp(self.as_raw(), raw, left.as_raw(), right.as_raw(), NAME)
        })
    }

    /// Builds a select: `yes` if `condition` is true, else `no`.
    #[must_use]
    pub fn select(&self, condition: Value<'ctx>, yes: Value<'ctx>, no: Value<'ctx>) -> Value<'ctx> {
        let (condition, yes, no) = (condition.as_raw(), yes.as_raw(), no.as_raw());
        // SAFETY: builder and operands are alive; the callers give a condition, and values of one type.
        Self::value(unsafe { llvm::LLVMBuildSelect(self.as_raw(), condition, yes, no, NAME) })
    }

    /// Builds the address `offset` bytes after `base`; `offset` is a 64-bit integer.
    #[must_use]
    pub fn element(&self, base: Value<'ctx>, offset: Value<'ctx>) -> Value<'ctx> {
        let (byte, mut offset) = (self.integer_type(8), offset.as_raw());
        // SAFETY: builder, type and pointer are alive, and there is one index.
        Self::value(unsafe {
            llvm::LLVMBuildGEP2(self.as_raw(), byte, base.as_raw(), &raw mut offset, 1, NAME)
        })
    }

    /// Converts `value`, an address or an unsigned integer, to a 64-bit integer.
    #[must_use]
    pub fn address(&self, value: Value<'ctx>) -> Value<'ctx> {
        if !value.is_pointer() {
            return self.resize(Resize::ZExt, value, 64);
        }
        let (to, how) = (self.integer_type(64), llvm::llvm_sys::LLVMOpcode::LLVMPtrToInt);
        // SAFETY: builder, operand and type are alive; the operand is a pointer.
        Self::value(unsafe { llvm::LLVMBuildCast(self.as_raw(), how, value.as_raw(), to, NAME) })
    }

    /// Builds the conversion `how` of `value`, a 64-bit integer, to an address.
    pub(super) fn cast(&self, how: llvm::llvm_sys::LLVMOpcode, value: Value<'ctx>) -> Value<'ctx> {
        // SAFETY: the context is alive.
        let to = unsafe { llvm::LLVMPointerTypeInContext(self.context.as_raw(), 0) };
        // SAFETY: builder, operand and type are alive; the operand is a 64-bit integer.
        Self::value(unsafe { llvm::LLVMBuildCast(self.as_raw(), how, value.as_raw(), to, NAME) })
    }

    /// Allocates a word on the stack and returns its address as a 64-bit integer.
    #[must_use]
    pub fn frame(&self) -> Value<'ctx> {
        let word = self.integer_type(64);
        // SAFETY: builder and type are alive.
        let slot = unsafe { llvm::LLVMBuildAlloca(self.as_raw(), word, NAME) };
        self.address(Self::value(slot))
    }

    /// Builds a phi of integers of `bits` bits, without incoming values.
    #[must_use]
    pub fn phi(&self, bits: u32) -> Value<'ctx> {
        let of = self.integer_type(bits);
        // SAFETY: builder and type are alive.
        Self::value(unsafe { llvm::LLVMBuildPhi(self.as_raw(), of, NAME) })
    }

    /// Builds a phi of the type of `other`, without incoming values.
    #[must_use]
    pub fn phi_like(&self, other: Value<'ctx>) -> Value<'ctx> {
        // SAFETY: the value is alive.
        let of = unsafe { llvm::LLVMTypeOf(other.as_raw()) };
        // SAFETY: builder and type are alive.
        Self::value(unsafe { llvm::LLVMBuildPhi(self.as_raw(), of, NAME) })
    }

    /// Builds a jump to `target`.
    pub fn jump(&self, target: Block<'ctx>) {
        // SAFETY: builder and block are alive.
        unsafe { llvm::LLVMBuildBr(self.as_raw(), target.as_raw()) };
    }

    /// Builds a branch to `yes` if `condition` is true, else to `no`.
    pub fn branch(&self, condition: Value<'ctx>, yes: Block<'ctx>, no: Block<'ctx>) {
        let (condition, yes, no) = (condition.as_raw(), yes.as_raw(), no.as_raw());
        // SAFETY: builder, condition and blocks are alive.
        unsafe { llvm::LLVMBuildCondBr(self.as_raw(), condition, yes, no) };
    }

    /// Builds a switch on `value` to the block of the matching case, or to `others`.
    pub fn switch(&self, value: Value<'ctx>, cases: &[(i64, Block<'ctx>)], others: Block<'ctx>) {
        let count = c_uint::try_from(cases.len()).unwrap_or(0);
        // SAFETY: builder, value and block are alive.
        let switch =
            unsafe { llvm::LLVMBuildSwitch(self.as_raw(), value.as_raw(), others.as_raw(), count) };
        let bits = value.bits().unwrap_or(64);
        for (case, block) in cases {
            let case = self.integer(bits, *case).as_raw();
            // SAFETY: the switch was made above; the case is of the type of its value.
            unsafe { llvm::LLVMAddCase(switch, case, block.as_raw()) };
        }
    }

    /// Ends the block with `unreachable`.
    pub fn unreachable(&self) {
        // SAFETY: the builder is alive.
        unsafe { llvm::LLVMBuildUnreachable(self.as_raw()) };
    }

    /// Passes `value`, an integer, through inline assembly, so that LLVM knows nothing about the result.
    #[must_use]
    pub fn opaque(&self, value: Value<'ctx>) -> Value<'ctx> {
        const CONSTRAINTS: &str = "=r,0";
        let mut of = self.integer_type(value.bits().unwrap_or(64));
        // SAFETY: the types are alive, and there is one parameter.
        let function = unsafe { llvm::LLVMFunctionType(of, &raw mut of, 1, 0) };
        let (text, constraints) = (NAME, CONSTRAINTS.as_ptr().cast());
        let dialect = LLVMInlineAsmDialect::LLVMInlineAsmDialectATT;
        // SAFETY: both are ranges of bytes, the constraints fit the type.
        let code = unsafe {
            llvm::LLVMGetInlineAsm(
                function,
                text,
                0,
                constraints,
                CONSTRAINTS.len(),
                0,
                0,
                dialect,
                0,
            )
        };
        let mut argument = value.as_raw();
        // SAFETY: builder, type and code are alive, and there is one argument of the parameter's type.
        Self::value(unsafe {
            llvm::LLVMBuildCall2(self.as_raw(), function, code, &raw mut argument, 1, NAME)
        })
    }
}

impl<'ctx> Value<'ctx> {
    /// Adds `value`, coming from `block`, to a phi.
    pub fn add_incoming(self, value: Self, block: Block<'ctx>) {
        let (mut value, mut block) = (value.as_raw(), block.as_raw());
        // SAFETY: the callers created it as a phi; one value of its type and one block.
        unsafe { llvm::LLVMAddIncoming(self.as_raw(), &raw mut value, &raw mut block, 1) };
    }
}

impl Drop for Builder<'_> {
    fn drop(&mut self) {
        // SAFETY: `self` owns the builder.
        unsafe { llvm::LLVMDisposeBuilder(self.as_raw()) };
    }
}

const fn raw_predicate(predicate: Predicate) -> LLVMIntPredicate {
    match predicate {
        Predicate::Eq => LLVMIntPredicate::LLVMIntEQ,
        Predicate::Ne => LLVMIntPredicate::LLVMIntNE,
        Predicate::Ugt => LLVMIntPredicate::LLVMIntUGT,
        Predicate::Uge => LLVMIntPredicate::LLVMIntUGE,
        Predicate::Ult => LLVMIntPredicate::LLVMIntULT,
        Predicate::Ule => LLVMIntPredicate::LLVMIntULE,
        Predicate::Sgt => LLVMIntPredicate::LLVMIntSGT,
        Predicate::Sge => LLVMIntPredicate::LLVMIntSGE,
        Predicate::Slt => LLVMIntPredicate::LLVMIntSLT,
        Predicate::Sle => LLVMIntPredicate::LLVMIntSLE,
    }
}
