use super::{
    fixture::{
        GLOBAL, UNDEFINED, WEAK, Writer, archive, bitcode, bsd_archive, defining, elf, wrapped,
    },
    *,
};
use crate::plan::Input;

fn buffer(name: &str, bytes: Vec<u8>) -> Input {
    Input {
        source: Source::Buffer { name: name.to_owned(), bytes: bytes.into() },
        members: Members::Needed,
    }
}

fn load_buffers(inputs: Vec<Input>) -> (Result<Inputs>, Vec<String>) {
    let warnings = Warnings::default();
    let inputs = load(&LinkPlan { inputs, ..LinkPlan::default() }, &warnings);
    (inputs, warnings.take().iter().map(ToString::to_string).collect())
}

fn load_one(name: &str, bytes: Vec<u8>) -> Result<Inputs> {
    load_buffers(vec![buffer(name, bytes)]).0
}

fn archive_of(members: &[(&str, &[u8])]) -> Archive {
    load_one("lib.a", archive(members)).unwrap().archives.pop().unwrap()
}

fn defined_by(archive: &Archive, symbol: &str) -> Option<String> {
    archive.member_origin(archive.defining(symbol)?).map(ToString::to_string)
}

#[test]
fn bitcode_is_known_by_its_magic() {
    let plain =
        bitcode("LLVM22.1.8", &[("a", GLOBAL), ("b", UNDEFINED), ("c", WEAK), ("local", 0)]);
    for bytes in [plain.clone(), wrapped(&plain), elf(&[(".llvmbc", &plain)], &[])] {
        let inputs = load_one("misnamed.txt", bytes).unwrap();
        let [module] = inputs.modules.as_slice() else { panic!("{inputs:?}") };
        assert_eq!(&*module.bytes, plain);
        assert_eq!(module.producer.as_ref().unwrap().text, "LLVM22.1.8");
        let symbols: Vec<_> = module
            .symbols()
            .unwrap()
            .into_iter()
            .map(|symbol| (symbol.name, symbol.role))
            .collect();
        let expected = [("a", Role::Strong), ("b", Role::Undefined), ("c", Role::Weak)];
        assert_eq!(symbols, expected.map(|(name, role)| (name.to_owned(), role)));
    }
}

#[test]
fn concatenated_embedded_modules_are_all_taken() {
    let (a, b) = (defining("a"), defining("b"));
    let section = [a.as_slice(), &[0; 12], &wrapped(&b)].concat();
    let inputs = load_one("two.o", elf(&[(".text", b"code"), (".llvmbc", &section)], &[])).unwrap();
    let names: Vec<_> = inputs.modules.iter().map(|module| module.origin.to_string()).collect();
    assert_eq!(names, ["two.o", "two.o(module 2)"]);
    assert_eq!(
        (&*inputs.modules[0].bytes, &*inputs.modules[1].bytes),
        (a.as_slice(), b.as_slice())
    );
}

#[test]
fn ir_is_known_by_its_first_line_or_its_name() {
    for text in [
        "; ModuleID = 'x'\n",
        "\n; a comment\nsource_filename = \"x\"\n",
        "target triple = \"bpf\"",
        "define i32 @f() {",
        "define dso_local noundef i32\n@f() {",
        "declare void @g()",
        "@x = global i32 0",
        "%t = type { i32 }",
        "$c = comdat any",
        "!0 = !{}",
        "attributes #0 = { nounwind }",
        "module asm \"x\"",
    ] {
        let inputs = load_one("input", text.into()).unwrap();
        assert_eq!(inputs.modules[0].format, Format::Text, "{text}");
    }
    for text in ["", "; nothing\n", "gibberish"] {
        let inputs = load_one("input.ll", text.into()).unwrap();
        assert_eq!(inputs.modules[0].format, Format::Text, "{text}");
    }
}

