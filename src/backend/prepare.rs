//! Prepares the merged module for optimization.

use super::{
    co_re, cpu, debuginfo,
    machines::Machines,
    passes::{aliases, inline, inline_size, placement, stack_alignment, unroll},
    program::{Merged, Prepared, Program},
    quirks::Relocations,
    set_values,
};
use crate::{
    llvm::Global,
    plan::{InlineNever, Loops},
    report::Result,
};

impl<'s> Program<'s, Merged> {
    /// Chooses the CPU and applies the plan's settings for inlining and loops.
    ///
    /// # Errors
    /// LLVM has no such target, or a program would become too large with all calls inlined.
    pub fn prepare(self) -> Result<Program<'s, Prepared>> {
        let Self { session, target, .. } = &self;
        let (session, module) = (*session, self.module.get(session)?);
        let plan = session.plan;
        aliases::resolve_aliases(module);
        set_values::apply(session, module, target.target.endian())?;
        co_re::lower(session, module, target)?;
        if co_re::is_relocatable(module) {
            session.prepare_for(Relocations::Some)?;
        }
        let choice = cpu::choose(plan, module, session.warnings);
        log::info!(
            "target {}, cpu {}, features `{}`",
            target.target,
            choice.cpu.name(),
            choice.features
        );
        cpu::apply(&choice, module);
        let machines = Machines::new(session, target.target.triple(), choice)?;
        module.variables().filter(|variable| is_writable(*variable)).for_each(Global::make_mutable);
        if plan.codegen.inline_never == InlineNever::Ignore {
            inline_size::check(module)?;
        }
        for function in module.defined_functions() {
            if plan.codegen.inline_never == InlineNever::Ignore {
                inline::force(session, function);
            }
            if plan.codegen.loops == Loops::Unroll {
                unroll::remove_unroll_hints(session, function);
            }
        }
        inline::force_named(session, module)?;
        placement::place_functions(session, module);
        stack_alignment::limit_alignment(module);
        let is_wanted = |function: &Global<'_>| plan.exports.named(&function.name()).is_some();
        let referring = debuginfo::taking_references(&session.context, module).into_iter();
        referring.filter(|function| !is_wanted(function)).for_each(Global::internalize);
        let members = debuginfo::prepare(&session.context, module, plan.debug_info.btf);
        session.members.set(members);
        Ok(self.after(|Merged| Prepared { machines }))
    }
}

/// Returns true if `variable` is in a section that C fills with variables and Rust with constants. A section with both
/// would become two of the same name, of which libbpf refuses the second; and libbpf joins sections of several objects
/// only if all hold variables.
fn is_writable(variable: Global<'_>) -> bool {
    const SECTIONS: [&str; 4] = ["maps", ".maps", "license", "version"];
    !variable.is_declaration() && SECTIONS.contains(&variable.section().as_str())
}
