//! The rows of `kernel-rules.txt`, built anew. Ids count from 1 in the order of pushing.

use bpf_linker::internals::plan::Endian;
use btf::{
    Array, Btf, Composite, Datasec, DeclTag, Enum, FuncProto, FwdKind, Int, Kind, Linkage, Member,
    Param, SecEntry, TypeId, Variant,
};

/// The BTF of the row called `name`.
///
/// # Panics
/// There is no such row.
pub fn build(name: &str) -> Btf {
    let mut row = Row(Btf::new(Endian::HOST));
    let kind = name.split(' ').next().unwrap_or_default();
    match kind {
        "baseline" | "INT" | "FLOAT" => row.number(name),
        "PTR" | "CONST" | "TYPEDEF" | "FWD" | "TYPE_TAG" | "DECL_TAG" => row.reference(name),
        "STRUCT" | "UNION" | "dup" => row.composite(name),
        "ARRAY" | "ENUM" | "ENUM64" => row.array_or_enum(name),
        "VAR" | "DATASEC" => row.variable(name),
        _ => row.function(name),
    }
    row.0
}

struct Row(Btf);

impl Row {
    fn push(&mut self, name: &str, kind: Kind) -> TypeId {
        let name = self.0.strings.intern(name.as_bytes());
        self.0.push(name, kind)
    }

    fn int(&mut self, name: &str, size: u32, bits: u8) -> TypeId {
        self.push(name, Kind::Int(Int { size, encoding: 0, offset: 0, bits }))
    }

    fn u32(&mut self) -> TypeId {
        self.int("u32", 4, 32)
    }

    fn members(&mut self, size: u32, members: &[(&str, u32, u32)]) -> Composite {
        let members = members.iter().map(|&(name, ty, offset)| Member {
            name: self.0.strings.intern(name.as_bytes()),
            ty: TypeId(ty),
            offset,
            width: 0,
        });
        Composite { size, bitfields: false, members: members.collect() }
    }

    fn record(&mut self, name: &str, size: u32, members: &[(&str, u32, u32)]) {
        let members = self.members(size, members);
        self.push(name, Kind::Struct(members));
    }

    fn number(&mut self, row: &str) {
        match row {
            "baseline" => self.u32(),
            "INT name with space" => self.int("unsigned int", 4, 32),
            "INT name \"()\" size 0 nr_bits 0" => self.int("()", 0, 0),
            "INT name unit size 0" => self.int("unit", 0, 0),
            "INT name \"!\"" => self.int("!", 0, 0),
            "INT empty name" => self.int("", 4, 32),
            "INT 128 bit" => self.int("u128", 16, 128),
            // The field for bits is a byte: 256 is 0 there.
            "INT 256 bit" => self.int("u256", 32, 0),
            "FLOAT f32" => self.push("f32", Kind::Float(4)),
            "FLOAT f16 (2)" => self.push("f16", Kind::Float(2)),
            "FLOAT f128 (16)" => self.push("f128", Kind::Float(16)),
            other => panic!("no builder for row `{other}`"),
        };
    }

    fn reference(&mut self, row: &str) {
        let int = self.u32();
        match row {
            "PTR named" => self.push("*const u32", Kind::Ptr(int)),
            "PTR anon" => self.push("", Kind::Ptr(int)),
            "PTR named valid ident" => self.push("p", Kind::Ptr(int)),
            "FWD \"dyn Tr\"" => self.push("dyn Tr", Kind::Fwd(FwdKind::Struct)),
            "FWD ok" => self.push("Tr", Kind::Fwd(FwdKind::Struct)),
            "TYPEDEF a::b" => self.push("a::b", Kind::Typedef(int)),
            "TYPEDEF ok" => self.push("b", Kind::Typedef(int)),
            "CONST named" => self.push("c", Kind::Const(int)),
            "CONST void / PTR void" => {
                let void = self.push("", Kind::Const(TypeId::VOID));
                self.push("", Kind::Ptr(TypeId::VOID));
                self.push("", Kind::Ptr(void))
            }
            "DECL_TAG any text" => self
                .push("a b:c", Kind::DeclTag(DeclTag { ty: int, component: -1, attribute: false })),
            "TYPE_TAG text" => {
                let tag = self.push("a b:c", Kind::TypeTag { ty: int, attribute: false });
                self.push("", Kind::Ptr(tag))
            }
            other => panic!("no builder for row `{other}`"),
        };
    }

