//! A link that sees nothing but its inputs makes the bytes that it makes elsewhere.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::tools;
use tempfile::TempDir;

const LLVM: &str = "/usr/lib/x86_64-linux-gnu/libLLVM.so.22.1";

const C: &str = r#"
struct event { int kind; char name[16]; };
__attribute__((section("tracepoint"))) int handle(struct event *event) {
    return event->kind + event->name[3]; // text of the C source
}
"#;

const RUST: &str = r#"
#![no_std]
#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn entry(ctx: &mut [u32; 2]) -> u32 {
    ctx[1] = ctx[0] & 7; // text of the Rust source
    0
}
"#;

/// Compiles both languages in a folder of their own, and leaves only bitcode in `inputs`.
fn compile(sources: &Path, inputs: &Path) {
    fs::write(sources.join("c.c"), C).unwrap();
    fs::write(sources.join("rust.rs"), RUST).unwrap();
    for (name, flags) in [("plain", &[][..]), ("embedded", &["-gdwarf-5", "-gembed-source"])] {
        let mut clang = Command::new(tools::clang());
        clang.args(["-O2", "-g", "-target", "bpf", "-emit-llvm", "-c", "c.c", "-o"]);
        clang.arg(inputs.join(name).with_extension("bc")).args(flags);
        tools::run(clang.current_dir(sources));
    }
    let mut rustc = Command::new(tools::debian_rustc());
    rustc.args(["--target", "bpfel-unknown-none", "--crate-type", "lib", "--emit", "llvm-bc"]);
    rustc.args(["-C", "debuginfo=2", "-O", "rust.rs", "-o"]).arg(inputs.join("rust.bc"));
    tools::run(rustc.current_dir(sources));
}

/// A root folder that holds the system's libraries, the linker and `inputs`; no sources, no `/proc`, no toolchain of a user.
fn jail(inputs: &Path) -> TempDir {
    let root = TempDir::new().unwrap();
    for folder in ["usr", "inputs", "dev", "tmp"] {
        fs::create_dir(root.path().join(folder)).unwrap();
    }
    for folder in ["lib", "lib64"] {
        std::os::unix::fs::symlink(format!("usr/{folder}"), root.path().join(folder)).unwrap();
    }
    fs::write(root.path().join("dev/null"), "").unwrap();
    fs::copy(tools::linker(), root.path().join("linker")).unwrap();
    for input in fs::read_dir(inputs).unwrap() {
        let input = input.unwrap();
        fs::copy(input.path(), root.path().join("inputs").join(input.file_name())).unwrap();
    }
    root
}

/// Links in a mount namespace whose root is `jail`.
fn link_inside(jail: &Path, words: &[&str]) -> PathBuf {
    let script = r#"mount --rbind /usr "$1/usr" && cd "$1" && shift && exec chroot . /usr/bin/env -i -C /inputs /linker "$@""#;
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "--mount", "sh", "-c", script, "sh"]).arg(jail).args(words);
    tools::run(&mut unshare);
    jail.join("inputs/out.o")
}

#[test]
fn a_link_in_a_namespace_with_its_inputs_alone_makes_the_same_bytes() {
    let (sources, inputs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    compile(sources.path(), inputs.path());
    let root = jail(inputs.path());
    for input in ["plain.bc", "embedded.bc", "rust.bc"] {
        let words = [input, "--llvm", LLVM, "--btf", "-o", "out.o", "--btf-source-lines"];
        let link = |mode| {
            let words = [&words[..], &[mode]].concat();
            let mut outside = Command::new(tools::linker());
            tools::run(outside.args(&words).current_dir(inputs.path()));
            let outside = fs::read(inputs.path().join("out.o")).unwrap();
            (outside, fs::read(link_inside(root.path(), &words)).unwrap())
        };
        let has_text = |bytes: &[u8]| bytes.windows(11).any(|found| found == b"text of the");
        for mode in ["embedded", "none"] {
            let (outside, inside) = link(mode);
            assert!(outside == inside, "{input}: {mode} depends on where the link runs");
            assert_eq!(has_text(&inside), input == "embedded.bc" && mode == "embedded", "{input}");
        }
        // The sources are there outside only: this is what the option is for.
        let (outside, inside) = link("read");
        assert!(has_text(&outside), "{input}");
        assert_eq!(outside == inside, input == "embedded.bc", "{input}");
    }
}
