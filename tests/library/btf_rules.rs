//! The rule checker against the running kernel: on every recorded row, and on generated blobs.
//!
//! `tests/btf/kernel-rules.txt` holds what a 6.18 kernel said to each row. Each row is built anew here, given to
//! BPF_BTF_LOAD and to the checker; the three must agree.

mod rows;

use crate::support::btf_load;
use bpf_linker::internals::plan::Endian;
use btf::{
    Array, Btf, Composite, Datasec, DeclTag, Enum, FuncProto, FwdKind, Int, Kind, Linkage, Member,
    Param, SecEntry, StrOff, TypeId, Variant,
    rules::{self, Kernel},
};

const RECORD: &str = include_str!("../btf/kernel-rules.txt");

fn recorded() -> impl Iterator<Item = (&'static str, &'static str)> {
    RECORD.lines().map(|line| {
        let (name, rest) = line.split_at(35);
        (name.trim_end(), rest.split_whitespace().next().expect("a row has a verdict"))
    })
}

#[test]
fn every_row_gets_the_recorded_verdict_from_kernel_and_checker() {
    let mut rows = 0;
    let mut faults = Vec::new();
    for (name, verdict) in recorded() {
        let btf = rows::build(name);
        let kernel = btf_load::load(&btf.encode().expect("a row is small"));
        let checker = rules::violations(&btf, Kernel::NEWEST);
        let fits = verdict == "ok";
        if kernel.is_ok() != fits || checker.is_empty() != fits {
            faults.push(format!(
                "{name}: recorded {verdict}, kernel {kernel:?}, checker {checker:?}"
            ));
        }
        rows += 1;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(rows, 91, "the record lost or gained rows");
}

#[test]
fn the_running_kernels_own_btf_breaks_no_rule() {
    let bytes = std::fs::read("/sys/kernel/btf/vmlinux").expect("a kernel with BTF is running");
    let btf = Btf::decode(&bytes).expect("well-formed");
    let found = rules::violations(&btf, Kernel::NEWEST);
    assert!(found.is_empty(), "{}", found[0]);
}

#[test]
fn kernel_and_checker_agree_on_generated_types() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut accepted = 0;
    for round in 0..20_000 {
        let btf = random.btf();
        let bytes = btf.encode().expect("a handful of types");
        assert_eq!(Btf::decode(&bytes).as_ref(), Ok(&btf), "round {round}");
        let kernel = btf_load::load(&bytes);
        let checker = rules::violations(&btf, Kernel::NEWEST);
        if kernel.is_ok() && stricter(&checker) {
            continue;
        }
        assert_eq!(
            kernel.is_ok(),
            checker.is_empty(),
            "round {round}: {kernel:?}\n{checker:?}\n{btf:?}"
        );
        accepted += usize::from(kernel.is_ok());
    }
    assert!(
        accepted > 1_000,
        "only {accepted} blobs were fit to be accepted: the generator is too wild"
    );
}

/// The two points where the checker is stricter on purpose (see `rules/resolve.rs`).
fn stricter(found: &[rules::Violation]) -> bool {
    let points = ["an array of what has no size", "an entry smaller than its variable"];
    found.iter().any(|violation| points.contains(&violation.rule.fact))
}

