//! Finished objects load through libbpf 1.1 (bpftool), libbpf 1.7 and aya, in the running kernel.

use bpf_linker::internals::plan::{Dwarf, LinkPlan, MapDefinitions};

use crate::support::objects::{
    Lab, Llvm, btf_plan, finish_with, load, load_with_aya, load_with_bpftool, load_with_libbpf,
    with_btf, without_btf,
};

const C: &str = include_str!("full.c");
const PARTLY_DESCRIBED: &str = include_str!("partly_described.c");
const LEGACY_MAPS: &str = include_str!("legacy_maps.rs");

#[test]
fn c_with_kfuncs_ksyms_and_kconfig_loads() {
    let lab = Lab::new();
    for llvm in [Llvm::V19, Llvm::V22] {
        let object = with_btf(lab.clang(llvm, "bpfel", &["-g"], C)).expect("a sound object");
        // aya 0.14 resolves no externs.
        load_with_bpftool(&lab, &object);
        load_with_libbpf(&object);
    }
}

#[test]
fn dwarf_is_kept_when_asked_for_and_still_reads_well() {
    let lab = Lab::new();
    let mut plan = btf_plan();
    plan.debug_info.dwarf = Dwarf::Keep;
    let object =
        finish_with(lab.clang(Llvm::V22, "bpfel", &["-g"], C), &plan).expect("a sound object");
    lab.inspect(&["llvm-dwarfdump-22", "--verify"], &object);
    load_with_bpftool(&lab, &object);
}

#[test]
fn functions_without_debug_info_load() {
    let lab = Lab::new();
    for llvm in [Llvm::V19, Llvm::V22] {
        let object =
            with_btf(lab.clang(llvm, "bpfel", &["-g"], PARTLY_DESCRIBED)).expect("a sound object");
        load(&lab, &object);
        let types = lab.inspect(&["bpftool", "btf", "dump", "file"], &object);
        for function in ["'sub'", "'outside'", "'cold'", "'bare'", "'prog'"] {
            assert!(types.contains(&format!("FUNC {function}")), "{function} in {types}");
        }
    }
}

#[test]
fn cold_functions_are_subprograms() {
    let lab = Lab::new();
    let raw = lab.clang(Llvm::V22, "bpfel", &[], PARTLY_DESCRIBED);
    assert!(
        lab.inspect(&["llvm-readelf-22", "-SW"], &raw).contains(".text.unlikely."),
        "the fixture has lost its point"
    );
    let object = without_btf(raw).expect("a sound object");
    assert!(!lab.inspect(&["llvm-readelf-22", "-SW"], &object).contains(".text.unlikely"));
    load(&lab, &object);
}

#[test]
fn code_without_any_debug_info_gets_func_info() {
    let lab = Lab::new();
    let object =
        with_btf(lab.clang(Llvm::V22, "bpfel", &[], PARTLY_DESCRIBED)).expect("a sound object");
    assert!(lab.inspect(&["bpftool", "btf", "dump", "file"], &object).contains("FUNC 'sub'"));
    load(&lab, &object);
}

#[test]
fn legacy_maps_become_maps_of_both_loaders() {
    let lab = Lab::new();
    let raw = lab.rust("prog,_license", LEGACY_MAPS);
    let object = with_btf(raw).expect("a sound object");
    load(&lab, &object);
    let mut opened = libbpf_rs::ObjectBuilder::default();
    let opened = opened.open_memory(&object).expect("libbpf opens the object");
    let mut maps: Vec<_> = opened
        .maps()
        .map(|map| {
            (
                map.name().to_string_lossy().into_owned(),
                map.map_type(),
                map.key_size(),
                map.value_size(),
                map.max_entries(),
            )
        })
        .filter(|(name, ..)| name == "HITS" || name == "TABLE")
        .collect();
    maps.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [
        ("HITS", libbpf_rs::MapType::Array, 4, 8, 4),
        ("TABLE", libbpf_rs::MapType::Hash, 4, 8, 16),
    ];
    assert_eq!(
        maps,
        expected.map(|(name, kind, key, value, max)| (name.to_owned(), kind, key, value, max))
    );
}

