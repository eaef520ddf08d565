//! Optimisation: the one place that chooses passes.

use super::{
    codegen::Optimized,
    expand, inlining,
    internalize::Internalized,
    kept::Kept,
    llvm::{Attribute, Context, Machine, Module},
    loops, lower, preserved, quirks,
    session::Session,
    stack, subprograms,
};
use crate::{
    plan::{InlineNever, Loops},
    report::{Error, Result},
};

impl<'s> Internalized<'s> {
    /// Optimises the whole program.
    ///
    /// # Errors
    /// The module is inconsistent, or LLVM reports an error.
    pub fn optimize(self) -> Result<Optimized<'s>> {
        let Self { session, module, archives, target, machines } = self;
        session.dump(&module, super::codegen::Stage::BeforeOptimization)?;
        module.verify()?;
        preserved::claim(&module)?;
        lower::inline(session, &module);
        run_passes(session, &machines.optimizing, &module)?;
        session.hear(|| Error::link("optimisation failed"))?;
        let codegen = &session.plan.codegen;
        if codegen.loops == Loops::Unroll {
            loops::unroll(session, &machines.optimizing, &module)?;
            loops::report(session, &module);
        }
        subprograms::unshield(&module);
        if codegen.inline_never == InlineNever::Ignore {
            inlining::report(session, &module);
        }
        stack::limit_alignment(&module);
        lower::lower(session, &module, &machines.choice);
        // After all passes: they make new memory operations of those that are spelled out.
        expand::expand(session, &module, &machines.optimizing)?;
        if codegen.loops == Loops::Unroll {
            loops::sort(&module);
        }
        session.dump(&module, super::codegen::Stage::AfterOptimization)?;
        let module = Kept::new(module);
        Ok(Optimized { session, module, archives, target, machines, declarations: Vec::new() })
    }
}

/// Runs the passes of the plan's level.
pub(super) fn run_passes<'s>(
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
