//! Restores value ranges that the verifier loses, where memory is accessed.
//!
//! Kernels older than 7.0 do not track the result of a division or remainder (`adjust_scalar_min_max_vals` in
//! `kernel/bpf/verifier.c`): `T[i % 60]` is "R1 unbounded memory access, make sure to bounds check any such access".
//! And without 32-bit registers, `i - 4 < 9` compares a copy that was shifted back and forth, which the verifier no
//! longer connects with `i`.
//!
//! The value that addresses are computed from becomes an opaque copy, clamped to its greatest possible value: two
//! instructions.

use super::flow::{Fact, Flow};
use crate::llvm::{
    Binary, Builder, Context, Global, Instruction, Module, Opcode, Predicate, Resize, Value,
};

/// The longest chain of values between a value and an address computed from it.
const FARTHEST: u32 = 8;

/// The registers in which the CPU compares 32-bit integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::backend) enum Registers {
    /// Only 64-bit registers.
    Wide,
    /// 32-bit registers.
    Narrow,
}

/// Limits the values that addresses in `module` are computed from.
pub(super) fn restore<'c>(context: &'c Context, module: &Module<'c>, registers: Registers) {
    for function in module.defined_functions() {
        let instructions: Vec<_> = function.instructions().collect();
        for instruction in &instructions {
            limit_quotient(context, *instruction);
        }
        if registers == Registers::Wide {
            limit_checked(context, function);
        }
    }
}

/// Limits a quotient, a remainder or a number of bits that an address is computed from.
fn limit_quotient<'c>(context: &'c Context, instruction: Instruction<'c>) -> Option<()> {
    let value = instruction.value();
    let is_lost = match value.opcode() {
        Opcode::Binary(Binary::URem | Binary::UDiv) => {
            value.operand(1)?.integer().is_none_or(|it| it.count_ones() != 1)
        }
        _ => counts_bits(value),
    };
    let bits = value.bits().filter(|bits| is_lost && *bits <= 64)?;
    let most = most(value, FARTHEST).filter(|most| i64::try_from(*most).is_ok())?;
    let is_compared = value.users().iter().any(|user| matches!(user.opcode(), Opcode::Compare(_)));
    if is_compared || !reaches_address(value, FARTHEST) {
        return None;
    }
    let users = value.users();
    let builder = Builder::after(context, instruction)?;
    let wide = builder.resize(Resize::ZExt, value, 64);
    let limited = limit(&builder, wide, most);
    let narrow = builder.resize(Resize::Trunc, limited, bits);
    for user in users {
        match user.opcode() {
            Opcode::Resize(Resize::ZExt | Resize::SExt) if user.bits() == Some(64) => {
                user.replace_uses_with(limited);
            }
            _ => replace_operand(user, value, narrow),
        }
    }
    Some(())
}

/// Returns true for the number of bits that are set in a value, or that precede or follow them, which is computed by
/// multiplication.
fn counts_bits(value: Value<'_>) -> bool {
    let callee = value.instruction().and_then(Instruction::callee);
    callee.is_some_and(|callee| {
        let name = callee.name();
        ["llvm.ctlz.", "llvm.cttz.", "llvm.ctpop."].iter().any(|count| name.starts_with(count))
    })
}

pub(super) fn replace_operand<'c>(user: Value<'c>, old: Value<'c>, new: Value<'c>) {
    for (index, operand) in (0_u32..).zip(user.operands()) {
        if let (true, Some(instruction)) = (operand == old, user.instruction()) {
            instruction.set_operand(index, new);
        }
    }
}

/// Returns an opaque 64-bit copy of `value`, limited so that the verifier sees at most `most`.
fn limit<'c>(builder: &Builder<'c>, value: Value<'c>, most: u64) -> Value<'c> {
    let (copy, most) = (builder.opaque(value), builder.integer(64, most as i64));
    let exceeds = builder.compare(Predicate::Ugt, copy, most);
    builder.select(exceeds, most, copy)
}

