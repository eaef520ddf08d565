//! Memory operations of constant size, spelled out.
//!
//! `--bpf-expand-memcpy-in-order` makes LLVM copy in ascending order, which costs the verifier a quarter fewer
//! instructions in large programs; but it does so by setting all inline limits to zero, so that zeroing 16 bytes
//! becomes a call of `memset`, and comparing them one of `memcmp`. `llvm.memset.inline` is expanded whatever the
//! limits say; comparisons are spelled out by a pass, with a machine made while the limits were LLVM's own.
//!
//! Where neither calls nor loops may be left, for old kernels, sizes beyond LLVM's limits are spelled out too.

use super::{
    llvm::{Global, Inline, Instruction, Machine, Module},
    session::Session,
};
use crate::{
    plan::{Codegen, InlineNever, Loops, MemcpyExpansion},
    report::Result,
};

/// The most stores that LLVM makes of one operation for BPF (`getMaxStoresPerMemFunc`).
const MOST_STORES: u64 = 128;

/// The most stores where a call would not do: kernels that know none take programs of 4096 instructions.
const MOST_STORES_FOR_OLD_KERNELS: u64 = 4096;

/// Bytes that one store writes at most.
const WIDEST_STORE: u64 = 8;

/// Makes code generation expand what is small and constant in `module`; `machine` knows LLVM's own limits.
///
/// # Errors
/// LLVM refuses a pass.
pub(super) fn expand<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    machine: &Machine,
) -> Result<()> {
    let codegen = &session.plan.codegen;
    let in_order = codegen.memcpy == MemcpyExpansion::InOrder;
    if in_order && ["memcmp", "bcmp"].iter().any(|name| module.find(name).is_some()) {
        machine.run_passes(module, "function(expand-memcmp)")?;
    }
    if is_for_old_kernels(codegen) {
        replace(session, module, &SET, 0..=MOST_STORES_FOR_OLD_KERNELS);
        // What LLVM expands by itself, it expands in order.
        replace(session, module, &COPY, MOST_STORES + 1..=MOST_STORES_FOR_OLD_KERNELS);
    } else if in_order {
        replace(session, module, &SET, 0..=MOST_STORES);
    }
    Ok(())
}

fn is_for_old_kernels(codegen: &Codegen) -> bool {
    codegen.loops == Loops::Unroll || codegen.inline_never == InlineNever::Ignore
}

/// An intrinsic that may become a call, and the one that never does.
struct Operation {
    name: &'static str,
    inline: Inline,
    /// The arguments that are pointers.
    pointers: &'static [u32],
}

const SET: Operation =
    Operation { name: "llvm.memset.p0.i64", inline: Inline::Set, pointers: &[0] };
const COPY: Operation =
    Operation { name: "llvm.memcpy.p0.p0.i64", inline: Inline::Copy, pointers: &[0, 1] };

impl Operation {
    /// The number of stores that `instruction` comes to, if it is such an operation of constant length.
    fn stores(&self, instruction: Instruction<'_>) -> Option<u64> {
        instruction.callee().filter(|callee| callee.name() == self.name)?;
        let alignments = self.pointers.iter().map(|index| self.alignment(instruction, *index));
        let word = alignments.min().unwrap_or(1).min(WIDEST_STORE);
        Some(instruction.constant_operand(2)?.div_ceil(word))
    }

    /// A whole variable on the stack that is set counts as aligned: code generation aligns it when that saves stores.
    fn alignment(&self, instruction: Instruction<'_>, index: u32) -> u64 {
        match self.inline {
            Inline::Set if instruction.is_stack_operand(index) => WIDEST_STORE,
            Inline::Set | Inline::Copy => instruction.argument_alignment(index),
        }
    }
}

/// Has operations that come to so many stores expanded.
fn replace<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    operation: &Operation,
    stores: std::ops::RangeInclusive<u64>,
) {
    let bodies = module.functions().filter(|function| !function.is_declaration());
    let fits = |instruction: &Instruction<'_>| {
        operation.stores(*instruction).is_some_and(|count| stores.contains(&count))
    };
    let found = bodies.flat_map(Global::instructions).filter(fits).collect::<Vec<_>>();
    if found.is_empty() {
        return;
    }
    if let Some(inline) = module.inline_intrinsic(&session.context, operation.inline) {
        found.into_iter().for_each(|call| call.set_callee(inline));
    }
}
