//! LLVM's own passes for the level of optimisation.

use crate::{
    backend::{quirks, session::Session},
    llvm::{Attribute, Context, Machine, Module},
    report::Result,
};

/// Runs the passes of the plan's level.
pub(in crate::backend) fn run<'s>(
    session: &'s Session<'_>,
    machine: &Machine,
    module: &Module<'s>,
) -> Result<()> {
    let way = quirks::optimisation(session.plan.opt_level, session.context.library().version());
    mark(&session.context, module, way.attributes);
    keep_switches(module);
    machine.run_passes(module, way.pipeline)
}

/// Gives every function that may be optimised `attributes`.
fn mark<'c>(context: &'c Context, module: &Module<'c>, attributes: &[Attribute]) {
    let bodies = module.functions().filter(|function| !function.is_declaration());
    for function in bodies.filter(|function| !function.has(Attribute::OptimizeNone)) {
        attributes.iter().for_each(|attribute| function.add(context, *attribute));
    }
}

/// Keeps a switch from becoming a table that is read: one of addresses needs relocations of data, which no loader of BPF
/// applies, and the verifier knows what a branch compared, but not what it read from a table. Where the compiler of an
/// input made a table of numbers, it stays.
fn keep_switches(module: &Module<'_>) {
    let bodies = module.functions().filter(|function| !function.is_declaration());
    bodies.for_each(|function| function.set_string_attribute(c"no-jump-tables", "true"));
}
