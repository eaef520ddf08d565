//! Forward data-flow analysis of the bits that are 0 before each instruction, over all paths that lead to it.
//!
//! States only lose knowledge where paths meet, so the analysis ends. One state is kept for each location that paths
//! reach from elsewhere; the states between follow from it.

use std::collections::{BTreeMap, BTreeSet};

use super::bits::{UPPER, Value};
use crate::bpf::insn::{Class, EXIT, FRAME_POINTER, Insn, JA, JA32, LDIMM64};

const REGISTERS: usize = 11;
/// `BPF_JMP | BPF_JA | BPF_X`: a jump to the address in a register.
const JAX: u8 = 0x0d;
/// `BPF_END`, in both classes.
const SWAP: u8 = 0xd;
/// `BPF_LOAD_ACQ`: an atomic operation whose result is in its destination.
const LOAD_ACQUIRE: i32 = 0x100;

/// The known properties of the registers before an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State([Value; REGISTERS]);

/// Calls `look` for every reachable instruction, with the state before it. Returns false if control flow is unknown:
/// a jump leaves the instructions or is indirect.
///
/// Functions start at the slots `entries`, and at every callee. The results of the instructions at the slots
/// `changed` are unknown.
pub(super) fn visit(
    insns: &[Insn],
    entries: impl Iterator<Item = u64>,
    changed: &BTreeSet<u64>,
    look: impl FnMut(&Insn, &State),
) -> bool {
    solve(insns, entries, changed).is_some_and(|flow| flow.show(look).is_some())
}

fn solve<'a>(
    insns: &'a [Insn],
    entries: impl Iterator<Item = u64>,
    changed: &'a BTreeSet<u64>,
) -> Option<Flow<'a>> {
    let places: BTreeMap<i64, usize> =
        insns.iter().zip(0..).map(|(insn, index)| (insn.slot as i64, index)).collect();
    let place = |slot: i64| places.get(&slot).copied();
    let mut flow = Flow { insns, changed, states: BTreeMap::new(), due: BTreeSet::new() };
    let called = insns.iter().filter(|insn| insn.is_local_call() && !changed.contains(&insn.slot));
    let called = called.map(|insn| (insn.slot as i64) + 1 + i64::from(insn.immediate));
    for target in insns.iter().filter_map(Insn::jump_target) {
        flow.states.insert(place(target)?, None);
    }
    for entry in entries.map(|slot| slot as i64).chain(called) {
        flow.reach(place(entry)?, &State::entry());
    }
    while let Some(start) = flow.due.pop_first() {
        let (end, steps) = flow.run(start, |_, _| {})?;
        for (jump, state) in steps {
            flow.reach(place(jump)?, &state);
        }
        if let Some((next, state)) = end {
            flow.reach(next, &state);
        }
    }
    Some(flow)
}

struct Flow<'a> {
    insns: &'a [Insn],
    changed: &'a BTreeSet<u64>,
    /// The state at entries and targets of jumps, by index; `None` if no path is known to lead there yet.
    states: BTreeMap<usize, Option<State>>,
    /// The indices whose state changed since their last visit.
    due: BTreeSet<usize>,
}

/// The continuation of a run of instructions, by index, and the slots it jumps to.
type Ends = (Option<(usize, State)>, Vec<(i64, State)>);

impl Flow<'_> {
    /// Merges `state` into the state at `index`, for a path that leads there.
    fn reach(&mut self, index: usize, state: &State) {
        let known = self.states.entry(index).or_default();
        let joined = known.as_ref().map_or_else(|| state.clone(), |known| known.join(state));
        if known.as_ref() != Some(&joined) {
            *known = Some(joined);
            self.due.insert(index);
        }
    }

    /// Follows the instructions from `start` to the next location with a kept state.
    fn run(&self, start: usize, mut look: impl FnMut(&Insn, &State)) -> Option<Ends> {
        let mut state = self.states.get(&start)?.clone()?;
        let mut jumps = Vec::new();
        for index in start.. {
            if index > start && self.states.contains_key(&index) {
                return Some((Some((index, state)), jumps));
            }
            let insn = self.insns.get(index)?;
            look(insn, &state);
            state.step(insn, self.changed.contains(&insn.slot));
            if insn.code == JAX {
                return None;
            }
            jumps.extend(insn.jump_target().map(|target| (target, state.clone())));
            if matches!(insn.code, JA | JA32 | EXIT) {
                return Some((None, jumps));
            }
        }
        None
    }

    fn show(&self, mut look: impl FnMut(&Insn, &State)) -> Option<()> {
        let known = self.states.iter().filter(|(_, state)| state.is_some());
        known.map(|(start, _)| *start).try_for_each(|start| self.run(start, &mut look).map(|_| ()))
    }
}

impl State {
    /// Returns the state at the start of a function.
    fn entry() -> Self {
        let mut state = Self([Value::UNKNOWN; REGISTERS]);
        state.set(FRAME_POINTER, Value::FRAME);
        state
    }

