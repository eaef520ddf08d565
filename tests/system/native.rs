//! Native objects: linked alone, with bitcode and from archives, loaded, run, and compared.

use std::{fs, path::Path, process::Command};

use crate::support::{
    lab::{self, Loader, Step},
    tools,
};

/// The folder in which the parts of `native/` are compiled.
fn compiled() -> std::path::PathBuf {
    let work = tools::kept("native");
    let sources = tools::workspace().join("tests/system/native");
    for name in ["main", "library"] {
        for (kind, flags) in [("o", &["-mcpu=v3"][..]), ("bc", &["-emit-llvm"][..])] {
            let mut clang = Command::new(tools::clang());
            clang
                .args(["-target", "bpfel", "-O2", "-g", "-c"])
                .args(flags)
                .arg(sources.join(name).with_extension("c"))
                .args(["-o", &format!("{name}.{kind}")])
                .current_dir(&work);
            tools::run(&mut clang);
        }
    }
    for kind in ["o", "bc"] {
        let archive = work.join(format!("lib{kind}.a"));
        let _ = fs::remove_file(&archive);
        let mut ar = Command::new(tools::llvm_ar());
        ar.arg("rcs").arg(&archive).arg(work.join(format!("library.{kind}")));
        tools::run(&mut ar);
    }
    work
}

fn link(work: &Path, inputs: &[&str]) -> std::path::PathBuf {
    let out = work.join(format!("{}.out", inputs.join("-")));
    let mut linker = Command::new(tools::linker());
    linker.args(["--btf", "-o"]).arg(&out).args(inputs).current_dir(work);
    tools::run(&mut linker);
    out
}

/// The library's weak `scale` loses to the strong one of the program, in every order and from either kind of input.
#[test]
fn every_mixture_of_objects_and_bitcode_computes_the_same() {
    let work = compiled();
    for inputs in [
        ["main.o", "library.o"],
        ["library.o", "main.o"],
        ["main.bc", "library.o"],
        ["library.bc", "main.o"],
        ["main.o", "libo.a"],
        ["main.o", "libbc.a"],
        ["main.bc", "libo.a"],
    ] {
        let out = link(&work, &inputs);
        for loader in [Loader::Libbpf, Loader::Aya] {
            let steps = [Step::Packet(vec![3; 64])];
            let story = lab::run(loader, &out, "filter", &steps);
            // 10 * (3 + 4) + (1 + 2) by the library, with its own `seen`; 5 + 3 by the program, with its own.
            assert_eq!(story.returned(), [81], "{inputs:?} {loader:?}");
        }
    }
}

/// The routines that a link without LLVM takes are those that LLVM makes of `builtins.ll`.
#[test]
fn memory_routines_are_as_generated() {
    let work = tools::kept("native-routines");
    let source = tools::workspace().join("src/backend/builtins.ll");
    let text = fs::read_to_string(source).expect("the source is in the workspace");
    fs::write(work.join("routines.ll"), in_both_forms(&text))
        .expect("the target folder is writable");
    for target in ["bpfel", "bpfeb"] {
        let triple = format!("-mtriple={target}");
        let mut opt = Command::new("opt-22");
        opt.args([&triple, "-O2", "-S", "routines.ll", "-o", "optimized.ll"]).current_dir(&work);
        tools::run(&mut opt);
        let mut llc = Command::new("llc-22");
        llc.args([&triple, "-mcpu=v1", "-filetype=obj", "optimized.ll", "-o", "routines.o"])
            .current_dir(&work);
        tools::run(&mut llc);
        let made = fs::read(work.join("routines.o")).expect("llc wrote it");
        let kept = tools::workspace().join(format!("src/link/memory/{target}.o"));
        assert!(made == fs::read(&kept).expect("it is in the workspace"), "{kept:?} is stale");
    }
}

/// Returns the routines without a result, and after them those that return their destination.
fn in_both_forms(source: &str) -> String {
    let plain = source
        .replace("define ptr ", "define void ")
        .replace("ptr returned ", "ptr ")
        .replace("ret ptr %to", "ret void")
        .replace("%copied = call ptr", "call void");
    let functions = source.split("define ptr @").skip(1);
    let returning = functions.map(|function| {
        let (body, _) = function.split_once("\n}\n").expect("a function ends");
        let body = body.replace("%copied = call ptr", "call void");
        format!("\ndefine ptr @{}\n}}\n", body.replacen('(', "__returning(", 1))
    });
    plain + &returning.collect::<String>()
}

/// The result of `memcpy` is the destination where code uses it.
#[test]
fn results_of_memory_routines_are_used() {
    let work = tools::kept("native-results");
    let source = tools::workspace().join("tests/system/native/results.s");
    let mut llc = Command::new("llvm-mc-22");
    llc.args(["-triple=bpfel", "-filetype=obj"])
        .arg(source)
        .args(["-o", "results.o"])
        .current_dir(&work);
    tools::run(&mut llc);
    let out = link(&work, &["results.o"]);
    for loader in [Loader::Libbpf, Loader::Aya] {
        let story = lab::run(loader, &out, "copy", &[Step::Packet(vec![0; 64])]);
        assert_eq!(story.returned(), [42], "{loader:?}");
    }
}

/// A native object that calls `memcpy` gets it without LLVM.
#[test]
fn native_objects_get_memory_routines() {
    let work = tools::kept("native-memory");
    let source = tools::workspace().join("tests/system/native/memory.ll");
    let mut llc = Command::new("llc-22");
    llc.args(["-mtriple=bpfel", "-filetype=obj"])
        .arg(source)
        .args(["-o", "memory.o"])
        .current_dir(&work);
    tools::run(&mut llc);
    let out = link(&work, &["memory.o"]);
    for loader in [Loader::Libbpf, Loader::Aya] {
        let story = lab::run(loader, &out, "copy", &[Step::Packet(vec![0; 64])]);
        assert_eq!(story.returned(), [42], "{loader:?}");
    }
}
