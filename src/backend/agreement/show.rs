//! Types as C spells them, for messages.

use super::shape::{Aggregate, Shape, is_typedef, qualifier, size};
use crate::llvm::Node;

/// The most nested types that are spelled out.
const MOST_NESTED: usize = 16;

/// Returns the quoted name of a type.
pub(super) fn a_type(ty: Option<Node<'_>>) -> String {
    format!("`{}`", spell(ty, 0))
}

/// Returns the quoted type of a function with that result and those parameters.
pub(super) fn signature(types: &[Option<Node<'_>>]) -> String {
    format!("`{}`", spell_signature(types, 0))
}

/// Returns the name of an aggregate with its size and the number of its members.
pub(super) fn members(of: Node<'_>) -> String {
    let count = of.elements().len();
    let noun = if count == 1 { "member" } else { "members" };
    format!("{} of {} bytes with {count} {noun}", a_type(Some(of)), size(Some(of)) / 8)
}

/// Returns the name of an aggregate with the place and type of one of its members.
pub(super) fn member(of: Node<'_>, member: Node<'_>) -> String {
    let ty = spell(member.base_type().map(|(_, ty)| ty), 0);
    let (bit, name) = (member.member_offset(), member.type_name());
    let place = match bit % 8 {
        0 => format!("byte {}", bit / 8),
        _ => format!("bit {bit}"),
    };
    format!("{} with `{ty} {name}` at {place}", a_type(Some(of)))
}

fn spell(ty: Option<Node<'_>>, nested: usize) -> String {
    let Some(node) = ty else { return "void".to_owned() };
    if nested > MOST_NESTED {
        return "...".to_owned();
    }
    let base = node.base_type().map(|(_, base)| base);
    if let Some(word) = qualifier(node) {
        let inner = spell(base, nested + 1);
        let is_pointer = matches!(Shape::of(base).0, Shape::Pointer(_));
        return if is_pointer { format!("{inner} {word}") } else { format!("{word} {inner}") };
    }
    let name = node.type_name();
    if is_typedef(node) {
        return name;
    }
    match Shape::of(Some(node)).0 {
        Shape::Pointer(to) => pointer(to, nested),
        Shape::Array(element, _) => {
            let length = size(Some(node)).checked_div(size(Some(element))).unwrap_or_default();
            format!("{}[{length}]", spell(Some(element), nested + 1))
        }
        Shape::Function => spell_signature(&node.signature_types(), nested),
        Shape::Aggregate(Aggregate::Structure) => tagged("struct", &name),
        Shape::Aggregate(Aggregate::Union) => tagged("union", &name),
        Shape::Enumeration => tagged("enum", &name),
        _ => name,
    }
}

fn pointer(to: Option<Node<'_>>, nested: usize) -> String {
    if let (Shape::Function, Some(function)) = Shape::of(to) {
        if to == Some(function) {
            return spell_with(&function.signature_types(), "(*)", nested);
        }
    }
    let inner = spell(to, nested + 1);
    if inner.ends_with('*') { format!("{inner}*") } else { format!("{inner} *") }
}

fn spell_signature(types: &[Option<Node<'_>>], nested: usize) -> String {
    spell_with(types, "", nested)
}

fn spell_with(types: &[Option<Node<'_>>], middle: &str, nested: usize) -> String {
    let (result, parameters) = types.split_first().unwrap_or((&None, &[]));
    let spelled = parameters.iter().map(|parameter| match parameter {
        Some(_) => spell(*parameter, nested + 1),
        None => "...".to_owned(),
    });
    let spelled = spelled.collect::<Vec<_>>().join(", ");
    let spelled = if spelled.is_empty() { "void" } else { &spelled };
    format!("{} {middle}({spelled})", spell(*result, nested + 1))
}

fn tagged(word: &str, name: &str) -> String {
    if name.is_empty() { format!("{word} {{ ... }}") } else { format!("{word} {name}") }
}
