//! Functions and variables in debug info: types and places of declarations.

use bpf_linker_shim::{self as llvm, llvm_sys::debuginfo::LLVMMetadataKind as Raw};

use super::{
    context::Context,
    flow::place_in,
    global::Global,
    metadata::{MetadataKind, Node, Operand},
    operation::Place,
};

/// The first operand of a variable that may be its type: after scope, name and file.
const FIRST_OF_VARIABLE: usize = 3;

impl<'ctx> Global<'ctx> {
    /// Returns the `DIGlobalVariable` of a variable, declared or defined; `None` without debug info.
    #[must_use]
    pub fn described_variable(self, context: &'ctx Context) -> Option<Node<'ctx>> {
        let expressions = self.attached(context).into_iter();
        let operands = expressions.flat_map(|node| node.operands()).filter_map(Operand::node);
        let mut variables = operands.filter(|node| node.is_variable());
        variables.next()
    }
}

impl<'ctx> Node<'ctx> {
    fn is_variable(self) -> bool {
        const VARIABLE: i32 = Raw::LLVMDIGlobalVariableMetadataKind as i32;
        self.raw_kind() == VARIABLE
    }

    /// Returns the type of this global variable.
    #[must_use]
    pub fn type_of_variable(self) -> Option<Self> {
        use MetadataKind::{Basic, Composite, Derived, Signature};
        let operands = self.operands().into_iter().skip(FIRST_OF_VARIABLE);
        let mut nodes = operands.filter_map(Operand::node);
        nodes.find(|node| matches!(node.kind(), Basic | Composite | Derived | Signature))
    }

    /// Returns the place where this subprogram or global variable is declared.
    #[must_use]
    pub fn declared_at(self) -> Option<Place> {
        let raw = self.metadata();
        if self.is_variable() {
            // SAFETY: it is a variable; the result may be null.
            let file = unsafe { llvm::LLVMDIVariableGetFile(raw) };
            // SAFETY: it is a variable.
            return place_in(file, unsafe { llvm::LLVMDIVariableGetLine(raw) }, 0);
        }
        if self.kind() != MetadataKind::Subprogram {
            return None;
        }
        // SAFETY: a subprogram is a scope; the result may be null.
        let file = unsafe { llvm::LLVMDIScopeGetFile(raw) };
        // SAFETY: it is a subprogram.
        place_in(file, unsafe { llvm::LLVMDISubprogramGetLine(raw) }, 0)
    }

    /// Returns the elements of a composite type: members, or one range for each dimension of an array.
    #[must_use]
    pub fn elements(self) -> Vec<Self> {
        let elements = self.first_list().into_iter().flat_map(|list| list.operands());
        let nodes = elements.filter_map(Operand::node);
        // A type without elements may have annotations, which are lists.
        nodes.filter(|node| node.kind() != MetadataKind::Tuple).collect()
    }

    /// Returns the types of a signature: the result, then the parameters. `None` stands for `void` as the result, and
    /// for arguments of any number at the end. The list is empty if the types are unknown, and for `void (void)`.
    #[must_use]
    pub fn signature_types(self) -> Vec<Option<Self>> {
        let types = self.first_list().into_iter().flat_map(|list| list.operands());
        types.map(Operand::node).collect()
    }

    /// Returns the first list among the operands, whose places differ between versions of LLVM.
    fn first_list(self) -> Option<Self> {
        let mut nodes = self.operands().into_iter().filter_map(Operand::node);
        nodes.find(|node| node.kind() == MetadataKind::Tuple)
    }

    /// Returns true if the unit of this subprogram names a compiler with `words` as its producer.
    #[must_use]
    pub fn is_of_producer(self, words: &str) -> bool {
        const UNIT: i32 = Raw::LLVMDICompileUnitMetadataKind as i32;
        let nodes = self.operands().into_iter().filter_map(Operand::node);
        let mut units = nodes.filter(|node| node.raw_kind() == UNIT);
        let is_named =
            |operand| matches!(operand, Operand::Text(text) if text.to_text().contains(words));
        units.any(|unit| unit.operands().into_iter().any(is_named))
    }

    /// Returns the offset of a member in bits.
    #[must_use]
    pub fn member_offset(self) -> u64 {
        if self.kind() != MetadataKind::Derived {
            return 0;
        }
        // SAFETY: it is a type.
        unsafe { llvm::LLVMDITypeGetOffsetInBits(self.metadata()) }
    }
}
