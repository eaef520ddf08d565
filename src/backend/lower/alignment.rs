//! Makes tests of the lowest bits of an address verifiable.
//!
//! `align_offset`, by which `core` reads strings word by word, computes with the bits of an address, which the verifier
//! prohibits ("R2 bitwise operator &= on pointer prohibited"). It does allow subtracting one address from another,
//! which yields a number. Frames begin at multiples of 8, so an address and its distance from the frame have the same
//! three lowest bits; where only those bits, or differences, are used, the distance replaces the address. For the
//! program's own variables the distance is known: they are aligned to 8 bytes.

use super::offsets::{Offsets, base};
use crate::llvm::{Binary, Builder, Context, Global, Instruction, Module, Opcode, Resize, Value};

/// The bits in which an address and its distance from the frame agree.
const AGREEING: i64 = 7;

/// The number of those bits.
const AGREEING_BITS: u32 = 3;

/// The most operations through which a number is followed.
const FARTHEST: u32 = 12;

/// Replaces such addresses in `module` with distances.
pub(super) fn lower<'c>(context: &'c Context, module: &Module<'c>) {
    for function in module.defined_functions() {
        let mut addresses = constants(context, function);
        let found = function
            .instructions()
            .map(Instruction::value)
            .filter(|value| value.opcode() == Opcode::FromPointer && value.bits() == Some(64));
        addresses.extend(found.filter_map(|number| Some((number.operand(0)?, number))));
        let numbers: Vec<_> = addresses.iter().map(|(_, number)| *number).collect();
        if numbers.is_empty() {
            continue;
        }
        round_up(context, function, &numbers);
        addresses.retain(|(_, number)| {
            has_mask(*number, FARTHEST) && is_relative(*number, &numbers, Kind::Address, FARTHEST)
        });
        let mut offsets = Offsets::new(context, module.layout());
        let mut frame = None;
        for (place, number) in addresses {
            let distance = of_variable(context, &mut offsets, place, number)
                .or_else(|| of_frame(context, function, &mut frame, number));
            let users = number.users().into_iter().filter(|user| Some(*user) != distance);
            let users: Vec<_> = users.collect();
            users.into_iter().for_each(|user| {
                distance.into_iter().for_each(|distance| replace(user, number, distance));
            });
            if let Some(dead) = number.instruction().filter(|_| number.users().is_empty()) {
                dead.discard();
            }
        }
    }
}

/// Returns the distance of `place` from its variable, which becomes aligned to a multiple of 8.
fn of_variable<'c>(
    context: &'c Context,
    offsets: &mut Offsets<'_, 'c>,
    place: Value<'c>,
    number: Value<'c>,
) -> Option<Value<'c>> {
    let base = base(place)?;
    if !base.align(8) {
        return None;
    }
    let builder = Builder::before(context, number.instruction()?);
    match offsets.constant(place) {
        Some(distance) => Some(builder.integer(64, distance)),
        None => offsets.of(place, base),
    }
}

/// Returns the distance of `number`, an address, from the frame.
fn of_frame<'c>(
    context: &'c Context,
    function: Global<'c>,
    frame: &mut Option<Value<'c>>,
    number: Value<'c>,
) -> Option<Value<'c>> {
    let first = function.instructions().next()?;
    let frame = *frame.get_or_insert_with(|| Builder::before(context, first).frame());
    let builder = Builder::after(context, number.instruction()?)?;
    Some(builder.binary(Binary::Sub, number, frame))
}

fn replace<'c>(user: Value<'c>, old: Value<'c>, new: Value<'c>) {
    for (index, operand) in (0_u32..).zip(user.operands()) {
        if let (true, Some(instruction)) = (operand == old, user.instruction()) {
            instruction.set_operand(index, new);
        }
    }
}

/// Turns the variable addresses that `function` computes with into instructions; returns each address with its number.
fn constants<'c>(context: &'c Context, function: Global<'c>) -> Vec<(Value<'c>, Value<'c>)> {
    let mut made: Vec<(Value<'c>, Value<'c>)> = Vec::new();
    for instruction in function.instructions().collect::<Vec<_>>() {
        let value = instruction.value();
        if !matches!(value.opcode(), Opcode::Binary(_)) || value.bits() != Some(64) {
            continue;
        }
        for (index, operand) in (0_u32..).zip(value.operands()) {
            if let Some(number) = spelled_out(context, instruction, operand, &mut made) {
                instruction.set_operand(index, number);
            }
        }
    }
    made.into_iter().filter_map(|(constant, number)| Some((constant.operand(0)?, number))).collect()
}

