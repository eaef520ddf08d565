//! The shape of a type: its kind, without names given to it and qualifiers.

use crate::llvm::{MetadataKind, Node, Tag};

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
        let Some(node) = ty.and_then(Node::unmodified) else { return (Self::Void, None) };
        let base = || node.base_type().map(|(_, base)| base);
        let shape = match node.kind() {
            MetadataKind::Signature => Self::Function,
            MetadataKind::Basic if is_float(&node.type_name()) => Self::Float,
            MetadataKind::Basic => Self::Integer,
            _ => match node.tag() {
                Tag::ENUMERATION => Self::Enumeration,
                Tag::STRUCTURE | Tag::CLASS => Self::Aggregate(Aggregate::Structure),
                Tag::UNION => Self::Aggregate(Aggregate::Union),
                Tag::POINTER | Tag::REFERENCE | Tag::RVALUE_REFERENCE => Self::Pointer(base()),
                Tag::ARRAY => match base() {
                    Some(element) => Self::Array(element, node.elements().len()),
                    None => Self::Other,
                },
                _ => Self::Other,
            },
        };
        (shape, Some(node))
    }
}

/// Returns true for a floating-point number of C, by its name: LLVM's C API does not give the encoding.
fn is_float(name: &str) -> bool {
    ["float", "double", "Float"].iter().any(|word| name.contains(word))
}

/// Returns the size of `ty` in bits; 0 if it is unknown.
pub(super) fn size(ty: Option<Node<'_>>) -> u64 {
    ty.and_then(Node::unmodified).map_or(0, Node::type_size)
}

/// Returns the word of C for a qualifier; `None` for other types.
pub(super) fn qualifier(of: Node<'_>) -> Option<&'static str> {
    let words = [
        (Tag::CONST, "const"),
        (Tag::VOLATILE, "volatile"),
        (Tag::RESTRICT, "restrict"),
        (Tag::ATOMIC, "_Atomic"),
    ];
    words.into_iter().find_map(|(tag, word)| (of.tag() == tag).then_some(word))
}

/// Returns true for a name given to another type.
pub(super) fn is_typedef(node: Node<'_>) -> bool {
    node.tag() == Tag::TYPEDEF
}
