//! Tests of prune, dedup and compaction on small graphs.

use super::{
    Array, Btf, Composite, CoreRelo, DeclTag, Ext, FwdKind, Info, Int, Kind, Linkage, Member,
    SecTable, StrOff, TypeId, compact_strings, dedup, prune, resolve_forwards,
};
use crate::endian::Endian;

fn empty() -> Info {
    Info { btf: Btf::new(Endian::Big), ext: None }
}

fn add(info: &mut Info, name: &str, kind: Kind) -> TypeId {
    let name = info.btf.strings.intern(name.as_bytes());
    info.btf.push(name, kind)
}

fn int(info: &mut Info, name: &str) -> TypeId {
    add(info, name, Kind::Int(Int { size: 4, encoding: 0, offset: 0, bits: 32 }))
}

/// Creates `struct name { T a; struct name *next; }` where the pointer follows the struct.
fn list(info: &mut Info, name: &str, value: TypeId) -> TypeId {
    let next = TypeId(info.btf.last_id().0 + 2);
    let [a, b] = ["a", "next"].map(|name| info.btf.strings.intern(name.as_bytes()));
    let members = vec![
        Member { name: a, ty: value, offset: 0, width: 0 },
        Member { name: b, ty: next, offset: 64, width: 0 },
    ];
    let id = add(info, name, Kind::Struct(Composite { size: 16, bitfields: false, members }));
    add(info, "", Kind::Ptr(id));
    id
}

fn var(info: &mut Info, name: &str, ty: TypeId) -> TypeId {
    add(info, name, Kind::Var { ty, linkage: Linkage::Global })
}

fn var_type(info: &Info, name: &str) -> TypeId {
    let mut vars = info.btf.iter().filter(|(id, _)| info.btf.name(*id) == name);
    match vars.next().expect("the variable is there").1.kind {
        Kind::Var { ty, .. } => ty,
        ref other => panic!("no variable: {other:?}"),
    }
}

#[test]
fn equal_recursive_types_merge_and_different_ones_do_not() {
    let mut info = empty();
    let [one, two] = ["u32", "u32"].map(|name| int(&mut info, name));
    let other = int(&mut info, "i32");
    let lists = [one, two, other].map(|value| list(&mut info, "list", value));
    for (name, ty) in ["x", "y", "z"].into_iter().zip(lists) {
        var(&mut info, name, ty);
    }
    dedup(&mut info);
    assert_eq!(var_type(&info, "x"), var_type(&info, "y"));
    assert_ne!(var_type(&info, "x"), var_type(&info, "z"));
    assert_eq!(info.btf.types.len(), 2 + 2 * 2 + 3);
    let once = info.clone();
    dedup(&mut info);
    assert_eq!(info, once);
}

#[test]
fn a_difference_far_away_keeps_types_apart() {
    let mut info = empty();
    let ends = ["u32", "i32"].map(|name| int(&mut info, name));
    let chains = ends.map(|end| (0..50).fold(end, |inner, _| add(&mut info, "", Kind::Ptr(inner))));
    var(&mut info, "x", chains[0]);
    var(&mut info, "y", chains[1]);
    let before = info.clone();
    dedup(&mut info);
    assert_eq!(info, before);
}

#[test]
fn tags_keep_equal_structs_apart_unless_the_tags_are_equal() {
    let mut info = empty();
    let structs = [0; 3].map(|_| add(&mut info, "s", Kind::Struct(Composite::default())));
    for (ty, text) in structs.into_iter().zip(["a", "a", "b"]) {
        add(&mut info, text, Kind::DeclTag(DeclTag { ty, component: -1, attribute: false }));
    }
    dedup(&mut info);
    assert_eq!(
        info.btf.to_string(),
        "[1] STRUCT 's' size=0 vlen=0\n[2] STRUCT 's' size=0 vlen=0\n\
         [3] DECL_TAG 'a' type_id=1 component_idx=-1\n[4] DECL_TAG 'b' type_id=2 component_idx=-1\n"
    );
}

#[test]
fn a_forward_declaration_becomes_the_only_struct_of_its_name() {
    let mut info = empty();
    let forwards =
        ["one", "two", "none"].map(|name| add(&mut info, name, Kind::Fwd(FwdKind::Struct)));
    let pointers = forwards.map(|forward| add(&mut info, "", Kind::Ptr(forward)));
    for (name, size) in [("one", 4), ("two", 4), ("two", 8)] {
        add(&mut info, name, Kind::Struct(Composite { size, ..Composite::default() }));
    }
    for (name, ty) in ["x", "y", "z"].into_iter().zip(pointers) {
        var(&mut info, name, ty);
    }
    resolve_forwards(&mut info);
    let target = |name| match info.btf.get(var_type(&info, name)).map(|ty| &ty.kind) {
        Some(Kind::Ptr(target)) => info.btf.get(*target).expect("it is there").kind.clone(),
        other => panic!("no pointer: {other:?}"),
    };
    assert!(matches!(target("x"), Kind::Struct(_)));
    assert!(matches!(target("y"), Kind::Fwd(_)), "two candidates");
    assert!(matches!(target("z"), Kind::Fwd(_)), "no candidate");
}

