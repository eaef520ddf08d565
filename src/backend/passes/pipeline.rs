//! Runs LLVM's own passes for the optimization level.

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

/// Adds `attributes` to every function that may be optimized.
fn mark<'c>(context: &'c Context, module: &Module<'c>, attributes: &[Attribute]) {
    let bodies = module.defined_functions();
    for function in bodies.filter(|function| !function.has(Attribute::OptimizeNone)) {
        attributes.iter().for_each(|attribute| function.add(context, *attribute));
    }
}

/// Keeps LLVM from turning a switch into a table: a table of addresses needs data relocations, which no BPF loader
/// applies, and the verifier tracks the operands of a branch, but not a value read from a table. If the compiler of an
/// input made a table of numbers, it stays.
fn keep_switches(module: &Module<'_>) {
    let bodies = module.defined_functions();
    bodies.for_each(|function| function.set_string_attribute(c"no-jump-tables", "true"));
}
