//! 128-bit products, and other operations that code generation rejects or turns into calls.

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMOpcode, LLVMType, LLVMTypeKind, LLVMValue},
};

use super::{
    context::Context, edit::Cursor, global::Global, instruction::Instruction, module::Module, text,
};

impl Module<'_> {
    /// Returns the data layout.
    #[must_use]
    pub fn layout_text(&self) -> String {
        // SAFETY: the module is alive.
        let layout = unsafe { llvm::LLVMGetDataLayoutStr(self.as_raw()) };
        // SAFETY: the string is the module's and ends in NUL.
        unsafe { text::copy_terminated(layout) }
    }
}

impl<'ctx> Instruction<'ctx> {
    /// Returns true for a product of more than 64 and at most 128 bits.
    #[must_use]
    pub fn is_wide_product(self) -> bool {
        const PRODUCT: i32 = LLVMOpcode::LLVMMul as i32;
        const INTEGER: i32 = LLVMTypeKind::LLVMIntegerTypeKind as i32;
        // SAFETY: the instruction is alive.
        if unsafe { llvm::LLVMGetInstructionOpcode(self.as_raw()) } != PRODUCT {
            return false;
        }
        // SAFETY: the instruction is alive.
        let own = unsafe { llvm::LLVMTypeOf(self.as_raw()) };
        // SAFETY: types live as long as their context.
        if unsafe { llvm::LLVMGetTypeKind(own) } != INTEGER {
            return false;
        }
        // SAFETY: it is an integer type.
        let bits = unsafe { llvm::LLVMGetIntTypeWidth(own) };
        // For sums in loops, the optimizer creates products of 65 bits.
        (65..=128).contains(&bits)
    }

    /// Replaces a product of up to 128 bits by a call of a routine: `halves` if both factors have at most 64 bits, else
    /// `wide`.
    pub fn multiply_by(self, context: &'ctx Context, halves: Global<'ctx>, wide: Global<'ctx>) {
        let (Some(left), Some(right)) = (self.operand(0), self.operand(1)) else { return };
        let cursor = Cursor::before(context, self);
        let narrow = [left, right].map(|factor| cursor.narrow(factor.as_ptr()));
        let (routine, mut factors) = match narrow {
            [Some(left), Some(right)] => (halves, [left, right]),
            _ => (wide, [left, right].map(|factor| cursor.widened(factor.as_ptr()))),
        };
        // SAFETY: the function is alive.
        let own = unsafe { llvm::LLVMGlobalGetValueType(routine.as_raw()) };
        let (builder, called, name) = (cursor.as_raw(), routine.as_raw(), c"".as_ptr());
        // SAFETY: builder and routine are alive; the factors are of its types.
        let call =
            unsafe { llvm::LLVMBuildCall2(builder, own, called, factors.as_mut_ptr(), 2, name) };
        if let Some(call) = Instruction::from_raw(call) {
            call.is_of(self);
        }
        // SAFETY: the instruction is alive.
        let result = unsafe { llvm::LLVMTypeOf(self.as_raw()) };
        let product = cursor.truncate_to(call, result);
        // SAFETY: both are alive and of one type.
        unsafe { llvm::LLVMReplaceAllUsesWith(self.as_raw(), product) };
        self.erase();
    }
}

impl Cursor<'_> {
    /// Widens `factor`, of up to 128 bits, to 128.
    fn widened(&self, factor: *mut LLVMValue) -> *mut LLVMValue {
        let wide = self.integer(128);
        // SAFETY: the factor is alive.
        if unsafe { llvm::LLVMTypeOf(factor) } == wide {
            return factor;
        }
        // SAFETY: builder and factor are alive, and it has fewer bits.
        unsafe { llvm::LLVMBuildZExt(self.as_raw(), factor, wide, c"".as_ptr()) }
    }

    /// Truncates `product`, which has 128 bits.
    fn truncate_to(&self, product: *mut LLVMValue, own: *mut LLVMType) -> *mut LLVMValue {
        if own == self.integer(128) {
            return product;
        }
        // SAFETY: builder and product are alive, and the type has fewer bits.
        unsafe { llvm::LLVMBuildTrunc(self.as_raw(), product, own, c"".as_ptr()) }
    }

    /// Narrows `factor` from 128 to 64 bits if it is known to fit: it was widened from 64 or fewer bits, or is a small
    /// constant.
    fn narrow(&self, factor: *mut LLVMValue) -> Option<*mut LLVMValue> {
        let name = c"".as_ptr();
        // SAFETY: the factor is alive.
        let extended = unsafe { llvm::LLVMIsAZExtInst(factor) };
        if !extended.is_null() {
            // SAFETY: an extension has an operand.
            let former = unsafe { llvm::LLVMGetOperand(extended, 0) };
            // SAFETY: the operand is alive.
            let own = unsafe { llvm::LLVMTypeOf(former) };
            // SAFETY: an extension is of integers.
            let bits = unsafe { llvm::LLVMGetIntTypeWidth(own) };
            return match bits {
                64 => Some(former),
                // SAFETY: builder and operand are alive, and it has fewer bits.
                0..64 => Some(unsafe {
                    llvm::LLVMBuildZExt(self.as_raw(), former, self.integer(64), name)
                }),
                _ => None,
            };
        }
        // SAFETY: the factor is alive.
        if unsafe { llvm::LLVMIsAConstantInt(factor) }.is_null() {
            return None;
        }
        // SAFETY: it is a constant, which LLVM cuts off at once.
        let low = unsafe { llvm::LLVMBuildTrunc(self.as_raw(), factor, self.integer(64), name) };
        // SAFETY: it is an integer; its type is that of the factor.
        let own = unsafe { llvm::LLVMTypeOf(factor) };
        // SAFETY: it is a constant, which LLVM widens at once.
        let wide = unsafe { llvm::LLVMBuildZExt(self.as_raw(), low, own, name) };
        // Constants of the same value are the same object.
        (wide == factor).then_some(low)
    }
}

impl Global<'_> {
    /// Removes `sret` from a function and its calls: the pointer through which it returns a structure is an argument
    /// like any other, but code generation rejects such functions.
    pub fn forget_structure_return(self) {
        let name = "sret";
        // SAFETY: a range of bytes.
        let kind =
            unsafe { llvm::LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len()) };
        // It is the first parameter, or the second.
        for index in 1..=2 {
            // SAFETY: the function is alive.
            unsafe { llvm::LLVMRemoveEnumAttributeAtIndex(self.as_raw(), index, kind) };
            for call in self.calls() {
                // SAFETY: the call is alive.
                unsafe { llvm::LLVMRemoveCallSiteEnumAttribute(call.as_raw(), index, kind) };
            }
        }
    }
}
