//! Guards loops that walk through an object by comparing addresses or distances for equality.
//!
//! An iterator over `bytes[from..to]` advances until it meets the end. Rust knows that it does not pass it, but the
//! verifier learns nothing from `!=` if the end is not a constant, and nothing at all from comparing addresses: to it, the
//! loop runs on ("invalid variable-offset read from stack", "infinite loop detected").
//!
//! Each access of such a loop tests first that it is inside of the object; an access outside would be undefined
//! behavior. The test bounds both the offset and the number of rounds, and costs two instructions. A minimum instead of a
//! test would bound the offset alone.

use std::cell::LazyCell;

use super::{
    contexts::address,
    flow::{Fact, Flow},
    offsets::{self, Offsets},
};
use crate::{
    backend::session::Session,
    llvm::{
        Binary, Block, Builder, Context, Global, Instruction, Layout, Module, Opcode, Predicate,
        Value,
    },
};

/// The most values that an address is computed from.
const MOST_VALUES: usize = 64;

/// An address that was tested, where it holds.
struct Tested<'c> {
    place: Value<'c>,
    block: Block<'c>,
    offset: Value<'c>,
    last: i64,
}

/// The way in which an address is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Walk {
    /// Not in a loop, or in one whose end the verifier sees.
    None,
    /// In a loop from one constant place to another, which compares addresses.
    Closed,
    /// In a loop whose end varies.
    Open,
}

/// Guards such accesses in `module`.
pub(super) fn guard<'s>(session: &'s Session<'_>, module: &Module<'s>) {
    let layout = module.layout();
    for function in module.defined_functions() {
        let mut offsets = Offsets::new(&session.context, layout);
        let flow = LazyCell::new(|| Flow::of(function));
        let found: Vec<_> = function
            .instructions()
            .filter_map(|access| {
                let (_, place) = address(access)?;
                let base = offsets::base(place)?;
                let size = layout.object(base)?;
                let last = size.checked_sub(bytes(&layout, access)?)?;
                let walk = walk(&offsets, &layout, (place, last, base), &flow);
                (walk != Walk::None && last >= 0).then_some((walk, (access, base, last)))
            })
            .collect();
        let bases: Vec<_> = found.iter().map(|(_, (_, base, _))| *base).collect();
        compare_offsets(&session.context, function, &mut offsets, &bases);
        let mut tested = Vec::new();
        for (_, access) in found.into_iter().filter(|(walk, _)| *walk == Walk::Open) {
            guard_one(session, function, &mut offsets, &mut tested, access);
        }
    }
}

/// Returns the number of bytes that `access` loads or stores.
fn bytes(layout: &Layout<'_>, access: Instruction<'_>) -> Option<i64> {
    let value = access.value();
    let stored = (value.opcode() == Opcode::Store).then(|| value.operand(0)).flatten();
    layout.bytes(stored.unwrap_or(value))
}

/// Compares distances in place of addresses that are in one of the objects at `bases`: the verifier compares numbers alone.
fn compare_offsets<'c>(
    context: &'c Context,
    function: Global<'c>,
    offsets: &mut Offsets<'_, 'c>,
    bases: &[Value<'c>],
) {
    if bases.is_empty() {
        return;
    }
    for comparison in function.instructions().collect::<Vec<_>>() {
        let mut replace = || -> Option<()> {
            let value = comparison.value();
            let Opcode::Compare(predicate) = value.opcode() else { return None };
            let sides = [value.operand(0)?, value.operand(1)?];
            let base = offsets::base(sides[0]).filter(|_| sides[0].is_pointer())?;
            if offsets::base(sides[1]) != Some(base) || !bases.contains(&base) {
                return None;
            }
            let [left, right] = [offsets.of(sides[0], base)?, offsets.of(sides[1], base)?];
            let builder = Builder::before(context, comparison);
            value.replace_uses_with(builder.compare(predicate, left, right));
            Some(())
        };
        replace();
    }
}

