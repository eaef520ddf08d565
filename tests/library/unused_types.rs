//! Types that BTF does not show, and values of locals, are taken out of bitcode before LLVM reads it, and nothing shows it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::tools;
use bpf_linker::{Linker, LinkerInput, LinkerOptions, Warnings, internals::input};
use object::{Object as _, ObjectSection as _};

/// A compiler and a libLLVM that reads what it writes.
const PAIRS: [(&str, &str); 3] = [
    ("clang-19", "/usr/lib/x86_64-linux-gnu/libLLVM.so.19.1"),
    ("clang-19", "/usr/lib/x86_64-linux-gnu/libLLVM.so.22.1"),
    ("clang-22", "/usr/lib/x86_64-linux-gnu/libLLVM.so.22.1"),
];

/// With DWARF nothing is taken out: BTF and code are the same then.
#[test]
fn hidden_types_change_no_object() {
    let work = tools::kept("types");
    for (clang, llvm) in PAIRS {
        let bitcode = compile(clang, "shapes.c", &work);
        let (hidden, whole) = (work.join("hidden.o"), work.join("whole.o"));
        link(llvm, &bitcode, &hidden, &[]);
        link(llvm, &bitcode, &whole, &["--keep-dwarf"]);
        let (hidden, whole) = (sections(&hidden), sections(&whole));
        assert!(hidden.iter().any(|(name, _)| name == ".BTF"), "{clang}, {llvm}");
        for ((name, bytes), (other, expected)) in hidden.iter().zip(&whole) {
            assert_eq!(name, other, "{clang}, {llvm}");
            assert!(bytes == expected, "{clang}, {llvm}: {name} differs");
        }
        assert_eq!(hidden.len(), whole.len(), "{clang}, {llvm}");
    }
}

#[test]
fn hidden_types_are_gone_before_llvm_reads_them() {
    let work = tools::kept("types-gone");
    let bitcode = compile("clang-22", "shapes.c", &work);
    let bytes = fs::read(&bitcode).expect("clang wrote it");
    let hidden = hide(&bytes);
    assert_eq!(hidden.len(), bytes.len(), "offsets inside stay true");
    let path = work.join("hidden.bc");
    fs::write(&path, &hidden).expect("the target folder is writable");
    let mut verify = Command::new("opt-22");
    tools::run(verify.arg("-passes=verify").arg("-disable-output").arg(&path));

    let text = |path: &Path| {
        let output = tools::run(Command::new("llvm-dis-22").arg(path).args(["-o", "-"]));
        String::from_utf8(output.stdout).expect("IR is text")
    };
    let (before, after) = (text(&bitcode), text(&path));
    assert!(structure(&before, "aliased").contains("elements: "), "clang describes it");
    assert!(!structure(&after, "aliased").contains("elements: "), "it is still described");
    for shown in ["shown", "twice", "held", "element", "key", "value", "argument", "local"] {
        assert!(structure(&after, shown).contains("elements: "), "{shown} is needed");
    }
    let records = |text: &str, kind: &str| text.matches(&format!("#dbg_{kind}(")).count();
    assert!(records(&before, "value") > 5, "clang says which values variables have");
    assert_eq!(records(&after, "value"), 0, "LLVM would carry them along");
    for kept in ["assign", "label"] {
        assert!(records(&before, kept) > 0, "{kept} is tested");
        assert_eq!(records(&after, kept), records(&before, kept), "{kept}");
    }
    assert_eq!(hide(&hidden), hidden, "there is nothing more to hide");
}

