//! Metadata: the graph of debug information.

use std::{ffi::CStr, marker::PhantomData, ptr, ptr::NonNull};

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{
        LLVMModuleFlagBehavior, LLVMOpaqueMetadata, LLVMValue, debuginfo::LLVMMetadataKind as Raw,
    },
};

use super::{context::Context, global::Global, instruction::Instruction, module::Module, text};

/// The operands of a module flag that are its name and value.
const FLAG_NAME: usize = 1;
const FLAG_VALUE: usize = 2;

/// A metadata node of a live context.
///
/// The handle is a value, of which LLVM keeps one for each node: equal handles are the same node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node<'ctx>(NonNull<LLVMValue>, PhantomData<&'ctx Context>);

/// A string of a live context; equal handles are equal strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Text<'ctx>(NonNull<LLVMValue>, PhantomData<&'ctx Context>);

/// An operand of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand<'ctx> {
    /// Another node.
    Node(Node<'ctx>),
    /// A string.
    Text(Text<'ctx>),
    /// Anything that types are not made of: null, constants, and kinds added by a later LLVM.
    Other,
}

/// The kind of a node, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataKind {
    /// A list.
    Tuple,
    /// A number, or another type without a base type.
    Basic,
    /// A structure, union, enumeration, array, or the variants of an enumeration with data.
    Composite,
    /// A member, pointer, qualifier or typedef.
    Derived,
    /// A type argument of an instance of a generic function or type.
    TypeParameter,
    /// The return and parameter types of a function.
    Signature,
    /// A function.
    Subprogram,
    /// Another node of debug information with operands.
    Described,
    /// Anything else, including kinds added by a later LLVM.
    Other,
}

impl MetadataKind {
    const fn from_raw(raw: i32) -> Self {
        const TUPLE: i32 = Raw::LLVMMDTupleMetadataKind as i32;
        const COMPOSITE: i32 = Raw::LLVMDICompositeTypeMetadataKind as i32;
        const DERIVED: i32 = Raw::LLVMDIDerivedTypeMetadataKind as i32;
        const PARAMETER: i32 = Raw::LLVMDITemplateTypeParameterMetadataKind as i32;
        const BASIC: i32 = Raw::LLVMDIBasicTypeMetadataKind as i32;
        const SUBPROGRAM: i32 = Raw::LLVMDISubprogramMetadataKind as i32;
        const SIGNATURE: i32 = Raw::LLVMDISubroutineTypeMetadataKind as i32;
        const FIRST: i32 = Raw::LLVMDILocationMetadataKind as i32;
        const LAST: i32 = Raw::LLVMDIGenericSubrangeMetadataKind as i32;
        match raw {
            TUPLE => Self::Tuple,
            COMPOSITE => Self::Composite,
            DERIVED => Self::Derived,
            PARAMETER => Self::TypeParameter,
            SIGNATURE => Self::Signature,
            BASIC => Self::Basic,
            SUBPROGRAM => Self::Subprogram,
            FIRST..=LAST => Self::Described,
            _ => Self::Other,
        }
    }
}

impl<'ctx> Operand<'ctx> {
    pub(super) fn from_raw(raw: *mut LLVMValue) -> Self {
        let Some(raw) = NonNull::new(raw) else { return Self::Other };
        const TEXT: i32 = Raw::LLVMMDStringMetadataKind as i32;
        match kind_of(raw) {
            TEXT => Self::Text(Text(raw, PhantomData)),
            kind if MetadataKind::from_raw(kind) != MetadataKind::Other => {
                Self::Node(Node(raw, PhantomData))
            }
            _ => Self::Other,
        }
    }

    pub(super) fn from_metadata(context: &'ctx Context, raw: *mut LLVMOpaqueMetadata) -> Self {
        if raw.is_null() {
            return Self::Other;
        }
        // SAFETY: context and metadata are alive.
        Self::from_raw(unsafe { llvm::LLVMMetadataAsValue(context.as_raw(), raw) })
    }

    /// Returns the node, if it is one.
    #[must_use]
    pub const fn node(self) -> Option<Node<'ctx>> {
        match self {
            Self::Node(node) => Some(node),
            _ => None,
        }
    }
}

/// Returns the kind of the metadata in `value`; a constant counts as metadata that holds it.
fn kind_of(value: NonNull<LLVMValue>) -> i32 {
    // SAFETY: an operand of a live node is alive.
    let metadata = unsafe { llvm::LLVMValueAsMetadata(value.as_ptr()) };
    // SAFETY: LLVM makes metadata of every value.
    unsafe { llvm::LLVMGetMetadataKind(metadata) }
}