    fn join(&self, other: &Self) -> Self {
        let mut joined = self.clone();
        joined.0.iter_mut().zip(&other.0).for_each(|(one, other)| *one = one.join(*other));
        joined
    }

    pub(super) fn of(&self, register: u8) -> Value {
        self.0.get(usize::from(register)).copied().unwrap_or(Value::UNKNOWN)
    }

    fn set(&mut self, register: u8, value: Value) {
        if let Some(known) = self.0.get_mut(usize::from(register)) {
            *known = value;
        }
    }

    fn step(&mut self, insn: &Insn, is_changed: bool) {
        let value = match insn.class() {
            Class::Alu | Class::Alu64 if insn.code >> 4 == SWAP => swapped(insn),
            Class::Alu64 => self.wide(insn),
            Class::Alu => self.narrow(insn),
            Class::Ldx => loaded(insn),
            Class::Ld if insn.code == LDIMM64 && insn.source == 0 => Value::constant(
                u64::from(insn.upper as u32) << 32 | u64::from(insn.immediate as u32),
            ),
            Class::Ld if insn.code == LDIMM64 => Value::UNKNOWN,
            Class::Stx if insn.is_atomic() => return self.fetch(insn),
            Class::St | Class::Stx => return,
            Class::Jmp | Class::Jmp32 if !insn.is_call() => return,
            // Calls, and packet access of classic BPF.
            Class::Ld | Class::Jmp | Class::Jmp32 => return self.call(),
        };
        self.set(insn.destination, if is_changed { Value::UNKNOWN } else { value });
    }

    /// Applies a call, which returns in `r0` and clobbers `r1` to `r5`.
    fn call(&mut self) {
        (0..=5).for_each(|register| self.set(register, Value::UNKNOWN));
    }

    /// Applies an atomic operation that fetches: it leaves the old value in its source, or in `r0`.
    fn fetch(&mut self, insn: &Insn) {
        self.set(insn.source, Value::UNKNOWN);
        self.set(0, Value::UNKNOWN);
        if insn.immediate == LOAD_ACQUIRE {
            self.set(insn.destination, Value::UNKNOWN);
        }
    }

    fn wide(&self, insn: &Insn) -> Value {
        let left = self.of(insn.destination);
        compute(insn, left, self.operand(insn), 64).unwrap_or(Value::UNKNOWN)
    }

    /// Computes on the lower halves; the upper half is cleared.
    fn narrow(&self, insn: &Insn) -> Value {
        let left = self.of(insn.destination).low();
        compute(insn, left, self.operand(insn).low(), 32).unwrap_or(Value::UNKNOWN).low()
    }

    fn operand(&self, insn: &Insn) -> Value {
        if takes_register(insn) {
            self.of(insn.source)
        } else {
            Value::constant(i64::from(insn.immediate) as u64)
        }
    }
}

/// Returns true for `BPF_X`.
const fn takes_register(insn: &Insn) -> bool {
    insn.code & 8 != 0
}

/// Returns the known result of an arithmetic instruction of `width` bits.
fn compute(insn: &Insn, left: Value, right: Value, width: u32) -> Option<Value> {
    const UNSIGNED: i16 = 0;
    let distance = insn.immediate as u32;
    let is_shift = !takes_register(insn) && distance < width;
    Some(match (insn.code >> 4, insn.offset) {
        (0x0, 0) => left.add(right),
        (0x1, 0) => left.subtract(right),
        (0x2, 0) => left.multiply(right),
        (0x3, UNSIGNED) => left.divide(),
        (0x9, UNSIGNED) if !takes_register(insn) && insn.immediate > 0 => {
            Value::below(distance.into())
        }
        (0x9, UNSIGNED) => left.divide(),
        (0x4 | 0xa, 0) => left.or(right),
        (0x5, 0) => left.and(right),
        (0x6, 0) if is_shift => left.left(distance),
        (0x7, 0) if is_shift => left.right(distance),
        // With 32 bits, the sign is in the middle.
        (0xc, 0) if is_shift && width == 64 => left.right_signed(distance),
        (0x8, 0) => left.negate(),
        (0xb, 0) => right,
        _ => return None,
    })
}

/// Returns the value converted to a byte order and truncated to the instruction's width.
const fn swapped(insn: &Insn) -> Value {
    match insn.immediate {
        16 => Value::number(!0xffff),
        32 => Value::number(UPPER),
        _ => Value::UNKNOWN,
    }
}

/// Returns a loaded value: a load without sign fills up with zeros.
fn loaded(insn: &Insn) -> Value {
    const PLAIN: u8 = 0x60;
    match insn.access() {
        Some(bytes) if insn.code & 0xe0 == PLAIN && bytes < 8 => {
            Value::number(u64::MAX << (8 * u32::from(bytes)))
        }
        _ => Value::UNKNOWN,
    }
}
