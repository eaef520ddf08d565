//! The call graph of a module.

use std::collections::{HashMap, HashSet};

use crate::llvm::{Global, Instruction, Module};

/// The functions that each function calls by name.
pub(super) struct Graph<'ctx> {
    callees: HashMap<Global<'ctx>, Vec<Global<'ctx>>>,
}

impl<'ctx> Graph<'ctx> {
    /// Returns the call graph of `module`.
    pub(super) fn of(module: &Module<'ctx>) -> Self {
        let bodies = module.defined_functions();
        let callees = bodies.map(|function| {
            let called = function.instructions().filter_map(Instruction::callee);
            (function, called.filter(|callee| !callee.is_declaration()).collect())
        });
        Self { callees: callees.collect() }
    }

    /// Returns true if `from` is `to`, or calls it directly or through others.
    pub(super) fn reaches(&self, from: Global<'ctx>, to: Global<'ctx>) -> bool {
        let (mut seen, mut open) = (HashSet::from([from]), vec![from]);
        while let Some(function) = open.pop() {
            if function == to {
                return true;
            }
            let callees = self.callees.get(&function).into_iter().flatten();
            open.extend(callees.copied().filter(|callee| seen.insert(*callee)));
        }
        false
    }

    /// Returns true if `function` calls itself, directly or through others.
    pub(super) fn is_recursive(&self, function: Global<'ctx>) -> bool {
        let callees = self.callees.get(&function).into_iter().flatten();
        callees.copied().any(|callee| self.reaches(callee, function))
    }
}
