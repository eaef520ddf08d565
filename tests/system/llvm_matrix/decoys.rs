//! Files that are no libLLVM, or an unsuitable one, are refused with the reason; they are never loaded and never crash.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::{Binary, readers};
use crate::support::tools;

/// Each with what is said of it.
const DECOYS: [(&str, &str); 8] = [
    ("libLLVM-32bit.so", "is a 32-bit library, this process is not"),
    ("libLLVM-x86.so", "is LLVM 22.1.8 without the BPF target"),
    ("libLLVM-text.so", "is a text file, not a shared library"),
    ("libLLVM-truncated.so", "is truncated"),
    ("libLLVM-14.so", "is LLVM 14.0; 19 is the oldest that will do"),
    ("libLLVM-unreadable.so", "cannot be read: "),
    ("libLLVM-missing.so", "does not exist"),
    ("libLLVM-other.so", "is not a libLLVM: it exports no LLVMContextCreate"),
];

/// Symbols of a libLLVM, as far as they decide.
const EXPORTS: &str = "void LLVMContextCreate(void) {}\nvoid LLVMInitializeX86Target(void) {}\n\
    void LLVMGetVersion(unsigned *a, unsigned *b, unsigned *c) { *a = MAJOR; *b = MINOR; *c = PATCH; }\n";
const BPF: &str = "void LLVMInitializeBPFTarget(void) {}\n";

/// A shared library at `path` that looks like a libLLVM of `version`, made with more `flags`.
pub fn imitate(path: &Path, version: [u32; 3], flags: &[&str]) {
    compile(path, &(EXPORTS.to_owned() + BPF), version, flags);
}

fn compile(path: &Path, text: &str, version: [u32; 3], flags: &[&str]) {
    let source = path.with_extension("c");
    fs::write(&source, text).expect("a new file");
    let mut clang = Command::new(tools::clang());
    clang.args(["-O2", "-fPIC", "-shared", "-nostdlib"]).arg("-o").arg(path).arg(&source);
    for (name, number) in ["MAJOR", "MINOR", "PATCH"].into_iter().zip(version) {
        clang.arg(format!("-D{name}={number}"));
    }
    let [major, minor, _] = version;
    clang.arg(format!("-Wl,-soname,libLLVM.so.{major}.{minor}")).args(flags);
    tools::run(&mut clang);
    fs::remove_file(source).expect("the source is there");
}

/// All of them, in `folder`.
fn make(folder: &Path) {
    let path = |name: &str| folder.join(name);
    let version = [22, 1, 8];
    imitate(&path("libLLVM-32bit.so"), version, &["-m32"]);
    compile(&path("libLLVM-x86.so"), EXPORTS, version, &[]);
    compile(&path("libLLVM-other.so"), "int other;\n", version, &[]);
    fs::write(path("libLLVM-text.so"), "I am a libLLVM, trust me.\n").expect("a new file");
    let real = fs::read(&readers::debian_22().llvm).expect("Debian's library");
    fs::write(path("libLLVM-truncated.so"), &real[..1 << 20]).expect("a new file");
    symlink("/usr/lib/x86_64-linux-gnu/libLLVM-14.so.1", path("libLLVM-14.so")).expect("a link");
    // A file that not even root can read from its beginning.
    symlink("/proc/self/mem", path("libLLVM-unreadable.so")).expect("a link");
    symlink("/nonexistent/libLLVM.so", path("libLLVM-missing.so")).expect("a link");
}

#[test]
fn requested_decoys_are_refused_with_the_reason() {
    let (binary, folder) = (Binary::copy(), TempDir::new().expect("a new folder"));
    make(folder.path());
    let input = input(folder.path());
    for (name, reason) in DECOYS {
        for by_option in [true, false] {
            let mut link = Command::new(binary.path());
            let decoy = folder.path().join(name);
            if by_option {
                link.arg("--llvm").arg(&decoy);
            } else {
                link.env("BPF_LINKER_LLVM", &decoy);
            }
            let output =
                tools::attempt(link.arg(&input).arg("-o").arg(folder.path().join("out.o")));
            let said = tools::said(&output);
            assert_eq!(output.status.code(), Some(4), "{name}: {said}");
            assert!(said.contains(reason), "{name}: {said}");
            let way = if by_option { "--llvm" } else { "BPF_LINKER_LLVM" };
            assert!(said.contains(&format!("asked for by {way}")), "{name}: {said}");
        }
    }
    assert!(!folder.path().join("out.o").exists());
}

#[test]
fn found_decoys_are_refused_with_the_reason() {
    let (binary, folder) = (Binary::copy(), TempDir::new().expect("a new folder"));
    let lib = folder.path().join("lib");
    fs::create_dir(&lib).expect("a new folder");
    make(&lib);
    let input = input(folder.path());
    let ask = |words: &[&str]| {
        let mut link = without_rustc(&binary.path(), &installation(folder.path()));
        let output = link.args(words).arg(&input).arg("-o").arg(folder.path().join("out.o"));
        let output = tools::attempt(output);
        assert!(output.status.success(), "{}", tools::said(&output));
        tools::said(&output)
    };
    let survey = ask(&["--print-llvm"]);
    for (name, reason) in DECOYS {
        assert!(survey.contains(&format!("refused: {reason}")), "{name}: {survey}");
    }
    let chosen = survey.lines().find_map(|line| line.strip_prefix("* ")).expect("a winner");
    assert!(chosen.starts_with(readers::DEBIAN), "{survey}");
    assert_eq!(ask(&[]), "", "the link works, and says nothing");
}

/// The `bin` folder of an installation of LLVM in `folder`, whose libraries are in its `lib`.
pub fn installation(folder: &Path) -> PathBuf {
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).expect("a new folder");
    tools::write_script(&bin.join("llvm-config"), "#!/bin/sh\nexit 1\n");
    bin
}

/// The linker, started where there is no rustc, and `first` is the first folder in PATH.
pub fn without_rustc(binary: &Path, first: &Path) -> Command {
    let mut command = Command::new(binary);
    command.env("PATH", format!("{}:/usr/bin:/bin", first.display()));
    command.env("RUSTC", "/nonexistent/rustc");
    for variable in ["RUST_LOG", "BPF_LINKER_LLVM", "LD_LIBRARY_PATH"] {
        command.env_remove(variable);
    }
    command
}

/// A program that any libLLVM reads.
pub fn input(folder: &Path) -> PathBuf {
    let path = folder.join("input.ll");
    let text = "target triple = \"bpfel\"\ndefine i32 @entry() section \"xdp\" {\n  ret i32 2\n}\n";
    fs::write(&path, text).expect("a new file");
    path
}
