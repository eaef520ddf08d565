//! Tests of each fix on the smallest BTF that shows its problem.

use super::{
    super::{
        Info,
        ext::{CoreRelo, Ext, LineInfo, SecTable},
        model::{
            Array, Btf, Composite, Datasec, DeclTag, Enum, FuncProto, FwdKind, Int, Kind, Linkage,
            Member, Param, SecEntry, TypeId, Variant,
        },
        rules::Kernel,
        strings::StrOff,
    },
    args, compat, lines, maps, members, names, paths, void,
};
use crate::endian::Endian;

const VOID: TypeId = TypeId::VOID;

fn empty() -> Info {
    Info { btf: Btf::new(Endian::Little), ext: None }
}

impl Info {
    fn add(&mut self, name: &str, kind: Kind) -> TypeId {
        let name = self.btf.strings.intern(name.as_bytes());
        self.btf.push(name, kind)
    }

    fn int(&mut self, name: &str, bytes: u32) -> TypeId {
        let bits = u8::try_from(bytes * 8).expect("a small integer");
        self.add(name, Kind::Int(Int { size: bytes, encoding: 0, offset: 0, bits }))
    }

    fn members(&mut self, size: u32, members: &[(&str, TypeId, u32)]) -> Composite {
        let members = members.iter().map(|&(name, ty, byte)| Member {
            name: self.btf.strings.intern(name.as_bytes()),
            ty,
            offset: byte * 8,
            width: 0,
        });
        Composite { size, bitfields: false, members: members.collect() }
    }

    fn record(&mut self, name: &str, size: u32, members: &[(&str, TypeId, u32)]) -> TypeId {
        let it = self.members(size, members);
        self.add(name, Kind::Struct(it))
    }

    fn proto(&mut self, params: &[(&str, TypeId)]) -> TypeId {
        let params = params
            .iter()
            .map(|&(name, ty)| Param { name: self.btf.strings.intern(name.as_bytes()), ty })
            .collect();
        self.add("", Kind::FuncProto(FuncProto { ret: VOID, params }))
    }

    fn relo(&mut self, ty: TypeId, access: &str, kind: u32) {
        let access = self.btf.strings.intern(access.as_bytes());
        let table = SecTable {
            section: StrOff::EMPTY,
            records: vec![CoreRelo { insn_off: 0, ty, access, kind }],
        };
        self.ext.get_or_insert_default().core_relos.push(table);
    }

    fn accesses(&self) -> Vec<String> {
        let relos =
            self.ext.iter().flat_map(|ext| &ext.core_relos).flat_map(|table| &table.records);
        relos.map(|relo| self.btf.strings.text(relo.access).into_owned()).collect()
    }

    fn composite(&self, id: TypeId) -> &Composite {
        match &self.btf.get(id).expect("it is there").kind {
            Kind::Struct(it) | Kind::Union(it) => it,
            other => panic!("no struct: {other:?}"),
        }
    }

    fn member_names(&self, id: TypeId) -> Vec<String> {
        let members = &self.composite(id).members;
        members.iter().map(|member| self.btf.strings.text(member.name).into_owned()).collect()
    }
}

/// Runs a pass twice and checks that the second run changes nothing.
fn run(info: &mut Info, pass: impl Fn(&mut Info)) {
    pass(info);
    let once = info.clone();
    pass(info);
    assert_eq!(&once, info, "the pass is not idempotent");
}

