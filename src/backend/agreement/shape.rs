//! The shape of a type: its kind, without names given to it and qualifiers.

use crate::llvm::{MetadataKind, Node, Tag};

/// Tags of types (DWARF 5, section 7.5.3).
mod tag {
    use super::Tag;

    pub(super) const ARRAY: Tag = Tag(0x01);
    pub(super) const CLASS: Tag = Tag(0x02);
    pub(super) const ENUMERATION: Tag = Tag(0x04);
    pub(super) const POINTER: Tag = Tag(0x0f);
    pub(super) const REFERENCE: Tag = Tag(0x10);
    pub(super) const STRUCTURE: Tag = Tag(0x13);
    pub(super) const TYPEDEF: Tag = Tag(0x16);
    pub(super) const UNION: Tag = Tag(0x17);
    pub(super) const CONST: Tag = Tag(0x26);
    pub(super) const VOLATILE: Tag = Tag(0x35);
    pub(super) const RESTRICT: Tag = Tag(0x37);
    pub(super) const RVALUE_REFERENCE: Tag = Tag(0x42);
    pub(super) const ATOMIC: Tag = Tag(0x47);

    /// Names and qualifiers of another type.
    pub(super) const MODIFIERS: [Tag; 5] = [TYPEDEF, CONST, VOLATILE, RESTRICT, ATOMIC];
}

/// The most names and qualifiers of one type, so that a circle in a damaged input ends.
const MOST_MODIFIERS: usize = 64;

/// The kinds of aggregates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aggregate {
    Structure,
    Union,
}

/// The kind of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape<'ctx> {
    Void,
    Integer,
    Float,
    Enumeration,
    Aggregate(Aggregate),
    /// A pointer or reference to another type, or to `void`.
    Pointer(Option<Node<'ctx>>),
    /// An array with that many dimensions.
    Array(Node<'ctx>, usize),
    Function,
    /// A type that C does not have.
    Other,
}

impl<'ctx> Shape<'ctx> {
    /// Returns the shape of `ty`, and the type without names and qualifiers; `None` stands for `void`.
    pub(super) fn of(ty: Option<Node<'ctx>>) -> (Self, Option<Node<'ctx>>) {
        let Some(node) = bare(ty) else { return (Self::Void, None) };
        let base = || node.base_type().map(|(_, base)| base);
        let shape = match node.kind() {
            MetadataKind::Signature => Self::Function,
            MetadataKind::Basic if is_float(&node.type_name()) => Self::Float,
            MetadataKind::Basic => Self::Integer,
            _ => match node.tag() {
                tag::ENUMERATION => Self::Enumeration,
                tag::STRUCTURE | tag::CLASS => Self::Aggregate(Aggregate::Structure),
                tag::UNION => Self::Aggregate(Aggregate::Union),
                tag::POINTER | tag::REFERENCE | tag::RVALUE_REFERENCE => Self::Pointer(base()),
                tag::ARRAY => match base() {
                    Some(element) => Self::Array(element, node.elements().len()),
                    None => Self::Other,
                },
                _ => Self::Other,
            },
        };
        (shape, Some(node))
    }
}

/// Skips names and qualifiers.
fn bare(ty: Option<Node<'_>>) -> Option<Node<'_>> {
    let mut node = ty?;
    for _ in 0..MOST_MODIFIERS {
        if !tag::MODIFIERS.contains(&node.tag()) {
            break;
        }
        node = node.base_type()?.1;
    }
    Some(node)
}

/// Returns true for a floating-point number of C, by its name: LLVM's C API does not give the encoding.
fn is_float(name: &str) -> bool {
    ["float", "double", "Float"].iter().any(|word| name.contains(word))
}

/// Returns the size of `ty` in bits; 0 if it is unknown.
pub(super) fn size(ty: Option<Node<'_>>) -> u64 {
    bare(ty).map_or(0, Node::type_size)
}

/// Returns the word of C for a qualifier; `None` for other types.
pub(super) fn qualifier(of: Node<'_>) -> Option<&'static str> {
    let words = [
        (tag::CONST, "const"),
        (tag::VOLATILE, "volatile"),
        (tag::RESTRICT, "restrict"),
        (tag::ATOMIC, "_Atomic"),
    ];
    words.into_iter().find_map(|(tag, word)| (of.tag() == tag).then_some(word))
}

/// Returns true for a name given to another type.
pub(super) fn is_typedef(node: Node<'_>) -> bool {
    node.tag() == tag::TYPEDEF
}
