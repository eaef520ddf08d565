//! What it takes to put one function in the place of another, and to tell code generation about a variable.

use std::ffi::CStr;

use bpf_linker_shim as llvm;

use super::{context::Context, global::Global, metadata::Node};

impl<'ctx> Global<'ctx> {
    /// The bytes that a variable starts with, when it is an array of bytes.
    #[must_use]
    pub fn initial_bytes(self) -> Option<Vec<u8>> {
        // SAFETY: the global is a variable, the only kind this is asked of.
        let value = unsafe { llvm::LLVMGetInitializer(self.as_raw()) };
        if value.is_null() {
            return None;
        }
        // SAFETY: an initializer is a live constant.
        if unsafe { llvm::LLVMIsConstantString(value) } == 0 {
            return None;
        }
        let mut length = 0;
        // SAFETY: it is an array of bytes.
        let start = unsafe { llvm::LLVMGetAsString(value, &raw mut length) };
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

    /// Makes every use of a function one of `other`, a function of the same type that nothing uses yet, and deletes it.
    pub fn give_way_to(self, other: Self) {
        // SAFETY: the function is alive.
        let convention = unsafe { llvm::LLVMGetFunctionCallConv(self.as_raw()) };
        // SAFETY: the function is alive. A call whose convention is another one is undefined.
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
