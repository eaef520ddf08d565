//! Tests of merging on small parts; whole objects are merged in `tests/system/btf_merge.rs`.

mod random;

use std::collections::BTreeMap;

use super::{Conflict, Definition, Global, Merged, Moved, Part, Place, Scope, Symbols, merge};
use crate::{
    Array, Btf, Composite, CoreRelo, Datasec, DeclTag, Endian, Enum, Ext, FuncInfo, FuncProto,
    FwdKind, Info, Int, Kind, LineInfo, Linkage, Member, Param, SecEntry, SecTable, StrOff, TypeId,
    Variant,
};

/// A part under construction, at a place in the sections of the output.
struct Builder {
    part: Part,
}

impl Builder {
    fn new(name: &str) -> Self {
        let info = Info { btf: Btf::new(Endian::Little), ext: None };
        let (sections, definitions) = (BTreeMap::new(), BTreeMap::new());
        Self { part: Part { info, name: name.to_owned(), sections, definitions } }
    }

    fn name(&mut self, name: &str) -> StrOff {
        self.part.info.btf.strings.intern(name.as_bytes())
    }

    fn add(&mut self, name: &str, kind: Kind) -> TypeId {
        let name = self.name(name);
        self.part.info.btf.push(name, kind)
    }

    fn int(&mut self, name: &str, size: u32) -> TypeId {
        let bits = u8::try_from(size * 8).expect("a small integer");
        self.add(name, Kind::Int(Int { size, encoding: Int::SIGNED, offset: 0, bits }))
    }

    fn structure(&mut self, name: &str, members: &[(&str, TypeId)]) -> TypeId {
        let size = u32::try_from(members.len() * 8).expect("a small struct");
        let members = members.iter().zip(0..).map(|((name, ty), at)| {
            let name = self.part.info.btf.strings.intern(name.as_bytes());
            Member { name, ty: *ty, offset: at * 64, width: 0 }
        });
        let members = members.collect();
        self.add(name, Kind::Struct(Composite { size, bitfields: false, members }))
    }

    fn proto(&mut self, ret: TypeId, params: &[(&str, TypeId)]) -> TypeId {
        let params = params.iter().map(|(name, ty)| {
            let name = self.part.info.btf.strings.intern(name.as_bytes());
            Param { name, ty: *ty }
        });
        let params = params.collect();
        self.add("", Kind::FuncProto(FuncProto { ret, params }))
    }

    fn func(&mut self, name: &str, proto: TypeId, linkage: Linkage) -> TypeId {
        self.add(name, Kind::Func { proto, linkage })
    }

    fn var(&mut self, name: &str, ty: TypeId, linkage: Linkage) -> TypeId {
        self.add(name, Kind::Var { ty, linkage })
    }

    fn datasec(&mut self, name: &str, entries: &[(TypeId, u32)]) -> TypeId {
        let entries = entries.iter().map(|&(ty, offset)| SecEntry { ty, offset, size: 4 });
        let entries = entries.collect();
        self.add(name, Kind::Datasec(Datasec { size: 0, entries }))
    }

    /// Moves `from` of section `name` to `to` of the section of that name.
    fn moved(&mut self, name: &str, from: std::ops::Range<u64>, to: Option<u64>) -> &mut Self {
        let to = to.map(|offset| place(name, offset));
        self.part.sections.entry(name.to_owned()).or_default().push(Moved { from, to });
        self
    }

    fn defines(&mut self, name: &str, section: &str, offset: u64) -> &mut Self {
        self.part.definitions.insert(name.to_owned(), place(section, offset));
        self
    }

    fn ext(&mut self) -> &mut Ext {
        self.part.info.ext.get_or_insert_with(Ext::default)
    }

    fn func_info(&mut self, section: &str, records: &[(u32, TypeId)]) {
        let section = self.name(section);
        let records = records.iter().map(|&(insn_off, ty)| FuncInfo { insn_off, ty }).collect();
        self.ext().func_info.push(SecTable { section, records });
    }
}

