//! Undefined operands.

use bpf_linker_shim::{self as llvm, llvm_sys::LLVMValue};

use super::{
    global::{Global, Linkage},
    instruction::Instruction,
};

impl Instruction<'_> {
    /// Replaces each operand that is `undef` or `poison` by zero, except arguments of LLVM's own functions and
    /// arguments that a function of this module does not use.
    pub fn define_operands(self) {
        for index in 0..self.values() {
            let Some(operand) = self.operand(index) else { continue };
            // SAFETY: an operand is alive.
            if unsafe { llvm::LLVMIsUndef(operand.as_ptr()) } == 0 || self.ignores(index) {
                continue;
            }
            // SAFETY: an operand is alive.
            let its_type = unsafe { llvm::LLVMTypeOf(operand.as_ptr()) };
            // SAFETY: types of values that may be undefined have a null.
            let null = unsafe { llvm::LLVMConstNull(its_type) };
            // SAFETY: the operand is there, and of this type.
            unsafe { llvm::LLVMSetOperand(self.as_raw(), index, null) };
        }
    }

    /// Returns the number of operands that are values; for a call, the arguments.
    fn values(self) -> u32 {
        let raw = self.as_raw();
        // SAFETY: the instruction is alive.
        if unsafe { llvm::LLVMIsACallInst(raw) }.is_null() {
            // SAFETY: as above.
            return unsafe { llvm::LLVMGetNumOperands(raw) } as u32;
        }
        if self.callee().is_some_and(Global::is_llvm_own) {
            return 0;
        }
        // SAFETY: it is a call.
        unsafe { llvm::LLVMGetNumArgOperands(raw) }
    }

    /// Returns true for an argument that the called function does not use.
    fn ignores(self, index: u32) -> bool {
        let Some(callee) = self.callee() else { return false };
        callee.linkage() == Linkage::Local
            && callee.signature().is_some_and(|it| (index as usize) < it.parameters.len())
            && !is_used(parameter(callee, index))
    }
}

/// Returns parameter `index`, which the function must have.
fn parameter(function: Global<'_>, index: u32) -> *mut LLVMValue {
    // SAFETY: the function is alive; the callers checked the index.
    unsafe { llvm::LLVMGetParam(function.as_raw(), index) }
}

fn is_used(value: *mut LLVMValue) -> bool {
    // SAFETY: the value is alive.
    !unsafe { llvm::LLVMGetFirstUse(value) }.is_null()
}
