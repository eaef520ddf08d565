//! Bounds loops that end for a reason that the verifier cannot see.
//!
//! `while n != 0 { n &= n - 1 }` ends after 64 rounds at most, but to the verifier `n` is as unknown after a round as before:
//! "infinite loop detected", or "The sequence of 8193 jumps is too complex". So a counter is added that ends the loop one
//! round after the last that can be. It costs two instructions a round, and is added only where the number of rounds is
//! proven and no other counter bounds the loop.
//!
//! The proof: each round replaces a value by a function of itself, and after a certain number of rounds the function no
//! longer changes it. Then the loop is left, or would never be.

use std::collections::HashSet;

use super::{
    flow::{Flow, Loop},
    ranges, sets,
    walks::leave,
};
use crate::{
    backend::session::Session,
    llvm::{Binary, Block, Builder, Global, Instruction, Module, Opcode, Predicate, Value},
};

/// The greatest start from which the verifier follows a loop to its end without help.
const FOLLOWED: u64 = 1024;

/// The greatest distance that a counter of the program's own may have to its end to count as a bound.
const MOST_COUNTED: u64 = 4096;

/// The longest chain of values that is followed.
const FARTHEST: u32 = 16;

/// The way in which a round changes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Clears the lowest bit: `n & (n - 1)`.
    Clear,
    /// Drops this number of low bits.
    Shift(u32),
    /// Divides by a constant of at least 2.
    Divide(u64),
    /// Adds the upper part, from this bit on, to the lower part: `(n & 0xffff) + (n >> 16)`.
    Fold(u32),
    /// Becomes the remainder by it of a value that becomes the old one: `(a, b) = (b, a % b)`.
    Remainder,
}

/// A value that each round of a loop changes.
struct Changed<'l, 'c> {
    within: &'l Loop<'c>,
    phi: Value<'c>,
    next: Value<'c>,
}

/// Bounds such loops in `module`.
pub(super) fn bound<'s>(session: &'s Session<'_>, module: &Module<'s>) {
    for function in module.defined_functions() {
        let flow = Flow::of(function);
        let found: Vec<_> = flow
            .loops()
            .into_iter()
            .filter(|one| !one.phis().any(|phi| is_counter(one, phi)))
            .filter_map(|one| {
                let rounds = one.phis().find_map(|phi| rounds(&flow, &one, phi))?;
                Some((one, rounds))
            })
            .collect();
        for (one, rounds) in found {
            count(session, function, &one, rounds);
        }
    }
}

impl<'c> Loop<'c> {
    fn phis(&self) -> impl Iterator<Item = Value<'c>> + use<'c> {
        let values = self.header.instructions().map(Instruction::value);
        values.take_while(|value| value.opcode() == Opcode::Phi)
    }

    /// Returns the only value that `phi` has after a round.
    fn next(&self, phi: Value<'c>) -> Option<Value<'c>> {
        let incoming = phi.incoming().into_iter();
        let mut next = incoming.filter(|(_, from)| self.blocks.contains(from)).map(|(one, _)| one);
        let first = next.next()?;
        next.all(|other| other == first).then_some(first)
    }

    /// Returns the values with which `phi` enters the loop.
    fn starts(&self, phi: Value<'c>) -> Vec<Value<'c>> {
        let incoming = phi.incoming().into_iter();
        incoming.filter(|(_, from)| !self.blocks.contains(from)).map(|(one, _)| one).collect()
    }

    /// Returns the jumps that choose between blocks.
    fn choices(&self) -> impl Iterator<Item = (Block<'c>, Instruction<'c>)> {
        let choosing = self.blocks.iter().filter(|block| block.successors().len() > 1);
        choosing.filter_map(|block| Some((*block, block.terminator()?)))
    }
}

/// Returns true if `phi` counts from one constant to another that is near.
fn is_counter<'c>(within: &Loop<'c>, phi: Value<'c>) -> bool {
    let (Some(next), Some(bits)) = (within.next(phi), phi.bits()) else { return false };
    let is_sum = next.opcode() == Opcode::Binary(Binary::Add) && next.operand(0) == Some(phi);
    let Some(by) = next.operand(1).filter(|_| is_sum).and_then(Value::integer) else {
        return false;
    };
    let mut ends = within.choices().filter(|(block, _)| {
        block.successors().iter().any(|successor| !within.blocks.contains(successor))
    });
    let starts = within.starts(phi);
    let is_near = |end: i64| {
        starts.iter().all(|start| {
            let ahead = start.integer().map(|start| match by {
                0.. => end.wrapping_sub(start),
                _ => start.wrapping_sub(end),
            });
            let mask = u64::MAX.checked_shr(64_u32.saturating_sub(bits)).unwrap_or(0);
            ahead.is_some_and(|ahead| (ahead as u64) & mask <= MOST_COUNTED)
        })
    };
    by != 0
        && ends.any(|(_, jump)| {
            let sides = jump.value().operand(0).map(Value::operands).unwrap_or_default();
            sides.iter().any(|side| [phi, next].contains(side))
                && sides.iter().filter_map(|side| side.integer()).any(is_near)
        })
}

/// Returns the most rounds of a loop in which `phi` changes, if that is known and the verifier does not see it.
fn rounds<'c>(flow: &Flow<'c>, within: &Loop<'c>, phi: Value<'c>) -> Option<u64> {
    let (bits, next) = (phi.bits().filter(|bits| (2..=64).contains(bits))?, within.next(phi)?);
    let step = step(within, phi, next)?;
    let changed = Changed { within, phi, next };
    let start = within.starts(phi).into_iter().map(|start| ranges::most(start, FARTHEST));
    let most = start.max().flatten()?;
    let last = match step {
        Step::Fold(low) => (1_i64 << low) - 1,
        _ => 0,
    };
    let is_needed = match step {
        Step::Clear => most > FOLLOWED,
        Step::Divide(_) => most > FOLLOWED && bits == 64,
        Step::Shift(_) => !changed.ends_at(flow, 0, 0),
        Step::Fold(_) => most > last as u64 && !changed.is_ordered(),
        Step::Remainder => true,
    };
    let ends = step == Step::Remainder || changed.ends_at(flow, 0, last) || changed.decides();
    (is_needed && ends).then(|| step.rounds(bits))
}

