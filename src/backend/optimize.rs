//! Optimisation: the one place that chooses passes.

use std::collections::BTreeSet;

use super::{
    panics,
    passes::{
        expand_memory, fences, inline, noinline, preserve_access, products, stack_alignment,
        undefined, unroll,
    },
    program::{Internalized, Optimized, Program},
    quirks,
    session::Session,
};
use crate::{
    llvm::{Attribute, Context, Machine, Module},
    plan::{InlineNever, Loops},
    report::{Error, Result},
};

impl<'s> Program<'s, Internalized> {
    /// Optimises the whole program.
    ///
    /// # Errors
    /// The module is inconsistent, or LLVM reports an error.
    pub fn optimize(self) -> Result<Program<'s, Optimized>> {
        let session = self.session;
        let module = self.module.get(session)?;
        let machines = &self.phase.machines;
        session.dump(module, super::codegen::Stage::BeforeOptimization)?;
        module.verify()?;
        preserve_access::claim(module)?;
        panics::prepare(session, module, &machines.optimizing)?;
        run_passes(session, &machines.optimizing, module)?;
        panics::lower(session, module, &machines.optimizing)?;
        session.hear(|| Error::link("optimisation failed"))?;
        let codegen = &session.plan.codegen;
        if codegen.loops == Loops::Unroll {
            unroll::unroll(session, &machines.optimizing, module)?;
            unroll::report(session, module);
        }
        noinline::unshield(module);
        panics::end_blocks(session, module);
        if codegen.inline_never == InlineNever::Ignore {
            inline::report(session, module);
        }
        stack_alignment::limit_alignment(module);
        products::spell_out(session, module, &machines.optimizing)?;
        // After all passes: they make new memory operations of those that are spelled out.
        expand_memory::expand(session, module, &machines.optimizing)?;
        undefined::define(module);
        fences::lower(session, module);
        if codegen.loops == Loops::Unroll {
            unroll::sort(module);
        }
        session.dump(module, super::codegen::Stage::AfterOptimization)?;
        Ok(self
            .after(|Internalized { machines }| Optimized { machines, routines: BTreeSet::new() }))
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
