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
    report::{Warning, WarningKind},
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