/// A generator of small type graphs, mostly sound: splitmix64, so that a failure repeats.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn one_in(&mut self, chance: usize) -> bool {
        self.below(chance) == 0
    }

    fn btf(&mut self) -> Btf {
        let mut btf = Btf::new(Endian::HOST);
        let (int, char) = (btf.strings.intern(b"int"), btf.strings.intern(b"char"));
        btf.push(int, Kind::Int(Int { size: 4, encoding: 1, offset: 0, bits: 32 }));
        btf.push(char, Kind::Int(Int { size: 1, encoding: 0, offset: 0, bits: 8 }));
        let count = 1 + self.below(6);
        for _ in 0..count {
            let kind = self.kind(count + 2);
            let name = self.name(&mut btf, &kind);
            btf.push(name, kind);
        }
        let names = [b"a".as_slice(), b"", b"x y"].map(|name| btf.strings.intern(name));
        for ty in &mut btf.types[2..] {
            self.rename_parts(&mut ty.kind, &names);
        }
        btf
    }

    fn name(&mut self, btf: &mut Btf, kind: &Kind) -> StrOff {
        let anonymous = matches!(
            kind,
            Kind::Ptr(_)
                | Kind::Const(_)
                | Kind::Volatile(_)
                | Kind::Restrict(_)
                | Kind::Array(_)
                | Kind::FuncProto(_)
        );
        let usual: &[u8] = if anonymous { b"" } else { b"name" };
        let odd: &[&[u8]] = &[b"", b"a.b", b"1x", b"a::b", b"raw_tp/x", b"\xe9t\xe9", b"_"];
        let name = if self.one_in(25) { self.pick(odd) } else { usual };
        btf.strings.intern(name)
    }

    fn rename_parts(&mut self, kind: &mut Kind, names: &[StrOff; 3]) {
        let mut name = || if self.one_in(20) { self.pick(names) } else { names[0] };
        match kind {
            Kind::Struct(it) | Kind::Union(it) => {
                it.members.iter_mut().for_each(|part| part.name = name())
            }
            Kind::Enum(it) | Kind::Enum64(it) => {
                it.variants.iter_mut().for_each(|part| part.name = name())
            }
            Kind::FuncProto(it) => it.params.iter_mut().for_each(|part| part.name = name()),
            _ => {}
        }
    }

    fn id(&mut self, last: usize) -> TypeId {
        TypeId(if self.one_in(12) { 0 } else { 1 + self.below(last) } as u32)
    }

    fn kind(&mut self, last: usize) -> Kind {
        let target = self.id(last);
        match self.below(22) {
            0 => Kind::Int(Int {
                size: self.pick(&[0, 1, 2, 4, 8, 16, 32]),
                encoding: self.pick(&[0, 0, 1, 2, 4, 3]),
                offset: self.pick(&[0, 0, 0, 4]),
                bits: self.pick(&[0, 1, 8, 16, 32, 64, 128]),
            }),
            1..=3 => Kind::Ptr(target),
            4 | 5 => Kind::Array(Array {
                elem: target,
                index: if self.one_in(8) { self.id(last) } else { TypeId(1) },
                len: self.pick(&[0, 1, 3, 1 << 30]),
            }),
            6..=8 => Kind::Struct(self.composite(last)),
            9 => {
                let mut it = self.composite(last);
                it.members.iter_mut().for_each(|member| member.offset = 0);
                Kind::Union(it)
            }
            10 => Kind::Enum(self.enumeration()),
            11 => Kind::Fwd(self.pick(&[FwdKind::Struct, FwdKind::Union])),
            12 => Kind::Typedef(target),
            13 => self.pick(&[Kind::Const as fn(TypeId) -> Kind, Kind::Volatile, Kind::Restrict])(
                target,
            ),
            14 => Kind::Func { proto: target, linkage: self.linkage() },
            15 => Kind::FuncProto(FuncProto {
                ret: target,
                params: (0..self.below(3))
                    .map(|_| Param { name: StrOff::EMPTY, ty: self.id(last) })
                    .collect(),
            }),
            16 => Kind::Var { ty: target, linkage: self.linkage() },
            17 => Kind::Datasec(self.section(last)),
            18 => Kind::Float(self.pick(&[2, 4, 8, 12, 16, 3])),
            19 => Kind::DeclTag(DeclTag {
                ty: target,
                component: self.pick(&[-1, -1, 0, 1, -2]),
                attribute: false,
            }),
            20 => Kind::TypeTag { ty: target, attribute: false },
            _ => Kind::Enum64(self.enumeration()),
        }
    }

    fn linkage(&mut self) -> Linkage {
        if self.one_in(10) {
            Linkage::Extern
        } else {
            self.pick(&[Linkage::Static, Linkage::Global])
        }
    }

    fn composite(&mut self, last: usize) -> Composite {
        let bitfields = self.one_in(3);
        let mut offset = 0;
        let members = (0..self.below(4)).map(|_| {
            let step = if self.one_in(6) { self.pick(&[3, 5, 33]) } else { 64 };
            let width = if bitfields && self.one_in(2) { self.pick(&[1, 5, 8, 32, 40]) } else { 0 };
            let member = Member { name: StrOff::EMPTY, ty: self.id(last), offset, width };
            offset += step;
            member
        });
        let members = members.collect();
        Composite { size: self.pick(&[64, 64, 16, 8, 4, 0]), bitfields, members }
    }

    fn enumeration(&mut self) -> Enum {
        let variants =
            (0..self.below(3)).map(|value| Variant { name: StrOff::EMPTY, value: value as u64 });
        let variants = variants.collect();
        Enum { size: self.pick(&[1, 2, 4, 8, 4, 3, 16]), signed: self.one_in(2), variants }
    }

    fn section(&mut self, last: usize) -> Datasec {
        let mut offset = 0;
        let entries = (0..self.below(3)).map(|_| {
            let entry = SecEntry { ty: self.id(last), offset, size: self.pick(&[8, 64, 4, 0]) };
            offset += if self.one_in(8) { 2 } else { 64 };
            entry
        });
        let entries = entries.collect();
        Datasec { size: self.pick(&[128, 128, 64, 0]), entries }
    }
}
