//! However a program is built, it asks the same.

use std::process::Command;

use super::{program::Workshop, records::questions};
use crate::support::{
    rustc::Toolchain,
    tools::{self, run, said},
};

/// Options of rustc: each asks the compiler to treat the queries differently.
const WAYS: [&[&str]; 10] = [
    &["-Copt-level=0", "-Ccodegen-units=16"],
    &["-Copt-level=0", "-Ccodegen-units=1"],
    &["-Copt-level=1"],
    &["-Copt-level=2"],
    &["-Copt-level=3", "-Ccodegen-units=16"],
    &["-Copt-level=3", "-Ccodegen-units=1"],
    &["-Copt-level=s"],
    &["-Copt-level=z"],
    &["-Clto=fat"],
    &["-Clto=thin", "-Ccodegen-units=16"],
];

#[test]
fn every_build_of_a_program_queries_the_same() {
    let workshop = Workshop::new(Toolchain::Installed);
    let first = questions(&workshop.object("queries", WAYS[0]));
    for way in &WAYS[1..] {
        assert_eq!(questions(&workshop.object("queries", way)), first, "{way:?}");
    }
}

#[test]
fn an_older_compiler_and_llvm_query_the_same() {
    let [newer, older] = [Toolchain::Installed, Toolchain::Older].map(Workshop::new);
    let first = questions(&newer.object("queries", &[]));
    for way in [&["-Copt-level=0"][..], &["-Copt-level=3"], &["-Copt-level=z"]] {
        assert_eq!(questions(&older.object("queries", way)), first, "{way:?}");
    }
}

#[test]
fn bpftool_joins_rust_and_c_and_finds_what_both_need_of_the_kernel() {
    let workshop = Workshop::new(Toolchain::Installed);
    let (rust, c) = (workshop.object("queries", &[]), workshop.path("other.o"));
    let mut clang = tools::bpf_clang();
    clang.args(["-mcpu=v3", "-c", "-Dqueries=others", "-DOUT=OTHER"]);
    clang.arg("-DLICENSE=_license").arg(super::program::source("queries.c"));
    run(clang.arg("-o").arg(&c));
    let joined = workshop.path("joined.o");
    run(Command::new("bpftool").args(["gen", "object"]).args([&joined, &rust, &c]));
    let mut both = questions(&rust);
    both.extend(questions(&c));
    assert_eq!(questions(&joined), both);

    let types = workshop.path("types.btf");
    let mut needed = Command::new("bpftool");
    needed.args(["gen", "min_core_btf", "/sys/kernel/btf/vmlinux"]).args([&types, &rust, &joined]);
    run(&mut needed);
    let types = said(&run(Command::new("bpftool").args(["btf", "dump", "file"]).arg(&types)));
    for line in ["STRUCT 'task_struct'", "'real_parent'", "'has_child_subreaper'", "'weight'"] {
        assert!(types.contains(line), "{line} is needed: {types}");
    }
    assert!(!types.contains("'no_such_member'"), "{types}");
}
