//! The linker with LLVM inside, for hosts that have none to load: built, and the same objects come out.

use std::{fs, process::Command};

use crate::build::linker_of_few_tools;
use crate::support::{
    elf::Elf,
    lab::{self, Loader, Step},
    packets, tools,
};
use tempfile::TempDir;

/// Tells llvm-sys where packages llvm-22 and llvm-22-dev put their files.
const PREFIX: &str = "env.LLVM_SYS_221_PREFIX='/usr/lib/llvm-22'";

#[test]
fn a_linker_with_llvm_inside_loads_none_and_links() {
    let options = ["--features", "static-llvm", "--config", PREFIX];
    let linker = linker_of_few_tools("static-llvm", &options);
    let needed = tools::run(Command::new("ldd").arg(&linker));
    assert!(!tools::said(&needed).contains("LLVM"), "{}", tools::said(&needed));

    let folder = TempDir::new().expect("a new folder");
    let [source, bitcode, output] = ["pass.c", "pass.bc", "pass.o"].map(|n| folder.path().join(n));
    fs::write(&source, "__attribute__((section(\"xdp\"))) int entry(void *ctx) { return 2; }\n")
        .expect("a new file");
    let mut clang = Command::new(tools::clang());
    clang.args(["-target", "bpfel", "-O2", "-g", "-emit-llvm", "-c"]).arg(&source);
    tools::run(clang.arg("-o").arg(&bitcode));
    let link = |words: &[&str]| {
        let mut link = Command::new(&linker);
        // Neither a library nor a rustc is to be found, and none is looked for.
        link.env_clear().args(words).arg(&bitcode).arg("-o").arg(&output);
        tools::attempt(&mut link)
    };

    let survey = tools::said(&link(&["--print-llvm"]));
    assert!(survey.contains("built in\n    chosen: LLVM 22.1."), "{survey}");
    assert_eq!(survey.lines().filter(|line| line.starts_with(['*', '-'])).count(), 1, "{survey}");

    let linked = link(&["--log-level=info"]);
    let said = tools::said(&linked);
    assert!(linked.status.success() && said.contains(", built in"), "{said}");
    assert!(Elf::read(&output).exported().contains("entry"));
    let packet = Step::Packet(packets::ethernet([0x08, 0x06], &[0; 46]));
    assert_eq!(lab::run(Loader::Aya, &output, "entry", &[packet]).returned(), [2]);

    let checked = tools::said(&link(&["--llvm-args=-bpf-stack-sise=512"]));
    assert!(checked.contains("help: did you mean `-bpf-stack-size`?"), "{checked}");

    let asked = link(&["--llvm", "/usr/lib/x86_64-linux-gnu/libLLVM.so.19.1"]);
    let said = tools::said(&asked);
    assert_eq!(asked.status.code(), Some(4), "{said}");
    assert!(
        said.contains("cannot be loaded by a bpf-linker that was built with static-llvm"),
        "{said}"
    );
}