/// Returns `constant`, a variable's address or a sum with it, computed by instructions before `place`.
fn spelled_out<'c>(
    context: &'c Context,
    place: Instruction<'c>,
    constant: Value<'c>,
    made: &mut Vec<(Value<'c>, Value<'c>)>,
) -> Option<Value<'c>> {
    if !constant.is_constant() {
        return None;
    }
    match constant.opcode() {
        Opcode::FromPointer => {
            if let Some((_, number)) = made.iter().find(|(known, _)| *known == constant) {
                return Some(*number);
            }
            let first = place.block()?.function()?.instructions().next()?;
            let number = Builder::before(context, first).opaque(constant);
            made.push((constant, number));
            Some(number)
        }
        Opcode::Binary(operation) => {
            let sides = [constant.operand(0)?, constant.operand(1)?];
            let numbers = sides.map(|side| spelled_out(context, place, side, made));
            if numbers == [None, None] {
                return None;
            }
            let [left, right] = numbers;
            let (left, right) = (left.unwrap_or(sides[0]), right.unwrap_or(sides[1]));
            Some(Builder::before(context, place).binary(operation, left, right))
        }
        _ => None,
    }
}

/// Rewrites the distance to the next multiple, `((x + 7) & -8) - x`, as `-x & 7`, whose bounds the verifier sees.
fn round_up<'c>(context: &'c Context, function: Global<'c>, numbers: &[Value<'c>]) {
    for difference in function.instructions().collect::<Vec<_>>() {
        let parts = || {
            let value = difference.value();
            let (up, start) = (value.operand(0)?, value.operand(1)?);
            let (sum, mask) = (up.operand(0)?, up.operand(1)?.integer()?);
            let low = !mask;
            let fits = value.opcode() == Opcode::Binary(Binary::Sub)
                && up.opcode() == Opcode::Binary(Binary::And)
                && sum.opcode() == Opcode::Binary(Binary::Add)
                && sum.operand(0)? == start
                && sum.operand(1)?.integer()? == low
                && [1, 3, 7].contains(&low);
            (fits && is_address(start, numbers, FARTHEST)).then_some((start, low))
        };
        let Some((start, low)) = parts() else { continue };
        let builder = Builder::before(context, difference);
        let Some(bits) = start.bits() else { continue };
        let negative = builder.binary(Binary::Sub, builder.integer(bits, 0), start);
        let distance = builder.binary(Binary::And, negative, builder.integer(bits, low));
        difference.value().replace_uses_with(distance);
        difference.discard();
    }
}

/// The relation of a computed number to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A sum of the address and a number.
    Address,
    /// A difference of a number and the address.
    Negative,
}

/// Returns true if a bit operation uses a value computed from `value`.
fn has_mask(value: Value<'_>, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    value.users().into_iter().any(|user| match user.opcode() {
        Opcode::Binary(Binary::And) => true,
        Opcode::Resize(Resize::Trunc) if user.bits() <= Some(AGREEING_BITS) => true,
        Opcode::Binary(Binary::Add | Binary::Sub) | Opcode::Resize(Resize::Trunc) => {
            has_mask(user, depth)
        }
        _ => false,
    })
}

/// Returns true if all results computed from `value` stay the same when the address moves by a multiple of 8.
fn is_relative<'c>(value: Value<'c>, numbers: &[Value<'c>], kind: Kind, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    value.users().into_iter().all(|user| {
        let (left, right) = (user.operand(0), user.operand(1));
        let other = if left == Some(value) { right } else { left };
        let constant = other.and_then(Value::integer);
        match user.opcode() {
            Opcode::Binary(Binary::And) => match constant {
                Some(mask) if (0..=AGREEING).contains(&mask) => true,
                Some(mask) if mask | AGREEING == -1 => is_relative(user, numbers, kind, depth),
                _ => false,
            },
            Opcode::Binary(Binary::Add) => {
                other.is_some_and(|other| !is_address(other, numbers, depth))
                    && is_relative(user, numbers, kind, depth)
            }
            Opcode::Binary(Binary::Sub) if left == Some(value) => match other {
                // The other side moves along.
                Some(other) if is_address(other, numbers, depth) => kind == Kind::Address,
                _ => is_relative(user, numbers, kind, depth),
            },
            Opcode::Binary(Binary::Sub) => match other {
                Some(other) if is_address(other, numbers, depth) => kind == Kind::Address,
                _ => kind == Kind::Address && is_relative(user, numbers, Kind::Negative, depth),
            },
            // Fewer bits of the address, of which the lowest agree as well.
            Opcode::Resize(Resize::Trunc) => {
                user.bits() <= Some(AGREEING_BITS) || is_relative(user, numbers, kind, depth)
            }
            _ => false,
        }
    })
}

/// Returns true if `value` is computed from one of `numbers`, which are addresses.
fn is_address<'c>(value: Value<'c>, numbers: &[Value<'c>], depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    let mut operands = value.operands().into_iter();
    match value.opcode() {
        Opcode::Binary(_) | Opcode::Resize(_) | Opcode::Select | Opcode::Phi => {
            operands.any(|operand| is_address(operand, numbers, depth))
        }
        opcode => opcode == Opcode::FromPointer || numbers.contains(&value),
    }
}
