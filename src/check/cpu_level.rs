//! Warnings about instructions above the requested CPU level.
//!
//! LLVM emits 64-bit atomic operations at every level, and inline assembly is used unchanged.

use super::Findings;
use crate::{
    bpf::{
        insn::{Insn, Level},
        target::Cpu,
    },
    object::{Object, instructions, place::place},
    plan::LinkPlan,
    report::{Error, Result, Warning, WarningKind},
};

/// Warns about each function with an instruction above `plan`'s CPU level, naming the first such instruction.
///
/// Features that the plan adds by name count as requested: the check is skipped then.
#[must_use]
pub fn check(object: &Object, plan: &LinkPlan) -> Findings {
    let mut findings = Findings::default();
    let Some((cpu, highest)) = plan.cpu.and_then(|cpu| Some((cpu, level(cpu)?))) else {
        return findings;
    };
    if !plan.cpu_features.is_empty() {
        return findings;
    }
    for function in object.functions() {
        let is_above = |insn: &Insn| insn.level().is_some_and(|level| level > highest);
        if let Some(insn) = instructions(&object.elf, &function).find(is_above) {
            let message = format!(
                "{} takes an instruction that --cpu {} lacks",
                place(object, &function, insn.slot),
                cpu.name()
            );
            findings.note(Warning::new(WarningKind::AboveCpu, message).help(remedy(&insn)));
        }
    }
    findings
}

/// Checks that the code of a native `object` keeps to `plan`'s CPU level. Its compiler was told another one; `e_flags`
/// do not tell, since most compilers leave them at 0.
///
/// # Errors
/// Returns an error that names the first function with an instruction above it. Atomic operations do not count, since
/// compilers emit them at every level.
pub fn check_native(object: &Object, plan: &LinkPlan) -> Result<()> {
    let Some((cpu, highest)) = plan.cpu.and_then(|cpu| Some((cpu, level(cpu)?))) else {
        return Ok(());
    };
    if !plan.cpu_features.is_empty() {
        return Ok(());
    }
    for function in object.functions() {
        let is_above =
            |insn: &Insn| !insn.is_atomic() && insn.level().is_some_and(|level| level > highest);
        let Some(insn) = instructions(&object.elf, &function).find(is_above) else { continue };
        let taken = place(object, &function, insn.slot);
        return Err(Error::link(format!("{} has code above --cpu {}", object.origin, cpu.name()))
            .because(format!("{taken} takes an instruction that the level lacks"))
            .help(format!("compile it with -mcpu={}, or raise --cpu", cpu.name())));
    }
    Ok(())
}

/// Returns the CPU level of a CPU that is selected by number.
const fn level(cpu: Cpu) -> Option<Level> {
    match cpu {
        Cpu::V1 => Some(Level::V1),
        Cpu::V2 => Some(Level::V2),
        Cpu::V3 => Some(Level::V3),
        _ => None,
    }
}

const fn remedy(insn: &Insn) -> &'static str {
    if insn.is_atomic() {
        "kernels before 5.12 have one atomic operation, an addition whose old value is not used"
    } else {
        "inline assembly is taken as it is: rewrite it for that level"
    }
}
