//! Finds the value that decides an integer.

use super::{
    flow::Flow,
    sets::{Sets, computed, resized},
};
use crate::llvm::{Binary, Block, Opcode, Resize, Value};

/// The parts of a switch over the values of an integer.
#[derive(Debug)]
pub(super) struct Choice<'c> {
    /// The value to switch on: the integer itself, or the value that it is computed from with constants.
    pub(super) by: Value<'c>,
    /// The values of `by`, each with the resulting integer.
    pub(super) cases: Vec<(i64, i64)>,
    /// Set if there may be more values.
    pub(super) is_open: bool,
}

/// A step of computing an integer from another one.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// An operation with a constant on the right, and the width in bits.
    Right(Binary, i64, u32),
    /// A conversion between widths.
    Resize(Resize, u32, u32),
    /// A choice between two constants.
    Choose(i64, i64),
}

impl Step {
    fn apply(self, value: i64) -> Option<i64> {
        match self {
            Self::Right(operation, right, bits) => computed(operation, value, right, bits),
            Self::Resize(how, from, to) => Some(resized(how, value, from, to)),
            Self::Choose(yes, no) => Some(if value == 0 { no } else { yes }),
        }
    }
}

impl<'c> Choice<'c> {
    /// Returns the value that decides `integer` in `block`, if the integer has few values there.
    pub(super) fn of(flow: &Flow<'c>, block: Block<'c>, integer: Value<'c>) -> Option<Self> {
        let sets = Sets::at(flow, block);
        let (mut by, mut steps) = (integer, Vec::new());
        let mut best = (integer, 0);
        let mut found = sets.of(integer)?;
        while let Some((inner, step)) = step(by) {
            by = inner;
            steps.push(step);
            if let Some(few) = sets.of(inner).filter(|few| few.values.len() <= found.values.len()) {
                found = few;
                best = (inner, steps.len());
            }
        }
        let (by, count) = best;
        steps.truncate(count);
        let apply = |value| steps.iter().rev().try_fold(value, |value, step| step.apply(value));
        let cases = found.values.iter().map(|value| Some((*value, apply(*value)?)));
        Some(Self { by, cases: cases.collect::<Option<_>>()?, is_open: found.is_estimate })
    }
}

/// Returns the one value that `value` is computed from, and the step.
fn step(value: Value<'_>) -> Option<(Value<'_>, Step)> {
    let (bits, first) = (value.bits()?, value.operand(0)?);
    let second = || value.operand(1);
    match value.opcode() {
        Opcode::Binary(operation) => {
            Some((first, Step::Right(operation, second()?.integer()?, bits)))
        }
        Opcode::Resize(how) => Some((first, Step::Resize(how, first.bits()?, bits))),
        Opcode::Select => {
            let (yes, no) = (second()?.integer()?, value.operand(2)?.integer()?);
            Some((first, Step::Choose(yes, no)))
        }
        _ => None,
    }
}
