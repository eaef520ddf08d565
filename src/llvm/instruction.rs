//! Instructions.

use std::{ffi::CStr, fmt, marker::PhantomData, ptr::NonNull};

use bpf_linker_shim::{self as llvm, llvm_sys::LLVMValue};

use super::{
    block::Block,
    context::Context,
    global::{Attribute, FUNCTION_INDEX, Global},
    metadata::{Node, Operand},
    text,
};

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceLine {
    /// The file, as it was passed to the compiler.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
}

impl fmt::Display for SourceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// An instruction of a live function.
#[derive(Clone, Copy, Debug)]
pub struct Instruction<'ctx>(pub(super) NonNull<LLVMValue>, PhantomData<&'ctx Context>);

impl<'ctx> Instruction<'ctx> {
    pub(super) fn from_raw(raw: *mut LLVMValue) -> Option<Self> {
        Some(Self(NonNull::new(raw)?, PhantomData))
    }

    pub(super) const fn as_raw(self) -> *mut LLVMValue {
        self.0.as_ptr()
    }

    pub(super) fn next(self) -> Option<Self> {
        // SAFETY: the instruction is alive and in a block.
        Self::from_raw(unsafe { llvm::LLVMGetNextInstruction(self.as_raw()) })
    }

    /// Returns the callee of a call of a function by name.
    #[must_use]
    pub fn callee(self) -> Option<Global<'ctx>> {
        // SAFETY: the instruction is alive.
        let call = unsafe { llvm::LLVMIsACallInst(self.as_raw()) };
        if call.is_null() {
            return None;
        }
        // SAFETY: it is a call.
        let called = unsafe { llvm::LLVMGetCalledValue(call) };
        // SAFETY: a called value is alive; the result is null unless it is a function.
        Global::from_raw(unsafe { llvm::LLVMIsAFunction(called) })
    }

    /// Returns the functions among its operands: the direct callee and those whose address it uses.
    pub fn functions(self) -> impl Iterator<Item = Global<'ctx>> {
        // SAFETY: the instruction is alive.
        let count = unsafe { llvm::LLVMGetNumOperands(self.as_raw()) };
        (0..count as u32).filter_map(move |index| {
            let operand = self.operand(index)?;
            // SAFETY: an operand is alive; the result is null unless it is a function.
            Global::from_raw(unsafe { llvm::LLVMIsAFunction(operand.as_ptr()) })
        })
    }

    /// Returns the constant integer at operand `index`, if there is one.
    #[must_use]
    pub fn constant_operand(self, index: u32) -> Option<u64> {
        let operand = self.operand(index)?;
        // SAFETY: an operand is alive.
        let constant = unsafe { llvm::LLVMIsAConstantInt(operand.as_ptr()) };
        if constant.is_null() {
            return None;
        }
        // SAFETY: it is a constant integer.
        Some(unsafe { llvm::LLVMConstIntGetZExtValue(constant) })
    }

    /// Returns the variable whose address is operand `index`, if there is one.
    #[must_use]
    pub fn variable_operand(self, index: u32) -> Option<Global<'ctx>> {
        let operand = self.operand(index)?;
        // SAFETY: an operand is alive; the result is null unless it is a variable.
        Global::from_raw(unsafe { llvm::LLVMIsAGlobalVariable(operand.as_ptr()) })
    }

    /// Returns true if operand `index` is the address of the first byte of a stack variable.
    #[must_use]
    pub fn is_stack_operand(self, index: u32) -> bool {
        // SAFETY: an operand is alive; the result is null unless it is such a variable.
        self.operand(index)
            .is_some_and(|operand| !unsafe { llvm::LLVMIsAAllocaInst(operand.as_ptr()) }.is_null())
    }

    /// Limits the alignment of a stack variable to `most` bytes, if this instruction allocates one.
    pub fn limit_stack_alignment(self, most: u32) {
        // SAFETY: the instruction is alive; the result is null unless it makes such a variable.
        let variable = unsafe { llvm::LLVMIsAAllocaInst(self.as_raw()) };
        if variable.is_null() {
            return;
        }
        // SAFETY: it makes a variable on the stack, which has an alignment.
        if unsafe { llvm::LLVMGetAlignment(variable) } > most {
            // SAFETY: as above; the callers give powers of two.
            unsafe { llvm::LLVMSetAlignment(variable, most) };
        }
    }

    /// Aligns the variable at operand `index`, on the stack or not, to at least `bytes`, a power of two.
    pub fn align_variable_operand(self, index: u32, bytes: u32) {
        let Some(variable) = self.operand(index).map(NonNull::as_ptr) else { return };
        // SAFETY: an operand is alive; the result is null unless it is such a variable.
        let is_local = !unsafe { llvm::LLVMIsAAllocaInst(variable) }.is_null();
        // SAFETY: an operand is alive; the result is null unless it is such a variable.
        let is_global = !unsafe { llvm::LLVMIsAGlobalVariable(variable) }.is_null();
        // SAFETY: both kinds of variables have an alignment.
        if (is_local || is_global) && unsafe { llvm::LLVMGetAlignment(variable) } < bytes {
            // SAFETY: both kinds of variables have an alignment.
            unsafe { llvm::LLVMSetAlignment(variable, bytes) };
        }
    }

    /// Replaces all uses of the call's result by its argument `index`.
    pub fn return_argument(self, index: u32) {
        let Some(argument) = self.operand(index) else { return };
        // SAFETY: the instruction is alive.
        let returned = unsafe { llvm::LLVMTypeOf(self.as_raw()) };
        // SAFETY: an operand is alive.
        if returned == unsafe { llvm::LLVMTypeOf(argument.as_ptr()) } {
            // SAFETY: both are alive and of one type.
            unsafe { llvm::LLVMReplaceAllUsesWith(self.as_raw(), argument.as_ptr()) };
        }
    }

    /// Makes a `ret` of a value return null, or zero.
    pub fn return_nothing(self) {
        // SAFETY: the instruction is alive.
        let is_return = !unsafe { llvm::LLVMIsAReturnInst(self.as_raw()) }.is_null();
        let Some(value) = self.operand(0).filter(|_| is_return) else { return };
        // SAFETY: an operand is alive.
        let its_type = unsafe { llvm::LLVMTypeOf(value.as_ptr()) };
        // SAFETY: a value that is returned has a type with a null.
        let null = unsafe { llvm::LLVMConstNull(its_type) };
        // SAFETY: operand 0 is there, and of this type.
        unsafe { llvm::LLVMSetOperand(self.as_raw(), 0, null) };
    }

    pub(super) fn operand(self, index: u32) -> Option<NonNull<LLVMValue>> {
        // SAFETY: the instruction is alive.
        let count = unsafe { llvm::LLVMGetNumOperands(self.as_raw()) };
        if index >= (count as u32) {
            return None;
        }
        // SAFETY: the index is below the number of operands.
        NonNull::new(unsafe { llvm::LLVMGetOperand(self.as_raw(), index) })
    }

    /// Returns the alignment in bytes that a call promises for its argument `index`.
    #[must_use]
    pub fn argument_alignment(self, index: u32) -> u64 {
        // SAFETY: a range of bytes.
        let align = unsafe { llvm::LLVMGetEnumAttributeKindForName(c"align".as_ptr(), 5) };
        // SAFETY: the instruction is a call; index 0 of attributes is the return value.
        let promised =
            unsafe { llvm::LLVMGetCallSiteEnumAttribute(self.as_raw(), index + 1, align) };
        if promised.is_null() {
            return 1;
        }
        // SAFETY: it is an attribute with a value.
        unsafe { llvm::LLVMGetEnumAttributeValue(promised) }.max(1)
    }

    /// Removes `attribute` from a call.
    pub fn remove(self, attribute: Attribute) {
        let (call, kind) = (self.as_raw(), attribute.kind());
        // SAFETY: the instruction is a live call, the only kind that callers pass.
        unsafe { llvm::LLVMRemoveCallSiteEnumAttribute(call, FUNCTION_INDEX, kind) };
    }

    /// Changes the callee to `function`, which takes the same arguments.
    pub fn set_callee(self, function: Global<'ctx>) {
        // SAFETY: the instruction is alive.
        let count = unsafe { llvm::LLVMGetNumOperands(self.as_raw()) };
        // SAFETY: the callee is a call's last operand.
        unsafe { llvm::LLVMSetOperand(self.as_raw(), (count as u32) - 1, function.as_raw()) };
    }

    /// Deletes it; its result must be unused.
    pub(super) fn erase(self) {
        // SAFETY: the instruction is alive and in a block, and this is its last use.
        unsafe { llvm::LLVMInstructionEraseFromParent(self.as_raw()) };
    }

    /// Returns the successors of a terminator.
    pub(super) fn successors(self) -> Vec<Block<'ctx>> {
        // SAFETY: the instruction is a terminator.
        let count = unsafe { llvm::LLVMGetNumSuccessors(self.as_raw()) };
        (0..count)
            // SAFETY: the index is below the number of successors.
            .map(|index| unsafe { llvm::LLVMGetSuccessor(self.as_raw(), index) })
            .filter_map(Block::from_raw)
            .collect()
    }

    /// Returns its source line; `None` without debug info, or for compiler-generated code.
    #[must_use]
    pub fn source_line(self) -> Option<SourceLine> {
        // SAFETY: the instruction is alive; 0 is no line.
        let line = unsafe { llvm::LLVMGetDebugLocLine(self.as_raw()) };
        if line == 0 {
            return None;
        }
        let mut length = 0;
        // SAFETY: the instruction is alive.
        let start = unsafe { llvm::LLVMGetDebugLocFilename(self.as_raw(), &raw mut length) };
        // SAFETY: null, or a range of the context's.
        let file = unsafe { text::copy(start, length as usize) };
        Some(SourceLine { file, line })
    }

    /// Removes its metadata of `kind`, such as `llvm.loop`.
    pub fn drop_metadata(self, context: &'ctx Context, kind: &'static CStr) {
        let kind = metadata_kind(context, kind);
        // SAFETY: the instruction is alive; null removes.
        unsafe { llvm::LLVMSetMetadata(self.as_raw(), kind, std::ptr::null_mut()) };
    }

    /// Returns its metadata of `kind`, if that is a node of debug information.
    pub(super) fn metadata(
        self,
        context: &'ctx Context,
        kind: &'static CStr,
    ) -> Option<Node<'ctx>> {
        let kind = metadata_kind(context, kind);
        // SAFETY: the instruction is alive; the result is null if it has none.
        Operand::from_raw(unsafe { llvm::LLVMGetMetadata(self.as_raw(), kind) }).node()
    }
}

fn metadata_kind(context: &Context, name: &'static CStr) -> u32 {
    let length = u32::try_from(name.count_bytes()).unwrap_or(0);
    // SAFETY: the context is alive, the range is that of `name`.
    unsafe { llvm::LLVMGetMDKindIDInContext(context.as_raw(), name.as_ptr(), length) }
}