impl<'ctx> Text<'ctx> {
    /// Creates `text` in `context`.
    #[must_use]
    pub fn new(context: &'ctx Context, text: &str) -> Option<Self> {
        let (start, length) = (text.as_ptr().cast(), text.len());
        // SAFETY: the context is alive and copies the range.
        let raw = unsafe { llvm::LLVMMDStringInContext2(context.as_raw(), start, length) };
        match Operand::from_metadata(context, raw) {
            Operand::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns a copy of the string.
    #[must_use]
    pub fn to_text(self) -> String {
        let mut length = 0;
        // SAFETY: it is a string.
        let start = unsafe { llvm::LLVMGetMDString(self.0.as_ptr(), &raw mut length) };
        // SAFETY: LLVM gives a range of the context's.
        unsafe { text::copy(start, length as usize) }
    }
}

impl<'ctx> Node<'ctx> {
    pub(super) const fn as_value(self) -> *mut LLVMValue {
        self.0.as_ptr()
    }

    pub(super) fn metadata(self) -> *mut LLVMOpaqueMetadata {
        // SAFETY: the node is alive.
        unsafe { llvm::LLVMValueAsMetadata(self.0.as_ptr()) }
    }

    /// Returns the kind of the node.
    #[must_use]
    pub fn kind(self) -> MetadataKind {
        MetadataKind::from_raw(self.raw_kind())
    }

    pub(super) fn raw_kind(self) -> i32 {
        kind_of(self.0)
    }

    /// Returns its operands in LLVM's order, which differs between versions.
    #[must_use]
    pub fn operands(self) -> Vec<Operand<'ctx>> {
        // SAFETY: it is a node.
        let count = unsafe { llvm::LLVMGetMDNodeNumOperands(self.0.as_ptr()) };
        let mut operands = vec![ptr::null_mut(); count as usize];
        // SAFETY: there is room for `count` operands.
        unsafe { llvm::LLVMGetMDNodeOperands(self.0.as_ptr(), operands.as_mut_ptr()) };
        operands.into_iter().map(Operand::from_raw).collect()
    }

    /// Replaces the operand at `index`, an index into [`operands`](Self::operands), by a node.
    pub fn set_node(self, index: usize, node: Self) {
        self.set(index, node.metadata());
    }

    /// Replaces the operand at `index`, an index into [`operands`](Self::operands), by a string.
    pub fn set_text(self, index: usize, text: Text<'ctx>) {
        // SAFETY: the string is alive.
        self.set(index, unsafe { llvm::LLVMValueAsMetadata(text.0.as_ptr()) });
    }

    fn set(self, index: usize, metadata: *mut LLVMOpaqueMetadata) {
        let Ok(index) = u32::try_from(index) else { return };
        // SAFETY: the node is alive and has an operand `index`.
        unsafe { llvm::LLVMReplaceMDNodeOperandWith(self.0.as_ptr(), index, metadata) };
    }

    /// Returns true for a type, which has a name, size, line and flags.
    fn is_type(self) -> bool {
        use MetadataKind::{Basic, Composite, Derived, Signature};
        matches!(self.kind(), Basic | Composite | Derived | Signature)
    }

    /// Returns the name of a type; empty if it has none or is not a type.
    #[must_use]
    pub fn type_name(self) -> String {
        if !self.is_type() {
            return String::new();
        }
        let mut length = 0;
        // SAFETY: it is a type.
        let start = unsafe { llvm::LLVMDITypeGetName(self.metadata(), &raw mut length) };
        // SAFETY: LLVM gives a range of the context's.
        unsafe { text::copy(start, length) }
    }

    /// Returns the size of a type in bits; 0 if it is not a type.
    #[must_use]
    pub fn type_size(self) -> u64 {
        if !self.is_type() {
            return 0;
        }
        // SAFETY: it is a type.
        unsafe { llvm::LLVMDITypeGetSizeInBits(self.metadata()) }
    }

    /// Returns the line on which a type is declared; 0 if unknown.
    #[must_use]
    pub fn type_line(self) -> u32 {
        if !self.is_type() {
            return 0;
        }
        // SAFETY: it is a type.
        unsafe { llvm::LLVMDITypeGetLine(self.metadata()) }
    }

    /// Returns true for a forward declaration.
    #[must_use]
    pub fn is_forward(self) -> bool {
        // DIFlagFwdDecl of llvm/IR/DebugInfoFlags.def.
        const FORWARD: i32 = 1 << 2;
        self.type_flags() & FORWARD != 0
    }

    /// Returns the flags of a type; 0 if it is not a type.
    pub(super) fn type_flags(self) -> i32 {
        if !self.is_type() {
            return 0;
        }
        // SAFETY: it is a type.
        unsafe { llvm::LLVMDITypeGetFlags(self.metadata()) }
    }
}

impl<'ctx> Module<'ctx> {
    /// Builds a nameless member whose type is a nameless union of `members`, both in the scope of type `owner` and of
    /// its size.
    #[must_use]
    pub fn union_member(
        &self,
        context: &'ctx Context,
        owner: Node<'ctx>,
        members: &[Node<'ctx>],
    ) -> Option<Node<'ctx>> {
        let size = owner.type_size();
        let mut elements: Vec<_> = members.iter().map(|member| member.metadata()).collect();
        let count = u32::try_from(elements.len()).ok()?;
        let (scope, name, file) = (owner.metadata(), c"".as_ptr(), ptr::null_mut());
        // SAFETY: the module is alive.
        let builder = unsafe { llvm::LLVMCreateDIBuilderDisallowUnresolved(self.as_raw()) };
        // SAFETY: scope and elements are live nodes, all strings are empty, and the file may be null.
        let union = unsafe {
            llvm::LLVMDIBuilderCreateUnionType(
                builder,
                scope,
                name,
                0,
                file,
                0,
                size,
                0,
                0,
                elements.as_mut_ptr(),
                count,
                0,
                name,
                0,
            )
        };
        // SAFETY: as above; the type was made above.
        let member = unsafe {
            llvm::LLVMDIBuilderCreateMemberType(
                builder, scope, name, 0, file, 0, size, 0, 0, 0, union,
            )
        };
        // SAFETY: the builder was made above, and what it built is the context's.
        unsafe { llvm::LLVMDisposeDIBuilder(builder) };
        Operand::from_metadata(context, member).node()
    }

