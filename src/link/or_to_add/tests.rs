use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{ADD, OR, flow};
use crate::{
    bpf::{
        insn::{self, INSN_SIZE, Insn},
        target::Endian,
    },
    elf::{Contents, Section},
};

const MOV: u8 = 0xbf;
const ADD_NUMBER: u8 = 0x07;
const AND_NUMBER: u8 = 0x57;
const SHIFT_LEFT: u8 = 0x67;
const LOAD_BYTE: u8 = 0x71;
const EXIT: u8 = 0x95;

fn insn(code: u8, destination: u8, source: u8, immediate: i32) -> Insn {
    Insn { slot: 0, code, destination, source, offset: 0, immediate, upper: 0 }
}

fn placed(insns: &[Insn]) -> Vec<Insn> {
    (0..).zip(insns).map(|(slot, insn)| Insn { slot, ..*insn }).collect()
}

/// Returns true if the or of `r2` and `r1` before the exit is a sum, after these instructions.
fn is_sum(before: &[Insn]) -> bool {
    is_sum_if_changed(before, &[])
}

fn is_sum_if_changed(before: &[Insn], changed: &[u64]) -> bool {
    let insns = placed(&[before, &[insn(OR, 2, 1, 0), insn(EXIT, 0, 0, 0)]].concat());
    let changed: BTreeSet<u64> = changed.iter().copied().collect();
    let mut is_sum = None;
    let at = before.len() as u64;
    assert!(flow::visit(&insns, [0].into_iter(), &changed, |insn, state| {
        if insn.slot == at {
            is_sum = Some(super::is_framed_sum(state.of(2), state.of(1)));
        }
    }));
    is_sum.expect("a path leads there")
}

/// Returns `r2 = r10; r2 += offset`.
fn address(offset: i32) -> [Insn; 2] {
    [insn(MOV, 2, 10, 0), insn(ADD_NUMBER, 2, 0, offset)]
}

#[test]
fn an_index_below_the_alignment_is_added() {
    let [copy, down] = address(-8);
    assert!(is_sum(&[insn(AND_NUMBER, 1, 0, 7), copy, down]));
    // A byte, shifted: one of four pairs.
    let pair = [insn(AND_NUMBER, 1, 0, 3), insn(SHIFT_LEFT, 1, 0, 1)];
    assert!(is_sum(&[pair[0], pair[1], copy, down]));
    // The address is in the source; the other operand is a constant.
    let turned = [insn(MOV, 1, 10, 0), insn(ADD_NUMBER, 1, 0, -16), insn(0xb7, 2, 0, 5)];
    assert!(is_sum(&turned));
    // An or before it preserves the low bits that are 0.
    let halves = [insn(AND_NUMBER, 1, 0, 3), insn(AND_NUMBER, 3, 0, 4), insn(OR, 2, 3, 0)];
    assert!(is_sum(&[halves[0], halves[1], copy, down, halves[2]]));
}

#[test]
fn what_may_share_a_bit_stays() {
    let [copy, down] = address(-8);
    assert!(!is_sum(&[copy, down]), "the index is not known");
    assert!(!is_sum(&[insn(AND_NUMBER, 1, 0, 15), copy, down]), "8 bytes are all a frame promises");
    let [copy, odd] = address(-4);
    assert!(!is_sum(&[insn(AND_NUMBER, 1, 0, 7), copy, odd]), "the address is a multiple of 4");
    let byte = Insn { offset: -16, ..insn(LOAD_BYTE, 1, 10, 0) };
    assert!(!is_sum(&[byte, copy, down]));
}

#[test]
fn numbers_stay() {
    let disjoint = [insn(AND_NUMBER, 1, 0, 7), insn(AND_NUMBER, 2, 0, 8)];
    assert!(!is_sum(&disjoint));
    let sum = [insn(AND_NUMBER, 1, 0, 7), insn(MOV, 2, 6, 0), insn(SHIFT_LEFT, 2, 0, 3)];
    assert!(!is_sum(&sum));
}

#[test]
fn every_path_counts() {
    let [copy, down] = address(-8);
    let skip = |over: i16| Insn { offset: over, ..insn(0x15, 6, 0, 0) };
    // The mask is on one path only.
    assert!(!is_sum(&[copy, down, skip(1), insn(AND_NUMBER, 1, 0, 7)]));
    // Masks on both paths, of which the wider one counts.
    let join = |mask| {
        [
            skip(2),
            insn(AND_NUMBER, 1, 0, 1),
            Insn { offset: 1, ..insn(0x05, 0, 0, 0) },
            insn(AND_NUMBER, 1, 0, mask),
        ]
    };
    assert!(is_sum(&[&[copy, down], &join(7)[..]].concat()));
    assert!(!is_sum(&[&[copy, down], &join(8 + 7)[..]].concat()));
    // A loop that counts up: `r1 += 1; if r6 == 0 goto -2`.
    let again = Insn { offset: -2, ..insn(0x15, 6, 0, 0) };
    assert!(!is_sum(&[copy, down, insn(0xb7, 1, 0, 0), insn(ADD_NUMBER, 1, 0, 1), again]));
}

#[test]
fn what_is_written_later_is_not_known() {
    let [copy, down] = address(-8);
    let masked = [insn(AND_NUMBER, 1, 0, 7), copy, down];
    assert!(is_sum_if_changed(&masked, &[9]));
    assert!(!is_sum_if_changed(&masked, &[0]), "a loader writes the mask");
    assert!(!is_sum_if_changed(&masked, &[2]), "a loader writes the offset");
}

