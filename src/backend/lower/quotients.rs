//! Computes signed quotients and remainders by unsigned ones.
//!
//! Signed division came with CPU level v4. Below, LLVM has instructions only for constants that it can multiply by
//! instead. The signs are taken off first and put on again: six instructions more.

use crate::llvm::{Binary, Builder, Context, Global, Instruction, Module, Opcode, Value};

/// The widest integers that registers hold.
const WIDEST: u32 = 64;

/// The widest integers that LLVM divides by a constant without dividing: the product of two has 64 bits.
const MULTIPLIED: u32 = 32;

/// Replaces the signed divisions in `module` that LLVM cannot generate.
pub(super) fn spell_out<'c>(context: &'c Context, module: &Module<'c>) {
    let bodies = module.defined_functions();
    for division in bodies.flat_map(Global::instructions).collect::<Vec<_>>() {
        replace(context, division);
    }
}

fn replace<'c>(context: &'c Context, division: Instruction<'c>) -> Option<()> {
    let value = division.value();
    let operation = match value.opcode() {
        Opcode::Binary(Binary::SDiv) => Binary::UDiv,
        Opcode::Binary(Binary::SRem) => Binary::URem,
        _ => return None,
    };
    let bits = value.bits().filter(|bits| *bits <= WIDEST)?;
    let (left, right) = (value.operand(0)?, value.operand(1)?);
    let is_shift = |number: i64| number.unsigned_abs().is_power_of_two();
    if right.integer().is_some_and(|number| bits <= MULTIPLIED || is_shift(number)) {
        return None;
    }
    let builder = Builder::before(context, division);
    let sign = |value: Value<'c>| {
        let last = builder.integer(bits, i64::from(bits) - 1);
        builder.binary(Binary::AShr, value, last)
    };
    // With a sign of 0 or -1, the complement plus one is the negative number.
    let turned = |value: Value<'c>, sign: Value<'c>| {
        builder.binary(Binary::Sub, builder.binary(Binary::Xor, value, sign), sign)
    };
    let (minus, other) = (sign(left), sign(right));
    let result = builder.binary(operation, turned(left, minus), turned(right, other));
    let of_result = match operation {
        Binary::UDiv => builder.binary(Binary::Xor, minus, other),
        _ => minus,
    };
    value.replace_uses_with(turned(result, of_result));
    division.discard();
    Some(())
}
