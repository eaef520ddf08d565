//! Unwraps map definitions inside wrappers, for LLVM older than 22.
//!
//! LLVM describes the target of a pointer in a structure only by name, but in full for the members of a map definition
//! in `.maps`: loaders take the sizes of keys and values from there. A static in Rust must be `Sync`, so the definition
//! is wrapped in newtypes and `UnsafeCell`; LLVM older than 22 does not look inside those. So the variable gets the
//! inner type, as `btf::fixes::maps` would give it later.

use super::graph::nodes;
use crate::llvm::{Context, MetadataKind, Module, Node};

/// The section of BTF-defined maps.
const SECTION: &str = ".maps";
/// The most nested wrappers that are followed, so that a cycle ends; real wrappers nest only a few deep.
const MAX_WRAPPERS: usize = 64;

/// Gives each variable in `.maps` the structure inside its type that has a `type` member.
pub(super) fn unwrap<'ctx>(context: &'ctx Context, module: &Module<'ctx>) {
    let maps = module.variables().filter(|variable| variable.section() == SECTION);
    for variable in maps.flat_map(|map| map.attached(context)).flat_map(nodes) {
        let operands = variable.operands();
        let mut types = operands.iter().enumerate().filter_map(|(index, operand)| {
            let node = operand.node().filter(|node| node.kind() == MetadataKind::Composite);
            node.map(|node| (index, node))
        });
        if let Some((index, outer)) = types.next() {
            if let Some(inner) = definition(outer).filter(|inner| *inner != outer) {
                variable.set_node(index, inner);
            }
        }
    }
}

/// Returns the structure with a `type` member: `outer` or a structure that it wraps.
fn definition(outer: Node<'_>) -> Option<Node<'_>> {
    std::iter::successors(Some(outer), |node| wrapped(*node))
        .take(MAX_WRAPPERS)
        .find(|node| members(*node).any(|member| member.type_name() == "type"))
}

/// Returns the type of the only member that is not empty, if that is a structure.
fn wrapped<'ctx>(outer: Node<'ctx>) -> Option<Node<'ctx>> {
    let mut filled = members(outer).filter(|member| member.type_size() > 0);
    let (only, None) = (filled.next()?, filled.next()) else { return None };
    // A member refers to two types: its containing type and its own.
    nodes(only).find(|node| node.kind() == MetadataKind::Composite && *node != outer)
}

fn members<'ctx>(of: Node<'ctx>) -> impl Iterator<Item = Node<'ctx>> {
    let lists = nodes(of).filter(|node| node.kind() == MetadataKind::Tuple);
    lists.flat_map(nodes).filter(|node| node.kind() == MetadataKind::Derived)
}