    fn composite(&mut self, row: &str) {
        self.u32();
        let one = [("a", 1, 0)];
        match row {
            "STRUCT Gen<u32>" => self.record("Gen<u32>", 4, &one),
            "STRUCT a::b" => self.record("a::b", 4, &one),
            "STRUCT a.b" => self.record("a.b", 4, &one),
            "STRUCT 0abc" => self.record("0abc", 4, &one),
            "STRUCT utf8 name" => self.record("größe", 4, &one),
            "STRUCT anon" => self.record("", 4, &one),
            "STRUCT 200-char name" => self.record(&"n".repeat(200), 4, &one),
            "STRUCT 128-char name" => self.record(&"n".repeat(128), 4, &one),
            "STRUCT 127-char name" => self.record(&"n".repeat(127), 4, &one),
            "STRUCT 511-char name" => self.record(&"n".repeat(511), 4, &one),
            "STRUCT 512-char name" => self.record(&"n".repeat(512), 4, &one),
            "STRUCT member void" => self.record("s", 4, &[("a", 0, 0)]),
            "STRUCT member \"0\"" => self.record("s", 4, &[("0", 1, 0)]),
            "STRUCT member \"a-b\"" => self.record("s", 4, &[("a-b", 1, 0)]),
            "STRUCT member \"{x#0}\"" => self.record("s", 4, &[("{x#0}", 1, 0)]),
            "STRUCT out of order members" => self.record("s", 8, &[("a", 1, 32), ("b", 1, 0)]),
            "STRUCT overlapping members" => self.record("s", 8, &[("a", 1, 0), ("b", 1, 16)]),
            "STRUCT member beyond size" => self.record("s", 4, &[("a", 1, 32)]),
            "STRUCT zero size, no members" => self.record("s", 0, &[]),
            "STRUCT with ZST member at end" => {
                self.record("z", 0, &[]);
                self.record("s", 4, &[("a", 1, 0), ("z", 2, 32)]);
            }
            "STRUCT anon int member" => self.record("s", 4, &[("", 1, 0)]),
            "STRUCT recursion by value" => self.record("s", 4, &[("a", 2, 0)]),
            "dup STRUCT names" => {
                self.record("s", 4, &one);
                self.record("s", 8, &one);
            }
            "UNION member nonzero off" => {
                let members = self.members(8, &[("a", 1, 32)]);
                self.push("u", Kind::Union(members));
            }
            "UNION size 0 empty" => {
                self.push("u", Kind::Union(Composite::default()));
            }
            other => panic!("no builder for row `{other}`"),
        }
    }

    fn array_or_enum(&mut self, row: &str) {
        let int = self.u32();
        let array = |elem, len| Kind::Array(Array { elem, index: int, len });
        match row {
            "ARRAY nelem 0" => self.push("", array(int, 0)),
            "ARRAY of void" => self.push("", array(TypeId::VOID, 1)),
            "ARRAY of ZST" => {
                let zst = self.push("z", Kind::Struct(Composite::default()));
                self.push("", array(zst, 3))
            }
            "ARRAY of INT size 0" => {
                let unit = self.int("()", 0, 0);
                self.push("", array(unit, 4))
            }
            "ENUM size 1" => self.enumeration(Kind::Enum, 1, &["A"]),
            "ENUM size 16" => self.enumeration(Kind::Enum, 16, &["A"]),
            "ENUM vlen 0" => self.enumeration(Kind::Enum, 4, &[]),
            "ENUM variant name \"A<B>\"" => self.enumeration(Kind::Enum, 4, &["A<B>"]),
            "ENUM dup variants" => self.enumeration(Kind::Enum, 4, &["A", "A"]),
            "ENUM64 size 8" => self.enumeration(Kind::Enum64, 8, &["A"]),
            "ENUM64 size 1" => self.enumeration(Kind::Enum64, 1, &["A"]),
            other => panic!("no builder for row `{other}`"),
        };
    }

    fn enumeration(&mut self, kind: fn(Enum) -> Kind, size: u32, names: &[&str]) -> TypeId {
        let variants = names
            .iter()
            .map(|name| Variant { name: self.0.strings.intern(name.as_bytes()), value: 1 })
            .collect();
        self.push("e", kind(Enum { size, signed: false, variants }))
    }

    fn proto(&mut self, ret: u32, params: &[(&str, u32)]) -> TypeId {
        let params = params
            .iter()
            .map(|&(name, ty)| Param {
                name: self.0.strings.intern(name.as_bytes()),
                ty: TypeId(ty),
            })
            .collect();
        self.push("", Kind::FuncProto(FuncProto { ret: TypeId(ret), params }))
    }

    fn func(&mut self, name: &str, linkage: Linkage, params: &[(&str, u32)]) {
        let proto = self.proto(1, params);
        self.push(name, Kind::Func { proto, linkage });
    }