/// Returns true if an address or the length of a copy is computed from `value`.
pub(super) fn reaches_address(value: Value<'_>, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    value.users().into_iter().any(|user| match user.opcode() {
        Opcode::Element | Opcode::ToPointer => true,
        Opcode::Binary(_) | Opcode::Resize(_) | Opcode::Select | Opcode::Freeze => {
            reaches_address(user, depth)
        }
        Opcode::Call => {
            let callee = user.instruction().and_then(Instruction::callee);
            callee.is_some_and(|callee| callee.name().starts_with("llvm.mem"))
        }
        _ => false,
    })
}

/// Returns the greatest unsigned value that `value` may have, derived from its computation.
pub(super) fn most(value: Value<'_>, depth: u32) -> Option<u64> {
    let bits = value.bits().filter(|bits| *bits <= 64)?;
    let all = u64::MAX >> (64 - bits);
    if let Some(constant) = value.integer() {
        return Some((constant as u64) & all);
    }
    let Some(depth) = depth.checked_sub(1) else { return Some(all) };
    let operand = |index| value.operand(index).and_then(|operand| most(operand, depth));
    let constant = || value.operand(1)?.integer().and_then(|it| u64::try_from(it).ok());
    let computed = match value.opcode() {
        Opcode::Binary(Binary::And) => Some(operand(0)?.min(operand(1)?)),
        Opcode::Binary(Binary::Add) => operand(0)?.checked_add(operand(1)?),
        Opcode::Binary(Binary::LShr) => {
            let shift = u32::try_from(constant().unwrap_or(0)).ok()?;
            operand(0)?.checked_shr(shift)
        }
        // Division by zero is undefined.
        Opcode::Binary(Binary::URem) => operand(1)?.checked_sub(1),
        Opcode::Binary(Binary::UDiv) => operand(0)?.checked_div(constant().unwrap_or(1)),
        Opcode::Resize(Resize::ZExt) => operand(0),
        Opcode::Select => Some(operand(1)?.max(operand(2)?)),
        Opcode::Freeze => operand(0),
        _ => counts_bits(value).then_some(bits.into()),
    };
    Some(computed.map_or(all, |computed| computed.min(all)))
}

/// Limits indices in `function` that are bounded by a comparison of another value.
fn limit_checked<'c>(context: &'c Context, function: Global<'c>) {
    let is_address = |one: &Instruction<'c>| one.value().opcode() == Opcode::Element;
    let addresses: Vec<_> = function.instructions().filter(is_address).collect();
    if addresses.is_empty() {
        return;
    }
    let flow = Flow::of(function);
    for address in addresses {
        let Some(block) = address.block() else { continue };
        let facts = flow.facts(block);
        for (index, operand) in (0_u32..).zip(address.value().operands()).skip(1) {
            let Some(most) = bound_of_sum(&facts, operand) else { continue };
            let builder = Builder::before(context, address);
            let wide = builder.resize(Resize::ZExt, operand, 64);
            address.set_operand(index, limit(&builder, wide, most));
        }
    }
}

/// Returns the greatest value of `index` if it is bounded only through a 32-bit sum with a constant.
fn bound_of_sum<'c>(facts: &[Fact<'c>], index: Value<'c>) -> Option<u64> {
    let value = match index.opcode() {
        Opcode::Resize(Resize::ZExt) => index.operand(0)?,
        _ => return None,
    };
    if value.bits()? > 32 || facts.iter().any(|fact| fact.value == value) {
        return None;
    }
    facts.iter().find_map(|fact| {
        let is_sum = fact.value.opcode() == Opcode::Binary(Binary::Add);
        let added = fact.value.operand(1).filter(|_| is_sum)?.integer()?;
        let count = match fact.predicate {
            Predicate::Ult => fact.bound.checked_sub(1)?,
            Predicate::Ule => fact.bound,
            _ => return None,
        };
        // From the least value up, without wrapping around.
        let least = added.checked_neg().filter(|least| *least > 0)?;
        let most = u64::try_from(least.checked_add(count)?).ok()?;
        let fits = fact.value.operand(0) == Some(value) && count >= 0;
        (fits && most < 1 << (value.bits()? - 1)).then_some(most)
    })
}