#[test]
fn a_call_leaves_the_saved_registers_only() {
    let [copy, down] = address(-8);
    let call = insn(insn::CALL, 0, 0, 7);
    let index = insn(AND_NUMBER, 1, 0, 7);
    assert!(!is_sum(&[index, copy, down, call]));
    let saved = [insn(AND_NUMBER, 6, 0, 7), call, copy, down, insn(MOV, 1, 6, 0)];
    assert!(is_sum(&saved));
}

fn is_known(insns: &[Insn]) -> bool {
    flow::visit(insns, [0].into_iter(), &BTreeSet::new(), |_, _| {})
}

#[test]
fn a_path_that_leads_elsewhere_says_nothing() {
    let away = placed(&[Insn { offset: 7, ..insn(0x15, 6, 0, 0) }, insn(EXIT, 0, 0, 0)]);
    assert!(!is_known(&away));
    let open = placed(&[insn(MOV, 2, 10, 0)]);
    assert!(!is_known(&open));
    let indirect = placed(&[insn(0x0d, 1, 0, 0), insn(EXIT, 0, 0, 0)]);
    assert!(!is_known(&indirect));
}

#[test]
fn only_the_opcode_is_written() {
    for endian in [Endian::Little, Endian::Big] {
        let or = Insn { slot: 1, ..insn(OR, 2, 1, 0) };
        let bytes = [insn(MOV, 2, 10, 0), or, insn(EXIT, 0, 0, 0)].map(|insn| insn.encode(endian));
        let mut section = Section {
            name: "xdp".to_owned(),
            kind: 1,
            flags: 6,
            align: 8,
            entry_size: 0,
            contents: Contents::Bytes(bytes.concat()),
            relocations: Vec::new(),
        };
        assert!(super::put(&mut section, or, endian));
        let written: Vec<Insn> = insn::decode(section.bytes(), endian).collect();
        assert_eq!(written[1], Insn { code: ADD, ..or });
        assert_eq!(section.bytes().len() as u64, 3 * INSN_SIZE);
        assert!(!super::put(&mut section, Insn { slot: 3, ..or }, endian), "beyond the end");
    }
}

/// Generates arithmetic of both widths, with numbers and registers, and jumps over the next few instructions.
fn any_insn() -> impl Strategy<Value = Insn> {
    let operation =
        prop::sample::select(&[0x0_u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xa, 0xb, 0xc, 0xd][..]);
    let immediate = prop_oneof![0..32_i32, 0..64_i32, any::<i32>(), Just(16), Just(-8)];
    let numbers = (operation, 0..4_u8, any::<bool>(), 0..5_u8, 0..5_u8, immediate, 1..4_i16);
    numbers.prop_map(|(operation, kind, from_register, destination, source, immediate, over)| {
        let class = if kind == 0 { 0x04 } else { 0x07 };
        let code = operation << 4 | u8::from(from_register) << 3 | class;
        if kind == 3 {
            // `if dst > imm`, or for the other operation `if dst == src`.
            return Insn {
                offset: over,
                ..insn(if from_register { 0x1d } else { 0x25 }, destination, source, immediate)
            };
        }
        match operation {
            0xd => insn(
                if from_register { 0xdc } else { 0xd4 },
                destination,
                0,
                [16, 32, 64][usize::from(source % 3)],
            ),
            // Negation has no operand; a shift by a number stays within the width.
            8 => insn(0x80 | class, destination, 0, 0),
            6 | 7 | 0xc => {
                insn(code, destination, source, immediate & if kind == 0 { 31 } else { 63 })
            }
            // rbpf keeps the upper half of a remainder by 0.
            9 if from_register && kind == 0 => insn(0x3c, destination, source, 0),
            // Division by the immediate 0 is not a valid program.
            3 | 9 if !from_register && immediate == 0 => insn(code, destination, source, 3),
            _ => insn(code, destination, source, immediate),
        }
    })
}

proptest! {
    /// Bits that the analysis reports as 0 are 0, on whatever path a run takes.
    #[test]
    fn what_is_known_holds(
        starts in prop::array::uniform5(any::<u64>()),
        middle in prop::collection::vec(any_insn(), 1..24),
        asked in 0..5_u8,
    ) {
        // Jumps end before the last move.
        let length = middle.len();
        let middle = middle.into_iter().enumerate().map(|(index, insn)| Insn {
            offset: if insn.offset == 0 { 0 } else { insn.offset.min((length - index - 1).try_into().unwrap()) },
            ..insn
        });
        let mut slots = 0;
        let mut insns = Vec::new();
        for (register, start) in (0..).zip(starts) {
            let [low, high] = [start, start >> 32].map(|half| (half as u32).cast_signed());
            insns.push(Insn { slot: slots, upper: high, ..insn(insn::LDIMM64, register, 0, low) });
            slots += 2;
        }
        for one in middle.chain([insn(MOV, 0, asked, 0), insn(EXIT, 0, 0, 0)]) {
            insns.push(Insn { slot: slots, ..one });
            slots += 1;
        }
        // The analysis does not know the initial registers.
        let changed: BTreeSet<u64> = (0..5).map(|index| index * 2).collect();
        let mut known = None;
        let is_known = flow::visit(&insns, [0].into_iter(), &changed, |_, state| known = Some(state.of(0)));
        prop_assert!(is_known);
        // The state of the last instruction, which is visited last.
        let known = known.unwrap();

        let bytes: Vec<u8> = insns.iter().flat_map(|insn| {
            let second = Insn { code: 0, destination: 0, immediate: insn.upper, ..*insn };
            let slots = usize::try_from(insn.slots()).unwrap();
            [insn.encode(Endian::Little), second.encode(Endian::Little)].into_iter().take(slots)
        }).flatten().collect();
        let returned = rbpf::EbpfVmNoData::new(Some(&bytes)).unwrap().execute_program().unwrap();
        prop_assert!(known.admits(returned), "{returned:#x} {known:?}");
    }
}
