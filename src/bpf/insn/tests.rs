use super::*;

/// `if w1 s< 7 goto -3`, `r2 = map[..] ll`, `*(u16 *)(r10 - 24) = r3`, `exit`.
const LITTLE: [[u8; 8]; 5] = [
    [0xc6, 0x01, 0xfd, 0xff, 0x07, 0, 0, 0],
    [0x18, 0x12, 0, 0, 0x44, 0x33, 0x22, 0x11],
    [0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55],
    [0x6b, 0x3a, 0xe8, 0xff, 0, 0, 0, 0],
    [0x95, 0, 0, 0, 0, 0, 0, 0],
];
const BIG: [[u8; 8]; 5] = [
    [0xc6, 0x10, 0xff, 0xfd, 0, 0, 0, 0x07],
    [0x18, 0x21, 0, 0, 0x11, 0x22, 0x33, 0x44],
    [0, 0, 0, 0, 0x55, 0x66, 0x77, 0x88],
    [0x6b, 0xa3, 0xff, 0xe8, 0, 0, 0, 0],
    [0x95, 0, 0, 0, 0, 0, 0, 0],
];

fn insn(code: u8) -> Insn {
    Insn { slot: 0, code, destination: 0, source: 0, offset: 0, immediate: 0, upper: 0 }
}

#[test]
fn both_byte_orders_agree() {
    let little: Vec<_> = decode(LITTLE.as_flattened(), Endian::Little).collect();
    assert_eq!(little, decode(BIG.as_flattened(), Endian::Big).collect::<Vec<_>>());
    let [jump, load, store, exit] = little[..] else { panic!("{little:?}") };
    assert_eq!((jump.destination, jump.immediate, jump.jump_target()), (1, 7, Some(-2)));
    assert!(jump.is_backward_jump());
    assert_eq!((load.slot, load.slots(), load.destination, load.source), (1, 2, 2, 1));
    assert_eq!((load.immediate, load.upper), (0x1122_3344, 0x5566_7788));
    assert_eq!((store.slot, store.destination, store.source, store.offset), (3, 10, 3, -24));
    assert_eq!(store.access(), Some(2));
    assert_eq!((exit.code, exit.jump_target(), exit.is_call()), (EXIT, None, false));
}

#[test]
fn encoding_undoes_decoding() {
    for (bytes, endian) in [(&LITTLE, Endian::Little), (&BIG, Endian::Big)] {
        for insn in decode(bytes.as_flattened(), endian) {
            let slot = usize::try_from(insn.slot).expect("a small number");
            assert_eq!(insn.encode(endian), bytes[slot]);
        }
    }
}

#[test]
fn what_is_cut_off_is_left_out() {
    let insns: Vec<_> = decode(&LITTLE.as_flattened()[..16], Endian::Little).collect();
    assert_eq!(insns.len(), 2);
    assert_eq!(insns[1].upper, 0);
    assert_eq!(decode(&[0x95; 7], Endian::Little).count(), 0);
}

#[test]
fn every_instruction_has_its_level() {
    let atomic = |immediate| Insn { immediate, ..insn(0xdb) };
    let with = |code, offset| Insn { offset, ..insn(code) };
    for (insn, level) in [
        (insn(0xbf), Some(Level::V1)),
        (insn(0xb4), Some(Level::V3)),
        (insn(0xdc), Some(Level::V1)),
        (insn(0xd7), Some(Level::V4)),
        (with(0xbf, 32), Some(Level::V4)),
        (with(0xbc, 8), Some(Level::V4)),
        (with(0xbc, 32), None),
        (with(0x3f, 1), Some(Level::V4)),
        (with(0x9c, 1), Some(Level::V4)),
        (with(0x0f, 1), None),
        (insn(0xad), Some(Level::V2)),
        (insn(0x1d), Some(Level::V1)),
        (insn(0x16), Some(Level::V3)),
        (insn(JA32), Some(Level::V4)),
        (insn(0x86), None),
        (insn(0xe5), Some(Level::V4)),
        (insn(CALL), Some(Level::V1)),
        (insn(0x91), Some(Level::V4)),
        (insn(0x99), None),
        (insn(0x79), Some(Level::V1)),
        (atomic(0), Some(Level::V1)),
        (atomic(0xf1), Some(Level::V3)),
        (atomic(0x110), Some(Level::V4)),
        (atomic(0x77), None),
        (insn(0xe7), None),
        (insn(0x00), None),
    ] {
        assert_eq!(insn.level(), level, "{insn:?}");
    }
}