/// Of Rust, the values of locals are taken out, and only if LLVM reads the whole module.
#[test]
fn values_of_locals_are_hidden_in_rust() {
    let work = tools::kept("types-rust");
    let bitcode = work.join("locals.bc");
    let mut rustc = Command::new(tools::debian_rustc());
    rustc.args(["--edition", "2024", "--crate-type", "lib", "--emit", "llvm-bc"]);
    rustc.args(["--target", "bpfel-unknown-none", "-Copt-level=3", "-Cdebuginfo=2", "-o"]);
    let source = tools::workspace().join("tests/library/unused_types/locals.rs");
    tools::run(rustc.arg(&bitcode).arg(source));
    let bytes = fs::read(&bitcode).expect("rustc wrote it");
    assert_eq!(hide_from(&bytes, input::Reading::Reached), bytes, "LLVM skips what is not reached");
    let hidden = work.join("hidden.bc");
    fs::write(&hidden, hide(&bytes)).expect("the target folder is writable");
    let mut verify = Command::new("opt-22");
    tools::run(verify.arg("-passes=verify").arg("-disable-output").arg(&hidden));
    let count = |path: &Path, kind: &str| {
        let output = tools::run(Command::new("llvm-dis-22").arg(path).args(["-o", "-"]));
        String::from_utf8_lossy(&output.stdout).matches(&format!("#dbg_{kind}(")).count()
    };
    assert!(count(&bitcode, "value") > 100, "rustc says which values locals have");
    assert_eq!(count(&hidden, "value"), 0, "LLVM would carry them along");
    assert!(count(&bitcode, "declare") > 0, "errors name locals by these");
    assert_eq!(count(&hidden, "declare"), count(&bitcode, "declare"));

    let llvm = PAIRS[2].1;
    let (short, whole) = (work.join("short.o"), work.join("whole.o"));
    link(llvm, &bitcode, &short, &["--export", "entry"]);
    link(llvm, &bitcode, &whole, &["--export", "entry", "--keep-dwarf"]);
    assert!(sections(&short) == sections(&whole), "neither code nor BTF changes");
}

/// Whatever the bytes, there is an end; what is not understood stays.
#[test]
fn damaged_bitcode_does_no_harm() {
    let work = tools::kept("types-damaged");
    let bytes = fs::read(compile("clang-22", "shapes.c", &work)).expect("clang wrote it");
    for step in 0..2000_usize {
        let mut damaged = bytes.clone();
        let at = step * 7919 % bytes.len();
        damaged[at] ^= 1 << (step % 8);
        damaged.truncate(bytes.len() - step % 64 * 4);
        assert_eq!(hide(&damaged).len(), damaged.len());
    }
}

fn compile(clang: &str, source: &str, work: &Path) -> PathBuf {
    let source = tools::workspace().join("tests/library/unused_types").join(source);
    let bitcode = work.join("shapes.bc");
    let mut command = Command::new(clang);
    command.args(["-target", "bpf", "-mcpu=v3", "-O2", "-g", "-emit-llvm", "-c", "-o"]);
    tools::run(command.arg(&bitcode).arg(source));
    bitcode
}

fn link(llvm: &str, bitcode: &Path, object: &Path, words: &[&str]) {
    let mut command = Command::new(tools::linker());
    command.args(["--llvm", llvm, "--btf"]).args(words).arg("-o").arg(object).arg(bitcode);
    tools::run(&mut command);
}

/// The sections that loaders read, by name.
fn sections(path: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = fs::read(path).expect("the linker wrote it");
    let file = object::File::parse(bytes.as_slice()).expect("an object");
    let read = |section: object::Section<'_, '_>| {
        let name = section.name().expect("a name").to_owned();
        (name, section.data().expect("its bytes").to_vec())
    };
    let all = file.sections().map(read);
    let mut all: Vec<_> = all.filter(|(name, _)| is_loaded(name)).collect();
    all.sort();
    all
}

fn is_loaded(name: &str) -> bool {
    let others = [".debug", ".rel", ".symtab", ".strtab", ".shstrtab"];
    !others.iter().any(|other| name.starts_with(other))
}

/// Returns the rest of `bytes`.
fn hide(bytes: &[u8]) -> Vec<u8> {
    hide_from(bytes, input::Reading::Whole)
}

fn hide_from(bytes: &[u8], reading: input::Reading) -> Vec<u8> {
    let linker = Linker::new(LinkerOptions::default());
    let plan = linker.plan([LinkerInput::buffer("shapes", bytes)], [""; 0]).expect("a plan");
    let Ok(mut inputs) = input::load(&plan, &Warnings::default()) else { return bytes.to_vec() };
    let Some(module) = inputs.modules.first_mut() else { return bytes.to_vec() };
    module.strip_unused_types(reading);
    module.bytes.to_vec()
}

/// The line of IR that describes the structure `name`.
fn structure<'a>(text: &'a str, name: &str) -> &'a str {
    let wanted = format!("DICompositeType(tag: DW_TAG_structure_type, name: \"{name}\"");
    text.lines().find(|line| line.contains(&wanted)).unwrap_or_else(|| panic!("no {name}"))
}
