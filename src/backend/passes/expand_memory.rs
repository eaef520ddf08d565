//! Expands memory operations of constant size.
//!
//! `--bpf-expand-memcpy-in-order` makes LLVM copy in ascending order, which costs the verifier a quarter fewer
//! instructions in large programs; but it does so by setting all inline limits to zero, so that zeroing 16 bytes
//! becomes a call to `memset`, and comparing them one to `memcmp`. `llvm.memset.inline` is expanded regardless of the
//! limits; comparisons are expanded by a pass, with a machine created while LLVM's own limits were in effect.
//!
//! There is no such intrinsic for `llvm.memmove`, which is expanded here: all loads, then all stores. So are copies of
//! a constant to the stack, such as initial values in C, since LLVM without the option stores the values themselves.
//!
//! LLVM itself expands up to 1024 bytes of any alignment; in order, it copies 128 words. The sizes in between are
//! expanded here, too: unaligned memory is filled by stores, and copied by loads and stores, in order.
//!
//! For old kernels without calls or loops, sizes beyond LLVM's limits are expanded too.

use super::{super::session::Session, alignment};
use crate::{
    llvm::{Global, Inline, Instruction, Machine, Module, Piece},
    plan::{Codegen, InlineNever, Loops, MemcpyExpansion},
    report::Result,
};

/// The most stores into which LLVM expands one operation for BPF (`getMaxStoresPerMemFunc`).
const MOST_STORES: u64 = 128;

/// The most stores where a call is not possible: kernels without calls accept programs of 4096 instructions.
const MOST_STORES_FOR_OLD_KERNELS: u64 = 4096;

/// The most bytes that one store writes.
const WIDEST_STORE: u64 = 8;

/// The most bytes that LLVM fills or copies without a call: this many of the widest stores, which it splits later.
const MOST_BYTES: u64 = MOST_STORES * WIDEST_STORE;

/// The most words of a move: all are held at once, in registers or on the stack.
const MOST_MOVED: u64 = 16;

/// The most words of a move where a call is not possible: half of the stack.
const MOST_MOVED_FOR_OLD_KERNELS: u64 = 32;

/// Makes code generation expand small operations of constant size in `module`; `machine` has LLVM's own limits.
///
/// # Errors
/// LLVM refuses a pass.
pub(in crate::backend) fn expand<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    machine: &Machine,
) -> Result<()> {
    let codegen = &session.plan.codegen;
    let in_order = codegen.memcpy == MemcpyExpansion::InOrder;
    if in_order && ["memcmp", "bcmp"].iter().any(|name| module.find(name).is_some()) {
        machine.run_passes(module, "function(expand-memcmp)")?;
    }
    if in_order {
        alignment::align_stack(module);
    }
    if is_for_old_kernels(codegen) {
        spell_out_moves(session, module, MOST_MOVED_FOR_OLD_KERNELS);
        replace(session, module, (&SET, Inline::Set), |extent| {
            extent.words() <= MOST_STORES_FOR_OLD_KERNELS
        });
        // LLVM's own expansions are in order.
        replace(session, module, (&COPY, Inline::Copy), |extent| {
            (MOST_STORES + 1..=MOST_STORES_FOR_OLD_KERNELS).contains(&extent.words())
        });
    } else if in_order {
        spell_out_moves(session, module, MOST_MOVED);
        store_constants(session, module, machine)?;
        replace(session, module, (&SET, Inline::Set), |extent| extent.bytes <= MOST_BYTES);
        spell_out_copies(session, module);
    }
    alignment::limit(session, module);
    Ok(())
}

fn is_for_old_kernels(codegen: &Codegen) -> bool {
    codegen.loops == Loops::Unroll || codegen.inline_never == InlineNever::Ignore
}

