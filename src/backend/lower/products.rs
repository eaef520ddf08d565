//! Products of 128 bits, which BPF lacks.
//!
//! LLVM makes each a call of `__multi3`, which returns two registers, as no BPF function does. Four products of halves do
//! it; a half that is zero costs nothing. So are products of 64 bits with a question for overflow, which LLVM computes in
//! 128 bits.

use crate::backend::llvm::{
    Binary, Builder, Context, Instruction, Module, Opcode, Predicate, Resize, Value,
};

/// Spells out the wide products in `module`.
pub(super) fn spell_out<'c>(context: &'c Context, module: &Module<'c>) {
    let bodies = module.functions().filter(|function| !function.is_declaration());
    for instruction in bodies.flat_map(|function| function.instructions()).collect::<Vec<_>>() {
        let value = instruction.value();
        if value.opcode() == Opcode::Binary(Binary::Mul) && value.bits() == Some(128) {
            wide(context, instruction);
        }
        checked(context, instruction);
    }
}

/// Replaces a product of 128 bits.
fn wide<'c>(context: &'c Context, product: Instruction<'c>) -> Option<()> {
    let builder = Builder::before(context, product);
    let value = product.value();
    let (left, right) = (value.operand(0)?, value.operand(1)?);
    let (left_high, left_low) = halves(&builder, left);
    let (right_high, right_low) = halves(&builder, right);
    let (mut high, low) = multiply(&builder, left_low, right_low);
    for (one, other) in [(left_high, right_low), (left_low, right_high)] {
        let cross = builder.binary(Binary::Mul, one, other);
        high = builder.binary(Binary::Add, high, cross);
    }
    let high = builder.resize(Resize::ZExt, high, 128);
    let high = builder.binary(Binary::Shl, high, builder.integer(128, 64));
    let low = builder.resize(Resize::ZExt, low, 128);
    value.replace_uses_with(builder.binary(Binary::Or, high, low));
    product.discard();
    Some(())
}

/// The upper and the lower 64 bits of a value of 128; what is known to be zero is a constant.
fn halves<'c>(builder: &Builder<'c>, value: Value<'c>) -> (Value<'c>, Value<'c>) {
    if value.opcode() == Opcode::Resize(Resize::ZExt)
        && let Some(narrow) = value.operand(0).filter(|it| it.bits().is_some_and(|it| it <= 64))
    {
        return (builder.integer(64, 0), builder.resize(Resize::ZExt, narrow, 64));
    }
    let shifted = builder.binary(Binary::LShr, value, builder.integer(128, 64));
    let cut = |value| builder.resize(Resize::Trunc, value, 64);
    (cut(shifted), cut(value))
}

/// The upper and the lower 64 bits of the product of two values of 64, as Hacker's Delight has it (8-2).
fn multiply<'c>(
    builder: &Builder<'c>,
    left: Value<'c>,
    right: Value<'c>,
) -> (Value<'c>, Value<'c>) {
    let half = builder.integer(64, 32);
    let low = |value| builder.binary(Binary::And, value, builder.integer(64, 0xffff_ffff));
    let high = |value| builder.binary(Binary::LShr, value, half);
    let times = |one, other| builder.binary(Binary::Mul, one, other);
    let plus = |one, other| builder.binary(Binary::Add, one, other);
    let lowest = times(low(left), low(right));
    let middle = plus(times(high(left), low(right)), high(lowest));
    let other = plus(times(low(left), high(right)), low(middle));
    let upper = plus(plus(times(high(left), high(right)), high(middle)), high(other));
    (upper, times(left, right))
}

/// Replaces a product of 64 bits with a question for overflow: the call of an intrinsic, of whose result the parts are taken
/// out one by one.
fn checked<'c>(context: &'c Context, call: Instruction<'c>) -> Option<()> {
    let name = call.callee()?.name();
    let is_signed = match name.as_str() {
        "llvm.umul.with.overflow.i64" => false,
        "llvm.smul.with.overflow.i64" => true,
        _ => return None,
    };
    let value = call.value();
    let (left, right) = (value.operand(0)?, value.operand(1)?);
    let parts: Vec<_> = value.users().into_iter().map(|part| Some((part, part.part()?))).collect();
    let parts = parts.into_iter().collect::<Option<Vec<_>>>()?;
    let builder = Builder::before(context, call);
    let (mut high, low) = multiply(&builder, left, right);
    let mut fill = builder.integer(64, 0);
    if is_signed {
        let sign = |value| builder.binary(Binary::AShr, value, builder.integer(64, 63));
        for (one, other) in [(left, right), (right, left)] {
            let less = builder.binary(Binary::And, sign(one), other);
            high = builder.binary(Binary::Sub, high, less);
        }
        fill = sign(low);
    }
    let overflows = builder.compare(Predicate::Ne, high, fill);
    for (part, index) in parts {
        part.replace_uses_with(if index == 0 { low } else { overflows });
        part.instruction().into_iter().for_each(Instruction::discard);
    }
    call.discard();
    Some(())
}
