//! Types in debug information: inspecting them and creating new ones.

use std::ptr::{self, NonNull};

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMOpaqueDIBuilder, LLVMOpaqueMetadata},
};

use super::{
    context::Context,
    metadata::{MetadataKind, Node, Operand},
    module::Module,
};

/// The operands of a type that are its file and its scope.
const FILE: usize = 0;
const SCOPE: usize = 1;
/// The first operand of a type that may be its base type; the operands before it are file, scope and name.
const FIRST_BASE: usize = 3;
/// `DINode::FlagVirtual` of llvm/IR/DebugInfoFlags.def.
const VIRTUAL: i32 = 1 << 5;
/// `DW_ATE_unsigned`.
const UNSIGNED: u32 = 7;
/// The size of a pointer in bits.
const POINTER: u64 = 64;

/// The tag of a type (DWARF 5, section 7.5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(u16);

#[allow(missing_docs, reason = "each is the constant `DW_TAG_*` of its name")]
impl Tag {
    pub const ARRAY: Self = Self(0x01);
    pub const CLASS: Self = Self(0x02);
    pub const ENUMERATION: Self = Self(0x04);
    pub const MEMBER: Self = Self(0x0d);
    pub const POINTER: Self = Self(0x0f);
    pub const REFERENCE: Self = Self(0x10);
    pub const STRUCTURE: Self = Self(0x13);
    pub const TYPEDEF: Self = Self(0x16);
    pub const UNION: Self = Self(0x17);
    pub const INHERITANCE: Self = Self(0x1c);
    pub const POINTER_TO_MEMBER: Self = Self(0x1f);
    pub const CONST: Self = Self(0x26);
    pub const FRIEND: Self = Self(0x2a);
    pub const VARIANTS: Self = Self(0x33);
    pub const VARIABLE: Self = Self(0x34);
    pub const VOLATILE: Self = Self(0x35);
    pub const RESTRICT: Self = Self(0x37);
    pub const UNSPECIFIED: Self = Self(0x3b);
    pub const RVALUE_REFERENCE: Self = Self(0x42);
    pub const ATOMIC: Self = Self(0x47);
}

/// Names and qualifiers of another type.
const MODIFIERS: [Tag; 5] = [Tag::TYPEDEF, Tag::CONST, Tag::VOLATILE, Tag::RESTRICT, Tag::ATOMIC];
/// The most names and qualifiers of one type, so that a circle in a damaged input ends.
const MOST_MODIFIERS: usize = 64;

/// The encoding of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A truth value, an integer or a binary floating-point number.
    Plain,
    /// A character of Unicode.
    Unicode,
    /// Anything else: complex, decimal or fixed-point numbers, and kinds added by a later LLVM.
    Other,
}

impl<'ctx> Node<'ctx> {
    /// Returns the tag of a type.
    #[must_use]
    pub fn tag(self) -> Tag {
        match self.kind() {
            MetadataKind::Basic | MetadataKind::Derived | MetadataKind::Composite => {
                // SAFETY: it is a node of debug information.
                Tag(unsafe { llvm::LLVMGetDINodeTag(self.metadata()) })
            }
            _ => Tag(0),
        }
    }

    /// Returns the encoding of a number, as DWARF names it after `DW_ATE_`; empty if it has none. LLVM's C API has no
    /// function for it, so it is read from the printed node.
    #[must_use]
    pub fn encoding_name(self) -> String {
        let printed = self.printed();
        let encoding = printed.rsplit_once("encoding: DW_ATE_").map_or("", |(_, rest)| rest);
        encoding.split([',', ')']).next().unwrap_or_default().to_owned()
    }

    /// Returns the encoding of a number.
    #[must_use]
    pub fn encoding(self) -> Encoding {
        const PLAIN: [&str; 6] =
            ["boolean", "float", "signed", "signed_char", "unsigned", "unsigned_char"];
        match self.encoding_name().as_str() {
            plain if PLAIN.contains(&plain) => Encoding::Plain,
            "UTF" => Encoding::Unicode,
            _ => Encoding::Other,
        }
    }

    /// Returns the base type of a type and its operand index: the pointee of a pointer, the type of a member, the
    /// integer of an enumeration.
    #[must_use]
    pub fn base_type(self) -> Option<(usize, Self)> {
        use MetadataKind::{Basic, Composite, Derived, Signature};
        let operands = self.operands().into_iter().enumerate().skip(FIRST_BASE);
        let mut nodes = operands.filter_map(|(index, operand)| Some((index, operand.node()?)));
        nodes.find(|(_, node)| matches!(node.kind(), Basic | Composite | Derived | Signature))
    }

    /// Returns the type behind all names and qualifiers; `None` for `void`.
    #[must_use]
    pub fn unmodified(self) -> Option<Self> {
        let mut node = self;
        for _ in 0..MOST_MODIFIERS {
            if !MODIFIERS.contains(&node.tag()) {
                break;
            }
            node = node.base_type()?.1;
        }
        Some(node)
    }

    /// Returns true for a virtual base class, whose offset is known only at run time.
    #[must_use]
    pub fn is_virtual(self) -> bool {
        self.type_flags() & VIRTUAL != 0
    }

    fn scope(self) -> *mut LLVMOpaqueMetadata {
        self.operand_at(SCOPE)
    }

    fn operand_at(self, index: usize) -> *mut LLVMOpaqueMetadata {
        let operand = self.operands().get(index).copied().and_then(Operand::node);
        operand.map_or(ptr::null_mut(), Self::metadata)
    }
}

