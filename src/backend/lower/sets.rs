//! Computes the set of values that an integer may have, if they are few.

use std::{cell::Cell, collections::BTreeSet};

use super::flow::{Fact, Flow, comparison, fact_of_edge};
use crate::llvm::{Binary, Block, Instruction, Opcode, Predicate, Resize, Value};

/// The most values that count as few.
pub(super) const MOST: usize = 32;

/// The longest chain of values that a value is computed from.
const DEEPEST: u32 = 24;

/// The most values that are visited for one value.
const FUEL: u32 = 2000;

pub(super) type Set = BTreeSet<i64>;

/// A search for the values that integers may have at one place.
#[derive(Debug)]
pub(super) struct Sets<'f, 'c> {
    flow: &'f Flow<'c>,
    facts: Vec<Fact<'c>>,
    /// The number of values that may still be visited.
    fuel: Cell<u32>,
    is_estimate: Cell<bool>,
    /// The values found so far of the phis that are being searched: those of loops depend on themselves.
    assumed: Vec<(Value<'c>, Set)>,
}

/// The values that an integer may have.
#[derive(Debug)]
pub(super) struct Few {
    /// The values, signed.
    pub(super) values: Set,
    /// Set if there may be more values: the end of a loop was not proven.
    pub(super) is_estimate: bool,
}

impl<'f, 'c> Sets<'f, 'c> {
    /// Returns a search at `block`.
    pub(super) fn at(flow: &'f Flow<'c>, block: Block<'c>) -> Self {
        let facts = flow.facts(block);
        let (fuel, is_estimate) = (Cell::new(FUEL), Cell::new(false));
        Self { flow, facts, fuel, is_estimate, assumed: Vec::new() }
    }

    /// Returns the values that `value` may have; `None` if they are many or unknown.
    pub(super) fn of(&self, value: Value<'c>) -> Option<Few> {
        self.fuel.set(FUEL);
        self.is_estimate.set(false);
        let values = self.search(value, DEEPEST);
        let values = values.filter(|set| (1..=MOST).contains(&set.len()))?;
        Some(Few { values, is_estimate: self.is_estimate.get() })
    }

    fn search(&self, value: Value<'c>, depth: u32) -> Option<Set> {
        if let Some(constant) = value.integer() {
            return Some(Set::from([constant]));
        }
        let bits = value.bits().filter(|bits| *bits <= 64)?;
        let depth = depth.checked_sub(1)?;
        self.fuel.set(self.fuel.get().checked_sub(1)?);
        let assumed = self.assumed.iter().find(|(phi, _)| *phi == value);
        let computed = match assumed {
            Some((_, set)) => Some(set.clone()),
            None if bits == 1 => Some(Set::from([0, -1])),
            None => self.computed(value, bits, depth),
        };
        let computed = computed.map(|set| {
            set.into_iter().filter(|one| self.is_possible(value, *one, bits)).collect::<Set>()
        });
        computed.filter(|set| set.len() <= MOST * 4).or_else(|| self.bounded(value, bits))
    }