fn place(section: &str, offset: u64) -> Place {
    Place { section: section.to_owned(), offset }
}

fn defined(part: usize, section: &str, offset: u64) -> Global {
    let definition = Definition { part, place: place(section, offset), size: 4 };
    Global { definition: Some(definition), scope: Scope::Visible }
}

const UNDEFINED: Global = Global { definition: None, scope: Scope::Visible };

fn symbols(globals: &[(&str, Global)], sizes: &[(&str, u64)]) -> Symbols {
    Symbols {
        globals: globals.iter().map(|(name, it)| ((*name).to_owned(), it.clone())).collect(),
        section_sizes: sizes.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect(),
    }
}

fn merged(parts: impl IntoIterator<Item = Builder>, symbols: &Symbols) -> Merged {
    try_merge(parts, symbols).unwrap_or_else(|conflict| panic!("{conflict}"))
}

fn try_merge(
    parts: impl IntoIterator<Item = Builder>,
    symbols: &Symbols,
) -> Result<Merged, Box<Conflict>> {
    merge(parts.into_iter().map(|it| it.part), symbols)
}

fn text(merged: &Merged) -> String {
    merged.info.btf.to_string()
}

/// Returns the dump's lines with types of `kind`.
fn of_kind(merged: &Merged, kind: &str) -> Vec<String> {
    let dump = text(merged);
    let lines = dump.lines().map(|line| line.split_once("] ").map_or(line, |(_, rest)| rest));
    lines.filter(|line| line.starts_with(&format!("{kind} "))).map(str::to_owned).collect()
}

/// A part with a global or weak variable `v` of an `int` of `size` bytes at `at` of `.data`, moved to `to`.
fn variable(name: &str, size: u32, at: u64, to: Option<u64>) -> Builder {
    let mut it = Builder::new(name);
    let int = it.int(if size == 4 { "int" } else { "long" }, size);
    let var = it.var("v", int, Linkage::Global);
    it.datasec(".data", &[(var, u32::try_from(at).expect("a small offset"))]);
    it.moved(".data", at..at + 8, to).defines("v", ".data", at);
    it
}

/// A part that declares `extern int v`, listed in `section` if that is no empty name.
fn declaration(name: &str, section: &str) -> Builder {
    let mut it = Builder::new(name);
    let int = it.int("int", 4);
    let var = it.var("v", int, Linkage::Extern);
    if !section.is_empty() {
        it.datasec(section, &[(var, 0)]);
    }
    it
}

#[test]
fn an_extern_becomes_the_definition_in_either_order() {
    for declared_first in [true, false] {
        let mut parts = vec![declaration("a.o", ".extern"), variable("b.o", 4, 0, Some(16))];
        if !declared_first {
            parts.reverse();
        }
        let part = usize::from(declared_first);
        let symbols = symbols(&[("v", defined(part, ".data", 16))], &[(".data", 24)]);
        assert_eq!(
            text(&merged(parts, &symbols)),
            "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n\
             [2] VAR 'v' type_id=1, linkage=global\n\
             [3] DATASEC '.data' size=24 vlen=1\n\ttype_id=2 offset=16 size=4 (VAR 'v')\n"
        );
    }
}

#[test]
fn a_weak_definition_that_lost_leaves_no_trace() {
    let parts = [variable("weak.o", 4, 0, None), variable("strong.o", 4, 8, Some(40))];
    let symbols = symbols(&[("v", defined(1, ".data", 40))], &[(".data", 48)]);
    let merged = merged(parts, &symbols);
    assert_eq!(of_kind(&merged, "VAR"), ["VAR 'v' type_id=1, linkage=global"]);
    assert!(text(&merged).contains("\ttype_id=2 offset=40 size=4"), "{merged:?}");
    assert!(!text(&merged).contains("offset=0 size=4"), "{merged:?}");
}

