//! Properties of merging random types: nothing is lost, nothing depends on chance, and nothing panics.

use std::collections::BTreeMap;

use super::{Moved, Part, Symbols, UNDEFINED, defined, merge, place, symbols};
use crate::{
    Array, Btf, Composite, CoreRelo, Datasec, DeclTag, Endian, Enum, Ext, FuncInfo, FuncProto,
    FwdKind, Info, Int, Kind, LineInfo, Linkage, Member, Param, SecEntry, SecTable, StrOff, TypeId,
    Variant, rules::kind_word, walk,
};

/// Numbers that look random and are the same in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 >> 33).expect("31 bits") % end.max(1)
    }
}

/// The types to draw.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Draw {
    /// References are in range; no forward declarations, whose resolution changes types.
    Sound,
    /// Anything that the types of Rust can hold.
    Hostile,
}

const NAMES: [&str; 6] = ["", "a", "b", "c", "int", ".data"];

fn part(chance: &mut Chance, draw: Draw) -> Part {
    let mut btf = Btf::new(Endian::Little);
    let names = NAMES.map(|name| btf.strings.intern(name.as_bytes()));
    let count = 1 + chance.below(24);
    for _ in 0..count {
        let (name, kind) = random_type(chance, draw, count, &names);
        btf.push(name, kind);
    }
    let section = names[5];
    let reach = if draw == Draw::Sound { count + 1 } else { count * 3 };
    let ty = |chance: &mut Chance| TypeId(chance.below(reach));
    let functions = (0..4).map(|at| FuncInfo { insn_off: at * 8, ty: ty(chance) }).collect();
    let relos = (0..4)
        .map(|at| CoreRelo { insn_off: at * 8, ty: ty(chance), access: names[1], kind: 0 })
        .collect();
    let lines = (0..4)
        .map(|at| LineInfo { insn_off: at * 8, file: names[2], text: StrOff(at * 7), line_col: at })
        .collect();
    let ext = Ext {
        func_info: vec![SecTable { section, records: functions }],
        line_info: vec![SecTable { section, records: lines }],
        core_relos: vec![SecTable { section, records: relos }],
        tail: Vec::new(),
    };
    let ranges = vec![
        Moved { from: 0..16, to: Some(place(".data", chance.below(64).into())) },
        Moved { from: 16..24, to: None },
        Moved { from: 24..64, to: Some(place("other", 0)) },
    ];
    let sections = BTreeMap::from([(".data".to_owned(), ranges)]);
    let definitions =
        BTreeMap::from([("a".to_owned(), place(".data", 0)), ("b".to_owned(), place(".data", 8))]);
    Part { info: Info { btf, ext: Some(ext) }, name: "part".to_owned(), sections, definitions }
}

fn random_type(chance: &mut Chance, draw: Draw, count: u32, names: &[StrOff]) -> (StrOff, Kind) {
    let reach = if draw == Draw::Sound { count + 1 } else { count * 2 + 2 };
    let mut name = names[chance.below(5) as usize];
    if draw == Draw::Hostile && chance.below(8) == 0 {
        name = StrOff(chance.below(1000));
    }
    let linkages = [Linkage::Static, Linkage::Global, Linkage::Extern, Linkage::Unknown(7)];
    let linkage = linkages[chance.below(if draw == Draw::Sound { 1 } else { 4 }) as usize];
    let ty = TypeId(chance.below(reach));
    let list = 0..chance.below(4);
    let kind = match chance.below(if draw == Draw::Sound { 14 } else { 18 }) {
        0 => Kind::Int(Int { size: 4, encoding: 0, offset: 0, bits: 32 }),
        1 | 2 => Kind::Ptr(ty),
        3 => Kind::Array(Array {
            elem: ty,
            index: TypeId(chance.below(reach)),
            len: chance.below(3),
        }),
        4..=6 => {
            let members = list.map(|at| Member {
                name: names[at as usize],
                ty: TypeId(chance.below(reach)),
                offset: at * 32,
                width: 0,
            });
            Kind::Struct(Composite { size: 16, bitfields: false, members: members.collect() })
        }
        7 => Kind::Typedef(ty),
        8 => Kind::Const(ty),
        9 => Kind::Float(8),
        10 | 11 => {
            let params =
                list.map(|at| Param { name: names[at as usize], ty: TypeId(chance.below(reach)) });
            Kind::FuncProto(FuncProto { ret: ty, params: params.collect() })
        }
        12 => Kind::Func { proto: ty, linkage },
        13 => Kind::TypeTag { ty, attribute: false },
        14 => Kind::Var { ty, linkage },
        15 => Kind::Fwd(FwdKind::Struct),
        16 => Kind::DeclTag(DeclTag { ty, component: -1, attribute: false }),
        _ if chance.below(2) == 0 => {
            let value = u64::from(chance.below(2));
            let variants = vec![Variant { name: names[1], value }; chance.below(2) as usize];
            Kind::Enum(Enum { size: 4, signed: false, variants })
        }
        _ => {
            name = names[5];
            let entries = list.map(|at| SecEntry {
                ty: TypeId(chance.below(reach)),
                offset: at * 8,
                size: 4,
            });
            Kind::Datasec(Datasec { size: 0, entries: entries.collect() })
        }
    };
    (name, kind)
}

