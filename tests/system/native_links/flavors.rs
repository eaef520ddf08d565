//! The gnu flavor: rustc may come to drive BPF links as it drives ld (rust-lang/rust#135175). Its objects would have a
//! section for each function and variable, as llc makes them of rustc's bitcode.

use std::{fs, path::PathBuf, process::Command};

use crate::support::{
    lab::{self, Loader, Step},
    tools::{attempt, clang, linker, run, said},
};

const PROGRAM: &str = include_str!("rustc_shaped.rs");
const HELPER: &str = "__attribute__((noinline)) unsigned helper(unsigned x) { return x + 10; }";
const SCRIPT: &str = "{ global: filter; LICENSE; COUNTS; local: *; };";

/// The words that rustc's `GccLinker` passes to an ld, but for the inputs and the output.
const WORDS: [&str; 26] = [
    "-flavor",
    "gnu",
    "-pie",
    "--as-needed",
    "-Bstatic",
    "-Bdynamic",
    "--version-script=exports",
    "-L",
    ".",
    "--eh-frame-hdr",
    "-z",
    "noexecstack",
    "-z",
    "relro",
    "-z",
    "now",
    "--gc-sections",
    "-O1",
    "--strip-debug",
    "-m64",
    "-nodefaultlibs",
    "-nostartfiles",
    "--no-undefined-version",
    "-soname",
    "program",
    "--no-entry",
];

#[test]
fn objects_in_the_shape_of_rustc_link_with_the_gnu_flavor() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in [("program.rs", PROGRAM), ("helper.c", HELPER), ("exports", SCRIPT)] {
        fs::write(folder.path().join(name), text).expect("the folder is writable");
    }
    let command = |program: PathBuf, words: &str| {
        let mut command = Command::new(program);
        run(command.args(words.split(' ')).current_dir(folder.path()));
    };
    command(
        "/usr/bin/rustc".into(),
        "--edition=2024 --crate-type=lib --target=bpfel-unknown-none --emit=llvm-bc -Copt-level=2 -Cpanic=abort \
         -Cdebuginfo=2 -o program.bc program.rs",
    );
    command(
        "llc-22".into(),
        "-march=bpfel -mcpu=v3 -filetype=obj -function-sections -data-sections program.bc",
    );
    command(
        clang(),
        "-O2 -g -target bpf -mcpu=v3 -ffunction-sections -fdata-sections -c helper.c -o helper.o",
    );
    for group in
        [&["program.o", "helper.o"][..], &["--start-group", "helper.o", "program.o", "--end-group"]]
    {
        let mut link = Command::new(linker());
        link.args(WORDS).args(group).args(["-o", "out.o"]).current_dir(folder.path());
        let output = attempt(link.env("BPF_LINKER_LLVM", "/nonexistent"));
        assert!(output.status.success(), "{}", said(&output));
        let out = folder.path().join("out.o");
        for loader in [Loader::Libbpf, Loader::Aya] {
            let story = lab::run(loader, &out, "filter", &[Step::Packet(vec![0; 14])]);
            // TABLE[2] + 2 * (1 + 10) + b'e'
            assert_eq!(story.returned(), [127], "{loader:?}");
        }
    }
}
