//! Loops. Before 5.3 the kernel walks a program's jumps depth first and refuses a jump back to an instruction on the
//! current path (`check_cfg`: "back-edge from insn"). A backward jump that closes no loop is accepted.

use std::collections::BTreeMap;

use super::{SHOWN, View};
use crate::{
    bpf::{
        insn::{self, Insn},
        kernel::LOOPS,
    },
    check::need::{Need, NeedKind},
    object::{self, Function},
};

/// Returns the loops in `function` if the kernel does not support them: one entry for each jump that closes one.
pub(super) fn needs(view: &View<'_>, function: &Function) -> Vec<Need> {
    if view.kernel.knows(&LOOPS) {
        return Vec::new();
    }
    let insns: BTreeMap<u64, Insn> =
        object::instructions(&view.object.elf, function).map(|insn| (insn.slot, insn)).collect();
    let closing = closing_jumps(&insns);
    closing
        .into_iter()
        .take(SHOWN)
        .map(|slot| {
            let need = Need::feature(NeedKind::Loop, view.place(function, slot), &LOOPS);
            need.at(view.source(function, slot))
        })
        .collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// An instruction on the path from the start to the current one.
    Open,
    Done,
}

/// Returns the slots of the jumps that lead back to an instruction on their own path from the start, in order.
fn closing_jumps(insns: &BTreeMap<u64, Insn>) -> Vec<u64> {
    let mut states: BTreeMap<u64, State> = BTreeMap::from([(0, State::Open)]);
    let mut closing = Vec::new();
    // An instruction and those of its successors that are yet to be followed.
    let mut way = vec![(0, successors(insns, 0))];
    while let Some((slot, rest)) = way.last_mut() {
        let slot = *slot;
        let Some(next) = rest.pop() else {
            states.insert(slot, State::Done);
            way.pop();
            continue;
        };
        match states.get(&next) {
            Some(State::Open) => closing.push(slot),
            Some(State::Done) => {}
            None => {
                states.insert(next, State::Open);
                way.push((next, successors(insns, next)));
            }
        }
    }
    closing.sort_unstable();
    closing.dedup();
    closing
}

fn successors(insns: &BTreeMap<u64, Insn>, slot: u64) -> Vec<u64> {
    let Some(insn) = insns.get(&slot) else { return Vec::new() };
    let target = insn.jump_target().and_then(|target| u64::try_from(target).ok());
    let next = match insn.code {
        insn::EXIT | insn::JA | insn::JA32 => None,
        _ => Some(slot + insn.slots()),
    };
    next.into_iter().chain(target).filter(|slot| insns.contains_key(slot)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bpf::target::Endian;

    /// Returns the closing jumps of a program made of `goto +N` and `if r0 == 0 goto +N`; other instructions do
    /// nothing.
    fn closing(program: &[(u8, i16)]) -> Vec<u64> {
        let bytes: Vec<u8> = program
            .iter()
            .flat_map(|&(code, offset)| {
                let [low, high] = offset.to_le_bytes();
                [code, 0, low, high, 0, 0, 0, 0]
            })
            .collect();
        closing_jumps(&insn::decode(&bytes, Endian::Little).map(|insn| (insn.slot, insn)).collect())
    }

    const IF: u8 = 0x15;
    const MOVE: u8 = 0xb7;

    #[test]
    fn a_jump_back_into_its_own_way_closes_a_loop() {
        assert_eq!(closing(&[(MOVE, 0), (IF, -2), (insn::EXIT, 0)]), [1]);
        assert_eq!(closing(&[(insn::JA, -1)]), [0]);
    }

    #[test]
    fn a_jump_back_to_another_way_closes_none() {
        // 0: if goto 3; 1: move; 2: exit; 3: goto 1
        let program = [(IF, 2), (MOVE, 0), (insn::EXIT, 0), (insn::JA, -3)];
        assert_eq!(closing(&program), [0; 0]);
    }

    #[test]
    fn a_loop_that_nothing_reaches_is_none() {
        assert_eq!(closing(&[(insn::EXIT, 0), (insn::JA, -1)]), [0; 0]);
    }
}
