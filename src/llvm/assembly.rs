//! Inline assembly called by a `call` or `callbr`.

use std::ptr::NonNull;

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMInlineAsmDialect, LLVMType, LLVMValue},
};

use super::{context::Context, instruction::Instruction, pieces::Builder, text};

impl<'ctx> Instruction<'ctx> {
    /// Returns true for a call of inline assembly.
    #[must_use]
    pub fn is_assembly(self) -> bool {
        self.assembly().is_some()
    }

    /// Returns the text of the inline assembly it calls, with operands as `$0` or `${0:w}` and a dollar sign as `$$`.
    #[must_use]
    pub fn assembly_text(self) -> Option<String> {
        let assembly = self.assembly()?.as_ptr();
        let mut length = 0;
        // SAFETY: the assembly is alive.
        let start = unsafe { llvm::LLVMGetInlineAsmAsmString(assembly, &raw mut length) };
        // SAFETY: LLVM gives a range of the assembly's.
        Some(unsafe { text::copy(start, length) })
    }

    /// Replaces the text of the inline assembly it calls by `text`, which has the same operands.
    pub fn set_assembly_text(self, text: &str) {
        let Some(assembly) = self.assembly().map(NonNull::as_ptr) else { return };
        let mut length = 0;
        // SAFETY: the assembly is alive.
        let constraints =
            unsafe { llvm::LLVMGetInlineAsmConstraintString(assembly, &raw mut length) };
        // SAFETY: as above.
        let type_ = unsafe { llvm::LLVMGetInlineAsmFunctionType(assembly) };
        // SAFETY: as above.
        let effects = unsafe { llvm::LLVMGetInlineAsmHasSideEffects(assembly) };
        // SAFETY: as above.
        let aligned = unsafe { llvm::LLVMGetInlineAsmNeedsAlignedStack(assembly) };
        // SAFETY: as above.
        let unwinds = unsafe { llvm::LLVMGetInlineAsmCanUnwind(assembly) };
        // SAFETY: the type is that of assembly with these constraints; both ranges are copied.
        let other = unsafe {
            llvm::LLVMGetInlineAsm(
                type_,
                text.as_ptr().cast(),
                text.len(),
                constraints,
                length,
                effects,
                aligned,
                LLVMInlineAsmDialect::LLVMInlineAsmDialectATT,
                unwinds,
            )
        };
        // SAFETY: the instruction is alive.
        let count = unsafe { llvm::LLVMGetNumOperands(self.as_raw()) };
        // SAFETY: the callee is the last operand, and of the same type.
        unsafe { llvm::LLVMSetOperand(self.as_raw(), (count as u32) - 1, other) };
    }

    /// Replaces a fence by empty assembly that may touch all memory: no access is moved across it, and it emits no
    /// code.
    pub fn become_barrier(self, context: &'ctx Context) {
        const CONSTRAINTS: &str = "~{memory}";
        // SAFETY: the context is alive.
        let nothing = unsafe { llvm::LLVMVoidTypeInContext(context.as_raw()) };
        let none: *mut *mut LLVMType = std::ptr::null_mut();
        // SAFETY: there are no parameters.
        let type_ = unsafe { llvm::LLVMFunctionType(nothing, none, 0, 0) };
        // SAFETY: the type is that of assembly without operands; both ranges are copied.
        let barrier = unsafe {
            llvm::LLVMGetInlineAsm(
                type_,
                c"".as_ptr(),
                0,
                CONSTRAINTS.as_ptr().cast(),
                CONSTRAINTS.len(),
                1,
                0,
                LLVMInlineAsmDialect::LLVMInlineAsmDialectATT,
                0,
            )
        };
        Builder::before(context, self).call_of(type_, barrier, &mut []);
        self.erase();
    }

    fn assembly(self) -> Option<NonNull<LLVMValue>> {
        // SAFETY: the instruction is alive; the result is null unless it is of the kind.
        let is_call = !unsafe { llvm::LLVMIsACallInst(self.as_raw()) }.is_null();
        // SAFETY: as above.
        if !is_call && unsafe { llvm::LLVMIsACallBrInst(self.as_raw()) }.is_null() {
            return None;
        }
        // SAFETY: the instruction calls something.
        let called = unsafe { llvm::LLVMGetCalledValue(self.as_raw()) };
        // SAFETY: a called value is alive; the result is null unless it is assembly.
        NonNull::new(unsafe { llvm::LLVMIsAInlineAsm(called) })
    }
}