#[test]
fn types_that_disagree_are_an_error_with_both_places() {
    let parts = [declaration("a.o", ""), variable("b.o", 8, 0, Some(0))];
    let symbols = symbols(&[("v", defined(1, ".data", 0))], &[(".data", 8)]);
    let conflict = try_merge(parts, &symbols).expect_err("`int` is not `long`");
    assert_eq!(
        conflict.to_string(),
        "symbol `v` is `int` in a.o and `long` in b.o: `int` in the one is `long` in the other"
    );
}

#[test]
fn a_hidden_definition_is_static() {
    let mut global = defined(1, ".data", 0);
    global.scope = Scope::Local;
    let parts = [declaration("a.o", ""), variable("b.o", 4, 0, Some(0))];
    let merged = merged(parts, &symbols(&[("v", global)], &[(".data", 8)]));
    assert_eq!(of_kind(&merged, "VAR"), ["VAR 'v' type_id=1, linkage=static"]);
}

#[test]
fn an_extern_that_stays_is_listed_once_and_only_where_there_are_no_bytes() {
    let undefined = [("v", UNDEFINED)];
    let parts = || [declaration("a.o", ".kconfig"), declaration("b.o", ".kconfig")];
    let listed = merged(parts(), &symbols(&undefined, &[]));
    assert!(
        text(&listed)
            .ends_with("DATASEC '.kconfig' size=0 vlen=1\n\ttype_id=2 offset=0 size=4 (VAR 'v')\n")
    );
    assert_eq!(of_kind(&listed, "VAR"), ["VAR 'v' type_id=1, linkage=extern"]);

    let mut other = Builder::new("maps.o");
    let int = other.int("int", 4);
    let var = other.var("other", int, Linkage::Static);
    other.datasec(".maps", &[(var, 0)]);
    other.moved(".maps", 0..8, Some(0));
    let sizes = symbols(&undefined, &[(".maps", 8)]);
    let merged = merged([declaration("a.o", ".maps"), other], &sizes);
    assert_eq!(of_kind(&merged, "DATASEC"), ["DATASEC '.maps' size=8 vlen=1"]);
    assert!(text(&merged).contains("offset=0 size=4 (VAR 'other')"), "{merged:?}");
}

#[test]
fn an_extern_is_in_one_list() {
    let parts = [declaration("a.o", ".kconfig"), declaration("b.o", ".ksyms")];
    let conflict = try_merge(parts, &symbols(&[("v", UNDEFINED)], &[])).expect_err("two lists");
    assert_eq!(
        conflict.difference,
        "section `.kconfig` lists it in the one and `.ksyms` in the other"
    );
}

#[test]
fn an_extern_without_symbol_is_dropped() {
    let merged = merged([declaration("a.o", ".kconfig")], &Symbols::default());
    assert_eq!(text(&merged), "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n");
}

/// A part with `int f(int)`, defined with a named parameter or declared without.
fn function(name: &str, linkage: Linkage, at: u32) -> Builder {
    let mut it = Builder::new(name);
    let int = it.int("int", 4);
    let param = if linkage == Linkage::Extern { "" } else { "count" };
    let proto = it.proto(int, &[(param, int)]);
    let func = it.func("f", proto, linkage);
    if linkage != Linkage::Extern {
        it.func_info(".text", &[(at, func)]);
        it.moved(".text", at.into()..u64::from(at) + 16, Some(u64::from(at) + 64));
        it.defines("f", ".text", at.into());
    }
    it
}

#[test]
fn the_prototype_of_an_early_declaration_gets_the_names_of_parameters() {
    let parts = [function("a.o", Linkage::Extern, 0), function("b.o", Linkage::Global, 8)];
    let symbols = symbols(&[("f", defined(1, ".text", 72))], &[(".text", 96)]);
    let merged = merged(parts, &symbols);
    assert_eq!(
        text(&merged),
        "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n\
         [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1\n\t'count' type_id=1\n\
         [3] FUNC 'f' type_id=2 linkage=global\n"
    );
    let records = &merged.info.ext.as_ref().expect("it has records").func_info[0].records;
    assert_eq!(records, &[FuncInfo { insn_off: 72, ty: TypeId(3) }]);
}

