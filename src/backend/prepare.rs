//! What must change in the merged module before anything is optimised.

use super::{
    co_re,
    cpu::{self, CpuChoice},
    debuginfo,
    merge::Merged,
    passes::{aliases, inline, inline_size, placement, stack_alignment, unroll},
    quirks::{self, Relocations},
    session::Session,
};
use crate::{
    bpf::target::OptLevel,
    input::Archive,
    llvm::{CodegenLevel, Global, Machine, Module, Spec},
    plan::{Btf, InlineNever, Loops, MemcpyExpansion},
    report::Result,
};

/// A merged module that says what BPF needs it to say.
#[derive(Debug)]
pub struct Prepared<'s> {
    pub(super) session: &'s Session<'s>,
    pub(super) module: Module<'s>,
    pub(super) archives: Vec<Archive>,
    pub(super) target: crate::backend::triple::Triple,
    pub(super) machines: Machines,
}

/// Two machines for one CPU, made under different settings.
#[derive(Debug)]
pub(super) struct Machines {
    /// For passes over IR: it knows LLVM's own limits for inline memory operations.
    pub(super) optimizing: Machine,
    /// For code generation, as the plan wants it.
    pub(super) generating: Machine,
    /// The CPU of both.
    pub(super) choice: CpuChoice,
}

impl Machines {
    fn new(session: &Session<'_>, triple: &str, choice: CpuChoice) -> Result<Self> {
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

impl<'s> Merged<'s> {
    /// Decides the CPU and applies what the plan says about inlining and loops.
    ///
    /// # Errors
    /// LLVM has no such target, or a program without calls would be too large.
    pub fn prepare(self) -> Result<Prepared<'s>> {
        let Self { session, module, archives, target } = self;
        let plan = session.plan;
        aliases::settle(&module);
        co_re::lower(session, &module, &target)?;
        if co_re::is_relocatable(&module) {
            session.prepare_for(Relocations::Some)?;
        }
        let choice = cpu::choose(plan, &module, session.warnings);
        log::info!(
            "target {}, cpu {}, features `{}`",
            target.target,
            choice.cpu.name(),
            choice.features
        );
        cpu::apply(&choice, &module);
        let machines = Machines::new(session, target.target.triple(), choice)?;
        module.variables().filter(|variable| is_writable(*variable)).for_each(Global::make_mutable);
        if plan.codegen.inline_never == InlineNever::Ignore {
            inline_size::check(&module)?;
        }
        for function in module.functions().filter(|function| !function.is_declaration()) {
            if plan.codegen.inline_never == InlineNever::Ignore {
                inline::force(session, function);
            }
            if plan.codegen.loops == Loops::Unroll {
                unroll::forget_hints(session, function);
            }
        }
        placement::settle(session, &module);
        stack_alignment::limit_alignment(&module);
        if plan.debug_info.btf == Btf::Emit {
            debuginfo::prepare(&session.context, &module);
        }
        Ok(Prepared { session, module, archives, target, machines })
    }
}

const fn codegen_level(level: OptLevel) -> CodegenLevel {
    match level {
        OptLevel::None | OptLevel::Less => CodegenLevel::Less,
        OptLevel::Default | OptLevel::Size | OptLevel::SizeMin => CodegenLevel::Default,
        OptLevel::Aggressive => CodegenLevel::Aggressive,
    }
}

/// Sections of variables in C, which Rust fills with constants. One that holds both becomes two of one name, and libbpf
/// refuses the second; and it joins sections of several objects only if all of them are of variables.
fn is_writable(variable: Global<'_>) -> bool {
    const SECTIONS: [&str; 4] = ["maps", ".maps", "license", "version"];
    !variable.is_declaration() && SECTIONS.contains(&variable.section().as_str())
}
