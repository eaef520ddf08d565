//! Restores checks of a packet's end.
//!
//! LLVM turns `if data + 1 > end` into `if data >= end` if both are integers, from which the verifier learns nothing:
//! it takes the number of bytes from the added constant ("invalid access to packet, off=0 size=1, R1(id=0,off=0,r=0)";
//! `find_good_pkt_pointers` in `kernel/bpf/verifier.c` returns if that is 0). So the constant is added again.

use super::offsets;
use crate::llvm::{
    Binary, Builder, Context, Instruction, Layout, Module, Opcode, Predicate, Resize, Value,
};

/// The longest chain of values that an address is computed from.
const DEEPEST: u32 = 16;

/// Restores the sums in comparisons of packet pointers in `module`, whose programs receive `contexts`.
pub(super) fn restore<'c>(context: &'c Context, module: &Module<'c>, contexts: &[Value<'c>]) {
    let layout = module.layout();
    let bodies = module.defined_functions();
    for comparison in bodies.flat_map(|function| function.instructions()).collect::<Vec<_>>() {
        restore_one(context, layout, contexts, comparison);
    }
}

fn restore_one<'c>(
    context: &'c Context,
    layout: Layout<'_>,
    contexts: &[Value<'c>],
    comparison: Instruction<'c>,
) -> Option<()> {
    let value = comparison.value();
    let Opcode::Compare(predicate) = value.opcode() else { return None };
    let (left, right) = (value.operand(0)?, value.operand(1)?);
    let (start, end, predicate) = match predicate {
        Predicate::Ult | Predicate::Uge => (left, right, predicate),
        Predicate::Ugt | Predicate::Ule => (right, left, predicate.swapped()),
        _ => return None,
    };
    let root = |value| root(layout, contexts, value, DEEPEST);
    let ((first, 0), (last, 0)) = (root(start)?, root(end)?) else { return None };
    if first == last || !is_accessed(first, DEEPEST) || is_accessed(last, DEEPEST) {
        return None;
    }
    let builder = Builder::before(context, comparison);
    let (start, end) = (builder.address(start), builder.address(end));
    let next = builder.binary(Binary::Add, start, builder.integer(64, 1));
    let predicate = if predicate == Predicate::Ult { Predicate::Ule } else { Predicate::Ugt };
    value.replace_uses_with(builder.compare(predicate, next, end));
    Some(())
}

/// Returns the context field that `value` is a sum with, and the constant in that sum.
fn root<'c>(
    layout: Layout<'_>,
    contexts: &[Value<'c>],
    value: Value<'c>,
    depth: u32,
) -> Option<(Value<'c>, i64)> {
    let depth = depth.checked_sub(1)?;
    let of = |index| root(layout, contexts, value.operand(index)?, depth);
    match value.opcode() {
        Opcode::Load => {
            let place = value.operand(0)?;
            let base = offsets::base(place)?;
            contexts.contains(&base).then_some((value, 0))
        }
        Opcode::Resize(Resize::ZExt) | Opcode::ToPointer | Opcode::FromPointer | Opcode::Freeze => {
            of(0)
        }
        Opcode::Element => {
            let (found, sum) = of(0)?;
            Some((found, sum.checked_add(layout.distance(value)?.constant)?))
        }
        Opcode::Binary(Binary::Add) => {
            if let Some(constant) = value.operand(1)?.integer() {
                let (found, sum) = of(0)?;
                return Some((found, sum.checked_add(constant)?));
            }
            let sides = [of(0), of(1)].into_iter().flatten();
            sides.into_iter().find(|(found, _)| is_accessed(*found, DEEPEST))
        }
        _ => None,
    }
}

/// Returns true if memory is accessed at an address computed from `value`.
fn is_accessed(value: Value<'_>, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    value.users().into_iter().any(|user| match user.opcode() {
        Opcode::Load => true,
        Opcode::Store => user.operand(1) == Some(value),
        Opcode::Call => user.is_pointer() || value.is_pointer(),
        Opcode::Resize(Resize::ZExt)
        | Opcode::ToPointer
        | Opcode::Freeze
        | Opcode::Element
        | Opcode::Phi
        | Opcode::Select
        | Opcode::Binary(Binary::Add) => is_accessed(user, depth),
        _ => false,
    })
}
