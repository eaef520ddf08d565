//! Finds all types of a module by walking the graph of its metadata.
//!
//! The graph has cycles and arbitrarily long chains: a list of 60,000 types that point to each other must not overflow
//! the stack. So the walk keeps its own list of pending nodes.

use std::collections::HashSet;

use crate::llvm::{Context, Module, Node, Operand};

/// Returns all nodes reachable from `module`, in the order of the walk, which is deterministic.
pub(super) fn all<'ctx>(context: &'ctx Context, module: &Module<'ctx>) -> Vec<Node<'ctx>> {
    let mut pending = roots(context, module);
    pending.reverse();
    let mut seen: HashSet<Node<'ctx>> = HashSet::new();
    let mut found = Vec::new();
    while let Some(node) = pending.pop() {
        if !seen.insert(node) {
            continue;
        }
        found.push(node);
        let next = node.operands().into_iter().rev().filter_map(Operand::node);
        pending.extend(next.filter(|node| !seen.contains(node)));
    }
    found
}

/// Returns the nodes from which LLVM makes BTF: functions and variables, and the types of CO-RE accesses.
fn roots<'ctx>(context: &'ctx Context, module: &Module<'ctx>) -> Vec<Node<'ctx>> {
    let attached =
        module.functions().chain(module.variables()).flat_map(|global| global.attached(context));
    let accessed = module
        .functions()
        .flat_map(|function| function.instructions())
        .filter_map(|instruction| instruction.accessed_type(context));
    attached.chain(accessed).chain(module.compile_units()).collect()
}

/// Returns the nodes that `node` refers to.
pub(super) fn nodes<'ctx>(node: Node<'ctx>) -> impl Iterator<Item = Node<'ctx>> {
    node.operands().into_iter().filter_map(Operand::node)
}