/// Tests before `access` that it is at most `last` bytes after `base`.
fn guard_one<'s>(
    session: &'s Session<'_>,
    function: Global<'s>,
    offsets: &mut Offsets<'_, 's>,
    tested: &mut Vec<Tested<'s>>,
    (access, base, last): (Instruction<'s>, Value<'s>, i64),
) -> Option<()> {
    let context = &session.context;
    let (index, place) = address(access)?;
    let tail = access.block()?;
    let known =
        tested.iter().find(|one| (one.place, one.block) == (place, tail) && one.last <= last);
    let offset = match known {
        Some(known) => known.offset,
        None => {
            let distance = offsets.of(place, base)?;
            let builder = Builder::before(context, access);
            let offset = builder.opaque(distance);
            let exceeds = builder.compare(Predicate::Ugt, offset, builder.integer(64, last));
            let head = tail.split_before(context, access)?;
            let outside = leave(session, function, head)?;
            Builder::at_end(context, head).branch(exceeds, outside, tail);
            tested.push(Tested { place, block: tail, offset, last });
            offset
        }
    };
    access.set_operand(index, Builder::before(context, access).element(base, offset));
    Some(())
}

/// Adds a block after `head` that leaves the program, for what cannot happen.
pub(super) fn leave<'s>(
    session: &'s Session<'_>,
    function: Global<'s>,
    head: Block<'s>,
) -> Option<Block<'s>> {
    let outside = head.add_after(&session.context)?;
    Builder::at_end(&session.context, outside).unreachable();
    let value = session.plan.codegen.panics.value(&function.section());
    outside.terminator()?.return_instead(&session.context, function, value as u64);
    Some(outside)
}

/// Returns how `place`, in an object at `base`, is computed; it must be at most `last` bytes after the base.
fn walk<'c>(
    offsets: &Offsets<'_, 'c>,
    layout: &Layout<'_>,
    (place, last, base): (Value<'c>, i64, Value<'c>),
    flow: &LazyCell<Flow<'c>, impl FnOnce() -> Flow<'c>>,
) -> Walk {
    let (mut open, mut seen, mut found) = (vec![(place, last)], Vec::new(), Walk::None);
    while let Some((one, last)) = open.pop() {
        if one == base || seen.contains(&one) || seen.len() > MOST_VALUES {
            continue;
        }
        seen.push(one);
        match one.opcode() {
            Opcode::Element => {
                let distance = layout.distance(one);
                let constant = distance.as_ref().map_or(0, |distance| distance.constant);
                let last = last.saturating_sub(constant);
                let indices = distance.map(|distance| distance.variable).unwrap_or_default();
                let most = |scale| last.checked_div(scale).unwrap_or(last);
                // What is compared after the address was computed tells the verifier nothing of it.
                let block = one.instruction().and_then(Instruction::block);
                let facts = || block.map(|block| flow.facts(block)).unwrap_or_default();
                if indices
                    .into_iter()
                    .any(|(index, scale)| is_open_counter(index, most(scale), &facts))
                {
                    return Walk::Open;
                }
                open.extend(one.operand(0).map(|from| (from, last)));
            }
            Opcode::Phi => {
                match walk_of(offsets, one) {
                    Walk::Open => return Walk::Open,
                    Walk::Closed => found = Walk::Closed,
                    Walk::None => {}
                }
                open.extend(one.incoming().into_iter().map(|(value, _)| (value, last)));
            }
            Opcode::Select => open.extend(one.operands().into_iter().skip(1).map(|it| (it, last))),
            Opcode::Freeze => open.extend(one.operand(0).map(|from| (from, last))),
            _ => {}
        }
    }
    found
}

/// Returns how `phi`, an address, advances.
fn walk_of<'c>(offsets: &Offsets<'_, 'c>, phi: Value<'c>) -> Walk {
    let steps = phi.incoming();
    let (next, starts): (Vec<_>, Vec<_>) =
        steps.into_iter().map(|(value, _)| value).partition(|value| is_computed_from(*value, phi));
    if next.is_empty() {
        return Walk::None;
    }
    let is_constant = |value: &Value<'c>| offsets.constant(*value).is_some();
    let moving: Vec<_> = next.into_iter().chain([phi]).collect();
    let users = moving.iter().flat_map(|value| value.users());
    let comparisons = users.filter(|user| matches!(user.opcode(), Opcode::Compare(_)));
    let ends: Vec<_> = comparisons
        .flat_map(Value::operands)
        .filter(|side| !moving.contains(side) && !is_computed_from(*side, phi))
        .collect();
    match (starts.iter().all(is_constant) && ends.iter().all(is_constant), ends.is_empty()) {
        (false, _) => Walk::Open,
        (true, true) => Walk::None,
        (true, false) => Walk::Closed,
    }
}