/// Writes a type with all that it refers to, down to some depth.
fn unfold(btf: &Btf, id: TypeId, depth: usize) -> String {
    let Some(ty) = btf.get(id) else { return "void".to_owned() };
    let mut bare = ty.clone();
    let mut names = Vec::new();
    walk::names(ty, |name| names.push(btf.strings.text(name).into_owned()));
    walk::names_mut(&mut bare, |name| *name = StrOff::EMPTY);
    let mut inner = Vec::new();
    walk::refs_mut(&mut bare, |id| {
        inner.push(if depth == 0 { String::new() } else { unfold(btf, *id, depth - 1) });
        *id = TypeId::VOID;
    });
    format!("{} {names:?} {bare:?} {inner:?}", kind_word(&ty.kind))
}

#[test]
fn every_type_keeps_its_meaning() {
    let mut chance = Chance(0x1234_5678_9abc_def1);
    for _ in 0..200 {
        let parts: Vec<Part> = (0..3).map(|_| part(&mut chance, Draw::Sound)).collect();
        let merged = merge(parts.clone(), &Symbols::default()).expect("no globals, no conflicts");
        for (part, types) in parts.iter().zip(&merged.types) {
            for (id, ty) in part.info.btf.iter() {
                // A function whose code is dropped has no counterpart.
                if !matches!(ty.kind, Kind::Func { .. }) {
                    let new = types[id.0 as usize];
                    let before = unfold(&part.info.btf, id, 3);
                    assert!(before.contains("FUNC ") || before == unfold(&merged.info.btf, new, 3));
                }
            }
        }
        let whole = Part {
            info: Info { btf: merged.info.btf.clone(), ext: None },
            name: "merged.o".to_owned(),
            sections: BTreeMap::new(),
            definitions: BTreeMap::new(),
        };
        let again = merge([whole], &Symbols::default()).expect("no conflicts");
        assert_eq!(again.info.btf.to_string(), merged.info.btf.to_string());
    }
}

#[test]
fn hostile_parts_neither_panic_nor_give_dangling_numbers() {
    let mut chance = Chance(0xfeed_5678_9abc_def1);
    let globals = [("a", defined(0, ".data", 0)), ("b", UNDEFINED), ("c", defined(9, "other", 4))];
    let symbols = symbols(&globals, &[(".data", 64)]);
    let mut conflicts = 0;
    for _ in 0..500 {
        let parts: Vec<Part> = (0..3).map(|_| part(&mut chance, Draw::Hostile)).collect();
        let merged = merge(parts.clone(), &symbols);
        assert_eq!(merged, merge(parts, &symbols), "the same input gives the same output");
        let Ok(merged) = merged else {
            conflicts += 1;
            continue;
        };
        let (btf, ext) = merged.info.encode().expect("it is small");
        assert_eq!(Info::decode(&btf, ext.as_deref()), Ok(merged.info));
    }
    assert!(conflicts > 0 && conflicts < 490, "{conflicts} of 500 disagree");
}

#[test]
fn long_chains_and_rings_end() {
    let mut btf = Btf::new(Endian::Little);
    for next in 2..=20_000 {
        btf.push(StrOff::EMPTY, Kind::Typedef(TypeId(next)));
    }
    btf.push(StrOff::EMPTY, Kind::Typedef(TypeId(1)));
    let name = btf.strings.intern(b"b");
    btf.push(name, Kind::Var { ty: TypeId(1), linkage: Linkage::Extern });
    let part = Part {
        info: Info { btf, ext: None },
        name: "ring.o".to_owned(),
        sections: BTreeMap::new(),
        definitions: BTreeMap::new(),
    };
    let symbols = symbols(&[("b", UNDEFINED)], &[]);
    let merged = merge([part.clone(), part], &symbols).expect("equal rings agree");
    assert!(merged.info.btf.types.len() < 20_010);
}
