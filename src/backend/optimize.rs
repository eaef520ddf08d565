//! Optimizes the program: the one place that chooses passes.

use std::collections::BTreeSet;

use super::{
    lower, panics,
    passes::{
        expand_memory, fences, inline, noinline, pipeline, preserve_access, products,
        stack_alignment, undefined, unroll,
    },
    program::{Internalized, Optimized, Program},
};
use crate::{
    plan::{InlineNever, Loops},
    report::{Error, Result},
};

impl<'s> Program<'s, Internalized> {
    /// Optimizes the whole program.
    ///
    /// # Errors
    /// The module is inconsistent, or LLVM reports an error.
    pub fn optimize(self) -> Result<Program<'s, Optimized>> {
        let session = self.session;
        let module = self.module.get(session)?;
        let machines = &self.phase.machines;
        session.dump(module, super::codegen::Stage::BeforeOptimization)?;
        module.verify()?;
        preserve_access::lower_once_per_process(module)?;
        lower::prepare(session, module);
        panics::prepare(session, module, &machines.optimizing)?;
        pipeline::run(session, &machines.optimizing, module)?;
        if lower::resolve(session, module) {
            module.verify()?;
            pipeline::run(session, &machines.optimizing, module)?;
        }
        panics::lower(session, module, &machines.optimizing)?;
        session.check_diagnostics(|| Error::link("optimization failed"))?;
        let codegen = &session.plan.codegen;
        if codegen.loops == Loops::Unroll {
            unroll::unroll(session, &machines.optimizing, module)?;
            unroll::report(session, module);
            unroll::check_size(module)?;
        }
        unroll::unroll_named(session, &machines.optimizing, module)?;
        noinline::make_local(module);
        panics::end_blocks(session, module);
        if codegen.inline_never == InlineNever::Ignore {
            inline::report(session, module);
        }
        stack_alignment::limit_alignment(module);
        // Its own clean-up would merge again what is split for the verifier.
        products::spell_out(session, module, &machines.optimizing)?;
        lower::lower(session, module, &machines.choice);
        // After all passes, since they turn expanded memory operations back into new ones.
        expand_memory::expand(session, module, &machines.optimizing)?;
        undefined::define(&session.context, module);
        fences::lower(session, module);
        if codegen.loops == Loops::Unroll {
            unroll::sort(module);
        }
        session.dump(module, super::codegen::Stage::AfterOptimization)?;
        Ok(self
            .after(|Internalized { machines }| Optimized { machines, routines: BTreeSet::new() }))
    }
}
