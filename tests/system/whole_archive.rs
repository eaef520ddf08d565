//! Resolution is about time and size, not about what a program does: with every member of every archive linked, the
//! examples come out with the same exports and the same instructions.

use std::{collections::BTreeMap, process::Command};

use crate::support::{
    elf::Elf,
    examples::{self, Endian, Example},
    tools,
};

#[test]
fn the_firewall_is_the_same_with_all_members() {
    check_rust(Example::Firewall);
}

#[test]
fn the_tracer_is_the_same_with_all_members() {
    check_rust(Example::Tracing);
}

#[test]
fn rust_with_c_is_the_same_with_all_members() {
    check_rust(Example::RustWithC);
}

#[test]
fn the_c_library_is_the_same_with_all_members() {
    let needed = examples::c_library(Endian::Little);
    let out = needed.parent().expect("an object is in a folder");
    let whole = tools::kept("whole-archive").join("balancer.o");
    let mut link = Command::new(tools::linker());
    link.args(["--btf", "--cpu", "v3", "-O2", "--whole-archive"])
        .args(["--export", "balance,backends,packets,service,LICENSE", "-o"])
        .arg(&whole)
        .arg(out.join("balancer.bc"))
        .arg(out.join("libpacket.a"));
    tools::run(&mut link);
    check_same(&Elf::read(&needed), &Elf::read(&whole));
}

fn check_rust(example: Example) {
    let needed = Elf::read(&example.usual().run());
    let folder = tools::kept("whole-archive").join(example.name());
    std::fs::create_dir_all(&folder).expect("the target folder is writable");
    let script =
        format!("#!/bin/sh\nexec '{}' --whole-archive \"$@\"\n", tools::linker().display());
    tools::write_script(&folder.join("bpf-linker"), &script);
    let whole = example.usual().run_with(&folder, &[]);
    check_same(&needed, &Elf::read(&whole));
}

fn check_same(needed: &Elf, whole: &Elf) {
    assert_eq!(needed.exported(), whole.exported());
    let programs = programs(needed);
    assert!(!programs.is_empty());
    assert_eq!(programs, self::programs(whole));
}

/// The instructions of each program, as text.
fn programs(elf: &Elf) -> BTreeMap<String, String> {
    let functions = elf.functions().into_iter().filter(|function| function.section != ".text");
    functions.map(|function| (function.name, format!("{:?}", function.instructions))).collect()
}