    /// Returns the compile units of the module.
    #[must_use]
    pub fn compile_units(&self) -> Vec<Node<'ctx>> {
        self.listed(c"llvm.dbg.cu")
    }

    /// Keeps code generation from emitting DWARF, which takes longer than the code of a large program and nearly as
    /// much memory.
    ///
    /// `AsmPrinter::beginModule` emits none if the module requests CodeView and no version of DWARF; CodeView itself is
    /// for Windows. BTF depends on neither.
    pub fn omit_dwarf(&self, context: &'ctx Context) {
        const BEHAVIOR: LLVMModuleFlagBehavior =
            LLVMModuleFlagBehavior::LLVMModuleFlagBehaviorWarning;
        const CODE_VIEW: &str = "CodeView";
        let (no, yes) = (Self::number(context, 0), Self::number(context, 1));
        for flag in self.listed(c"llvm.module.flags") {
            match flag.operands().get(FLAG_NAME) {
                Some(Operand::Text(name)) if name.to_text() == "Dwarf Version" => {
                    flag.set(FLAG_VALUE, no);
                }
                Some(Operand::Text(name)) if name.to_text() == CODE_VIEW => return,
                _ => {}
            }
        }
        let (name, length) = (CODE_VIEW.as_ptr().cast(), CODE_VIEW.len());
        // SAFETY: the module is alive and copies the name; the value is the context's.
        unsafe { llvm::LLVMAddModuleFlag(self.as_raw(), BEHAVIOR, name, length, yes) };
    }

    /// Returns `value` as a 32-bit constant in metadata.
    fn number(context: &'ctx Context, value: u64) -> *mut LLVMOpaqueMetadata {
        // SAFETY: the context is alive.
        let ty = unsafe { llvm::LLVMIntTypeInContext(context.as_raw(), 32) };
        // SAFETY: the type was made above.
        let value = unsafe { llvm::LLVMConstInt(ty, value, 0) };
        // SAFETY: the constant is alive, too.
        unsafe { llvm::LLVMValueAsMetadata(value) }
    }

    /// Returns the compilers that the module names in `llvm.ident`, such as `clang version 22.1.8`.
    #[must_use]
    pub fn compilers(&self) -> Vec<String> {
        let words = self.listed(c"llvm.ident").into_iter().flat_map(Node::operands);
        let texts = words.filter_map(|word| match word {
            Operand::Text(text) => Some(text.to_text()),
            Operand::Node(_) | Operand::Other => None,
        });
        texts.collect()
    }

    /// Returns the nodes in one of the module's named lists.
    pub(super) fn listed(&self, name: &'static CStr) -> Vec<Node<'ctx>> {
        let name = name.as_ptr();
        // SAFETY: the module is alive.
        let count = unsafe { llvm::LLVMGetNamedMetadataNumOperands(self.as_raw(), name) };
        let mut nodes = vec![ptr::null_mut(); count as usize];
        // SAFETY: there is room for `count` operands.
        unsafe { llvm::LLVMGetNamedMetadataOperands(self.as_raw(), name, nodes.as_mut_ptr()) };
        nodes.into_iter().filter_map(|node| Operand::from_raw(node).node()).collect()
    }
}

impl<'ctx> Global<'ctx> {
    /// Returns the nodes attached to a function or variable: its description, and the type it stands for in CO-RE
    /// relocations.
    #[must_use]
    pub fn attached(self, context: &'ctx Context) -> Vec<Node<'ctx>> {
        let mut count = 0;
        // SAFETY: the global is alive, and no alias: those have no metadata.
        let entries = unsafe { llvm::LLVMGlobalCopyAllMetadata(self.as_raw(), &raw mut count) };
        let nodes = (0..u32::try_from(count).unwrap_or(0)).filter_map(|index| {
            // SAFETY: there are `count` entries.
            let raw = unsafe { llvm::LLVMValueMetadataEntriesGetMetadata(entries, index) };
            Operand::from_metadata(context, raw).node()
        });
        let nodes = nodes.collect();
        // SAFETY: the entries are ours to free.
        unsafe { llvm::LLVMDisposeValueMetadataEntries(entries) };
        nodes
    }
}

impl<'ctx> Instruction<'ctx> {
    /// Returns the type from which a CO-RE access starts.
    #[must_use]
    pub fn accessed_type(self, context: &'ctx Context) -> Option<Node<'ctx>> {
        self.metadata(context, c"llvm.preserve.access.index")
    }
}
