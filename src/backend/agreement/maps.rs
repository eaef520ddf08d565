//! Compares definitions of maps as libbpf's linker does (`map_defs_match` in tools/lib/bpf/linker.c).

use super::{
    Difference, compare,
    shape::{Aggregate, Shape, size},
    show,
};
use crate::llvm::Node;

/// Members whose value is the length of an array behind a pointer, as `__uint` of libbpf's bpf_helpers.h declares them.
const NUMBERS: [&str; 5] = ["type", "max_entries", "map_flags", "numa_node", "pinning"];
/// Members that point to a type, and those that tell its size instead.
const TYPES: [(&str, &str); 2] = [("key", "key_size"), ("value", "value_size")];
/// The most maps within maps; libbpf takes one.
const MOST_NESTED: usize = 4;

/// Returns how two definitions of a map differ; `None` if they are equal.
pub(super) fn difference(one: Node<'_>, other: Node<'_>) -> Option<Difference> {
    nested(one, other, 0)
}

fn nested(one: Node<'_>, other: Node<'_>, depth: usize) -> Option<Difference> {
    if one == other || depth > MOST_NESTED {
        return None;
    }
    let (Some(left), Some(right)) = (structure(one), structure(other)) else {
        return compare::variables(one, other);
    };
    let numbers = NUMBERS.into_iter().find_map(|name| {
        let (a, b) = (number(left, name), number(right, name));
        (a != b).then(|| (says(name, a), says(name, b)))
    });
    let types = || TYPES.into_iter().find_map(|names| differing_types(left, right, names));
    numbers.or_else(types).or_else(|| values(left, right, depth))
}

fn differing_types(
    one: Node<'_>,
    other: Node<'_>,
    (name, size_name): (&str, &str),
) -> Option<Difference> {
    let pointee = |of| {
        member(of, name).and_then(|pointer| match Shape::of(Some(pointer)).0 {
            Shape::Pointer(to) => Some(to),
            _ => None,
        })
    };
    let bytes = |of, ty: Option<Option<Node<'_>>>| match ty {
        Some(ty) => size(ty) / 8,
        None => number(of, size_name),
    };
    let (a, b) = (pointee(one), pointee(other));
    let text = |of, ty: Option<Option<Node<'_>>>| match ty {
        Some(to) => format!("a map with the {name} {}", show::a_type(to)),
        None => format!("a map with a {name} of {} bytes", number(of, size_name)),
    };
    match (a, b) {
        (Some(a), Some(b)) => compare::results(a, b).map(|inner| {
            let whole = (text(one, Some(a)), text(other, Some(b)));
            super::apart(whole, inner)
        }),
        (a, b) if bytes(one, a) == bytes(other, b) => None,
        (a, b) => Some((text(one, a), text(other, b))),
    }
}

/// Compares the maps that two maps hold.
fn values(one: Node<'_>, other: Node<'_>, depth: usize) -> Option<Difference> {
    match (inner(one), inner(other)) {
        (None, None) => None,
        (Some(Some(a)), Some(Some(b))) => nested(a, b, depth + 1)
            .map(|(a, b)| (format!("a map of maps: {a}"), format!("a map of maps: {b}"))),
        (Some(_), Some(_)) => None,
        (a, b) => {
            let text = |inner: Option<_>| match inner {
                Some(_) => "a map with `values`".to_owned(),
                None => "a map without `values`".to_owned(),
            };
            Some((text(a), text(b)))
        }
    }
}

/// Returns whether a map has `values`, and the structure that they point to.
fn inner(of: Node<'_>) -> Option<Option<Node<'_>>> {
    let Shape::Array(element, _) = Shape::of(Some(member(of, "values")?)).0 else { return None };
    match Shape::of(Some(element)).0 {
        Shape::Pointer(Some(to)) => Some(structure(to)),
        _ => Some(None),
    }
}

fn structure(ty: Node<'_>) -> Option<Node<'_>> {
    match Shape::of(Some(ty)) {
        (Shape::Aggregate(Aggregate::Structure), bare) => bare,
        _ => None,
    }
}

fn member<'ctx>(of: Node<'ctx>, name: &str) -> Option<Node<'ctx>> {
    let mut members = of.elements().into_iter();
    let member = members.find(|member| member.type_name() == name)?;
    member.base_type().map(|(_, ty)| ty)
}

/// Returns the number that the member `name` stands for; 0 if there is none, as for loaders.
fn number(of: Node<'_>, name: &str) -> u64 {
    let Some(pointer) = member(of, name) else { return 0 };
    let Shape::Pointer(Some(array)) = Shape::of(Some(pointer)).0 else { return 0 };
    let Shape::Array(element, _) = Shape::of(Some(array)).0 else { return 0 };
    size(Some(array)).checked_div(size(Some(element))).unwrap_or_default()
}

fn says(name: &str, number: u64) -> String {
    format!("a map with {name} {number}")
}
