//! Compares types as libbpf's linker does (`glob_sym_btf_matches` in tools/lib/bpf/linker.c).
//!
//! Names given to types and qualifiers do not count, nor do lengths of arrays and names of parameters. Integers match by
//! size, enumerations by name and size; structures by their members, but by name alone behind a pointer. Two things
//! are sound that libbpf's linker refuses, and match here: a structure that one side only declares, and one with a
//! CO-RE suffix (`task_struct___local`).

use std::collections::HashSet;

use super::{Difference, shape::Shape, show};
use crate::llvm::Node;

/// The most nested types that are followed; real ones nest only a few deep.
const MOST_NESTED: usize = 128;

/// The depth to which an aggregate is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Depth {
    Members,
    /// The name alone, behind a pointer.
    Name,
}

/// Returns how the types of a variable differ; `None` if they match.
pub(super) fn variables(one: Node<'_>, other: Node<'_>) -> Option<Difference> {
    Comparison::default().types(Some(one), Some(other), Depth::Members, 0)
}

/// Returns how the results of a function differ; `None` if they match.
pub(super) fn results(one: Option<Node<'_>>, other: Option<Node<'_>>) -> Option<Difference> {
    Comparison::default().types(one, other, Depth::Members, 0)
}

/// Returns how two lists of a result and parameters differ; `None` if they match.
pub(super) fn signatures(
    one: &[Option<Node<'_>>],
    other: &[Option<Node<'_>>],
) -> Option<Difference> {
    Comparison::default().signatures(one, other, Depth::Members, 0)
}

/// The pairs of types that were compared: one of which the members are being compared counts as matching.
#[derive(Default)]
struct Comparison<'ctx>(HashSet<(Node<'ctx>, Node<'ctx>, Depth)>);

impl<'ctx> Comparison<'ctx> {
    fn types(
        &mut self,
        one: Option<Node<'ctx>>,
        other: Option<Node<'ctx>>,
        depth: Depth,
        nested: usize,
    ) -> Option<Difference> {
        if one == other || nested > MOST_NESTED {
            return None;
        }
        let differ = || Some((show::a_type(one), show::a_type(other)));
        let (Some((left, a)), Some((right, b))) = (known(one), known(other)) else {
            let both_void = Shape::of(one).0 == Shape::of(other).0;
            return if both_void { None } else { differ() };
        };
        let matches = match (left, right) {
            (Shape::Pointer(one), Shape::Pointer(other)) => {
                return self.types(one, other, Depth::Name, nested + 1);
            }
            (Shape::Array(one, rank), Shape::Array(other, same)) if rank == same => {
                return self.types(Some(one), Some(other), depth, nested + 1);
            }
            (Shape::Function, Shape::Function) => {
                let (one, other) = (a.signature_types(), b.signature_types());
                return self.signatures(&one, &other, depth, nested + 1);
            }
            (Shape::Aggregate(kind), Shape::Aggregate(same)) if kind == same => {
                if essential(a) != essential(b) {
                    return differ();
                }
                let is_open = a.is_forward() || b.is_forward() || depth == Depth::Name;
                return if is_open { None } else { self.members(a, b, nested + 1) };
            }
            (Shape::Enumeration, Shape::Enumeration) => {
                essential(a) == essential(b)
                    && (a.is_forward() || b.is_forward() || a.type_size() == b.type_size())
            }
            (Shape::Integer, Shape::Integer) | (Shape::Float, Shape::Float) => {
                a.type_size() == b.type_size()
            }
            (one, other) => one == other,
        };
        if matches { None } else { differ() }
    }

    fn members(&mut self, one: Node<'ctx>, other: Node<'ctx>, nested: usize) -> Option<Difference> {
        if one == other || !self.0.insert((one, other, Depth::Members)) {
            return None;
        }
        let (left, right) = (one.elements(), other.elements());
        if left.len() != right.len() {
            return Some((show::members(one), show::members(other)));
        }
        left.into_iter().zip(right).find_map(|(a, b)| {
            if a.type_name() != b.type_name() || a.member_offset() != b.member_offset() {
                return Some((show::member(one, a), show::member(other, b)));
            }
            let types = |member: Node<'ctx>| member.base_type().map(|(_, ty)| ty);
            let inner = self.types(types(a), types(b), Depth::Members, nested);
            inner.map(|_| (show::member(one, a), show::member(other, b)))
        })
    }

    fn signatures(
        &mut self,
        one: &[Option<Node<'ctx>>],
        other: &[Option<Node<'ctx>>],
        depth: Depth,
        nested: usize,
    ) -> Option<Difference> {
        if one.len() != other.len() {
            // `void (void)` inside of another type is an empty list.
            let is_void = |types: &[_]| types.iter().all(Option::is_none) && types.len() < 2;
            let both_void = is_void(one) && is_void(other);
            return (!both_void).then(|| (show::signature(one), show::signature(other)));
        }
        one.iter().zip(other).find_map(|(a, b)| self.types(*a, *b, depth, nested))
    }
}

/// Returns the shape of a type that is not `void`, and the type without names and qualifiers.
fn known(ty: Option<Node<'_>>) -> Option<(Shape<'_>, Node<'_>)> {
    let (shape, bare) = Shape::of(ty);
    Some((shape, bare?))
}

/// Returns the name of a type without the suffix that CO-RE ignores.
fn essential(node: Node<'_>) -> String {
    let name = node.type_name();
    match name.split_once("___") {
        Some((essential, _)) if !essential.is_empty() => essential.to_owned(),
        _ => name,
    }
}