#[test]
fn flags_and_pinning_of_legacy_maps_are_in_btf() {
    let lab = Lab::new();
    let source = LEGACY_MAPS.replace("m: 16, f: 0, id: 0, pin: 0", "m: 16, f: 1, id: 0, pin: 1");
    assert_ne!(source, LEGACY_MAPS);
    let object = with_btf(lab.rust("prog,_license", &source)).expect("a sound object");
    let types = lab.inspect(&["bpftool", "btf", "dump", "file"], &object);
    for member in ["'map_flags'", "'pinning'", "'type'", "'max_entries'"] {
        assert!(types.contains(member), "{member} in {types}");
    }
}

#[test]
fn legacy_maps_stay_when_asked_or_without_btf() {
    let lab = Lab::new();
    let raw = lab.rust("prog,_license", LEGACY_MAPS);
    let keep = LinkPlan { maps: MapDefinitions::Keep, ..btf_plan() };
    for object in [finish_with(raw.clone(), &keep), without_btf(raw)] {
        let object = object.expect("a sound object");
        let sections = lab.inspect(&["llvm-readelf-22", "-SW"], &object);
        assert!(sections.contains(" maps ") && !sections.contains(" .maps "), "{sections}");
        load_with_aya(&object);
    }
}

#[test]
fn bpftool_makes_objects_and_skeletons_of_it() {
    let lab = Lab::new();
    for raw in [lab.clang(Llvm::V22, "bpfel", &["-g"], C), lab.rust("prog,_license", LEGACY_MAPS)] {
        let object = with_btf(raw).expect("a sound object");
        let joined = lab.bpftool_gen_object(&object);
        load_with_libbpf(&joined);
        let skeleton = lab.inspect(&["bpftool", "gen", "skeleton"], &object);
        assert!(skeleton.contains("struct bpf_program *prog;"), "{skeleton}");
    }
}

/// libbpf's own static linker, which fills in what clang leaves out, makes the same of clang's object and of ours.
#[test]
fn c_types_are_neither_lost_nor_invented() {
    let lab = Lab::new();
    for llvm in [Llvm::V19, Llvm::V22] {
        let raw = lab.clang(llvm, "bpfel", &["-g"], C);
        let object = with_btf(raw.clone()).expect("a sound object");
        let [theirs, ours] = [raw, object].map(|object| lab.bpftool_gen_object(&object));
        for tool in [
            &["bpftool", "btf", "dump", "file"][..],
            &["llvm-objdump-22", "-dr", "-j", "xdp", "-j", "classifier"],
        ] {
            assert_eq!(lab.inspect(tool, &theirs), lab.inspect(tool, &ours), "{llvm:?}");
        }
    }
}

#[test]
fn core_records_follow_their_function() {
    let lab = Lab::new();
    let raw = lab.clang(Llvm::V22, "bpfel", &["-g"], include_str!("core.c"));
    let object = with_btf(raw).expect("a sound object");
    let listing = lab.inspect(&["llvm-objdump-22", "-dr", "-j", ".text"], &object);
    let record = listing
        .lines()
        .position(|line| line.contains("CO-RE <byte_off>"))
        .expect("a record in .text");
    let instruction = listing.lines().nth(record - 1).unwrap_or_default();
    assert!(instruction.ends_with("= 0x4"), "{instruction}\n{listing}");
    // libbpf compares the instruction's value with the record's before it patches.
    load_with_bpftool(&lab, &object);
    load_with_libbpf(&object);
}

#[test]
fn constants_with_addresses_are_read_only_data() {
    let lab = Lab::new();
    let source = r#"
        char LICENSE[] SEC("license") = "GPL";
        const int limit = 3;
        __attribute__((used)) const int *const limits[] = { &limit, &limit };
        SEC("xdp") int prog(void *ctx) { return *(volatile const int *)&limit; }"#;
    for flags in [&["-g", "-fPIC"][..], &["-fPIC"]] {
        let raw = lab.clang(Llvm::V22, "bpfel", flags, source);
        assert!(
            lab.inspect(&["llvm-readelf-22", "-SW"], &raw).contains(".data.rel.ro"),
            "the fixture has lost its point"
        );
        let object = if flags.contains(&"-g") { with_btf(raw) } else { without_btf(raw) }
            .expect("a sound object");
        assert!(!lab.inspect(&["llvm-readelf-22", "-SW"], &object).contains(".data.rel.ro"));
        load(&lab, &object);
    }
}
