//! The alignment of the operands of memory operations.

use bpf_linker_shim::{self as llvm, llvm_sys::LLVMValue};

use super::{
    context::Context, global::Global, instruction::Instruction, module::Module, pieces::Builder,
};

/// The longest chain of computed addresses that is followed back to a variable.
const MOST_STEPS: usize = 32;

/// The attribute index of a call's result; arguments count from 1.
const RETURNED: u32 = 0;

impl<'ctx> Instruction<'ctx> {
    /// Aligns the stack variable that operand `index` points into, if any, to at least `bytes`, a power of two.
    pub fn align_stack_operand(self, index: u32, bytes: u32) {
        let Some(base) = self.base(index) else { return };
        // SAFETY: the base is alive; the result is null unless it is such a variable.
        if !unsafe { llvm::LLVMIsAAllocaInst(base) }.is_null() && alignment(base) < bytes {
            // SAFETY: it makes a variable on the stack, which has an alignment.
            unsafe { llvm::LLVMSetAlignment(base, bytes) };
        }
    }

    /// Returns the size in bytes of the stack variable that it allocates in `module`; 0 if it allocates none, or one of
    /// variable size.
    #[must_use]
    pub fn stack_bytes(self, module: &Module<'ctx>) -> u64 {
        // SAFETY: the instruction is alive; the result is null unless it makes such a variable.
        let variable = unsafe { llvm::LLVMIsAAllocaInst(self.as_raw()) };
        let Some(count) = self.constant_operand(0).filter(|_| !variable.is_null()) else {
            return 0;
        };
        // SAFETY: it makes a variable on the stack.
        let its_type = unsafe { llvm::LLVMGetAllocatedType(variable) };
        // SAFETY: the module is alive, and keeps its layout.
        let layout = unsafe { llvm::LLVMGetModuleDataLayout(module.as_raw()) };
        // SAFETY: both are alive, and variables have types of known sizes.
        count.saturating_mul(unsafe { llvm::LLVMABISizeOfType(layout, its_type) })
    }

    /// Returns the alignment of the variable whose address is operand `index`; 0 if it is not one, or its alignment is
    /// unset.
    #[must_use]
    pub fn variable_alignment(self, index: u32) -> u64 {
        let Some(operand) = self.operand(index) else { return 0 };
        // SAFETY: an operand is alive; the result is null unless it is such a variable.
        let is_local = !unsafe { llvm::LLVMIsAAllocaInst(operand.as_ptr()) }.is_null();
        if is_local { alignment(operand.as_ptr()).into() } else { 0 }
    }

    /// Limits the promised alignment of argument `index` of a call to `most` bytes, a power of two.
    pub fn limit_argument_alignment(self, context: &'ctx Context, index: u32, most: u64) {
        if self.argument_alignment(index) <= most {
            return;
        }
        let kind = align();
        // SAFETY: the instruction is a live call with that argument.
        unsafe { llvm::LLVMRemoveCallSiteEnumAttribute(self.as_raw(), index + 1, kind) };
        // SAFETY: the context is alive, and `align` takes a power of two.
        let made = unsafe { llvm::LLVMCreateEnumAttribute(context.as_raw(), kind, most) };
        // SAFETY: as above, with an attribute of its context.
        unsafe { llvm::LLVMAddCallSiteAttribute(self.as_raw(), index + 1, made) };
    }

    /// Returns false if LLVM cannot prove that operand `index` is aligned to more than `most` bytes.
    #[must_use]
    pub fn may_be_aligned_beyond(self, index: u32, most: u32) -> bool {
        let Some(base) = self.base(index) else { return true };
        // SAFETY: the base is alive.
        let is_local = !unsafe { llvm::LLVMIsAAllocaInst(base) }.is_null();
        // SAFETY: the base is alive.
        let is_global = !unsafe { llvm::LLVMIsAGlobalVariable(base) }.is_null();
        if is_local || is_global {
            return !(1..=most).contains(&alignment(base));
        }
        // SAFETY: the base is alive.
        if unsafe { llvm::LLVMIsACallInst(base) }.is_null() {
            return true;
        }
        let kind = align();
        // SAFETY: it is a call.
        let said = unsafe { llvm::LLVMGetCallSiteEnumAttribute(base, RETURNED, kind) };
        // SAFETY: it is a call.
        let called = unsafe { llvm::LLVMGetCalledValue(base) };
        // SAFETY: a called value is alive; the result is null unless it is a function.
        !said.is_null() || !unsafe { llvm::LLVMIsAFunction(called) }.is_null()
    }

    /// Hides from LLVM what it may know about operand `index`, by `annotation`, the function `llvm.ptr.annotation`:
    /// code generation forwards its argument.
    pub fn hide_operand(self, context: &'ctx Context, annotation: Global<'ctx>, index: u32) {
        let Some(pointer) = self.operand(index) else { return };
        let builder = Builder::before(context, self);
        // SAFETY: the context is alive.
        let type_ = unsafe { llvm::LLVMPointerTypeInContext(context.as_raw(), 0) };
        // SAFETY: a type with a null.
        let null = unsafe { llvm::LLVMConstNull(type_) };
        // SAFETY: a type of integers.
        let line = unsafe { llvm::LLVMConstInt(builder.integer(32), 0, 0) };
        let hidden = builder.call(annotation, &mut [pointer.as_ptr(), null, null, line, null]);
        // SAFETY: operand and call are alive and of one type.
        unsafe { llvm::LLVMSetOperand(self.as_raw(), index, hidden) };
    }

    /// Returns the base from which operand `index` is computed by additions; `None` if that takes too many steps.
    fn base(self, index: u32) -> Option<*mut LLVMValue> {
        let mut base = self.operand(index)?.as_ptr();
        for _ in 0..MOST_STEPS {
            // SAFETY: operands are alive; the result is null unless it computes an address.
            if unsafe { llvm::LLVMIsAGetElementPtrInst(base) }.is_null() {
                return Some(base);
            }
            // SAFETY: it has a pointer as its first operand.
            base = unsafe { llvm::LLVMGetOperand(base, 0) };
        }
        None
    }
}

/// Returns the alignment of a variable; 0 if unset.
fn alignment(variable: *mut LLVMValue) -> u32 {
    // SAFETY: the callers pass variables, on the stack or not.
    unsafe { llvm::LLVMGetAlignment(variable) }
}

fn align() -> u32 {
    // SAFETY: a range of bytes.
    unsafe { llvm::LLVMGetEnumAttributeKindForName(c"align".as_ptr(), 5) }
}
