//! Linking C costs nothing: there are not more instructions than clang makes of the same sources in one file.

#[expect(dead_code, reason = "each test program uses its part")]
mod support;

use std::{fs, path::Path, process::Command};

use support::{
    elf::Elf,
    examples::{self, Endian},
    tools,
};

#[test]
fn the_c_library_is_as_small_as_what_clang_makes() {
    let folder = tools::workspace().join("examples/c-library");
    let sources = ["balancer.bpf.c", "lib/flow.c", "lib/checksum.c"];
    let sources = sources.map(|source| {
        fs::read_to_string(folder.join(source)).expect("the example is in the workspace")
    });
    let work = tools::kept("c-code");
    fs::write(work.join("all.c"), sources.concat()).expect("the target folder is writable");
    let mut clang = Command::new(tools::clang());
    clang
        .args(["-target", "bpfel", "-mcpu=v3", "-O2", "-g", "-c", "all.c", "-o", "all.o", "-I"])
        .arg(folder.join("include"))
        .current_dir(&work);
    tools::run(&mut clang);

    let (ours, clangs) = (examples::c_library(Endian::Little), work.join("all.o"));
    let (ours, clangs) = (instructions(&ours, "balance"), instructions(&clangs, "balance"));
    assert!(ours > 0 && ours <= clangs, "{ours} instructions, clang makes {clangs}");
}

fn instructions(object: &Path, program: &str) -> usize {
    let functions = Elf::read(object).functions();
    let found = functions.iter().find(|function| function.name == program);
    found.expect("the program is in both objects").instructions.len()
}