    fn function(&mut self, row: &str) {
        self.u32();
        let (global, one) = (Linkage::Global, [("a", 1)]);
        match row {
            "FUNC_PROTO unnamed args" => _ = self.proto(1, &[("", 1)]),
            "FUNC with unnamed args" => self.func("f", global, &[("", 1)]),
            // Bad in C, but the kernel takes a dot; what it does not take is a generated case of its own.
            "FUNC bad arg name" => self.func("f", global, &[("a.b", 1)]),
            "FUNC arg void type" => self.func("f", global, &[("a", 0)]),
            "FUNC ret struct" => {
                self.record("s", 4, &[("a", 1, 0)]);
                let proto = self.proto(2, &one);
                self.push("f", Kind::Func { proto, linkage: global });
            }
            "FUNC arg struct" => {
                self.record("s", 4, &[("a", 1, 0)]);
                self.func("f", global, &[("a", 2)]);
            }
            "FUNC arg ZST INT" => {
                self.int("()", 0, 0);
                self.func("f", global, &[("a", 2)]);
            }
            "FUNC generic<u32>" => self.func("generic<u32>", global, &one),
            "FUNC a::b" => self.func("a::b", global, &one),
            "FUNC a.b" => self.func("a.b", global, &one),
            "FUNC anon" => self.func("", global, &one),
            "FUNC linkage static/global/extern" => {
                let proto = self.proto(1, &one);
                for (name, linkage) in
                    [("s", Linkage::Static), ("g", global), ("e", Linkage::Extern)]
                {
                    self.push(name, Kind::Func { proto, linkage });
                }
            }
            "duplicate FUNC names" => [0; 2].iter().for_each(|_| self.func("f", global, &one)),
            "duplicate FUNC arg names" => self.func("f", global, &[("a", 1), ("a", 1)]),
            "FUNC_PROTO 6 args" => self.func("f", global, &[("a", 1); 6]),
            other => panic!("no builder for row `{other}`"),
        }
    }

    fn var(&mut self, name: &str, ty: u32, linkage: Linkage) -> u32 {
        self.push(name, Kind::Var { ty: TypeId(ty), linkage }).0
    }

    fn section(&mut self, name: &str, size: u32, entries: &[(u32, u32, u32)]) {
        let entries = entries
            .iter()
            .map(|&(ty, offset, size)| SecEntry { ty: TypeId(ty), offset, size })
            .collect();
        self.push(name, Kind::Datasec(Datasec { size, entries }));
    }

    fn variable(&mut self, row: &str) {
        self.u32();
        let global = Linkage::Global;
        if row.starts_with("DATASEC") {
            return self.section_row(row);
        }
        match row {
            "VAR name a::b" => self.var("a::b", 1, Linkage::Static),
            "VAR name mangled" => self.var("_ZN3foo3bar17h0123456789abcdefE", 1, global),
            "VAR name anon.123.0" => self.var("anon.123.0", 1, Linkage::Static),
            "VAR name with $" => self.var("a$b", 1, Linkage::Static),
            "VAR of void" => self.var("v", 0, Linkage::Static),
            "VAR of ZST" => {
                self.record("z", 0, &[]);
                self.var("v", 2, global)
            }
            "VAR extern" => self.var("v", 1, Linkage::Extern),
            other => panic!("no builder for row `{other}`"),
        };
    }

    fn section_row(&mut self, row: &str) {
        let (a, b) = (self.var("a", 1, Linkage::Global), self.var("b", 1, Linkage::Global));
        let one = [(a, 0, 4)];
        match row {
            "DATASEC size 0" => self.section(".bss", 0, &one),
            "DATASEC ok" => self.section(".bss", 8, &[(a, 0, 4), (b, 4, 4)]),
            "DATASEC unsorted" => self.section(".bss", 8, &[(a, 4, 4), (b, 0, 4)]),
            "DATASEC overlapping" => self.section(".bss", 8, &[(a, 0, 4), (b, 0, 4)]),
            "DATASEC entry size!=type" => self.section(".bss", 8, &[(a, 0, 8)]),
            "DATASEC entry smaller than type" => self.section(".bss", 8, &[(a, 0, 2)]),
            "DATASEC entry size 0" => self.section(".bss", 8, &[(a, 0, 0)]),
            "DATASEC name \".rodata.cst8\"" => self.section(".rodata.cst8", 4, &one),
            "DATASEC name \"raw_tp/x\"" => self.section("raw_tp/x", 4, &one),
            "DATASEC name \"?x y\"" => self.section("?x y", 4, &one),
            "DATASEC name with <>" => self.section("a<b>", 4, &one),
            other => panic!("no builder for row `{other}`"),
        }
    }
}
