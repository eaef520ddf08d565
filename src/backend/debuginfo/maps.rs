//! Map definitions inside wrappers, for LLVM before 22.
//!
//! LLVM describes what a pointer in a structure points to only as far as its name, but for the members of a map
//! definition in `.maps` in full: loaders take the sizes of keys and values from there. A static in Rust must be
//! `Sync`, so the definition is inside newtypes and `UnsafeCell`; LLVM before 22 does not look into those. So the
//! variable gets the type inside, as `btf::fixes::maps` would give it later.

use super::graph::nodes;
use crate::llvm::{Context, MetadataKind, Module, Node};

/// Where BTF-defined maps are.
const SECTION: &str = ".maps";
/// Wrappers nest a few deep at most; a loop ends here.
const MAX_WRAPPERS: usize = 64;

/// Gives each variable of `.maps` the structure in its type that has a `type`.
pub(super) fn unwrap<'ctx>(context: &'ctx Context, module: &Module<'ctx>) {
    let maps = module.variables().filter(|variable| variable.section() == SECTION);
    for variable in maps.flat_map(|map| map.attached(context)).flat_map(nodes) {
        let operands = variable.operands();
        let mut types = operands.iter().enumerate().filter_map(|(index, operand)| {
            let node = operand.node().filter(|node| node.kind() == MetadataKind::Composite);
            node.map(|node| (index, node))
        });
        if let Some((index, outer)) = types.next()
            && let Some(inner) = definition(outer).filter(|inner| *inner != outer)
        {
            variable.set_node(index, inner);
        }
    }
}

/// The structure that has a `type`, in `outer` or in what it wraps.
fn definition(outer: Node<'_>) -> Option<Node<'_>> {
    std::iter::successors(Some(outer), |node| wrapped(*node))
        .take(MAX_WRAPPERS)
        .find(|node| members(*node).any(|member| member.type_name() == "type"))
}

/// The type of the only member that takes a byte, if that is a structure.
fn wrapped<'ctx>(outer: Node<'ctx>) -> Option<Node<'ctx>> {
    let mut filled = members(outer).filter(|member| member.type_size() > 0);
    let (only, None) = (filled.next()?, filled.next()) else { return None };
    // A member refers to two types: the one it is a member of, and its own.
    nodes(only).find(|node| node.kind() == MetadataKind::Composite && *node != outer)
}

fn members<'ctx>(of: Node<'ctx>) -> impl Iterator<Item = Node<'ctx>> {
    let lists = nodes(of).filter(|node| node.kind() == MetadataKind::Tuple);
    lists.flat_map(nodes).filter(|node| node.kind() == MetadataKind::Derived)
}
