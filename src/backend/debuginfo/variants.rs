//! Rewrites enumerations with data, for LLVM older than 22.
//!
//! DWARF has a dedicated node for variants (`DW_TAG_variant_part`), which rustc uses. LLVM 22 converts it to an
//! anonymous union in BTF; earlier versions treat it as a member without a type, and abort if assertions are enabled.
//! So the union of LLVM 22 is made here. DWARF, if it is kept, then has that union too, with the layout of the
//! enumeration.

use super::graph::nodes;
use crate::llvm::{Context, MetadataKind, Module, Node};

/// Replaces the variants of each enumeration with an anonymous union of them.
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

/// Returns true for a variant part: of a type's elements, only that is a composite itself, and it has no name.
fn is_variant_part(element: Node<'_>) -> bool {
    element.kind() == MetadataKind::Composite && element.type_name().is_empty()
}

/// Returns the discriminant, then the variants.
fn members<'ctx>(variants: Node<'ctx>) -> Vec<Node<'ctx>> {
    let is_member = |node: &Node<'_>| node.kind() == MetadataKind::Derived;
    let discriminant = nodes(variants).filter(is_member);
    let lists = nodes(variants).filter(|node| node.kind() == MetadataKind::Tuple);
    discriminant.chain(lists.flat_map(nodes).filter(is_member)).collect()
}