    /// Returns the values that follow from the computation of `value`.
    fn computed(&self, value: Value<'c>, bits: u32, depth: u32) -> Option<Set> {
        let operand = |index| self.search(value.operand(index)?, depth);
        match value.opcode() {
            Opcode::Select => Some(&operand(1)? | &operand(2)?),
            Opcode::Freeze => operand(0),
            Opcode::Phi => self.counted(value).or_else(|| self.chosen(value, depth)),
            Opcode::Resize(how) => {
                let from = value.operand(0)?.bits()?;
                Some(operand(0)?.into_iter().map(|one| resized(how, one, from, bits)).collect())
            }
            Opcode::Binary(Binary::And) => {
                let mask = |index| value.operand(index)?.integer();
                match mask(1).or_else(|| mask(0)) {
                    Some(mask) => submasks(mask),
                    None => crossed(Binary::And, &operand(0)?, &operand(1)?, bits),
                }
            }
            Opcode::Binary(Binary::URem) => {
                let divisor = value.operand(1)?.integer().filter(|it| *it > 0)?;
                interval(0, divisor.checked_sub(1)?)
            }
            Opcode::Binary(Binary::LShr) => {
                let shift = value.operand(1)?.integer()?;
                let left = i64::from(bits).checked_sub(shift)?;
                match operand(0) {
                    Some(set) => crossed(Binary::LShr, &set, &Set::from([shift]), bits),
                    None if (1..=6).contains(&left) => interval(0, (1 << left) - 1),
                    None => None,
                }
            }
            Opcode::Call if is_passthrough(value) => operand(1),
            Opcode::Binary(operation) => crossed(operation, &operand(0)?, &operand(1)?, bits),
            _ => None,
        }
    }

    /// Returns the possible values of a phi. In a loop, each round may add values to those of the rounds before, until
    /// one adds none.
    fn chosen(&self, phi: Value<'c>, depth: u32) -> Option<Set> {
        let mut all = Set::new();
        for _ in 0..=MOST {
            let before = all.len();
            for (value, from) in phi.incoming() {
                all.extend(self.incoming(phi, &all, value, from, depth / 2)?);
            }
            if all.len() == before {
                return Some(all);
            }
        }
        None
    }

    /// Returns the values of `value`, which comes to `phi` from block `from`, if `phi` has one of `known` there.
    fn incoming(
        &self,
        phi: Value<'c>,
        known: &Set,
        value: Value<'c>,
        from: Block<'c>,
        depth: u32,
    ) -> Option<Set> {
        let mut assumed = self.assumed.clone();
        assumed.push((phi, known.clone()));
        // Use the facts that hold where the value comes from, not those that hold here.
        let mut there = Sets { fuel: self.fuel.clone(), assumed, ..Sets::at(self.flow, from) };
        let to = phi.instruction()?.block()?;
        there.facts.extend(fact_of_edge(from, to));
        let found = there.search(value, depth)?;
        self.fuel.set(there.fuel.get());
        self.is_estimate.set(self.is_estimate.get() || there.is_estimate.get());
        Some(found)
    }

    /// Returns the possible values of a phi that counts from one constant to another in constant steps.
    fn counted(&self, phi: Value<'c>) -> Option<Set> {
        let incoming = phi.incoming();
        let [(one, _), (other, _)] = incoming.as_slice() else { return None };
        let (start, next) = match (one.integer(), other.integer()) {
            (Some(start), None) => (start, *other),
            (None, Some(start)) => (start, *one),
            _ => return None,
        };
        let added = next.opcode() == Opcode::Binary(Binary::Add) && next.operand(0) == Some(phi);
        let step = next.operand(1)?.integer().filter(|step| added && *step > 0)?;
        let users = [phi, next].map(Value::users).concat();
        let bounds = users.into_iter().filter_map(comparison).filter(|fact| {
            let counts = fact.value == phi || fact.value == next;
            counts && fact.bound > start
        });
        let end = bounds.map(|fact| fact.bound).max()?;
        let count = usize::try_from((end - start) / step).ok()?;
        self.is_estimate.set(true);
        (count <= MOST).then(|| (0..=count as i64).map(|turn| start + turn * step).collect())
    }

    /// Returns true if the comparisons of `value`, or of its lower bits, allow that it is `one`.
    fn is_possible(&self, value: Value<'c>, one: i64, bits: u32) -> bool {
        self.facts.iter().all(|fact| {
            let is_lower = fact.value.opcode() == Opcode::Resize(Resize::Trunc)
                && fact.value.operand(0) == Some(value);
            match fact.value.bits().filter(|_| is_lower || fact.value == value) {
                Some(to) => {
                    fact.predicate.holds(resized(Resize::Trunc, one, bits, to), fact.bound, to)
                }
                None => true,
            }
        })
    }