#[test]
fn what_cannot_be_linked_is_named() {
    let mut x86 = elf(&[(".text", b"\xC3")], &[]);
    x86[18..20].copy_from_slice(&62_u16.to_le_bytes());
    for (bytes, fact) in [
        (b"#define X 1\n".to_vec(), "thing is text, but not LLVM IR, which cannot be linked"),
        (b"define the terms\n".to_vec(), "thing is text, but not LLVM IR"),
        (b"#!/bin/sh\n".to_vec(), "thing is a script"),
        (b"/* GNU ld script */\nINPUT(a)".to_vec(), "thing is a linker script"),
        (Vec::new(), "thing is empty"),
        (b" \n".to_vec(), "thing is blank text"),
        (b"\0asm\x01\0\0\0".to_vec(), "thing is a WebAssembly module"),
        (b"\x80\x81\x82".to_vec(), "thing is of an unknown kind"),
        (b"rust\0\0\0\x0A".to_vec(), "thing is metadata of a Rust crate, without code"),
        (b"\x7FELF".to_vec(), "thing is a malformed ELF file"),
        (x86, "thing is a native x86-64 object"),
        (b"!<arch>\nnonsense".to_vec(), "cannot read thing"),
        (wrapped(b"MZ"), "thing is malformed"),
        ([&0x0B17_C0DE_u32.to_le_bytes()[..], &[0xFF; 16]].concat(), "thing is malformed"),
    ] {
        let error = load_one("thing", bytes).unwrap_err();
        assert!(error.message().starts_with(fact), "{error}");
    }
}

#[test]
fn rustc_own_objects_are_accepted_by_rule() {
    let roots = elf(&[], &["prog", "helper", "prog"]);
    let metadata = elf(&[(".rustc", b"metadata")], &[]);
    let inputs = vec![buffer("symbols.o", roots), buffer("rmeta.o", metadata)];
    let (inputs, warnings) = load_buffers(inputs);
    let inputs = inputs.unwrap();
    assert_eq!(inputs.roots, ["helper", "prog"]);
    assert!(inputs.modules.is_empty() && inputs.archives.is_empty() && warnings.is_empty());
}

#[test]
fn an_archive_without_an_index_is_indexed() {
    let (a, b) = (bitcode("zig 0.15.2", &[("a", GLOBAL), ("b", UNDEFINED)]), defining("b"));
    let metadata = elf(&[(".rmeta", b"x")], &[]);
    let members: &[(&str, &[u8])] = &[
        ("lib.rmeta", b"whatever"),
        ("another-name-for-metadata.rmeta", &metadata),
        ("README", b"text that was packed along\n"),
        ("a-name-of-more-than-sixteen-bytes.o", &a),
        ("b.o", &b),
    ];
    for bytes in [archive(members), bsd_archive(members)] {
        let (inputs, warnings) = load_buffers(vec![buffer("lib.a", bytes)]);
        let inputs = inputs.unwrap();
        let archive = &inputs.archives[0];
        assert_eq!(archive.members().count(), 2);
        assert_eq!(archive.defining("a"), Some(MemberId(0)));
        assert_eq!(archive.defining("b"), Some(MemberId(1)));
        assert_eq!(archive.defining("c"), None);
        assert_eq!(*archive.load(MemberId(1)).unwrap().bytes, *b);
        assert_eq!(
            archive.load(MemberId(0)).unwrap().origin.to_string(),
            "lib.a(a-name-of-more-than-sixteen-bytes.o)"
        );
        assert!(archive.load(MemberId(2)).is_err() && warnings.is_empty());
        let (origin, newest) = inputs.newest_producer().unwrap();
        assert_eq!(
            (origin.to_string().as_str(), newest.text.as_str()),
            ("lib.a(b.o)", "LLVM22.1.8")
        );
    }
}

#[test]
fn the_first_definition_in_order_wins_also_in_inner_archives() {
    let inner = archive(&[("x.o", &defining("x")), ("y.o", &defining("y"))]);
    let outer =
        archive_of(&[("first.o", &defining("y")), ("inner.a", &inner), ("last.o", &defining("x"))]);
    assert_eq!(defined_by(&outer, "x").unwrap(), "lib.a(inner.a)(x.o)");
    assert_eq!(defined_by(&outer, "y").unwrap(), "lib.a(first.o)");
    let symbols: Vec<_> = outer.symbols().map(|(name, member)| (name, member.0)).collect();
    assert_eq!(symbols, [("y", 0), ("x", 1), ("y", 2), ("x", 3)]);
}

#[test]
fn archives_nested_too_deep_are_an_error() {
    let bytes = (0..20).fold(archive(&[]), |inner, _| archive(&[("inner.a", &inner)]));
    let error = load_one("deep.a", bytes).unwrap_err();
    assert!(error.message().contains("too many archives within archives"), "{error}");
}

