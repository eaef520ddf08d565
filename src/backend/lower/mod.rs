//! Rewrites code from LLVM that kernels reject: after all optimization, since the passes would undo it.
//!
//! Each pass changes only code that no kernel accepts as it is, so that working code stays the same.

mod alignment;
mod arguments;
mod arms;
mod atomics;
mod choice;
mod contexts;
mod copies;
mod counters;
mod flow;
mod loops;
mod offsets;
mod packets;
mod quotients;
mod ranges;
mod results;
mod sets;
mod strings;
mod tables;
mod targets;
mod walks;

use super::{cpu::CpuChoice, session::Session};
use crate::{bpf::target::Cpu, llvm::Module};
use ranges::Registers;

pub(super) use targets::resolve;

/// Rewrites `module` before it is optimized.
pub(super) fn prepare<'s>(session: &'s Session<'_>, module: &Module<'s>) {
    if session.plan.is_for_a_kernel() {
        strings::read_bytes(&session.context, module);
    }
    arguments::inline(session, module);
}

/// Rewrites the optimized `module` for the CPU of `choice`.
pub(super) fn lower<'s>(session: &'s Session<'_>, module: &Module<'s>, choice: &CpuChoice) {
    atomics::relax(module);
    if choice.cpu < Cpu::V4 {
        quotients::spell_out(&session.context, module);
    }
    if session.plan.is_for_a_kernel() {
        let context = &session.context;
        let contexts = contexts::contexts(module);
        contexts::lower(session, module, &contexts);
        walks::guard(session, module);
        loops::bound(session, module);
        arms::sink(context, module);
        packets::restore(context, module, &contexts);
        ranges::restore(context, module, registers(choice));
        counters::restore(context, module, registers(choice));
        alignment::lower(context, module);
        tables::lower(context, module);
        results::clear(context, module);
    }
}

fn registers(choice: &CpuChoice) -> Registers {
    let low = matches!(choice.cpu, Cpu::Generic | Cpu::V1 | Cpu::V2);
    if low && !choice.features.contains("+alu32") { Registers::Wide } else { Registers::Narrow }
}