    /// Returns the values that the dominating comparisons of `value` allow.
    fn bounded(&self, value: Value<'c>, bits: u32) -> Option<Set> {
        let facts = self.facts.iter().filter(|fact| fact.value == value);
        let mut most = None;
        for fact in facts {
            let bound = match fact.predicate {
                Predicate::Eq => return Some(Set::from([fact.bound])),
                Predicate::Ult => fact.bound.checked_sub(1),
                Predicate::Ule => Some(fact.bound),
                _ => None,
            };
            // Unsigned, a negative bound is a large one.
            if let Some(bound) = bound.filter(|bound| *bound >= 0) {
                most = Some(most.map_or(bound, |most: i64| most.min(bound)));
            }
        }
        most.filter(|_| bits > 1).and_then(|most| interval(0, most))
    }
}

/// Returns true for a call by which LLVM keeps its passes from undoing changes made for the verifier.
fn is_passthrough(value: Value<'_>) -> bool {
    let callee = value.instruction().and_then(Instruction::callee);
    callee.is_some_and(|callee| callee.name().starts_with("llvm.bpf.passthrough"))
}

fn interval(least: i64, most: i64) -> Option<Set> {
    let size = usize::try_from(most.checked_sub(least)?).ok()?;
    (size < MOST).then(|| (least..=most).collect())
}

/// Returns every value that has only bits of `mask`.
fn submasks(mask: i64) -> Option<Set> {
    if mask < 0 || mask.count_ones() > MOST.ilog2() {
        return None;
    }
    let (mut all, mut one) = (Set::from([0]), mask);
    while one != 0 {
        all.insert(one);
        one = (one - 1) & mask;
    }
    Some(all)
}

fn crossed(operation: Binary, left: &Set, right: &Set, bits: u32) -> Option<Set> {
    if left.len() * right.len() > MOST * MOST {
        return None;
    }
    let pairs = left.iter().flat_map(|left| right.iter().map(move |right| (*left, *right)));
    pairs.map(|(left, right)| computed(operation, left, right, bits)).collect()
}

/// Computes `left operation right` in `bits` bits; returns `None` if it is undefined.
pub(super) fn computed(operation: Binary, left: i64, right: i64, bits: u32) -> Option<i64> {
    let shift = u32::try_from(right).ok().filter(|shift| *shift < bits);
    let unsigned = |value: i64| (value as u64) & mask(bits);
    let wide = match operation {
        Binary::Add => left.wrapping_add(right),
        Binary::Sub => left.wrapping_sub(right),
        Binary::Mul => left.wrapping_mul(right),
        Binary::And => left & right,
        Binary::Or => left | right,
        Binary::Xor => left ^ right,
        Binary::Shl => left.wrapping_shl(shift?),
        Binary::LShr => (unsigned(left) >> shift?) as i64,
        Binary::AShr => left >> shift?,
        Binary::UDiv => unsigned(left).checked_div(unsigned(right))? as i64,
        Binary::URem => unsigned(left).checked_rem(unsigned(right))? as i64,
        Binary::SDiv => left.checked_div(right)?,
        Binary::SRem => left.checked_rem(right)?,
    };
    Some(signed(wide, bits))
}

pub(super) fn resized(how: Resize, value: i64, from: u32, to: u32) -> i64 {
    match how {
        Resize::ZExt => ((value as u64) & mask(from)) as i64,
        Resize::SExt => value,
        Resize::Trunc => signed(value, to),
    }
}

fn mask(bits: u32) -> u64 {
    u64::MAX.checked_shr(64_u32.saturating_sub(bits)).unwrap_or(0)
}

fn signed(value: i64, bits: u32) -> i64 {
    let shift = 64_u32.saturating_sub(bits);
    value.checked_shl(shift).unwrap_or(0) >> shift
}
