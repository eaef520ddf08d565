//! The fixes on what LLVM really emits: raw BTF of every Rust construct by LLVM 19 and 22, and of C by clang.
//!
//! `tests/btf/regenerate.sh` made the sections. The ELF file is not at hand here, so sizes of sections are set to what
//! their variables need.

use std::process::Command;

use crate::support::btf_load;
use btf::{
    Btf, Composite, FixOptions, Info, Kind, SecTable, SourceLines, TypeId, compact_strings, dedup,
    fix,
    fixes::{self, names::Renamed},
    prune,
    rules::{self, Kernel},
};

const FIXTURES: [&str; 3] = ["constructs-llvm19", "constructs-llvm22", "c-llvm22"];

fn path(name: &str, section: &str) -> String {
    format!("{}/tests/btf/{name}.{section}", env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> (Vec<u8>, Vec<u8>) {
    let [btf, ext] =
        ["btf", "ext"].map(|section| std::fs::read(path(name, section)).expect("a fixture"));
    (btf, ext)
}

/// The fixture with section sizes as the ELF file would tell them.
fn load(name: &str) -> Info {
    let (btf, ext) = read(name);
    let mut info = Info::decode(&btf, Some(&ext)).expect("LLVM writes well-formed BTF");
    for ty in &mut info.btf.types {
        if let Kind::Datasec(it) = &mut ty.kind
            && !matches!(info.btf.strings.get(ty.name), b".ksyms" | b".kconfig")
        {
            it.entries.retain(|entry| entry.size != 0);
            let mut offset = 0;
            for entry in &mut it.entries {
                entry.offset = offset;
                offset += entry.size.next_multiple_of(8);
            }
            it.size = offset.max(1);
        }
    }
    info
}

fn fixed(name: &str) -> Info {
    let mut info = load(name);
    fix(&mut info, &FixOptions::default()).expect("no path leads nowhere");
    info
}

#[test]
fn sections_of_llvm_are_rewritten_byte_for_byte() {
    for name in FIXTURES {
        let (btf, ext) = read(name);
        let info = Info::decode(&btf, Some(&ext)).expect("LLVM writes well-formed BTF");
        let (btf_again, ext_again) = info.encode().expect("it fits");
        assert!(btf_again == btf, "{name}.btf");
        assert!(ext_again.as_ref() == Some(&ext), "{name}.ext");
    }
}

#[test]
fn the_kernel_refuses_raw_rust_and_takes_it_fixed() {
    for name in &FIXTURES[..2] {
        let raw = load(name).btf.encode().expect("it fits");
        assert!(btf_load::load(&raw).is_err(), "{name} needs no fix: the fixture proves nothing");
    }
    for name in FIXTURES {
        let info = fixed(name);
        rules::check(&info, Kernel::NEWEST).unwrap_or_else(|error| panic!("{name}: {error}"));
        let loaded = rules::as_loaded(&info.btf, Kernel::NEWEST).encode().expect("it fits");
        btf_load::load(&loaded).unwrap_or_else(|log| panic!("{name}: {log}"));
    }
}

#[test]
fn fixing_twice_is_fixing_once() {
    for name in FIXTURES {
        let once = fixed(name);
        let mut twice = once.clone();
        fix(&mut twice, &FixOptions::default()).expect("no path leads nowhere");
        assert!(once == twice, "{name}\n{}\n{}", once.btf, twice.btf);
    }
}

#[test]
fn no_fix_changes_what_clang_says() {
    let info = load("c-llvm22");
    for (pass, name) in [
        (fixes::names::unnamed_kinds as fn(&mut Info), "unnamed_kinds"),
        (fixes::members::drop_anonymous_void, "drop_anonymous_void"),
        (fixes::void::void_values, "void_values"),
        (fixes::void::bitless_ints, "bitless_ints"),
        (fixes::void::empty_params, "empty_params"),
        (fixes::names::variants, "variants"),
        (fixes::members::discriminants, "discriminants"),
        (fixes::members::bindgen_anonymous, "bindgen_anonymous"),
        (fixes::members::sort, "sort"),
        (fixes::args::name_args, "name_args"),
        (fixes::maps::unwrap_definitions, "unwrap_definitions"),
        (|info| _ = fixes::names::unmark(info), "unmark"),
        (|info| _ = fixes::names::legal(info, Renamed::default()), "legal"),
        (prune, "prune"),
        (dedup, "dedup"),
    ] {
        let mut after = info.clone();
        pass(&mut after);
        assert!(after == info, "{name}:\n{}\n{}", info.btf, after.btf);
    }
    assert_eq!(fixed("c-llvm22").btf.to_string(), info.btf.to_string());
}

#[test]
fn fixed_btf_is_smaller_and_keeps_every_function_and_line() {
    for name in FIXTURES {
        let (before, after) = (load(name), fixed(name));
        let size = |info: &Info| info.encode().expect("it fits").0.len();
        assert!(size(&after) <= size(&before), "{name} grew");
        let count = |info: &Info| {
            let ext = info.ext.as_ref().expect("decoded");
            (records(&ext.func_info), records(&ext.line_info), records(&ext.core_relos))
        };
        assert_eq!(count(&before), count(&after), "{name}");
    }
}

fn records<R>(tables: &[SecTable<R>]) -> usize {
    tables.iter().map(|table| table.records.len()).sum()
}

/// The snapshot of each fixed fixture; `BLESS=1` rewrites it.
#[test]
fn fixed_btf_reads_as_recorded() {
    for name in FIXTURES {
        let text = fixed(name).btf.to_string();
        let snapshot = path(name, "fixed.txt");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&snapshot, &text).expect("the tests folder can be written");
        }
        let recorded = std::fs::read_to_string(&snapshot).expect("a snapshot; BLESS=1 writes it");
        assert_eq!(text, recorded, "{snapshot}");
    }
}