/// A builder of types for one module.
#[derive(Debug)]
pub struct TypeBuilder<'ctx> {
    context: &'ctx Context,
    builder: NonNull<LLVMOpaqueDIBuilder>,
}

impl Drop for TypeBuilder<'_> {
    fn drop(&mut self) {
        // SAFETY: `self` owns the builder; what it built is the context's.
        unsafe { llvm::LLVMDisposeDIBuilder(self.builder.as_ptr()) };
    }
}

impl<'ctx> TypeBuilder<'ctx> {
    /// Makes a builder for `module`.
    #[must_use]
    pub fn new(context: &'ctx Context, module: &Module<'ctx>) -> Option<Self> {
        // SAFETY: the module is alive.
        let builder = unsafe { llvm::LLVMCreateDIBuilderDisallowUnresolved(module.as_raw()) };
        Some(Self { context, builder: NonNull::new(builder)? })
    }

    fn node(&self, raw: *mut LLVMOpaqueMetadata) -> Option<Node<'ctx>> {
        Operand::from_metadata(self.context, raw).node()
    }

    /// Builds an unsigned integer of `bits` bits.
    #[must_use]
    pub fn unsigned(&self, name: &str, bits: u64) -> Option<Node<'ctx>> {
        let (builder, start) = (self.builder.as_ptr(), name.as_ptr().cast());
        // SAFETY: the builder is alive and copies the name.
        let made = unsafe {
            llvm::LLVMDIBuilderCreateBasicType(builder, start, name.len(), bits, UNSIGNED, 0)
        };
        self.node(made)
    }

    /// Builds a pointer to `target`, or to `void` if there is none.
    #[must_use]
    pub fn pointer(&self, target: Option<Node<'ctx>>) -> Option<Node<'ctx>> {
        let target = target.map_or(ptr::null_mut(), Node::metadata);
        let (builder, name) = (self.builder.as_ptr(), c"".as_ptr());
        // SAFETY: the builder and the target are alive.
        let made = unsafe {
            llvm::LLVMDIBuilderCreatePointerType(builder, target, POINTER, 0, 0, name, 0)
        };
        self.node(made)
    }

    /// Builds an array of `count` elements that takes `bits` bits in total.
    #[must_use]
    pub fn array(&self, element: Node<'ctx>, count: u64, bits: u64) -> Option<Node<'ctx>> {
        let builder = self.builder.as_ptr();
        let count = i64::try_from(count).ok()?;
        // SAFETY: the builder is alive.
        let mut range = [unsafe { llvm::LLVMDIBuilderGetOrCreateSubrange(builder, 0, count) }];
        let (element, ranges) = (element.metadata(), range.as_mut_ptr());
        // SAFETY: the builder and the element are alive, and there is one range.
        let made =
            unsafe { llvm::LLVMDIBuilderCreateArrayType(builder, bits, 0, element, ranges, 1) };
        self.node(made)
    }

    /// Builds a member called `name` of type `ty` at the offset of `place`.
    #[must_use]
    pub fn member(&self, place: Node<'ctx>, name: &str, ty: Node<'ctx>) -> Option<Node<'ctx>> {
        let (builder, start) = (self.builder.as_ptr(), name.as_ptr().cast());
        let (scope, size) = (place.scope(), ty.type_size());
        // SAFETY: `place` is a type.
        let offset = unsafe { llvm::LLVMDITypeGetOffsetInBits(place.metadata()) };
        let (file, ty) = (ptr::null_mut(), ty.metadata());
        // SAFETY: the builder, the scope and the type are alive, and the file may be null.
        let made = unsafe {
            llvm::LLVMDIBuilderCreateMemberType(
                builder,
                scope,
                start,
                name.len(),
                file,
                0,
                size,
                0,
                offset,
                0,
                ty,
            )
        };
        self.node(made)
    }

    /// Builds a structure with the name, place and size of the class `like` and the members `elements`.
    #[must_use]
    pub fn structure(&self, like: Node<'ctx>, elements: &[Node<'ctx>]) -> Option<Node<'ctx>> {
        let (builder, name) = (self.builder.as_ptr(), like.type_name());
        let mut elements: Vec<_> = elements.iter().map(|element| element.metadata()).collect();
        let count = u32::try_from(elements.len()).ok()?;
        let (nothing, empty) = (ptr::null_mut(), c"".as_ptr());
        let file = like.operand_at(FILE);
        // LLVM 23 rejects a line without a file.
        let line = if file.is_null() { 0 } else { like.type_line() };
        // SAFETY: builder, file, scope and elements are alive, the name is copied, and the base class may be null.
        let made = unsafe {
            llvm::LLVMDIBuilderCreateStructType(
                builder,
                like.scope(),
                name.as_ptr().cast(),
                name.len(),
                file,
                line,
                like.type_size(),
                0,
                like.type_flags(),
                nothing,
                elements.as_mut_ptr(),
                count,
                0,
                nothing,
                empty,
                0,
            )
        };
        self.node(made)
    }

    /// Builds a list of `nodes`.
    #[must_use]
    pub fn list(&self, nodes: &[Node<'ctx>]) -> Option<Node<'ctx>> {
        let mut nodes: Vec<_> = nodes.iter().map(|node| node.metadata()).collect();
        // SAFETY: the context and the nodes are alive.
        let made = unsafe {
            llvm::LLVMMDNodeInContext2(self.context.as_raw(), nodes.as_mut_ptr(), nodes.len())
        };
        self.node(made)
    }
}