#[test]
fn a_prototype_that_a_pointer_uses_too_keeps_its_parameters() {
    let mut first = function("a.o", Linkage::Extern, 0);
    let pointer = first.add("", Kind::Ptr(TypeId(2)));
    first.var("callback", pointer, Linkage::Static);
    let symbols = symbols(&[("f", defined(1, ".text", 72))], &[(".text", 96)]);
    let merged = merged([first, function("b.o", Linkage::Global, 8)], &symbols);
    assert_eq!(of_kind(&merged, "FUNC_PROTO").len(), 2, "{merged:?}");
}

#[test]
fn the_place_tells_which_symbol_a_function_is() {
    // GCC adds a suffix to the symbol only; Rust has `f` of a module beside the `f` of another object.
    let mut suffixed = function("a.o", Linkage::Global, 8);
    suffixed.part.definitions = BTreeMap::from([("f.constprop.0".to_owned(), place(".text", 8))]);
    let globals = [("f.constprop.0", defined(0, ".text", 72)), ("f", defined(1, ".text", 200))];
    let mut other = Builder::new("b.o");
    let proto = other.proto(TypeId::VOID, &[]);
    let func = other.func("f", proto, Linkage::Global);
    other.func_info(".text", &[(0, func)]);
    other.moved(".text", 0..8, Some(200)).defines("f", ".text", 0);
    let merged = merged([suffixed, other], &symbols(&globals, &[(".text", 208)]));
    assert_eq!(of_kind(&merged, "FUNC").len(), 2, "{merged:?}");
}

#[test]
fn records_of_dropped_code_are_dropped_with_it_and_others_sorted() {
    let mut it = Builder::new("a.o");
    let int = it.int("int", 4);
    let proto = it.proto(int, &[]);
    let [one, two, three] =
        ["one", "two", "three"].map(|name| it.func(name, proto, Linkage::Static));
    it.func_info(".text", &[(0, one), (16, two), (32, three)]);
    let [section, file, line, access] =
        [".text", "a.c", "return 0;", "0:0"].map(|it_| it.name(it_));
    let lines = [0, 8, 16, 24, 32];
    let records = lines.map(|insn_off| LineInfo { insn_off, file, text: line, line_col: insn_off });
    it.ext().line_info.push(SecTable { section, records: records.to_vec() });
    let relos = [24, 40].map(|insn_off| CoreRelo { insn_off, ty: int, access, kind: 0 });
    it.ext().core_relos.push(SecTable { section, records: relos.to_vec() });
    it.moved(".text", 0..16, Some(100)).moved(".text", 16..32, None).moved(
        ".text",
        32..48,
        Some(0),
    );
    let merged = merged([it], &symbols(&[], &[(".text", 116)]));
    assert_eq!(
        of_kind(&merged, "FUNC"),
        ["FUNC 'one' type_id=2 linkage=static", "FUNC 'three' type_id=2 linkage=static"]
    );
    let ext = merged.info.ext.expect("it has records");
    let offsets = |records: &[LineInfo]| records.iter().map(|it| it.insn_off).collect::<Vec<_>>();
    assert_eq!(offsets(&ext.line_info[0].records), [0, 100, 108]);
    assert_eq!(ext.func_info[0].records.iter().map(|it| it.insn_off).collect::<Vec<_>>(), [0, 100]);
    assert_eq!(ext.core_relos[0].records.iter().map(|it| it.insn_off).collect::<Vec<_>>(), [8]);
    let text = |name| merged.info.btf.strings.text(name).into_owned();
    let first = &ext.line_info[0].records[0];
    assert_eq!(
        (text(first.file), text(first.text), first.line_col),
        ("a.c".into(), "return 0;".into(), 32)
    );
}