/// Returns how `next` is computed from `phi`.
fn step<'c>(within: &Loop<'c>, phi: Value<'c>, next: Value<'c>) -> Option<Step> {
    let (left, right) = (next.operand(0)?, next.operand(1)?);
    let constant = right.integer().filter(|_| left == phi);
    match next.opcode() {
        Opcode::Binary(Binary::And) if clears(phi, left, right) || clears(phi, right, left) => {
            Some(Step::Clear)
        }
        Opcode::Binary(Binary::Xor | Binary::Sub) if left == phi && is_lowest(phi, right) => {
            Some(Step::Clear)
        }
        Opcode::Binary(Binary::Xor) if right == phi && is_lowest(phi, left) => Some(Step::Clear),
        Opcode::Binary(Binary::LShr) => {
            constant.and_then(|by| u32::try_from(by).ok()).filter(|by| *by > 0).map(Step::Shift)
        }
        Opcode::Binary(Binary::UDiv) => {
            constant.and_then(|by| u64::try_from(by).ok()).filter(|by| *by > 1).map(Step::Divide)
        }
        Opcode::Binary(Binary::Add) => {
            fold(within, phi, left, right).or_else(|| fold(within, phi, right, left))
        }
        Opcode::Binary(Binary::URem) if right == phi => {
            let is_swapped = left.opcode() == Opcode::Phi && within.next(left) == Some(phi);
            (is_swapped && within.phis().any(|other| other == left)).then_some(Step::Remainder)
        }
        _ => None,
    }
}

/// Returns true if `value` is `phi`, and `other` is `phi - 1`.
fn clears<'c>(phi: Value<'c>, value: Value<'c>, other: Value<'c>) -> bool {
    let is_less = other.opcode() == Opcode::Binary(Binary::Add)
        && other.operand(0) == Some(phi)
        && other.operand(1).and_then(Value::integer) == Some(-1);
    value == phi && is_less
}

/// Returns true if `value` is the lowest bit of `phi`: `phi & -phi`.
fn is_lowest<'c>(phi: Value<'c>, value: Value<'c>) -> bool {
    let is_negated = |side: &Value<'c>| {
        side.opcode() == Opcode::Binary(Binary::Sub)
            && side.operand(0).and_then(Value::integer) == Some(0)
            && side.operand(1) == Some(phi)
    };
    let sides = value.operands();
    value.opcode() == Opcode::Binary(Binary::And)
        && sides.contains(&phi)
        && sides.iter().any(is_negated)
}

/// Returns the step that adds `high`, the upper part of `phi`, to `low`.
fn fold<'c>(within: &Loop<'c>, phi: Value<'c>, low: Value<'c>, high: Value<'c>) -> Option<Step> {
    let by = shift(within, phi, high).filter(|by| (1..63).contains(by))?;
    let mask = low.operand(1)?.integer()?;
    let is_masked = low.opcode() == Opcode::Binary(Binary::And) && low.operand(0) == Some(phi);
    (is_masked && mask == (1 << by) - 1).then_some(Step::Fold(by))
}

