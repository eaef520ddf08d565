//! Optimisation: the one place that chooses passes.

use super::{codegen::Optimized, expand, internalize::Internalized};
use crate::{
    plan::{MemcpyExpansion, OptLevel},
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
        machines.optimizing.run_passes(&module, pipeline(session.plan.opt_level))?;
        session.hear(|| Error::link("optimisation failed"))?;
        if session.plan.codegen.memcpy == MemcpyExpansion::InOrder {
            expand::expand(&session.context, &module, &machines.optimizing)?;
        }
        session.dump(&module, super::codegen::Stage::AfterOptimization)?;
        Ok(Optimized { session, module, archives, target, machines })
    }
}

/// `-O0` is `-O1`: code generation for BPF needs inlining and promotion to registers.
pub(super) const fn pipeline(level: OptLevel) -> &'static str {
    match level {
        OptLevel::None | OptLevel::Less => "default<O1>",
        OptLevel::Default => "default<O2>",
        OptLevel::Aggressive => "default<O3>",
        OptLevel::Size => "default<Os>",
        OptLevel::SizeMin => "default<Oz>",
    }
}
