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
        let mut clang = tools::bpf_clang();
        clang.args(["-emit-llvm", "-c", "c.c", "-o"]);
        clang.arg(inputs.join(name).with_extension("bc")).args(flags);
        tools::run(clang.current_dir(sources));
    }
    // LLVM put the text into its BTF when the object was made.
    let mut clang = tools::bpf_clang();
    clang.args(["-c", "c.c", "-o"]).arg(inputs.join("native.o"));
    tools::run(clang.current_dir(sources));
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
    for input in ["plain.bc", "embedded.bc", "rust.bc", "native.o"] {
        let link = |options: &[&str]| {
            let words = [&[input, "--llvm", LLVM, "--btf", "-o", "out.o"], options].concat();
            let mut outside = Command::new(tools::linker());
            tools::run(outside.args(&words).current_dir(inputs.path()));
            let outside = fs::read(inputs.path().join("out.o")).unwrap();
            (outside, fs::read(link_inside(root.path(), &words)).unwrap())
        };
        let has_text = |bytes: &[u8]| bytes.windows(11).any(|found| found == b"text of the");
        let brings_text = ["embedded.bc", "native.o"].contains(&input);
        for mode in ["embedded", "none"] {
            let (outside, inside) = link(&["--btf-source-lines", mode]);
            assert!(outside == inside, "{input}: {mode} depends on where the link runs");
            assert_eq!(has_text(&inside), brings_text && mode == "embedded", "{input}");
            // A link with native objects drops DWARF.
            if input != "native.o" {
                let (outside, inside) = link(&["--btf-source-lines", mode, "--keep-dwarf"]);
                assert!(outside == inside, "{input}: {mode} with DWARF depends on where it runs");
            }
        }
        // The sources are there outside only: this is what the option is for.
        let (outside, inside) = link(&["--btf-source-lines", "read"]);
        assert!(has_text(&outside), "{input}");
        assert_eq!(outside == inside, brings_text, "{input}");
    }
}

/// The states that a source file may be in when its module is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    There,
    Changed,
    Gone,
    Folder,
    /// A link that opened it would wait for a writer.
    Pipe,
}

impl Fate {
    const ALL: [Self; 5] = [Self::There, Self::Changed, Self::Gone, Self::Folder, Self::Pipe];

    fn befall(self, source: &Path) {
        if source.is_dir() {
            fs::remove_dir(source).unwrap();
        } else if source.symlink_metadata().is_ok() {
            fs::remove_file(source).unwrap();
        }
        match self {
            Self::There => fs::write(source, C).unwrap(),
            Self::Changed => fs::write(source, C.replace("text of", "other text of")).unwrap(),
            Self::Gone => {}
            Self::Folder => fs::create_dir(source).unwrap(),
            Self::Pipe => {
                tools::run(Command::new("mkfifo").arg(source));
            }
        }
    }
}

/// Links `input` in `folder`, and returns the object; a link that waits for ever is ended.
fn link_in(folder: &Path, input: &Path, words: &[&str]) -> Vec<u8> {
    let output = input.with_extension("o");
    let mut link = Command::new("timeout");
    link.arg("60").arg(tools::linker()).args(["--llvm", LLVM, "--btf", "-o"]).arg(&output);
    tools::run(link.args(words).arg(input).current_dir(folder));
    fs::read(output).unwrap()
}

#[test]
fn changed_sources_affect_only_links_that_read_them() {
    let (sources, inputs, elsewhere) =
        (TempDir::new().unwrap(), TempDir::new().unwrap(), TempDir::new().unwrap());
    let source = sources.path().join("c.c");
    Fate::There.befall(&source);
    let mapped = format!("-ffile-prefix-map={}=.", sources.path().display());
    let ways: [(&str, &[&str]); 4] = [
        ("absolute.bc", &["-c"]),
        ("text.ll", &["-S"]),
        ("mapped.bc", &["-c", &mapped]),
        ("relative.bc", &["-c", "-ffile-compilation-dir=."]),
    ];
    for (name, flags) in ways {
        let mut clang = tools::bpf_clang();
        clang.args(["-emit-llvm", "c.c"]).args(flags);
        tools::run(clang.arg("-o").arg(inputs.path().join(name)).current_dir(sources.path()));
    }
    for (name, _) in ways {
        let input = inputs.path().join(name);
        let link = |folder: &TempDir, words: &[&str]| link_in(folder.path(), &input, words);
        Fate::Gone.befall(&source);
        let blind = link(&elsewhere, &["--btf-source-lines", "none"]);
        for fate in Fate::ALL {
            fate.befall(&source);
            for (mode, folder) in
                [("none", &sources), ("embedded", &sources), ("embedded", &elsewhere)]
            {
                let object = link(folder, &["--btf-source-lines", mode]);
                assert!(object == blind, "{name}: a source that is {fate:?} shows with {mode}");
            }
            let read = link(&sources, &["--btf-source-lines", "read"]);
            let is_file = matches!(fate, Fate::There | Fate::Changed);
            assert_eq!(read == blind, !is_file, "{name}, {fate:?}");
            let text: &[u8] =
                if fate == Fate::Changed { b"// other text of" } else { b"// text of" };
            let has_text = read.windows(text.len()).any(|found| found == text);
            assert_eq!(has_text, is_file, "{name}, {fate:?}");
        }
        // DWARF keeps LLVM from seeing another name for the file, but not from leaving the pipe alone.
        link(&sources, &["--btf-source-lines", "none", "--keep-dwarf"]);
    }
}