/// Returns by how many bits `value` is `phi` shifted to the right; it may be a second phi that is kept beside.
fn shift<'c>(within: &Loop<'c>, phi: Value<'c>, value: Value<'c>) -> Option<u32> {
    let shifted = |value: Value<'c>, of: Value<'c>| {
        let is_shift = value.opcode() == Opcode::Binary(Binary::LShr);
        let by = value.operand(1).filter(|_| is_shift && value.operand(0) == Some(of))?;
        u32::try_from(by.integer()?).ok()
    };
    if value.opcode() != Opcode::Phi {
        return shifted(value, phi);
    }
    let other: Vec<_> = value.incoming();
    let of = |from: Block<'c>| phi.incoming().into_iter().find(|(_, block)| *block == from);
    let mut all = other.into_iter().map(|(value, from)| shifted(value, of(from)?.0));
    let first = all.next().flatten().filter(|_| within.phis().any(|phi| phi == value))?;
    all.all(|by| by == Some(first)).then_some(first)
}

impl Step {
    /// Returns the number of rounds after which the step changes no value of `bits` bits.
    fn rounds(self, bits: u32) -> u64 {
        let all = u64::MAX >> (64 - bits);
        let repeated = |last: u64, step: &dyn Fn(u64) -> u64| {
            let values = std::iter::successors(Some(all), |most| Some(step(*most)));
            values.take_while(|most| *most > last).count() as u64
        };
        match self {
            Self::Clear => bits.into(),
            Self::Shift(by) => bits.div_ceil(by).into(),
            Self::Divide(by) => repeated(0, &|most| most.checked_div(by).unwrap_or(0)),
            // Each round makes the value less.
            Self::Fold(low) => {
                let mask = (1 << low) - 1;
                repeated(mask, &|most| (most - 1).min((most >> low).saturating_add(mask)))
            }
            // Lamé: at most 1.44 rounds for each bit, and one that swaps.
            Self::Remainder => u64::from(bits) * 3 / 2 + 2,
        }
    }
}