#[test]
fn void_is_char_only_where_a_value_must_be() {
    let mut info = empty();
    let int = info.int("u32", 4);
    let record = info.record("s", 8, &[("a", int, 0), ("c", VOID, 4), ("", VOID, 0)]);
    let array = info.add("", Kind::Array(Array { elem: VOID, index: int, len: 2 }));
    let pointer = info.add("", Kind::Ptr(VOID));
    let proto = info.proto(&[("c", VOID), ("", VOID)]);
    let var = info.add("v", Kind::Var { ty: VOID, linkage: Linkage::Global });
    let ksym = info.add("k", Kind::Var { ty: VOID, linkage: Linkage::Extern });
    run(&mut info, void::void_values);
    let char = info.btf.last_id();
    assert_eq!(info.btf.name(char), "char32_t");
    assert_eq!(info.composite(record).members[1].ty, char);
    assert_eq!(info.composite(record).members[2].ty, VOID, "left for drop_anonymous_void");
    let kind = |id| &info.btf.get(id).expect("it is there").kind;
    assert_eq!(kind(array), &Kind::Array(Array { elem: char, index: int, len: 2 }));
    assert_eq!(kind(pointer), &Kind::Ptr(VOID));
    let Kind::FuncProto(it) = kind(proto) else { panic!("a prototype") };
    assert_eq!(
        it.params.iter().map(|param| param.ty).collect::<Vec<_>>(),
        [char, VOID],
        "variadic stays"
    );
    assert_eq!(kind(var), &Kind::Var { ty: char, linkage: Linkage::Global });
    assert_eq!(kind(ksym), &Kind::Var { ty: VOID, linkage: Linkage::Extern });
}

#[test]
fn bitless_integers_are_empty_structs_that_take_no_register() {
    let mut info = empty();
    let unit = info.int("()", 0);
    let int = info.int("u32", 4);
    let proto = info.proto(&[("u", unit), ("n", int)]);
    let never = info.add("", Kind::FuncProto(FuncProto { ret: unit, params: Vec::new() }));
    run(&mut info, void::bitless_ints);
    run(&mut info, void::empty_params);
    assert_eq!(info.composite(unit).size, 0);
    let params = |id| match &info.btf.get(id).expect("it is there").kind {
        Kind::FuncProto(it) => (it.ret, it.params.iter().map(|param| param.ty).collect::<Vec<_>>()),
        other => panic!("no prototype: {other:?}"),
    };
    assert_eq!(params(proto), (VOID, vec![int]));
    assert_eq!(params(never), (VOID, vec![]));
}

#[test]
fn sorted_members_take_access_strings_and_tags_along() {
    let mut info = empty();
    let int = info.int("u32", 4);
    let inner = info.record("inner", 8, &[("late", int, 4), ("early", int, 0)]);
    let array = info.add("", Kind::Array(Array { elem: inner, index: int, len: 2 }));
    let outer = info.record("outer", 20, &[("pad", int, 16), ("inners", array, 0)]);
    let tag = info.add("t", Kind::DeclTag(DeclTag { ty: outer, component: 0, attribute: false }));
    let constant = info.add("", Kind::Const(outer));
    info.relo(constant, "0:1:1:0", 0);
    info.relo(outer, "0", 8);
    info.relo(outer, "0:0", 2);
    info.relo(outer, "1", 10);
    run(&mut info, members::sort);
    assert_eq!(info.member_names(outer), ["inners", "pad"]);
    assert_eq!(info.member_names(inner), ["early", "late"]);
    assert_eq!(info.accesses(), ["0:0:1:1", "0", "0:1", "1"]);
    let Kind::DeclTag(tag) = &info.btf.get(tag).expect("it is there").kind else { panic!("a tag") };
    assert_eq!(tag.component, 1);
}

#[test]
fn paths_of_names_become_numbers() {
    let mut info = empty();
    let int = info.int("u32", 4);
    let pair = info.record("(u32, u32)", 8, &[("__0", int, 0), ("__1", int, 4)]);
    let array = info.add("", Kind::Array(Array { elem: pair, index: int, len: 4 }));
    let it = info.members(4, &[("x", int, 0), ("type", int, 0)]);
    let union = info.add("", Kind::Union(it));
    let outer = info.record("task", 40, &[("pid", int, 0), ("", union, 4), ("slots", array, 8)]);
    let constant = info.add("", Kind::Const(outer));
    for path in [".pid", ".x", ".r#type", ".slots[3].1", ".slots [2]", "0:2:1:0"] {
        info.relo(constant, path, 0);
    }
    let variants = [("A", 0), ("B", 7)]
        .map(|(name, value)| Variant { name: info.btf.strings.intern(name.as_bytes()), value })
        .to_vec();
    let state = info.add("state", Kind::Enum(Enum { size: 4, signed: false, variants }));
    info.relo(state, ".B", 11);
    run(&mut info, |info| paths::resolve(info).expect("every path leads somewhere"));
    assert_eq!(info.accesses(), ["0:0", "0:1:0", "0:1:1", "0:2:3:1", "0:2:2", "0:2:1:0", "1"]);
}

