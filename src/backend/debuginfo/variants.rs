//! Enumerations with data, for LLVM before 22.
//!
//! DWARF has a node of its own for variants (`DW_TAG_variant_part`), which rustc uses. LLVM 22 makes a nameless union
//! of it in BTF; earlier ones take it for a member of no type, and with assertions abort. So it becomes here what LLVM
//! 22 makes of it. DWARF, if it is kept, then says the same: a union, whose layout is that of the enumeration.

use super::graph::nodes;
use crate::llvm::{Context, MetadataKind, Module, Node};

/// Replaces the variants of each enumeration by a nameless union of them.
pub(super) fn express<'ctx>(
    context: &'ctx Context,
    module: &Module<'ctx>,
    composites: &[Node<'ctx>],
) {
    for &owner in composites {
        for list in nodes(owner).filter(|node| node.kind() == MetadataKind::Tuple) {
            for (index, element) in list.operands().into_iter().enumerate() {
                let variants = element.node().filter(|node| is_variant_part(*node));
                let union = variants
                    .and_then(|variants| module.union_member(context, owner, &members(variants)));
                if let Some(union) = union {
                    list.set_node(index, union);
                }
            }
        }
    }
}

/// Among the elements of a type, only its variants are a composite themselves; they have no name.
fn is_variant_part(element: Node<'_>) -> bool {
    element.kind() == MetadataKind::Composite && element.type_name().is_empty()
}

/// The discriminant, then the variants.
fn members<'ctx>(variants: Node<'ctx>) -> Vec<Node<'ctx>> {
    let is_member = |node: &Node<'_>| node.kind() == MetadataKind::Derived;
    let discriminant = nodes(variants).filter(is_member);
    let lists = nodes(variants).filter(|node| node.kind() == MetadataKind::Tuple);
    discriminant.chain(lists.flat_map(nodes).filter(is_member)).collect()
}