/// A memory operation, in the form of the intrinsic that may become a call.
struct Operation {
    name: &'static str,
    /// The arguments that are pointers.
    pointers: &'static [u32],
    /// The function that computes the alignment of each of them.
    alignment: fn(Instruction<'_>, u32) -> u64,
}

const SET: Operation =
    Operation { name: "llvm.memset.p0.i64", pointers: &[0], alignment: of_filled };
const COPY: Operation =
    Operation { name: "llvm.memcpy.p0.p0.i64", pointers: &[0, 1], alignment: of_promised };
const FILL: Operation =
    Operation { name: "llvm.memcpy.p0.p0.i64", pointers: &[0], alignment: of_filled };
const MOVE: Operation =
    Operation { name: "llvm.memmove.p0.p0.i64", pointers: &[0, 1], alignment: of_promised };

fn of_promised(instruction: Instruction<'_>, index: u32) -> u64 {
    instruction.argument_alignment(index).max(instruction.variable_alignment(index))
}

/// Returns the alignment of memory to fill. A whole stack variable counts as aligned: code generation aligns it when
/// that saves stores.
fn of_filled(instruction: Instruction<'_>, index: u32) -> u64 {
    if instruction.is_stack_operand(index) { WIDEST_STORE } else { of_promised(instruction, index) }
}

/// The amount of memory that an operation touches, and the size of its pieces.
#[derive(Clone, Copy)]
struct Extent {
    bytes: u64,
    /// The largest size of a piece: the alignment of the pointers, at most 8.
    word: u64,
}

impl Operation {
    /// Returns the extent of `instruction`, if it is such an operation of constant length.
    fn extent(&self, instruction: Instruction<'_>) -> Option<Extent> {
        instruction.callee().filter(|callee| callee.name() == self.name)?;
        let alignments = self.pointers.iter().map(|index| (self.alignment)(instruction, *index));
        let word = alignments.min().unwrap_or(1).min(WIDEST_STORE);
        Some(Extent { bytes: instruction.constant_operand(2)?, word })
    }

    /// Returns the operations of this kind in `module` whose extent `fits`.
    fn find<'s>(
        &self,
        module: &Module<'s>,
        fits: impl Fn(Extent) -> bool,
    ) -> Vec<(Instruction<'s>, Extent)> {
        let bodies = module.defined_functions();
        let instructions = bodies.flat_map(Global::instructions);
        let found = instructions.filter_map(|one| Some((one, self.extent(one)?)));
        found.filter(|(_, extent)| fits(*extent)).collect()
    }
}

impl Extent {
    const fn words(self) -> u64 {
        self.bytes.div_ceil(self.word)
    }

    /// Returns the pieces: words, then the rest in ever smaller halves of them.
    fn pieces(self) -> Vec<Piece> {
        let (mut offset, mut pieces) = (0, Vec::new());
        for size in [8_u32, 4, 2, 1].into_iter().filter(|size| u64::from(*size) <= self.word) {
            while self.bytes - offset >= u64::from(size) {
                pieces.push(Piece { offset, size });
                offset += u64::from(size);
            }
        }
        pieces
    }
}

/// Replaces operations whose extent `fits` with the intrinsic that is always expanded.
fn replace<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    (operation, inline): (&Operation, Inline),
    fits: impl Fn(Extent) -> bool,
) {
    let found = operation.find(module, fits);
    if found.is_empty() {
        return;
    }
    if let Some(inline) = module.inline_intrinsic(&session.context, inline) {
        found.into_iter().for_each(|(call, _)| call.set_callee(inline));
    }
}

/// Replaces moves of at most `most` words with loads and stores; volatile ones stay.
fn spell_out_moves<'s>(session: &'s Session<'_>, module: &Module<'s>, most: u64) {
    for (call, extent) in MOVE.find(module, |extent| extent.words() <= most) {
        if call.constant_operand(3) == Some(0) {
            call.move_pieces(&session.context, &extent.pieces());
        }
    }
}

/// Expands copies that LLVM would turn into calls because of their alignment into loads and stores, in order.
fn spell_out_copies<'s>(session: &'s Session<'_>, module: &Module<'s>) {
    let is_left = |extent: Extent| extent.words() > MOST_STORES && extent.bytes <= MOST_BYTES;
    for (call, extent) in COPY.find(module, is_left) {
        if call.constant_operand(3) == Some(0) {
            call.copy_pieces(&session.context, &extent.pieces());
        }
    }
}

/// Replaces copies of constants to stack variables with stores of their values, so that no section has to be read. Both
/// sides are aligned for it, as code generation does without that option.
fn store_constants<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    machine: &Machine,
) -> Result<()> {
    let is_initial = |call: Instruction<'_>| {
        let source = call.variable_operand(1).filter(|source| !source.is_declaration());
        call.is_stack_operand(0)
            && source.is_some_and(|it| it.is_constant() && it.section().is_empty())
            && call.constant_operand(3) == Some(0)
    };
    let mut copies = FILL.find(module, |extent| (1..=MOST_MOVED).contains(&extent.words()));
    copies.retain(|(call, _)| is_initial(*call));
    for (call, extent) in &copies {
        let pieces = extent.pieces();
        let widest = pieces.first().map_or(1, |piece| piece.size);
        [0, 1].into_iter().for_each(|index| call.align_variable_operand(index, widest));
        call.move_pieces(&session.context, &pieces);
    }
    // Folds loads of constants into their values.
    if copies.is_empty() { Ok(()) } else { machine.run_passes(module, "function(instsimplify)") }
}