fn by_name<'a>(btf: &'a Btf, name: &str) -> (TypeId, &'a Composite) {
    let mut found = btf.iter().filter_map(|(id, ty)| match &ty.kind {
        Kind::Struct(it) | Kind::Union(it) if btf.strings.get(ty.name) == name.as_bytes() => {
            Some((id, it))
        }
        _ => None,
    });
    let only = found.next().unwrap_or_else(|| panic!("no struct {name}\n{btf}"));
    assert!(found.next().is_none(), "two structs {name}");
    only
}

#[test]
fn every_construct_keeps_size_offset_and_name() {
    for name in &FIXTURES[..2] {
        let (before, after) = (load(name), fixed(name));
        let (_, raw) = by_name(&before.btf, "All");
        let (_, all) = by_name(&after.btf, "All");
        assert_eq!(all.size, raw.size);
        assert!(all.members.is_sorted_by_key(|member| member.offset));
        assert_eq!(all.members.len(), 35);
        for member in &raw.members {
            let named = before.btf.strings.get(member.name);
            let same = all.members.iter().find(|other| after.btf.strings.get(other.name) == named);
            let same = same.unwrap_or_else(|| {
                panic!("{name} lost member {}", before.btf.strings.text(member.name))
            });
            assert_eq!(
                same.offset,
                member.offset,
                "{name}: {}",
                before.btf.strings.text(member.name)
            );
        }
        for (member, ty) in [
            ("opt", "Option_u32"),
            ("tup", "tuple_u8_u32"),
            ("unit", "unit"),
            ("ch", "char32_t"),
            ("slice", "ref_slice_u8"),
            ("s", "ref_str"),
            ("dynamic", "ref_dyn_Speak"),
            ("cg", "ConstGeneric_16_true"),
            ("nested", "Option_Option_tuple_u8_char"),
            ("nz", "Option_NonZero_u32"),
        ] {
            let found =
                all.members.iter().find(|it| after.btf.strings.get(it.name) == member.as_bytes());
            let found = found.unwrap_or_else(|| panic!("no member {member}"));
            assert_eq!(after.btf.name(found.ty), ty, "{name}: type of {member}");
        }
    }
}