#[test]
fn thin_archives_that_multiply_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let thin = |name: &str, inner: &str, times: usize| {
        let header =
            format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", format!("{inner}/"), 0, 0, 0, 644, 8);
        std::fs::write(folder.path().join(name), format!("!<thin>\n{}", header.repeat(times)))
            .unwrap();
    };
    thin("itself.a", "itself.a", 1);
    thin("wide.a", "wider.a", 100);
    thin("wider.a", "empty.a", 100);
    thin("empty.a", "", 0);
    for name in ["itself.a", "wide.a"] {
        let source = Source::File(folder.path().join(name));
        let error = load_buffers(vec![Input { source, members: Members::Needed }]).0.unwrap_err();
        assert!(error.message().contains("too many archives within archives"), "{error}");
    }
}

#[test]
fn members_that_only_llvm_reads_are_told_apart() {
    let unreadable = {
        let mut writer = Writer::new();
        writer.identification("LLVM3.9.0", 0);
        writer.bytes()
    };
    let mut archive = archive_of(&[
        ("a.o", &defining("a")),
        ("b.ll", b"define void @b() {"),
        ("c.o", &unreadable),
    ]);
    assert_eq!(archive.unindexed(), [MemberId(1), MemberId(2)]);
    archive.add_symbols(MemberId(1), ["b".to_owned(), "a".to_owned()]);
    assert_eq!(archive.unindexed(), [MemberId(2)]);
    assert_eq!(
        (archive.defining("b"), archive.defining("a")),
        (Some(MemberId(1)), Some(MemberId(0)))
    );
    assert_eq!(archive.load(MemberId(1)).unwrap().format, Format::Text);
}

#[test]
fn objects_without_bitcode_are_native() {
    for bytes in [elf(&[(".text", b"code")], &[]), elf(&[], &[])] {
        let inputs = load_one("thing", bytes).unwrap();
        assert!(inputs.is_native(), "{inputs:?}");
    }
}

#[test]
fn an_archive_may_hold_native_objects_beside_bitcode() {
    let native = elf(&[(".text", b"code")], &[]);
    let embedding = elf(&[(".text", b"code"), (".llvmbc", &defining("e"))], &[]);
    let bytes = archive(&[("n.o", &native), ("e.o", &embedding)]);
    let (inputs, warnings) = load_buffers(vec![buffer("lib.a", bytes.clone())]);
    let inputs = inputs.unwrap();
    assert_eq!(inputs.archives[0].defining("e"), Some(MemberId(0)));
    assert!(inputs.natives.is_empty() && warnings.is_empty(), "{warnings:?}");
    let whole = vec![Input { members: Members::All, ..buffer("lib.a", bytes) }];
    let inputs = load_buffers(whole).0.unwrap();
    let names: Vec<_> = inputs.natives.iter().map(|native| native.origin.to_string()).collect();
    assert_eq!(names, ["lib.a(n.o)"]);
    assert_eq!(inputs.modules.len(), 1);
}

#[test]
fn a_whole_archive_is_a_list_of_modules() {
    let bytes = archive(&[("lib.rmeta", b""), ("a.o", &defining("a")), ("b.o", &defining("b"))]);
    let inputs =
        load_buffers(vec![Input { members: Members::All, ..buffer("lib.a", bytes) }]).0.unwrap();
    assert!(inputs.archives.is_empty());
    let names: Vec<_> = inputs.modules.iter().map(|module| module.origin.to_string()).collect();
    assert_eq!(names, ["lib.a(a.o)", "lib.a(b.o)"]);
}

#[test]
fn archives_may_cross_threads() {
    fn assert_shared<T: Send + Sync>() {}
    assert_shared::<Inputs>();
}

#[test]
fn no_prefix_of_an_input_and_no_flipped_byte_panics() {
    let inner = archive(&[("x.o", &wrapped(&defining("x")))]);
    let embedding = elf(&[(".llvmbc", &defining("e"))], &["u"]);
    let bytes = archive(&[
        ("a-name-of-more-than-sixteen-bytes.o", &defining("a")),
        ("i.a", &inner),
        ("e.o", &embedding),
    ]);
    let use_all = |bytes: Vec<u8>| {
        let Ok(inputs) = load_one("lib.a", bytes) else { return };
        for archive in &inputs.archives {
            let modules = archive.members().filter_map(|(member, _)| archive.load(member).ok());
            modules.for_each(|module| drop(module.symbols()));
        }
        drop(inputs.newest_producer().map(|(_, producer)| producer.to_string()));
    };
    for at in 0..bytes.len() {
        use_all(bytes[..at].to_vec());
        for flip in [0x01, 0x80, 0xFF] {
            let mut bytes = bytes.clone();
            bytes[at] ^= flip;
            use_all(bytes);
        }
    }
}