#[test]
fn a_part_merged_with_itself_doubles_variables_and_no_types() {
    let part = |name: &str, at| {
        let mut it = Builder::new(name);
        let int = it.int("int", 4);
        let node = it.structure("node", &[("value", int), ("next", TypeId(3))]);
        it.add("", Kind::Ptr(node));
        let proto = it.proto(int, &[("node", TypeId(3))]);
        let func = it.func("walk", proto, Linkage::Static);
        it.func_info(".text", &[(0, func)]);
        let var = it.var("head", node, Linkage::Static);
        it.datasec(".bss", &[(var, 0)]);
        it.moved(".text", 0..8, Some(at)).moved(".bss", 0..16, Some(at));
        it
    };
    let sizes = symbols(&[], &[(".bss", 116), (".text", 108)]);
    let merged = merged([part("a.o", 0), part("b.o", 100)], &sizes);
    assert_eq!(of_kind(&merged, "STRUCT").len(), 1);
    assert_eq!(of_kind(&merged, "PTR").len(), 1);
    assert_eq!(of_kind(&merged, "FUNC").len(), 1, "static functions with one prototype share it");
    assert_eq!(of_kind(&merged, "VAR").len(), 2);
    assert!(
        text(&merged).contains("\ttype_id=6 offset=0 size=4 (VAR 'head')\n\ttype_id=7 offset=100")
    );
    let records = &merged.info.ext.as_ref().expect("it has records").func_info[0].records;
    assert_eq!(records.iter().map(|it| it.insn_off).collect::<Vec<_>>(), [0, 100]);
    assert_eq!(
        merged.types[0],
        merged.types[1]
            .iter()
            .map(|id| match id.0 {
                7 => TypeId(6),
                _ => *id,
            })
            .collect::<Vec<_>>()
    );
}

/// A part with `struct outer { struct inner *inner; }` and, if `inner` has a size, `struct inner` with such a member.
fn nested(name: &str, inner: Option<u32>) -> Builder {
    let mut it = Builder::new(name);
    let inner = match inner {
        Some(size) => {
            let value = it.int(&format!("int{size}"), size);
            it.structure("inner", &[("value", value)])
        }
        None => it.add("inner", Kind::Fwd(FwdKind::Struct)),
    };
    let pointer = it.add("", Kind::Ptr(inner));
    let outer = it.structure("outer", &[("inner", pointer)]);
    it.var("v", outer, Linkage::Static);
    it
}

#[test]
fn a_forward_declaration_becomes_the_definition_that_all_parts_agree_on() {
    let parts = [nested("a.o", None), nested("b.o", Some(4)), nested("c.o", Some(4))];
    let merged = merged(parts, &Symbols::default());
    assert_eq!(of_kind(&merged, "FWD"), [""; 0]);
    assert_eq!(of_kind(&merged, "STRUCT").len(), 2, "{merged:?}");
}

#[test]
fn a_forward_declaration_of_two_structs_stays() {
    let parts = [nested("a.o", None), nested("b.o", Some(4)), nested("c.o", Some(8))];
    let merged = merged(parts, &Symbols::default());
    assert_eq!(of_kind(&merged, "FWD"), ["FWD 'inner' fwd_kind=struct"]);
    assert_eq!(of_kind(&merged, "STRUCT").len(), 5, "each `outer` has its own `inner`: {merged:?}");
}

#[test]
fn an_enum_without_values_becomes_the_one_with_values() {
    let part = |values: &[&str]| {
        let mut it = Builder::new("a.o");
        let variants = values.iter().zip(0..).map(|(name, value)| Variant {
            name: it.part.info.btf.strings.intern(name.as_bytes()),
            value,
        });
        let variants = variants.collect();
        let kind = Kind::Enum(Enum { size: 4, signed: false, variants });
        let ty = it.add("state", kind);
        it.var("v", ty, Linkage::Static);
        it
    };
    let merged = merged([part(&[]), part(&["OFF", "ON"])], &Symbols::default());
    assert_eq!(of_kind(&merged, "ENUM"), ["ENUM 'state' encoding=UNSIGNED size=4 vlen=2"]);
}

