//! All types of a module, found by walking the graph of its metadata.
//!
//! The graph has cycles, and chains as long as the program likes: a list of 60 000 types that point to each other must
//! not overflow a stack. So the walk keeps its own list of what is still to be visited.

use std::collections::HashSet;

use crate::llvm::{Context, Module, Node, Operand};

/// Returns all nodes that `module` mentions, in the order of the walk, which is the same for the same module.
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

/// Where LLVM starts when it makes BTF: functions and variables, and the types of CO-RE accesses.
fn roots<'ctx>(context: &'ctx Context, module: &Module<'ctx>) -> Vec<Node<'ctx>> {
    let attached =
        module.functions().chain(module.variables()).flat_map(|global| global.attached(context));
    let accessed = module
        .functions()
        .flat_map(|function| function.instructions())
        .filter_map(|instruction| instruction.accessed_type(context));
    attached.chain(accessed).chain(module.compile_units()).collect()
}

/// The nodes that `node` refers to.
pub(super) fn nodes<'ctx>(node: Node<'ctx>) -> impl Iterator<Item = Node<'ctx>> {
    node.operands().into_iter().filter_map(Operand::node)
}
