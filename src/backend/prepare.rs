//! What must change in the merged module before anything is optimised.

use super::{
    aliases, core, cpu, debuginfo,
    llvm::{Attribute, CodegenLevel, Global, Machine, Module, Spec},
    merge::Merged,
    quirks::{self, Relocations},
    session::Session,
};
use crate::{
    input::Archive,
    plan::{Btf, InlineNever, Loops, MemcpyExpansion, OptLevel, Requested},
    report::Result,
};

/// A merged module that says what BPF needs it to say.
#[derive(Debug)]
pub struct Prepared<'s> {
    pub(super) session: &'s Session<'s>,
    pub(super) module: Module<'s>,
    pub(super) archives: Vec<Archive>,
    pub(super) target: super::merge::Triple,
    pub(super) machines: Machines,
}

/// Two machines for one CPU, made under different settings.
#[derive(Debug)]
pub(super) struct Machines {
    /// For passes over IR: it knows LLVM's own limits for inline memory operations.
    pub(super) optimizing: Machine,
    /// For code generation, as the plan wants it.
    pub(super) generating: Machine,
}

impl Machines {
    fn new(session: &Session<'_>, spec: Spec<'_>) -> Result<Self> {
        let library = session.context.library();
        let in_order = quirks::in_order(session.plan.codegen.memcpy);
        let limits = [quirks::in_order(MemcpyExpansion::AnyOrder)];
        let optimizing = Machine::under(library, spec, &limits, &[in_order])?;
        Ok(Self { optimizing, generating: Machine::new(library, spec)? })
    }
}

impl<'s> Merged<'s> {
    /// Decides the CPU and applies what the plan says about inlining and loops.
    ///
    /// # Errors
    /// LLVM has no such target.
    pub fn prepare(self) -> Result<Prepared<'s>> {
        let Self { session, module, archives, target } = self;
        let plan = session.plan;
        aliases::settle(&module);
        core::lower(session, &module, &target)?;
        if core::is_relocatable(&module) {
            session.prepare_for(Relocations::Some)?;
        }
        let choice = cpu::choose(plan, &module, session.warnings);
        log::info!(
            "target {}, cpu {}, features `{}`",
            target.target,
            choice.cpu.name(),
            choice.features
        );
        let spec = Spec {
            triple: target.target.triple(),
            cpu: choice.cpu.name(),
            features: &choice.features,
            level: codegen_level(plan.opt_level),
        };
        let machines = Machines::new(session, spec)?;
        module.variables().filter(|variable| is_map(*variable)).for_each(Global::make_mutable);
        for function in module.functions().filter(|function| !function.is_declaration()) {
            if plan.codegen.inline_never == InlineNever::Ignore {
                inline_always(session, function);
            }
            if plan.codegen.loops == Loops::Unroll {
                forget_loop_hints(session, function);
            }
        }
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

/// A section that holds constants and variables alike becomes two of one name, and libbpf refuses the second.
fn is_map(variable: Global<'_>) -> bool {
    !variable.is_declaration() && matches!(variable.section().as_str(), "maps" | ".maps")
}

/// Kernels before 4.16 know no BPF-to-BPF call: what is not a program of its own goes into its callers.
fn inline_always(session: &Session<'_>, function: Global<'_>) {
    function.remove(Attribute::OptimizeNone);
    function.remove(Attribute::NoInline);
    let exports = &session.plan.exports;
    let is_program = match exports.requested {
        Requested::Explicit => exports.contains(&function.name()),
        Requested::Inferred => !function.section().is_empty(),
    };
    if !is_program {
        function.add(&session.context, Attribute::AlwaysInline);
    }
}

/// A front end's wish not to unroll (clang -O1 writes one on every loop) must not stop `--unroll-loops`.
fn forget_loop_hints(session: &Session<'_>, function: Global<'_>) {
    function
        .instructions()
        .for_each(|instruction| instruction.drop_metadata(&session.context, c"llvm.loop"));
}
