//! Values: the operands and results of instructions, as a graph.

use std::{marker::PhantomData, ptr::NonNull};

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMOpcode, LLVMTypeKind, LLVMValue},
};

use super::{
    block::Block,
    context::Context,
    global::Global,
    instruction::Instruction,
    opcode::{Opcode, Predicate, opcode},
};

/// A value of a live module: an instruction, an argument, a constant or a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Value<'ctx>(NonNull<LLVMValue>, PhantomData<&'ctx Context>);

impl<'ctx> Value<'ctx> {
    pub(super) fn from_raw(raw: *mut LLVMValue) -> Option<Self> {
        Some(Self(NonNull::new(raw)?, PhantomData))
    }

    pub(super) const fn as_raw(self) -> *mut LLVMValue {
        self.0.as_ptr()
    }

    /// Returns the instruction that computes the value.
    #[must_use]
    pub fn instruction(self) -> Option<Instruction<'ctx>> {
        // SAFETY: the value is alive; the result is null unless it is an instruction.
        Instruction::from_raw(unsafe { llvm::LLVMIsAInstruction(self.as_raw()) })
    }

    /// Returns true if the value is known at link time.
    #[must_use]
    pub fn is_constant(self) -> bool {
        // SAFETY: the value is alive.
        !unsafe { llvm::LLVMIsAConstant(self.as_raw()) }.is_null()
    }

    /// Returns its value if it is a constant integer, sign-extended from its width.
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        // SAFETY: the value is alive; the result is null unless it is a constant integer.
        let constant = unsafe { llvm::LLVMIsAConstantInt(self.as_raw()) };
        let bits = self.bits()?;
        if constant.is_null() || bits > 64 {
            return None;
        }
        // SAFETY: it is a constant integer of at most 64 bits.
        let value = unsafe { llvm::LLVMConstIntGetZExtValue(constant) };
        let shift = 64_u32.saturating_sub(bits);
        Some((value.checked_shl(shift)? as i64) >> shift)
    }

    /// Returns the function or variable whose address this is.
    #[must_use]
    pub fn global(self) -> Option<Global<'ctx>> {
        // SAFETY: the value is alive; the result is null unless it is a function.
        let function = unsafe { llvm::LLVMIsAFunction(self.as_raw()) };
        // SAFETY: the value is alive; the result is null unless it is a variable.
        let variable = || unsafe { llvm::LLVMIsAGlobalVariable(self.as_raw()) };
        Global::from_raw(function).or_else(|| Global::from_raw(variable()))
    }

    /// Returns the kind of the instruction or constant expression that computes the value; `Other` for anything else.
    #[must_use]
    pub fn opcode(self) -> Opcode {
        // SAFETY: the value is alive.
        let raw = if unsafe { llvm::LLVMIsAInstruction(self.as_raw()) }.is_null() {
            // SAFETY: the value is alive.
            if unsafe { llvm::LLVMIsAConstantExpr(self.as_raw()) }.is_null() {
                return Opcode::Other;
            }
            // SAFETY: it is a constant expression.
            unsafe { llvm::LLVMGetConstOpcode(self.as_raw()) }
        } else {
            // SAFETY: it is an instruction.
            unsafe { llvm::LLVMGetInstructionOpcode(self.as_raw()) }
        };
        if raw == LLVMOpcode::LLVMICmp as i32 {
            // SAFETY: it is a comparison of integers or pointers.
            let predicate = unsafe { llvm::LLVMGetICmpPredicate(self.as_raw()) };
            return Predicate::from_raw(predicate).map_or(Opcode::Other, Opcode::Compare);
        }
        opcode(raw).unwrap_or(Opcode::Other)
    }

    /// Returns operand `index` of an instruction or constant.
    #[must_use]
    pub fn operand(self, index: u32) -> Option<Self> {
        if index >= self.operand_count() {
            return None;
        }
        // SAFETY: the index is below the number of operands.
        Self::from_raw(unsafe { llvm::LLVMGetOperand(self.as_raw(), index) })
    }

    /// Returns the number of operands; 0 for values without operands.
    #[must_use]
    pub fn operand_count(self) -> u32 {
        let is_user = self.instruction().is_some() || self.is_constant();
        // SAFETY: instructions and constants are users of values.
        if is_user { (unsafe { llvm::LLVMGetNumOperands(self.as_raw()) }) as u32 } else { 0 }
    }

    /// Returns the operands of an instruction or constant.
    #[must_use]
    pub fn operands(self) -> Vec<Self> {
        (0..self.operand_count()).filter_map(|index| self.operand(index)).collect()
    }

    /// Returns the users of the value, in LLVM's order, once for each use: instructions and constants.
    #[must_use]
    pub fn users(self) -> Vec<Self> {
        // SAFETY: the value is alive.
        let mut usage = unsafe { llvm::LLVMGetFirstUse(self.as_raw()) };
        let mut users = Vec::new();
        while !usage.is_null() {
            // SAFETY: the use is in the list of a live value.
            users.extend(Self::from_raw(unsafe { llvm::LLVMGetUser(usage) }));
            // SAFETY: as above.
            usage = unsafe { llvm::LLVMGetNextUse(usage) };
        }
        users
    }

    /// Returns the width of an integer; `None` for any other type.
    #[must_use]
    pub fn bits(self) -> Option<u32> {
        // SAFETY: the value is alive.
        let of = unsafe { llvm::LLVMTypeOf(self.as_raw()) };
        // SAFETY: types live as long as their context.
        let kind = unsafe { llvm::LLVMGetTypeKind(of) };
        (kind == LLVMTypeKind::LLVMIntegerTypeKind as i32)
            // SAFETY: it is an integer type.
            .then(|| unsafe { llvm::LLVMGetIntTypeWidth(of) })
    }

    /// Returns true if the value is an address.
    #[must_use]
    pub fn is_pointer(self) -> bool {
        // SAFETY: the value is alive.
        let of = unsafe { llvm::LLVMTypeOf(self.as_raw()) };
        // SAFETY: types live as long as their context.
        let kind = unsafe { llvm::LLVMGetTypeKind(of) };
        kind == LLVMTypeKind::LLVMPointerTypeKind as i32
    }

    /// Aligns a variable defined in this module, on the stack or not, to at least `bytes`, a power of two; returns
    /// false if the value is not one.
    #[must_use]
    pub fn align(self, bytes: u32) -> bool {
        let is_local = self.opcode() == Opcode::Alloca;
        // SAFETY: the value is alive; the result is null unless it is a variable.
        let variable = Global::from_raw(unsafe { llvm::LLVMIsAGlobalVariable(self.as_raw()) });
        if !is_local && variable.is_none_or(Global::is_declaration) {
            return false;
        }
        // SAFETY: both kinds of variables have an alignment.
        if unsafe { llvm::LLVMGetAlignment(self.as_raw()) } < bytes {
            // SAFETY: as above.
            unsafe { llvm::LLVMSetAlignment(self.as_raw(), bytes) };
        }
        true
    }

    /// Returns the incoming values of a phi, each with its block; empty for anything else.
    #[must_use]
    pub fn incoming(self) -> Vec<(Self, Block<'ctx>)> {
        if self.opcode() != Opcode::Phi {
            return Vec::new();
        }
        // SAFETY: it is a phi.
        let count = unsafe { llvm::LLVMCountIncoming(self.as_raw()) };
        let pair = |index| {
            // SAFETY: the index is below the number of incoming values.
            let value = unsafe { llvm::LLVMGetIncomingValue(self.as_raw(), index) };
            // SAFETY: as above.
            let block = unsafe { llvm::LLVMGetIncomingBlock(self.as_raw(), index) };
            Some((Self::from_raw(value)?, Block::from_raw(block)?))
        };
        (0..count).filter_map(pair).collect()
    }

    /// Replaces all uses of this value by `other`, of the same type.
    pub fn replace_uses_with(self, other: Self) {
        // SAFETY: both are alive.
        let types = [self, other].map(|value| unsafe { llvm::LLVMTypeOf(value.as_raw()) });
        if types[0] == types[1] && self != other {
            // SAFETY: both are alive and of one type.
            unsafe { llvm::LLVMReplaceAllUsesWith(self.as_raw(), other.as_raw()) };
        }
    }
}

impl<'ctx> Instruction<'ctx> {
    /// Returns the value that it computes.
    #[must_use]
    pub const fn value(self) -> Value<'ctx> {
        Value(self.0, PhantomData)
    }
}

impl<'ctx> Global<'ctx> {
    /// Returns its address.
    #[must_use]
    pub const fn value(self) -> Value<'ctx> {
        Value(self.0, PhantomData)
    }

    /// Returns the parameters of a function.
    #[must_use]
    pub fn parameters(self) -> Vec<Value<'ctx>> {
        // SAFETY: the global is a live function, the only kind that callers pass.
        let count = unsafe { llvm::LLVMCountParams(self.as_raw()) };
        // SAFETY: the index is below the number of parameters.
        let parameter = |index| unsafe { llvm::LLVMGetParam(self.as_raw(), index) };
        (0..count).map(parameter).filter_map(Value::from_raw).collect()
    }
}
