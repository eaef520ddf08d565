//! Reads the tags of declarations (`btf_decl_tag`).

use super::graph::nodes;
use crate::llvm::{Context, Global, MetadataKind, Node, Operand};

/// Returns the tags of `function`, in order.
pub(in crate::backend) fn of<'ctx>(context: &'ctx Context, function: Global<'ctx>) -> Vec<String> {
    let is_list = |node: &Node<'_>| node.kind() == MetadataKind::Tuple;
    let lists = function.attached(context).into_iter().flat_map(nodes).filter(is_list);
    lists.flat_map(nodes).filter(is_list).filter_map(tag).collect()
}

/// Returns the text in a pair of `btf_decl_tag` and a text.
fn tag(pair: Node<'_>) -> Option<String> {
    match pair.operands().as_slice() {
        [Operand::Text(kind), Operand::Text(text)] if kind.to_text() == "btf_decl_tag" => {
            Some(text.to_text())
        }
        _ => None,
    }
}
