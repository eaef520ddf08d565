//! Memory operations of constant size, spelled out.
//!
//! `--bpf-expand-memcpy-in-order` makes LLVM copy in ascending order, which costs the verifier a quarter fewer
//! instructions in large programs; but it does so by setting all inline limits to zero, so that zeroing 16 bytes
//! becomes a call of `memset`, and comparing them one of `memcmp`. `llvm.memset.inline` is expanded whatever the
//! limits say; comparisons are spelled out by a pass, with a machine made while the limits were LLVM's own.

use super::llvm::{Context, Global, Instruction, Machine, Module};
use crate::report::Result;

/// The most stores that one operation becomes: LLVM's own limit for BPF (`getMaxStoresPerMemFunc`).
const MOST_STORES: u64 = 128;

/// Makes code generation expand what is small and constant in `module`; `machine` knows LLVM's own limits.
pub(super) fn expand<'ctx>(
    context: &'ctx Context,
    module: &Module<'ctx>,
    machine: &Machine,
) -> Result<()> {
    if ["memcmp", "bcmp"].iter().any(|name| module.find(name).is_some()) {
        machine.run_passes(module, "function(expand-memcmp)")?;
    }
    sets(context, module);
    Ok(())
}

fn sets<'ctx>(context: &'ctx Context, module: &Module<'ctx>) {
    let sets = module
        .functions()
        .filter(|function| !function.is_declaration())
        .flat_map(Global::instructions);
    let sets = sets.filter(|instruction| is_small_set(*instruction)).collect::<Vec<_>>();
    if sets.is_empty() {
        return;
    }
    if let Some(inline) = module.memset_inline(context) {
        sets.into_iter().for_each(|set| set.set_callee(inline));
    }
}

fn is_small_set(instruction: Instruction<'_>) -> bool {
    let is_set = instruction.callee().is_some_and(|callee| callee.name() == "llvm.memset.p0.i64");
    let length = instruction.constant_operand(2).unwrap_or(u64::MAX);
    is_set && length.div_ceil(instruction.argument_alignment(0).min(8)) <= MOST_STORES
}
