//! As the linker of a rustc, it loads that rustc's own libLLVM.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::{
    Binary, check,
    inputs::{self, Maker},
    readers,
};
use crate::support::tools;

#[test]
fn every_rustc_gets_its_own_library() {
    let binary = Binary::copy();
    for rustc in inputs::rustcs() {
        let folder = TempDir::new().expect("a new folder");
        let mut command = command(&rustc, folder.path(), &binary.path());
        linked_with_its_own(&rustc, folder.path(), &mut command);
    }
    binary.is_untouched();
}

#[test]
fn libraries_are_found_behind_a_script_and_a_misleading_path() {
    let binary = Binary::copy();
    for rustc in inputs::rustcs() {
        let folder = TempDir::new().expect("a new folder");
        let script = folder.path().join("linker.sh");
        let text = format!("#!/bin/sh\n'{}' \"$@\"\nexit $?\n", binary.path().display());
        tools::write_script(&script, &text);
        let mut command = command(&rustc, folder.path(), &script);
        command.env("LD_LIBRARY_PATH", "/usr/lib/llvm-14/lib");
        linked_with_its_own(&rustc, folder.path(), &mut command);
    }
    binary.is_untouched();
}

/// `rustc` making a program in `folder`.
fn command(rustc: &Maker, folder: &Path, linker: &Path) -> Command {
    let source = rustc.source(folder, 77);
    let mut command = Command::new(&rustc.compiler);
    command.current_dir(folder).arg(source).arg("-o").arg(folder.join("out.o"));
    command.args(["--target", "bpfel-unknown-none", "--crate-type", "cdylib", "--edition", "2024"]);
    command.args(["-O", "-C", "panic=abort", "-C"]).arg(format!("linker={}", linker.display()));
    let log = folder.join("log");
    for argument in ["--log-level=info".to_owned(), format!("--log-file={}", log.display())] {
        command.arg("-C").arg(format!("link-arg={argument}"));
    }
    command.env("RUSTC_BOOTSTRAP", "1");
    for variable in ["RUSTUP_TOOLCHAIN", "RUST_LOG", "BPF_LINKER_LLVM"] {
        command.env_remove(variable);
    }
    command
}

/// Runs `command`, and demands that the linker it started loaded the library that `rustc` has.
fn linked_with_its_own(rustc: &Maker, folder: &Path, command: &mut Command) {
    tools::run(command);
    check(&rustc.name, &folder.join("out.o"), &format!("entry_{}", rustc.name), 77);
    let log = fs::read_to_string(folder.join("log")).expect("the linker wrote a log");
    let used: Vec<&str> = log
        .lines()
        .filter_map(|line| line.split_once("using LLVM ").map(|(_, used)| used))
        .collect();
    let [used] = used[..] else { panic!("{}: one library, not {used:?}", rustc.name) };
    let version = readers::llvm_of(&rustc.compiler);
    assert!(used.starts_with(&format!("{version} (")), "{}: {used}", rustc.name);
    assert!(used.contains(", loaded by the calling rustc (pid "), "{}: {used}", rustc.name);
    let library = used.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
    let library = PathBuf::from(library.expect("a path in parentheses").0);
    let folder = library.parent().expect("a library is in a folder");
    // rustup's toolchains carry theirs; Debian's, old and new, use the system's.
    let toolchain = rustc.compiler.ancestors().nth(2).expect("a compiler is in a bin folder");
    let is_own = folder == toolchain.join("lib");
    assert!(is_own || folder == Path::new(readers::DEBIAN), "{}: {used}", rustc.name);
}
