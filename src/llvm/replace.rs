//! Replacing one function by another, and metadata of variables for code generation.

use std::ffi::CStr;

use bpf_linker_shim::{self as llvm, llvm_sys::LLVMValue};

use super::{context::Context, global::Global, metadata::Node};

impl<'ctx> Global<'ctx> {
    /// Returns the initial bytes of a variable that is an array of bytes, or a structure of one.
    #[must_use]
    pub fn initial_bytes(self) -> Option<Vec<u8>> {
        // SAFETY: the global is a variable, the only kind that callers pass.
        let value = unsafe { llvm::LLVMGetInitializer(self.as_raw()) };
        if value.is_null() {
            return None;
        }
        // SAFETY: an initializer is a live constant.
        let is_text = unsafe { llvm::LLVMIsConstantString(value) } != 0;
        let text = if is_text { value } else { only_element(value)? };
        let mut length = 0;
        // SAFETY: it is an array of bytes.
        let start = unsafe { llvm::LLVMGetAsString(text, &raw mut length) };
        if start.is_null() {
            return None;
        }
        // SAFETY: LLVM gives a range of the constant's.
        Some(unsafe { std::slice::from_raw_parts(start.cast::<u8>(), length) }.to_vec())
    }

    /// Attaches `node` to a function or variable, as metadata of `kind`.
    pub fn attach(self, context: &'ctx Context, kind: &'static CStr, node: Node<'ctx>) {
        let length = u32::try_from(kind.count_bytes()).unwrap_or(0);
        // SAFETY: the context is alive, the range is that of `kind`.
        let kind =
            unsafe { llvm::LLVMGetMDKindIDInContext(context.as_raw(), kind.as_ptr(), length) };
        // SAFETY: global and node are alive and of one context.
        unsafe { llvm::LLVMGlobalSetMetadata(self.as_raw(), kind, node.metadata()) };
    }

    /// Replaces every use of a function by `other`, an unused function of the same type, and deletes it.
    pub fn replace_uses_with_value(self, other: Self) {
        // SAFETY: the function is alive.
        let convention = unsafe { llvm::LLVMGetFunctionCallConv(self.as_raw()) };
        // SAFETY: the function is alive. A call with a different convention is undefined.
        unsafe { llvm::LLVMSetFunctionCallConv(other.as_raw(), convention) };
        // SAFETY: both are live pointers of one address space.
        unsafe { llvm::LLVMReplaceAllUsesWith(self.as_raw(), other.as_raw()) };
        self.delete_function();
    }

    /// Deletes a function that nothing refers to.
    pub fn delete_function(self) {
        // SAFETY: the global is a live function without uses.
        unsafe { llvm::LLVMDeleteFunction(self.as_raw()) };
    }
}

/// Returns the array of bytes that is the only content of a constant.
fn only_element(constant: *mut LLVMValue) -> Option<*mut LLVMValue> {
    // SAFETY: the constant is alive.
    if unsafe { llvm::LLVMGetNumOperands(constant) } != 1 {
        return None;
    }
    // SAFETY: it has one operand.
    let element = unsafe { llvm::LLVMGetOperand(constant, 0) };
    // SAFETY: operands of a live constant are alive.
    (unsafe { llvm::LLVMIsConstantString(element) } != 0).then_some(element)
}
