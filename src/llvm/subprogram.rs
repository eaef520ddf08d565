//! Functions in debug information and their signatures.

use std::ptr;

use bpf_linker_shim::{self as llvm};

use super::{
    context::Context,
    global::Global,
    metadata::{MetadataKind, Node, Operand},
    module::Module,
};

/// The operand of a `DISubprogram` that is its type: after file, scope, name and linkage name.
const TYPE: usize = 4;

impl<'ctx> Global<'ctx> {
    /// Returns the description of a function; `None` for a variable, or without debug info.
    #[must_use]
    pub fn subprogram(self, context: &'ctx Context) -> Option<Node<'ctx>> {
        // SAFETY: the global is alive.
        let function = unsafe { llvm::LLVMIsAFunction(self.as_raw()) };
        if function.is_null() {
            return None;
        }
        // SAFETY: it is a function.
        let subprogram = unsafe { llvm::LLVMGetSubprogram(function) };
        Operand::from_metadata(context, subprogram).node()
    }
}

impl<'ctx> Node<'ctx> {
    /// Returns the number of types in a signature: the result and each parameter.
    #[must_use]
    pub fn signature_length(self) -> usize {
        let lists = self.operands().into_iter().filter_map(Operand::node);
        let mut lists = lists.filter(|node| node.kind() == MetadataKind::Tuple);
        lists.next().map_or(0, |types| types.operands().len())
    }

    /// Returns the signature of this subprogram node.
    #[must_use]
    pub fn signature_of_subprogram(self) -> Option<Self> {
        let signature = self.operands().get(TYPE).copied()?.node()?;
        (signature.kind() == MetadataKind::Signature).then_some(signature)
    }

    /// Replaces the signature of this subprogram node.
    pub fn set_signature_of_subprogram(self, signature: Self) {
        self.set_node(TYPE, signature);
    }
}

impl<'ctx> Module<'ctx> {
    /// Creates the signature of a function without arguments or result.
    #[must_use]
    pub fn empty_signature(&self, context: &'ctx Context) -> Option<Node<'ctx>> {
        let mut types = [ptr::null_mut()];
        // SAFETY: the module is alive.
        let builder = unsafe { llvm::LLVMCreateDIBuilderDisallowUnresolved(self.as_raw()) };
        // SAFETY: there is one type; none stands for `void`, and the file may be null.
        let signature = unsafe {
            llvm::LLVMDIBuilderCreateSubroutineType(
                builder,
                ptr::null_mut(),
                types.as_mut_ptr(),
                1,
                0,
            )
        };
        // SAFETY: the builder was made above, and what it built is the context's.
        unsafe { llvm::LLVMDisposeDIBuilder(builder) };
        Operand::from_metadata(context, signature).node()
    }
}
