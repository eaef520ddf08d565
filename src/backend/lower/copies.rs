//! Expands copies from and to contexts into loads and stores.
//!
//! If LLVM expands a copy of constant length or calls a routine for it, it takes the address of the copied part of a
//! context into a register, which to the kernel is a modified pointer.

use super::offsets::{self, Offsets};
use crate::llvm::{Context, Global, Instruction, Piece, Value};

/// The copy intrinsics, with the most loads that one becomes: a move keeps all loaded values at once.
const COPIES: [(&str, usize); 2] = [("llvm.memcpy.p0.p0.i64", 32), ("llvm.memmove.p0.p0.i64", 16)];

/// The widest load: the fields of most contexts have four bytes, those of others eight.
const WIDEST: u64 = 8;

/// Expands the copies in `function` that read or write one of `contexts`.
pub(super) fn spell_out<'c>(
    context: &'c Context,
    function: Global<'c>,
    contexts: &[Value<'c>],
    offsets: &Offsets<'_, 'c>,
) {
    let is_context = |place: Value<'c>| {
        let base = offsets::base(place).filter(|base| contexts.contains(base));
        base.is_some() && offsets.constant(place).is_some_and(|offset| offset != 0)
    };
    for call in function.instructions().collect::<Vec<_>>() {
        let Some(pieces) = pieces(call) else { continue };
        if call.value().operands().into_iter().take(2).any(is_context) {
            call.move_pieces(context, &pieces);
        }
    }
}

/// Returns the loads and stores that `call` becomes, if it is a copy of constant length that needs few of them.
fn pieces(call: Instruction<'_>) -> Option<Vec<Piece>> {
    let name = call.callee()?.name();
    let (_, most) = COPIES.iter().find(|(copy, _)| *copy == name)?;
    let bytes = call.constant_operand(2)?;
    let promised = [0, 1].map(|index| call.argument_alignment(index));
    let word = promised.into_iter().min()?.min(WIDEST);
    let (mut offset, mut pieces) = (0, Vec::new());
    for size in [8_u32, 4, 2, 1].into_iter().filter(|size| u64::from(*size) <= word) {
        while bytes - offset >= u64::from(size) {
            pieces.push(Piece { offset, size });
            offset += u64::from(size);
            if pieces.len() > *most {
                return None;
            }
        }
    }
    Some(pieces)
}
