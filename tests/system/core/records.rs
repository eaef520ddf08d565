//! The records of Rust are those that clang makes of the same queries in C, and so are the instructions that libbpf
//! patches.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use bpf_linker::internals::{
    elf::Elf,
    link::btf::co_re_list::{Record, records},
};
use btf::{Info, co_re::Queries};

use serde_json::Value;

use super::program::{Workshop, source};
use crate::support::{
    rustc::Toolchain,
    tools::{run, said},
};

#[test]
fn queries_of_rust_are_those_of_c() {
    let workshop = Workshop::new(Toolchain::Installed);
    let (rust, c) = (workshop.object("queries", &[]), workshop.clang("queries"));
    let both = [&rust, &c].map(|object| questions(object));
    assert!(both[0].len() > 40, "{:#?}", both[0]);
    let [of_rust, of_c] = both;
    assert_eq!(of_c.difference(&of_rust).next(), None, "kind, type, access string");
    let others = of_rust.difference(&of_c).filter(|question| !is_of_a_check(question));
    assert_eq!(others.collect::<Vec<_>>(), [""; 0], "asked in Rust alone");
    let [of_rust, of_c] = [&rust, &c].map(|object| patches(object));
    assert!(of_rust.iter().any(|patch| patch.contains("->")), "{of_rust:#?}");
    assert_eq!(of_c.difference(&of_rust).next(), None, "what libbpf patches on this kernel");
}

/// Reads of Rust check the size of a field, and ask for other kinds of it if it is missing.
fn is_of_a_check(question: &str) -> bool {
    const SHAPES: [&str; 7] = ["int", "ptr", "struct", "enum", "ints", "ptrs", "structs"];
    let is_shape = |word: &str| SHAPES.iter().any(|shape| word.ends_with(&format!("___{shape}")));
    question.starts_with("byte_sz ")
        || question.starts_with("field_exists ") && question.split(' ').nth(2).is_some_and(is_shape)
}

#[test]
fn the_report_lists_every_record_with_its_place() {
    let workshop = Workshop::new(Toolchain::Installed);
    let report = workshop.path("report.json");
    let option = format!("-Clink-arg=--report-json={}", report.display());
    let object = workshop.path("reported.o");
    run(workshop.rustc(&[&option]).arg(source("queries.rs")).arg("-o").arg(&object));
    let report = fs::read_to_string(report).expect("the linker wrote it");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let reported = report["core"].as_array().expect("a list");
    let listed = listed(&object);
    assert_eq!(reported.len(), listed.len());
    for (reported, listed) in reported.iter().zip(&listed) {
        for (key, value) in [
            ("symbol", &listed.program),
            ("type", &listed.ty),
            ("path", &listed.path),
            ("access", &listed.access),
        ] {
            assert_eq!(reported[key].as_str(), Some(value.as_str()), "{key} of {reported}");
        }
        assert_eq!(reported["kind"], listed.kind);
        assert_eq!(reported["instruction"], listed.instruction);
        let source = reported["source"].as_str().expect("every query has a place");
        assert!(source.contains("tests/system/core/queries.rs:"), "{source}");
    }
    let weight = reported.iter().find(|record| record["path"] == ".se.load.weight");
    let weight = weight.expect("the program reads it");
    assert_eq!(weight["type"], "struct task_struct");
    assert_eq!(weight["access"], "0:7:1:1");
}

/// Returns the meaning of each record of `object`: kind, type, access string and what the kernel answers.
pub fn questions(object: &Path) -> BTreeSet<String> {
    let question =
        |record: Record| format!("{} {} {} {}", record.kind, record.ty, record.access, record.path);
    listed(object).into_iter().map(question).collect()
}

/// The records of `object`.
pub fn listed(object: &Path) -> Vec<Record> {
    let bytes = fs::read(object).expect("the object was made");
    let elf = Elf::parse(&bytes).expect("a BPF object");
    let section = |name: &str| {
        let id = elf.section_named(name).unwrap_or_else(|| panic!("no {name} in {object:?}"));
        elf.sections[&id].bytes().to_vec()
    };
    let info = Info::decode(&section(".BTF"), Some(&section(".BTF.ext"))).expect("sound BTF");
    let listed = records(&info, &Queries::default(), &elf);
    assert!(!listed.is_empty(), "{object:?} has no records");
    listed
}

/// The instructions that libbpf patches, before and after. The number of a type in the object is the object's own.
fn patches(object: &Path) -> BTreeSet<String> {
    let pin = format!("/sys/fs/bpf/bpf-linker-core-{}", std::process::id());
    let load = Command::new("bpftool").args(["-d", "prog", "load"]).arg(object).arg(&pin).output();
    let load = load.expect("package bpftool is installed");
    assert!(load.status.success(), "loading needs root: {}", said(&load));
    run(Command::new("rm").arg(&pin));
    let said = said(&load);
    let patched = said.lines().filter_map(|line| line.split_once("patched insn #"));
    let patched = patched.filter_map(|(_, patch)| patch.split_once(' ')).map(|(_, patch)| patch);
    patched
        .filter(|patch| !patch.contains("imm64 ") || !is_number_of_a_type(patch))
        .map(str::to_owned)
        .collect()
}

/// Values of enumerations are 64 bits wide too, but small or none at all in the kernel.
fn is_number_of_a_type(patch: &str) -> bool {
    let numbers: Vec<u64> = patch
        .split(|char: char| !char.is_ascii_digit())
        .filter_map(|word| word.parse().ok())
        .collect();
    !matches!(numbers.as_slice(), [_, 0 | 1, 0 | 1] | [_, 77..=79, _])
}
