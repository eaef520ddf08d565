//! The target machines of a link.

use super::{cpu::CpuChoice, quirks, session::Session};
use crate::{
    bpf::target::OptLevel,
    llvm::{CodegenLevel, Machine, Spec},
    plan::MemcpyExpansion,
    report::Result,
};

/// Two target machines for one CPU, created under different settings.
#[derive(Debug)]
pub(super) struct Machines {
    /// The machine for IR passes, with LLVM's own limits for inline memory operations.
    pub(super) optimizing: Machine,
    /// The machine for code generation, with the plan's settings.
    pub(super) generating: Machine,
    /// The CPU of both.
    pub(super) choice: CpuChoice,
}

impl Machines {
    pub(super) fn new(session: &Session<'_>, triple: &str, choice: CpuChoice) -> Result<Self> {
        let spec = Spec {
            triple,
            cpu: choice.cpu.name(),
            features: &choice.features,
            level: codegen_level(session.plan.opt_level),
        };
        let library = session.context.library();
        let in_order = quirks::in_order(session.plan.codegen.memcpy);
        let limits = [quirks::in_order(MemcpyExpansion::AnyOrder)];
        let optimizing = Machine::under(library, spec, &limits, &[in_order])?;
        let generating = Machine::new(library, spec)?;
        Ok(Self { optimizing, generating, choice })
    }
}

const fn codegen_level(level: OptLevel) -> CodegenLevel {
    match level {
        OptLevel::None | OptLevel::Less => CodegenLevel::Less,
        OptLevel::Default | OptLevel::Size | OptLevel::SizeMin => CodegenLevel::Default,
        OptLevel::Aggressive => CodegenLevel::Aggressive,
    }
}
