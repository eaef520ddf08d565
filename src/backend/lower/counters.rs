//! Restores what the verifier learns of a value from a comparison of fewer bits.
//!
//! Below CPU level v3, 32 bits are compared by shifting a copy back and forth, from which the verifier learns nothing of the
//! value itself. A loop that starts at `mark & 15` and halves it until it is 1 goes on for ever then: "infinite loop detected".
//! So the shifted copy takes the place of the value.
//!
//! From v3 on, `len & 63` is masked twice if it is compared in 32 bits and used in 64: "R2 invalid zero-sized read". An
//! opaque copy keeps it one value.

use super::{
    ranges::{Registers, reaches_address, replace_operand},
    walks::is_computed_from,
};
use crate::llvm::{
    Binary, Builder, Context, Global, Instruction, Module, Opcode, Predicate, Resize, Value,
};

/// The most values that lead from a mask to an address.
const FARTHEST: u32 = 8;

/// Restores the values of `module`, for a CPU with `registers`.
pub(super) fn restore<'c>(context: &'c Context, module: &Module<'c>, registers: Registers) {
    for function in module.defined_functions() {
        match registers {
            Registers::Wide => widen_counters(context, function),
            Registers::Narrow => unite_masks(context, function),
        }
    }
}

/// Widens the values of `function` that end loops.
fn widen_counters<'c>(context: &'c Context, function: Global<'c>) {
    let phis: Vec<_> = function
        .instructions()
        .map(Instruction::value)
        .filter(|value| is_counter(*value))
        .collect();
    for phi in phis {
        let steps = phi.incoming().into_iter().map(|(value, _)| value);
        for value in
            steps.filter(|value| value.instruction().is_some()).chain([phi]).collect::<Vec<_>>()
        {
            widen(context, value);
        }
    }
}

/// Returns true for a phi of a loop, in less than 64 bits, that starts at an unknown value.
fn is_counter(phi: Value<'_>) -> bool {
    let is_narrow = phi.bits().is_some_and(|bits| (2..64).contains(&bits));
    let incoming = phi.incoming();
    is_narrow
        && incoming.iter().all(|(value, _)| value.integer().is_none())
        && incoming.iter().any(|(value, _)| is_computed_from(*value, phi))
}

/// Compares a wide copy of `value`, and puts it in the place of the value.
fn widen<'c>(context: &'c Context, value: Value<'c>) -> Option<()> {
    let (bits, users) = (value.bits()?, value.users());
    let compared = |user: &Value<'c>| match user.opcode() {
        Opcode::Compare(
            predicate @ (Predicate::Eq
            | Predicate::Ne
            | Predicate::Ult
            | Predicate::Ule
            | Predicate::Ugt
            | Predicate::Uge),
        ) if user.operand(0) == Some(value) => Some((predicate, user.operand(1)?.integer()?)),
        _ => None,
    };
    if !users.iter().any(|user| compared(user).is_some()) {
        return None;
    }
    let builder = Builder::before(context, after_phis(value.instruction()?)?);
    let wide = builder.opaque(builder.resize(Resize::ZExt, value, 64));
    let narrow = builder.resize(Resize::Trunc, wide, bits);
    let mask = u64::MAX >> (64 - bits);
    for user in users {
        if let (Some((predicate, bound)), Some(place)) = (compared(&user), user.instruction()) {
            let builder = Builder::before(context, place);
            let bound = builder.integer(64, ((bound as u64) & mask) as i64);
            user.replace_uses_with(builder.compare(predicate, wide, bound));
        } else if user.opcode() == Opcode::Resize(Resize::ZExt) && user.bits() == Some(64) {
            user.replace_uses_with(wide);
        } else {
            replace_operand(user, value, narrow);
        }
    }
    Some(())
}

/// Returns the first place after `instruction` that is no phi.
fn after_phis(instruction: Instruction<'_>) -> Option<Instruction<'_>> {
    let mut next = instruction.next_one();
    while let Some(phi) = next.filter(|next| next.value().opcode() == Opcode::Phi) {
        next = phi.next_one();
    }
    next
}

/// Makes the masked values of `function` opaque that are compared, and used as an address or an argument.
fn unite_masks<'c>(context: &'c Context, function: Global<'c>) {
    for instruction in function.instructions().collect::<Vec<_>>() {
        let value = instruction.value();
        let is_masked = value.opcode() == Opcode::Binary(Binary::And)
            && value.operand(1).and_then(Value::integer).is_some_and(|mask| mask > 0);
        let users = value.users();
        let is_compared = users.iter().any(|user| matches!(user.opcode(), Opcode::Compare(_)));
        let is_given = users.iter().any(|user| {
            let callee = user.instruction().and_then(Instruction::helper);
            user.opcode() == Opcode::Call && callee.is_some()
        });
        if !is_masked
            || !is_compared
            || value.bits() != Some(64)
            || !(is_given || reaches_address(value, FARTHEST))
        {
            continue;
        }
        let Some(builder) = Builder::after(context, instruction) else { continue };
        let copy = builder.opaque(value);
        users.into_iter().for_each(|user| replace_operand(user, value, copy));
    }
}