#[test]
fn a_field_of_another_kind_is_asked_of_a_type_that_has_it() {
    let mut info = empty();
    let int = info.int("u32", 4);
    let inner = info.record("", 4, &[("x", int, 0)]);
    let array = info.add("", Kind::Array(Array { elem: inner, index: int, len: 4 }));
    let task = info.record("task", 20, &[("pid", int, 0), ("slots", array, 4)]);
    for path in [".pid!ptr@a.rs:1:2", ".slots[3].x!ints", ".pid!unknown"] {
        info.relo(task, path, 2);
    }
    paths::resolve(&mut info).expect("every path leads somewhere");
    assert_eq!(info.accesses(), ["0:0", "0:0:3:0", "0:0"]);
    let tables = info.ext.iter().flat_map(|ext| &ext.core_relos);
    let roots: Vec<_> = tables.flat_map(|table| &table.records).map(|it| it.ty).collect();
    let names: Vec<_> = roots.iter().map(|root| info.btf.name(*root).into_owned()).collect();
    assert_eq!(names, ["task___ptr", "task___ints", "task"]);
    let paths = roots.iter().zip(["0:0", "0:0:3:0"]).map(|(&ty, access)| {
        let access = info.btf.strings.intern(access.as_bytes());
        crate::co_re::access::AccessSpec::of(
            &info.btf,
            CoreRelo { insn_off: 0, ty, access, kind: 2 },
        )
    });
    let paths: Vec<_> = paths.map(|spec| spec.map(|spec| spec.path)).collect();
    assert_eq!(paths, [Some(".pid".to_owned()), Some(".slots[3].x".to_owned())]);
}