impl<'c> Changed<'_, 'c> {
    /// Returns true if every round tests for the end, and ends the loop where the value is between `least` and `most`.
    fn ends_at(&self, flow: &Flow<'c>, least: i64, most: i64) -> bool {
        self.within.choices().any(|(block, jump)| {
            let latches = &self.within.latches;
            let successors = block.successors();
            let (Some(condition), [yes, no]) = (jump.value().operand(0), successors.as_slice())
            else {
                return false;
            };
            let leaves = |at| {
                let holds = self.value_at(condition, at, FARTHEST)? != 0;
                Some(!self.within.blocks.contains(if holds { yes } else { no }))
            };
            let is_monotone = least == most || self.is_monotone(condition, yes);
            latches.iter().all(|latch| flow.dominates(block, *latch))
                && is_monotone
                && leaves(least) == Some(true)
                && leaves(most) == Some(true)
        })
    }

    /// Returns true if `condition`, which leads to `yes`, ends the loop for all values between two for which it does.
    fn is_monotone(&self, condition: Value<'c>, yes: &Block<'c>) -> bool {
        let Opcode::Compare(predicate) = condition.opcode() else { return false };
        let [Some(left), Some(right)] = [0, 1].map(|side| condition.operand(side)) else {
            return false;
        };
        let leaves = !self.within.blocks.contains(yes);
        let predicate = if leaves { predicate } else { predicate.inverse() };
        predicate != Predicate::Ne && right.integer().is_some() && self.grows(left)
    }

    /// Returns true if `value` grows with the changed one, once that no longer changes.
    fn grows(&self, value: Value<'c>) -> bool {
        let is_own = |value| value == self.phi || value == self.next;
        is_own(value)
            || shift(self.within, self.phi, value).is_some()
            || value.opcode() == Opcode::Binary(Binary::LShr)
                && value.operand(0).is_some_and(is_own)
                && value.operand(1).and_then(Value::integer).is_some()
    }

    /// Returns true if the value itself is compared by order at an end of the loop, which the verifier learns from.
    fn is_ordered(&self) -> bool {
        self.within.choices().any(|(_, jump)| {
            let condition = jump.value().operand(0);
            condition.is_some_and(|condition| match condition.opcode() {
                Opcode::Compare(Predicate::Eq | Predicate::Ne) => false,
                Opcode::Compare(_) => {
                    [self.phi, self.next].map(Some).contains(&condition.operand(0))
                }
                _ => false,
            })
        })
    }

    /// Returns true if the value alone decides all jumps of the loop.
    fn decides(&self) -> bool {
        let mut seen = HashSet::new();
        let mut conditions = self.within.choices().map(|(_, jump)| jump.value().operand(0));
        conditions.all(|one| one.is_some_and(|one| self.is_decided(one, &mut seen)))
    }

    fn is_decided(&self, value: Value<'c>, seen: &mut HashSet<Value<'c>>) -> bool {
        let block = value.instruction().and_then(Instruction::block);
        if value == self.phi
            || block.is_none_or(|block| !self.within.blocks.contains(&block))
            || seen.contains(&value)
        {
            return true;
        }
        let is_pure = matches!(
            value.opcode(),
            Opcode::Binary(_)
                | Opcode::Resize(_)
                | Opcode::Compare(_)
                | Opcode::Select
                | Opcode::Freeze
        );
        let decided = is_pure && value.operands().into_iter().all(|one| self.is_decided(one, seen))
            || shift(self.within, self.phi, value).is_some();
        if decided {
            seen.insert(value);
        }
        decided
    }

    /// Returns what `value` is in a round where the changed value is `at`.
    fn value_at(&self, value: Value<'c>, at: i64, depth: u32) -> Option<i64> {
        let depth = depth.checked_sub(1)?;
        let bits = value.bits()?;
        if value == self.phi {
            return Some(at);
        }
        if let Some(by) = shift(self.within, self.phi, value) {
            return sets::computed(Binary::LShr, at, by.into(), bits);
        }
        if let Some(number) = value.integer() {
            return Some(number);
        }
        let operand = |index| self.value_at(value.operand(index)?, at, depth);
        match value.opcode() {
            Opcode::Binary(operation) => match (operation, operand(0), operand(1)) {
                (Binary::And, Some(0), _) | (Binary::And, _, Some(0)) => Some(0),
                (Binary::Or, Some(-1), _) | (Binary::Or, _, Some(-1)) => Some(-1),
                (_, left, right) => sets::computed(operation, left?, right?, bits),
            },
            Opcode::Resize(how) => {
                let inner = value.operand(0)?;
                Some(sets::resized(how, operand(0)?, inner.bits()?, bits))
            }
            Opcode::Compare(predicate) => {
                let width = value.operand(0)?.bits()?;
                Some(-i64::from(holds(predicate, operand(0)?, operand(1)?, width)))
            }
            Opcode::Select => operand(if operand(0)? == 0 { 2 } else { 1 }),
            Opcode::Freeze => operand(0),
            _ => None,
        }
    }
}

/// Returns true if `left predicate right` holds for integers of `bits` bits.
fn holds(predicate: Predicate, left: i64, right: i64, bits: u32) -> bool {
    let unsigned = |value: i64| (value as u64) & (u64::MAX >> (64 - bits));
    match predicate {
        Predicate::Eq => left == right,
        Predicate::Ne => left != right,
        Predicate::Ugt => unsigned(left) > unsigned(right),
        Predicate::Uge => unsigned(left) >= unsigned(right),
        Predicate::Ult => unsigned(left) < unsigned(right),
        Predicate::Ule => unsigned(left) <= unsigned(right),
        Predicate::Sgt => left > right,
        Predicate::Sge => left >= right,
        Predicate::Slt => left < right,
        Predicate::Sle => left <= right,
    }
}

/// Adds a counter to `within` that leaves `function` after more than `rounds` rounds.
fn count<'s>(
    session: &'s Session<'_>,
    function: Global<'s>,
    within: &Loop<'s>,
    rounds: u64,
) -> Option<()> {
    let (context, body) = (&session.context, within.header);
    let first = within.phis().next()?.instruction()?;
    let edges = first.value().incoming();
    let place = body.instructions().find(|one| one.value().opcode() != Opcode::Phi)?;
    let counter = Builder::for_phis(context, first).phi(64);
    let head = body.split_before(context, place)?;
    let builder = Builder::at_end(context, head);
    let one_more = builder.binary(Binary::Add, counter, builder.integer(64, 1));
    let done = builder.opaque(one_more);
    let most = builder.integer(64, i64::try_from(rounds).ok()?.checked_add(1)?);
    let exceeds = builder.compare(Predicate::Ugt, done, most);
    for (_, from) in edges {
        let inside = within.blocks.contains(&from);
        counter.add_incoming(if inside { done } else { builder.integer(64, 0) }, from);
    }
    let outside = leave(session, function, head)?;
    builder.branch(exceeds, outside, body);
    Some(())
}