#[test]
fn pruning_keeps_what_code_and_data_need() {
    let mut info = empty();
    let index = int(&mut info, "idx");
    let lost = int(&mut info, "lost");
    add(&mut info, "", Kind::Ptr(lost));
    let used = int(&mut info, "used");
    let array = add(&mut info, "", Kind::Array(Array { elem: used, index, len: 3 }));
    let core = add(&mut info, "core", Kind::Struct(Composite::default()));
    for (text, ty) in [("kept", core), ("gone", lost)] {
        add(&mut info, text, Kind::DeclTag(DeclTag { ty, component: -1, attribute: false }));
    }
    var(&mut info, "v", array);
    let relo = CoreRelo { insn_off: 0, ty: core, access: StrOff::EMPTY, kind: 8 };
    let table = SecTable { section: StrOff::EMPTY, records: vec![relo] };
    info.ext = Some(Ext { core_relos: vec![table], ..Ext::default() });
    prune(&mut info);
    compact_strings(&mut info);
    assert_eq!(
        info.btf.to_string(),
        "[1] INT 'idx' size=4 bits_offset=0 nr_bits=32 encoding=(none)\n\
         [2] INT 'used' size=4 bits_offset=0 nr_bits=32 encoding=(none)\n\
         [3] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=3\n[4] STRUCT 'core' size=0 vlen=0\n\
         [5] DECL_TAG 'kept' type_id=4 component_idx=-1\n[6] VAR 'v' type_id=3, linkage=global\n"
    );
    assert_eq!(info.ext.as_ref().expect("set above").core_relos[0].records[0].ty, TypeId(4));
    assert_eq!(info.btf.strings.as_bytes(), b"\0idx\0used\0core\0kept\0v\0");
}

#[test]
fn big_endian_sections_come_back() {
    let mut info = empty();
    let value = int(&mut info, "u32");
    let ty = list(&mut info, "list", value);
    let table = SecTable {
        section: StrOff(1),
        records: vec![CoreRelo { insn_off: 8, ty, access: StrOff(2), kind: 0 }],
    };
    info.ext = Some(Ext { core_relos: vec![table], tail: vec![1, 2, 3], ..Ext::default() });
    let (btf, ext) = info.encode().expect("it fits");
    assert_eq!(btf[..8], [0xeb, 0x9f, 1, 0, 0, 0, 0, 24]);
    assert_eq!(Info::decode(&btf, ext.as_deref()), Ok(info));
}

#[test]
fn modifiers_are_stripped_and_a_circle_of_them_is_void() {
    let mut info = empty();
    let number = int(&mut info, "int");
    let constant = add(&mut info, "", Kind::Const(number));
    let tag = add(&mut info, "user", Kind::TypeTag { ty: constant, attribute: false });
    let name = add(&mut info, "number_t", Kind::Typedef(tag));
    assert_eq!(info.btf.strip_modifiers(name), number);
    let pointer = add(&mut info, "", Kind::Ptr(name));
    assert_eq!(info.btf.strip_modifiers(pointer), pointer);
    let next = TypeId(info.btf.last_id().0 + 2);
    let circle = add(&mut info, "", Kind::Volatile(next));
    add(&mut info, "", Kind::Restrict(circle));
    assert_eq!(info.btf.strip_modifiers(circle), TypeId::VOID);
}

#[test]
fn a_map_definition_has_numbers_and_types() {
    let mut info = empty();
    let number = int(&mut info, "int");
    let array = add(&mut info, "", Kind::Array(Array { elem: number, index: number, len: 27 }));
    let [encoded, key] = [array, number].map(|to| add(&mut info, "", Kind::Ptr(to)));
    let members = [("type", encoded), ("key", key)].map(|(name, ty)| {
        let name = info.btf.strings.intern(name.as_bytes());
        Member { name, ty, offset: 0, width: 0 }
    });
    let definition = Composite { size: 16, bitfields: false, members: members.to_vec() };
    let definition = add(&mut info, "", Kind::Struct(definition));
    let constant = add(&mut info, "", Kind::Const(definition));
    let map = crate::map_def::MapDef::of(&info.btf, constant).expect("a struct");
    assert_eq!((map.number("type"), map.number("max_entries")), (Some(27), None));
    assert_eq!((map.pointee("key"), map.number("key")), (Some(number), None));
    assert!(crate::map_def::MapDef::of(&info.btf, number).is_none());
}
