//! Programs for big-endian machines. Nothing here executes them: they are decoded, checked and compared with the
//! little-endian ones that `programs.rs` runs.

use std::{path::Path, process::Command};

use crate::support::{
    elf::Elf,
    examples::{self, Build, Endian, Example},
    instructions::{self, Instruction},
    tools,
};

#[test]
fn big_endian_firewall_is_well_formed() {
    let big = Build { endian: Endian::Big, ..Example::Firewall.usual() };
    check_big_endian(&big.run(), &Example::Firewall.usual().run());
}

#[test]
fn big_endian_tracing_is_the_same_program() {
    let big = Build { endian: Endian::Big, ..Example::Tracing.usual() }.run();
    let little = Example::Tracing.usual().run();
    check_big_endian(&big, &little);
    check_same_instructions(&big, &little);
}

#[test]
fn big_endian_limiter_is_the_same_program() {
    let big = Build { endian: Endian::Big, ..Example::RustWithC.usual() }.run();
    let little = Example::RustWithC.usual().run();
    check_big_endian(&big, &little);
    check_same_instructions(&big, &little);
}

#[test]
fn big_endian_balancer_is_well_formed() {
    let (big, little) = (examples::c_library(Endian::Big), examples::c_library(Endian::Little));
    check_big_endian(&big, &little);
}

/// Native objects of both byte orders, linked in both orders, with a `memcpy` that the linker provides.
#[test]
fn big_endian_native_objects_make_the_same_program() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sources = tools::workspace().join("tests/system/native");
    for order in [["main", "library"], ["library", "main"]] {
        let [big, little] = ["bpfeb", "bpfel"].map(|target| {
            let objects = order.map(|name| {
                let object = folder.path().join(format!("{name}-{target}.o"));
                let mut clang = Command::new(tools::clang());
                clang.args(["-O2", "-g", "-mcpu=v3", "-target", target, "-c"]);
                clang.arg(sources.join(format!("{name}.c"))).arg("-o").arg(&object);
                tools::run(&mut clang);
                object
            });
            let out = folder.path().join(format!("{target}.o"));
            let mut linker = Command::new(tools::linker());
            linker.env("BPF_LINKER_LLVM", "/nonexistent").arg("--btf").arg("-o").arg(&out);
            tools::run(linker.args(objects));
            out
        });
        check_big_endian(&big, &little);
        check_same_instructions(&big, &little);
        let types = |object: &Path| {
            tools::run(Command::new("bpftool").args(["btf", "dump", "file"]).arg(object))
        };
        assert_eq!(types(&big), types(&little));
    }
}

/// A big-endian ELF file with the same symbols and sections, whose instructions decode as big-endian and pass the checks
/// that a kernel begins with.
fn check_big_endian(big: &Path, little: &Path) {
    let (big, little) = (Elf::read(big), Elf::read(little));
    assert!(!big.is_little_endian() && little.is_little_endian());
    assert_eq!(big.exported(), little.exported());
    assert_eq!(big.program_sections(), little.program_sections());
    for object in [&big, &little] {
        let functions = object.functions();
        assert!(!functions.is_empty());
        for function in functions {
            let fault = instructions::fault(&function.instructions);
            assert_eq!(fault, None, "{} of {}", function.name, function.section);
        }
    }
}

/// Programs that never look at the order of bytes are the same, instruction by instruction. Only the place of a part
/// within something larger depends on the order, as when a structure is copied by the byte: offsets and shifts.
fn check_same_instructions(big: &Path, little: &Path) {
    let (big, little) = (Elf::read(big).functions(), Elf::read(little).functions());
    let shape = |functions: &[crate::support::elf::Function]| -> Vec<(String, usize)> {
        functions.iter().map(|f| (f.section.clone(), f.instructions.len())).collect()
    };
    assert_eq!(shape(&big), shape(&little));
    for (big, little) in big.iter().zip(&little) {
        for (at, (b, l)) in big.instructions.iter().zip(&little.instructions).enumerate() {
            let offset = if b.is_narrow_access() { b.offset } else { l.offset };
            let immediate = if b.is_constant_shift() { b.immediate } else { l.immediate };
            let expected = Instruction { offset, immediate, ..*l };
            assert_eq!(*b, expected, "instruction {at} of {} in {}", little.name, little.section);
        }
    }
}