#[test]
fn a_path_that_leads_nowhere_says_where_it_ends() {
    for (path, cause) in [
        (".se.load", "`task` has no member `se`"),
        (".pid.x", "`u32` has no member `x`"),
        (".pid[1]", "`u32` is no array"),
        (".pid[1", "`.pid[1` is no path of members and indices"),
        ("..", "`..` is no path of members and indices"),
    ] {
        let mut info = empty();
        let int = info.int("u32", 4);
        let task = info.record("task", 4, &[("pid", int, 0)]);
        info.relo(task, path, 0);
        let error = paths::resolve(&mut info).expect_err(path);
        let message = format!("the CO-RE path `{path}` of `task` leads nowhere: {cause}");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn dropped_members_shift_those_behind_them() {
    let mut info = empty();
    let int = info.int("u32", 4);
    let record = info.record("s", 4, &[("", VOID, 0), ("a", int, 0)]);
    info.relo(record, "0:1", 0);
    run(&mut info, members::drop_anonymous_void);
    assert_eq!(info.member_names(record), ["a"]);
    assert_eq!(info.accesses(), ["0:0"]);
}

#[test]
fn a_discriminant_gets_a_name_and_a_place() {
    let mut info = empty();
    let int = info.int("u32", 4);
    let some = info.record("Some", 8, &[("__0", int, 0)]);
    let it = info.members(8, &[("", int, 4), ("Some", some, 0)]);
    let union = info.add("", Kind::Union(it));
    let outer = info.record("Option<u32>", 8, &[("", union, 0)]);
    run(&mut info, names::variants);
    run(&mut info, members::discriminants);
    run(&mut info, |info| _ = names::legal(info, names::Renamed::default()));
    assert_eq!(info.btf.name(some), "Option_u32_Some");
    assert_eq!(info.btf.name(outer), "Option_u32");
    let wrapper = info.composite(union).members[0];
    assert_eq!((wrapper.name, wrapper.offset), (StrOff::EMPTY, 0));
    assert_eq!(info.member_names(wrapper.ty), ["discriminant"]);
    assert_eq!(info.composite(wrapper.ty).members[0].offset, 32);
}

#[test]
fn bindgens_inventions_are_anonymous() {
    let mut info = empty();
    let int = info.int("u32", 4);
    let inner = info.record("task__bindgen_ty_1", 4, &[("x", int, 0)]);
    let outer =
        info.record("task", 8, &[("__bindgen_anon_1", inner, 0), ("__bindgen_anon_2", int, 4)]);
    run(&mut info, members::bindgen_anonymous);
    assert_eq!(
        info.member_names(outer),
        ["", "__bindgen_anon_2"],
        "an integer cannot be anonymous"
    );
    assert_eq!(info.btf.name(inner), "");
}

#[test]
fn only_functions_defined_here_need_parameter_names() {
    let mut info = empty();
    let int = info.int("u32", 4);
    let ours = info.proto(&[("", int), ("b", int)]);
    let theirs = info.proto(&[("", int)]);
    info.add("ours", Kind::Func { proto: ours, linkage: Linkage::Static });
    info.add("theirs", Kind::Func { proto: theirs, linkage: Linkage::Extern });
    run(&mut info, args::name_args);
    let text = info.btf.to_string();
    assert!(text.contains("'arg0' type_id=1\n\t'b' type_id=1\n"), "{text}");
    assert!(text.contains("vlen=1\n\t'(anon)' type_id=1\n"), "{text}");
}

#[test]
fn marks_of_equal_short_names_go_and_different_types_become_flavours() {
    let mut info = empty();
    let int = info.int("u32", 4);
    // LLVM may emit them in any order.
    let ids = [("Same#2", 8), ("Same", 4), ("Same#3", 12), ("Other##2", 4)];
    let ids = ids.map(|(name, size)| info.record(name, size, &[("a", int, 0)]));
    let renamed = names::unmark(&mut info);
    run(&mut info, |info| names::unique(info, &renamed));
    assert_eq!(
        ids.map(|id| info.btf.name(id).into_owned()),
        ["Same___2", "Same", "Same___3", "Other"]
    );
    let closure = info.record("{closure_env#0}", 0, &[]);
    run(&mut info, |info| _ = names::unmark(info));
    assert_eq!(info.btf.name(closure), "{closure_env#0}", "its own number");
}

#[test]
fn names_that_were_legal_stay_whoever_shares_them() {
    let mut info = empty();
    let ids = [4, 8].map(|size| info.record("same", size, &[]));
    let long = info.record(&"n".repeat(300), 0, &[]);
    let before = info.clone();
    let marked = names::unmark(&mut info);
    let renamed = names::legal(&mut info, marked);
    names::unique(&mut info, &renamed);
    assert_eq!(info, before);
    run(&mut info, |info| names::shorten_for(info, Kernel(5, 10)));
    assert_eq!(info.btf.name(long).len(), 127);
    assert_eq!(info.btf.name(ids[0]), info.btf.name(ids[1]));
}

#[test]
fn a_type_that_is_only_declared_leaves_the_name_to_the_other() {
    let mut info = empty();
    let int = info.int("u32", 4);
    let declared = info.add("Same", Kind::Fwd(FwdKind::Struct));
    let full = info.record("Same#2", 4, &[("a", int, 0)]);
    let renamed = names::unmark(&mut info);
    run(&mut info, |info| names::unique(info, &renamed));
    let name = |id| info.btf.name(id).into_owned();
    assert_eq!([declared, full].map(name), ["Same___2", "Same"]);
}

#[test]
fn a_char_of_rust_is_none_of_c() {
    let mut info = empty();
    let ids = [1, 4].map(|bytes| info.int("char", bytes));
    run(&mut info, void::void_values);
    assert_eq!(ids.map(|id| info.btf.name(id).into_owned()), ["char", "char32_t"]);
}

#[test]
fn pointers_lose_their_names() {
    let mut info = empty();
    let pointer = info.add("*const u32", Kind::Ptr(VOID));
    run(&mut info, names::unnamed_kinds);
    assert_eq!(info.btf.name(pointer), "");
}

#[test]
fn the_last_prefix_that_fits_replaces_whole_components() {
    let mut info = empty();
    let file = |info: &mut Info, path: &str| {
        let (file, text) =
            (info.btf.strings.intern(path.as_bytes()), info.btf.strings.intern(b"let x;"));
        LineInfo { insn_off: 0, file, text, line_col: 1 << 10 }
    };
    let records = ["/home/me/src/a.rs", "/home/meadow/b.rs", "/home/me"]
        .map(|path| file(&mut info, path))
        .to_vec();
    info.ext = Some(Ext {
        line_info: vec![SecTable { section: StrOff::EMPTY, records }],
        ..Ext::default()
    });
    let pair = |old: &str, new: &str| (old.to_owned(), new.to_owned());
    lines::remap_paths(&mut info, &[pair("/home/me", "~"), pair("/home/me/src", "src")]);
    run(&mut info, lines::drop_source);
    let lines = &info.ext.as_ref().expect("set above").line_info[0].records;
    let paths: Vec<_> =
        lines.iter().map(|line| info.btf.strings.text(line.file).into_owned()).collect();
    assert_eq!(paths, ["src/a.rs", "/home/meadow/b.rs", "~"]);
    assert!(lines.iter().all(|line| line.text.is_empty()));
}

#[test]
fn a_map_definition_sheds_wrappers_and_markers() {
    let mut info = empty();
    let int = info.int("u32", 4);
    let pointer = info.add("", Kind::Ptr(int));
    let marker = info.record("PhantomData<u32>", 0, &[]);
    let inner =
        info.record("Def", 16, &[("type", pointer, 0), ("_m", marker, 8), ("key", pointer, 8)]);
    let cell = info.record("UnsafeCell<Def>", 16, &[("value", inner, 0)]);
    let outer = info.record("HashMap", 16, &[("marker", marker, 0), ("def", cell, 0)]);
    let var = info.add("MAP", Kind::Var { ty: outer, linkage: Linkage::Global });
    let legacy = info.add("OLD", Kind::Var { ty: int, linkage: Linkage::Global });
    let entries =
        [(var, 0), (legacy, 16)].map(|(ty, offset)| SecEntry { ty, offset, size: 16 }).to_vec();
    info.add(".maps", Kind::Datasec(Datasec { size: 32, entries }));
    run(&mut info, maps::unwrap_definitions);
    let kind = |id| info.btf.get(id).map(|ty| ty.kind.clone());
    assert_eq!(kind(var), Some(Kind::Var { ty: inner, linkage: Linkage::Global }));
    assert_eq!(kind(legacy), Some(Kind::Var { ty: int, linkage: Linkage::Global }));
    assert_eq!(info.member_names(inner), ["type", "key"]);
    assert_eq!(info.member_names(outer), ["marker", "def"], "only the definition is strict");
}

#[test]
fn tags_are_bypassed_and_bit_fields_become_narrow_integers() {
    let mut info = empty();
    let int = info.int("u32", 4);
    let tag = info.add("user", Kind::TypeTag { ty: int, attribute: false });
    let pointer = info.add("", Kind::Ptr(tag));
    let mut it = info.members(4, &[("a", int, 0)]);
    it.bitfields = true;
    it.members[0].width = 3;
    let record = info.add("s", Kind::Struct(it));
    info.add("note", Kind::DeclTag(DeclTag { ty: record, component: -1, attribute: false }));
    run(&mut info, |info| compat::lower(info, Kernel(4, 19)));
    assert_eq!((pointer, record), (TypeId(3), TypeId(4)), "before the tags went");
    assert_eq!(
        info.btf.to_string(),
        "[1] INT 'u32' size=4 bits_offset=0 nr_bits=32 encoding=(none)\n\
         [2] PTR '(anon)' type_id=1\n\
         [3] STRUCT 's' size=4 vlen=1\n\t'a' type_id=4 bits_offset=0\n\
         [4] INT 'u32' size=4 bits_offset=0 nr_bits=3 encoding=(none)\n"
    );
}

#[test]
fn tags_of_tags_go_even_in_circles() {
    let mut info = empty();
    for ty in [2, 1, 3].map(TypeId) {
        info.add("note", Kind::DeclTag(DeclTag { ty, component: -1, attribute: false }));
    }
    run(&mut info, |info| compat::lower(info, Kernel(6, 0)));
    assert_eq!(info.btf.to_string(), "");
}
