//! Records of `.BTF.ext` about every function.

use std::collections::BTreeSet;

use bpf_linker::{
    Warnings,
    internals::{
        elf::Elf,
        object::{self, externs::Declared},
    },
};
use btf::{Info, Kind};

use crate::support::objects::{Lab, Llvm, btf_plan, finish_declared, with_btf, without_btf};

const PARTLY_DESCRIBED: &str = include_str!("partly_described.c");

fn info(elf: &Elf) -> Info {
    let section = |name: &str| {
        elf.section_named(name).and_then(|id| elf.sections.get(&id)).map(|section| section.bytes())
    };
    Info::decode(section(".BTF").expect("BTF"), section(".BTF.ext")).expect("sound BTF")
}

#[test]
fn every_function_has_a_record_and_a_line() {
    let lab = Lab::new();
    for (llvm, flags) in [(Llvm::V19, "-g"), (Llvm::V22, "-g"), (Llvm::V22, "-g0")] {
        let object =
            with_btf(lab.clang(llvm, "bpfel", &[flags], PARTLY_DESCRIBED)).expect("a sound object");
        let elf = Elf::parse(&object).expect("a BPF object");
        let info = info(&elf);
        let ext = info.ext.as_ref().expect(".BTF.ext");
        let functions = object::functions(&elf);
        assert_eq!(functions.len(), 5);
        for function in functions {
            let here = |section, offset: u32| {
                info.btf.strings.text(section) == function.section_name
                    && u64::from(offset) == function.offset
            };
            let described = ext.func_info.iter().any(|table| {
                table.records.iter().any(|record| here(table.section, record.insn_off))
            });
            let placed = ext.line_info.iter().any(|table| {
                table.records.iter().any(|record| here(table.section, record.insn_off))
            });
            assert!(described && placed, "{} {llvm:?} {flags}", function.name);
        }
    }
}

#[test]
fn a_signature_that_debug_info_does_not_tell_is_made_up() {
    let lab = Lab::new();
    let declared =
        Declared { unsigned: BTreeSet::from(["prog".to_owned()]), ..Declared::default() };
    let raw = lab.clang(
        Llvm::V22,
        "bpfel",
        &["-g"],
        "SEC(\"xdp\") long prog(long a, long b) { return a + b; }",
    );
    let object =
        finish_declared(&raw, &btf_plan(), declared, &Warnings::default()).expect("a sound object");
    let info = info(&Elf::parse(&object).expect("a BPF object"));
    let protos: Vec<_> = info
        .btf
        .types
        .iter()
        .filter_map(|ty| match &ty.kind {
            Kind::FuncProto(it) => Some((info.btf.name(it.ret).into_owned(), it.params.len())),
            _ => None,
        })
        .collect();
    assert_eq!(protos, [("int".to_owned(), 1)]);
}

#[test]
fn an_undefined_symbol_is_an_error_that_names_the_source_line() {
    let lab = Lab::new();
    let source =
        "extern int missing(int);\nSEC(\"xdp\") int prog(void *ctx) {\n    return missing(1);\n}";
    let error =
        without_btf(lab.clang(Llvm::V22, "bpfel", &["-g"], source)).expect_err("it is undefined");
    // The fixture's first line includes lab.h.
    assert!(error.causes()[0].contains("input.c:4)"), "{error}");
}