/// A part with a map `v` of so many entries and keys of `key`, defined or declared.
fn map(name: &str, linkage: Linkage, entries: u32, key: &str) -> Builder {
    let mut it = Builder::new(name);
    let int = it.int("int", 4);
    let number = |it: &mut Builder, len| {
        let array = it.add("", Kind::Array(Array { elem: int, index: int, len }));
        it.add("", Kind::Ptr(array))
    };
    let (kind, entries) = (number(&mut it, 1), number(&mut it, entries));
    let key = it.int(key, if key == "int" { 4 } else { 8 });
    let key = it.add("", Kind::Ptr(key));
    let members = [("type", kind), ("max_entries", entries), ("key", key)];
    let map = it.structure("", &members);
    let var = it.var("v", map, linkage);
    it.datasec(".maps", &[(var, 0)]);
    if linkage == Linkage::Global {
        it.moved(".maps", 0..24, Some(0)).defines("v", ".maps", 0);
    }
    it
}

#[test]
fn maps_agree_by_their_whole_definition() {
    let symbols = symbols(&[("v", defined(0, ".maps", 0))], &[(".maps", 24)]);
    let declared = |entries, key| {
        let parts =
            [map("a.o", Linkage::Global, 8, "int"), map("b.o", Linkage::Extern, entries, key)];
        try_merge(parts, &symbols).map_err(|conflict| conflict.difference)
    };
    assert!(declared(8, "int").is_ok());
    assert_eq!(
        declared(9, "int").expect_err("9 is not 8"),
        "`max_entries` of the map is 8 in the one and 9 in the other"
    );
    assert_eq!(
        declared(8, "long").expect_err("the keys differ"),
        "of the map's `key`, `int` in the one is `long` in the other"
    );
}

#[test]
fn the_license_is_kept_once() {
    let part = |to| {
        let mut it = Builder::new("a.o");
        let char = it.int("char", 1);
        let var = it.var("LICENSE", char, Linkage::Global);
        it.datasec("license", &[(var, 0)]);
        it.moved("license", 0..4, to).defines("LICENSE", "license", 0);
        it
    };
    let symbols = symbols(&[("LICENSE", defined(0, "license", 0))], &[("license", 4)]);
    let merged = merged([part(Some(0)), part(None)], &symbols);
    assert_eq!(of_kind(&merged, "DATASEC"), ["DATASEC 'license' size=4 vlen=1"]);
}

#[test]
fn tags_of_declarations_are_kept_and_those_of_overridden_definitions_are_not() {
    let tagged = |mut it: Builder, text: &str| {
        let tag = DeclTag { ty: TypeId(3), component: 0, attribute: false };
        it.add(text, Kind::DeclTag(tag));
        it
    };
    let mut weak = tagged(function("c.o", Linkage::Global, 8), "weak");
    weak.part.sections.clear();
    weak.moved(".text", 8..24, None);
    let parts = [
        tagged(function("a.o", Linkage::Extern, 0), "declared"),
        tagged(function("b.o", Linkage::Global, 8), "declared"),
        weak,
    ];
    let merged = merged(parts, &symbols(&[("f", defined(1, ".text", 72))], &[(".text", 96)]));
    assert_eq!(of_kind(&merged, "DECL_TAG"), ["DECL_TAG 'declared' type_id=3 component_idx=0"]);
}

#[test]
fn a_variable_and_a_function_of_one_name_disagree() {
    let parts = [declaration("a.o", ""), {
        let mut it = function("b.o", Linkage::Global, 8);
        it.part.definitions = BTreeMap::from([("v".to_owned(), place(".text", 8))]);
        it
    }];
    let conflict = try_merge(parts, &symbols(&[("v", defined(1, ".text", 72))], &[]));
    assert_eq!(
        conflict.expect_err("they disagree").difference,
        "it is a variable in the one and a function in the other"
    );
}

#[test]
fn the_order_of_bytes_is_that_of_the_first_part() {
    let mut part = declaration("a.o", ".kconfig");
    part.part.info.btf.endian = Endian::Big;
    let merged = merged([part], &symbols(&[("v", UNDEFINED)], &[]));
    assert_eq!(merged.info.btf.endian, Endian::Big);
}
