//! Splits addresses into a base and an offset: through sums of addresses, selects, and loops that advance an address.

use std::collections::HashMap;

use crate::llvm::{Binary, Block, Builder, Context, Instruction, Layout, Opcode, Resize, Value};

/// The longest chain of addresses that is followed.
const DEEPEST: u32 = 64;

/// Splits addresses and computes their offsets as integers.
#[derive(Debug)]
pub(super) struct Offsets<'m, 'c> {
    context: &'c Context,
    layout: Layout<'m>,
    /// The offsets computed so far, in 64 bits.
    made: HashMap<Value<'c>, Value<'c>>,
}

/// Returns the addresses that `place` is computed from; `None` if it is a base.
fn sources(place: Value<'_>) -> Option<Vec<Value<'_>>> {
    match place.opcode() {
        Opcode::Element | Opcode::Freeze => Some(vec![place.operand(0)?]),
        Opcode::Select => Some(vec![place.operand(1)?, place.operand(2)?]),
        Opcode::Phi => Some(place.incoming().into_iter().map(|(value, _)| value).collect()),
        _ => None,
    }
}

/// Returns the base of `place`, if there is exactly one.
pub(super) fn base(place: Value<'_>) -> Option<Value<'_>> {
    let mut bases = Vec::new();
    let mut seen = Vec::new();
    let mut open = vec![place];
    while let Some(one) = open.pop() {
        if seen.contains(&one) {
            continue;
        }
        if seen.len() > DEEPEST as usize {
            return None;
        }
        seen.push(one);
        match sources(one) {
            Some(more) => open.extend(more),
            None if !bases.contains(&one) => bases.push(one),
            None => {}
        }
    }
    match bases.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

impl<'m, 'c> Offsets<'m, 'c> {
    pub(super) fn new(context: &'c Context, layout: Layout<'m>) -> Self {
        Self { context, layout, made: HashMap::new() }
    }

    /// Returns the distance of `place` from its base if it is constant.
    pub(super) fn constant(&self, place: Value<'c>) -> Option<i64> {
        let (mut place, mut sum) = (place, 0_i64);
        for _ in 0..DEEPEST {
            if place.opcode() != Opcode::Element {
                return sources(place).is_none().then_some(sum);
            }
            let distance = self.layout.distance(place)?;
            if !distance.variable.is_empty() {
                return None;
            }
            sum = sum.checked_add(distance.constant)?;
            place = place.operand(0)?;
        }
        None
    }

    /// Returns the offset of `place` from `base` as a 64-bit integer computed next to `place`.
    pub(super) fn of(&mut self, place: Value<'c>, base: Value<'c>) -> Option<Value<'c>> {
        self.make(place, base, DEEPEST)
    }

    fn make(&mut self, place: Value<'c>, base: Value<'c>, depth: u32) -> Option<Value<'c>> {
        let depth = depth.checked_sub(1)?;
        if let Some(made) = self.made.get(&place) {
            return Some(*made);
        }
        let entry = entry_of(place, base)?;
        if place == base {
            return Some(Builder::before(self.context, entry).integer(64, 0));
        }
        let instruction = place.instruction()?;
        let made = match place.opcode() {
            Opcode::Freeze => self.make(place.operand(0)?, base, depth)?,
            Opcode::Element => {
                let start = self.make(place.operand(0)?, base, depth)?;
                self.sum(start, instruction)?
            }
            Opcode::Select => {
                let yes = self.make(place.operand(1)?, base, depth)?;
                let no = self.make(place.operand(2)?, base, depth)?;
                Builder::before(self.context, instruction).select(place.operand(0)?, yes, no)
            }
            Opcode::Phi => {
                let phi = Builder::before(self.context, instruction).phi(64);
                self.made.insert(place, phi);
                for (value, from) in place.incoming() {
                    phi.add_incoming(self.make(value, base, depth)?, from);
                }
                phi
            }
            _ => return None,
        };
        self.made.insert(place, made);
        Some(made)
    }

    /// Adds the distance that `place` advances to `start`.
    fn sum(&self, start: Value<'c>, place: Instruction<'c>) -> Option<Value<'c>> {
        let distance = self.layout.distance(place.value())?;
        let builder = Builder::before(self.context, place);
        let mut sum = start;
        for (index, scale) in distance.variable {
            let how = if index.bits()? > 64 { Resize::Trunc } else { Resize::SExt };
            let index = builder.resize(how, index, 64);
            let scaled = match scale {
                1 => index,
                scale => builder.binary(Binary::Mul, index, builder.integer(64, scale)),
            };
            sum = if sum.integer() == Some(0) {
                scaled
            } else {
                builder.binary(Binary::Add, sum, scaled)
            };
        }
        let constant = builder.integer(64, distance.constant);
        Some(match distance.constant {
            0 => sum,
            _ => builder.binary(Binary::Add, sum, constant),
        })
    }
}

/// Returns an instruction of the function that the addresses belong to.
fn entry_of<'c>(place: Value<'c>, base: Value<'c>) -> Option<Instruction<'c>> {
    place.instruction().or_else(|| {
        let user = base.users().into_iter().find_map(Value::instruction)?;
        user.block().and_then(Block::function)?.instructions().next()
    })
}