/// Returns true if `index` counts in a loop whose end is not a constant, and is compared for equality alone, or, where it
/// advances by unknown steps, with no constant that keeps it from exceeding `most` where `facts` hold.
fn is_open_counter<'c>(index: Value<'c>, most: i64, facts: &dyn Fn() -> Vec<Fact<'c>>) -> bool {
    let (mut index, mut is_itself) = (index, true);
    while let Some(inner) = match index.opcode() {
        Opcode::Resize(_)
        | Opcode::Freeze
        | Opcode::Binary(Binary::Add | Binary::Sub | Binary::Shl | Binary::Mul) => index.operand(0),
        _ => None,
    } {
        is_itself &= !matches!(index.opcode(), Opcode::Binary(_));
        index = inner;
    }
    if index.opcode() != Opcode::Phi {
        return false;
    }
    let values: Vec<_> = index.incoming().into_iter().map(|(value, _)| value).collect();
    let is_from_constant = values.iter().any(|value| value.integer().is_some());
    let next: Vec<_> =
        values.into_iter().filter(|value| is_computed_from(*value, index)).chain([index]).collect();
    let is_exact = next.iter().all(|value| is_of_constants(*value, index));
    let is_bound = |value: Value<'c>, comparison: Value<'c>| {
        let end = comparison.operand(1).and_then(Value::integer);
        match comparison.opcode() {
            Opcode::Compare(Predicate::Eq | Predicate::Ne) => {
                is_exact
                    && is_from_constant
                    && comparison.operands().iter().any(|side| side.integer().is_some())
            }
            Opcode::Compare(_) if is_exact || !is_itself || end.is_none() => true,
            Opcode::Compare(_) if value == index => facts().iter().any(|fact| {
                Some(fact.value) == comparison.operand(0)
                    && fact.greatest().is_some_and(|it| it <= most)
            }),
            Opcode::Compare(predicate) => {
                let below = matches!(predicate, Predicate::Ult | Predicate::Uge);
                end.is_some_and(|end| end.saturating_sub(below.into()) <= most)
            }
            _ => false,
        }
    };
    let near = |value: &Value<'c>| {
        let users = value.users();
        let wider = users.iter().filter(|user| matches!(user.opcode(), Opcode::Resize(_)));
        let wider: Vec<_> = wider.flat_map(|user| user.users()).collect();
        users.into_iter().chain(wider).any(|user| is_bound(*value, user))
    };
    next.len() > 1 && !next.iter().any(near)
}

/// Returns true if `value` differs from `phi` by constants alone, of which there may be several.
fn is_of_constants<'c>(value: Value<'c>, phi: Value<'c>) -> bool {
    let (mut open, mut seen) = (vec![value], Vec::new());
    while let Some(one) = open.pop() {
        if one == phi || one.integer().is_some() || seen.contains(&one) {
            continue;
        }
        seen.push(one);
        match one.opcode() {
            Opcode::Binary(Binary::Add | Binary::Sub) | Opcode::Resize(_) | Opcode::Freeze => {
                open.extend(one.operands());
            }
            Opcode::Phi => open.extend(one.incoming().into_iter().map(|(value, _)| value)),
            Opcode::Select => open.extend(one.operands().into_iter().skip(1)),
            _ => return false,
        }
    }
    true
}

/// Returns true if `value` is computed from `phi`.
pub(super) fn is_computed_from(value: Value<'_>, phi: Value<'_>) -> bool {
    let (mut open, mut seen) = (vec![value], Vec::new());
    while let Some(one) = open.pop() {
        if one == phi {
            return true;
        }
        let is_followed = matches!(
            one.opcode(),
            Opcode::Element
                | Opcode::Binary(_)
                | Opcode::Resize(_)
                | Opcode::Select
                | Opcode::Phi
                | Opcode::Freeze
        );
        if is_followed && !seen.contains(&one) && seen.len() < MOST_VALUES {
            seen.push(one);
            match one.opcode() {
                Opcode::Phi => open.extend(one.incoming().into_iter().map(|(value, _)| value)),
                _ => open.extend(one.operands()),
            }
        }
    }
    false
}