#[test]
fn a_wrapped_map_definition_is_unwrapped() {
    for name in &FIXTURES[..2] {
        let info = fixed(name);
        let var =
            info.btf.iter().find(|(id, _)| info.btf.name(*id) == "MAP").expect("MAP is there").1;
        let Kind::Var { ty, .. } = var.kind else { panic!("MAP is a variable") };
        assert_eq!(info.btf.name(ty), "MapDef", "{name}");
    }
}

#[test]
fn older_kernels_get_only_kinds_they_support() {
    for name in FIXTURES {
        for kernel in [
            (4, 18),
            (4, 20),
            (5, 1),
            (5, 2),
            (5, 4),
            (5, 10),
            (5, 13),
            (5, 16),
            (5, 17),
            (6, 0),
            (6, 1),
            (6, 6),
        ] {
            let plan = FixOptions { kernel: Kernel(kernel.0, kernel.1), ..FixOptions::default() };
            let mut info = load(name);
            fix(&mut info, &plan).expect("no path leads nowhere");
            let version = Kernel(kernel.0, kernel.1);
            rules::check(&info, version)
                .unwrap_or_else(|error| panic!("{name} for {version}: {error}\n{}", info.btf));
            let loaded = rules::as_loaded(&info.btf, version).encode().expect("it fits");
            btf_load::load(&loaded).unwrap_or_else(|log| panic!("{name} for {version}: {log}"));
            let mut twice = info.clone();
            fix(&mut twice, &plan).expect("no path leads nowhere");
            assert!(
                twice == info,
                "{name} for {version}: not idempotent\n{}\n{}",
                info.btf,
                twice.btf
            );
        }
    }
}

#[test]
fn source_text_and_paths_go_when_asked() {
    let prefixes = [("/src".to_owned(), "/project".to_owned())];
    let plan = FixOptions {
        source_lines: SourceLines::Drop,
        remap_path_prefix: &prefixes,
        ..FixOptions::default()
    };
    for name in FIXTURES {
        let kept = fixed(name);
        let mut info = load(name);
        fix(&mut info, &plan).expect("no path leads nowhere");
        let under = |info: &Info, folder: &str| {
            let table = String::from_utf8_lossy(info.btf.strings.as_bytes()).into_owned();
            table.split('\0').filter(|text| text.starts_with(folder)).count()
        };
        assert!(under(&kept, "/src/") > 0 && under(&kept, "/project/") == 0, "{name}");
        assert!(under(&info, "/src/") == 0 && under(&info, "/project/") > 0, "{name}");
        let lines = &info.ext.as_ref().expect("decoded").line_info;
        assert!(
            lines
                .iter()
                .flat_map(|table| &table.records)
                .all(|line| line.text.is_empty() && line.line() > 0)
        );
    }
}

#[test]
fn the_dump_is_that_of_bpftool() {
    let fixtures = FIXTURES.map(|name| path(name, "btf"));
    for file in fixtures.iter().map(String::as_str).chain(["/sys/kernel/btf/vmlinux"]) {
        let bytes = std::fs::read(file).expect("it is there");
        let output =
            Command::new("bpftool").args(["btf", "dump", "file", file, "format", "raw"]).output();
        let output = output.expect("bpftool is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let theirs = String::from_utf8_lossy(&output.stdout);
        let ours = Btf::decode(&bytes).expect("well-formed").to_string();
        for (theirs, ours) in theirs.lines().zip(ours.lines()) {
            assert_eq!(ours, theirs, "{file}");
        }
        assert_eq!(ours.lines().count(), theirs.lines().count(), "{file}");
    }
}

#[test]
fn compaction_keeps_every_name() {
    for name in FIXTURES {
        let before = load(name);
        let mut after = before.clone();
        compact_strings(&mut after);
        assert_eq!(before.btf.to_string(), after.btf.to_string());
        assert!(after.btf.strings.as_bytes().len() <= before.btf.strings.as_bytes().len());
    }
}
