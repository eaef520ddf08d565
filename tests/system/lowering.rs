//! Passes that rewrite code for the verifier (`src/backend/lower`): LLVM's interpreter runs the IR before and after, on the
//! same pseudo-random inputs, and the results are the same. The kernel loads the program afterwards.
//!
//! Each file of `tests/system/lowering` is a program that one pass changes. Its comments say with what: `after: TEXT` is in
//! the IR only afterwards, `gone: TEXT` only before; `cpu: LEVEL` is the level to link for.
//!
//! Packet checks compare addresses that only the kernel fills in, and `core`'s reading of strings and subprograms that leave
//! r0 are visible only to the verifier: [`super::idioms`] runs programs of those kinds in the kernel.

use std::{fs, path::Path, process::Command};

use crate::support::{objects, tools};

#[test]
fn lowered_programs_compute_the_same() {
    let folder = tools::workspace().join("tests/system/lowering");
    let place = tools::kept("lowering");
    let driver = place.join("driver.ll");
    let mut clang = Command::new(llvm("clang"));
    clang.args(["-x", "c", "-O1", "-S", "-emit-llvm"]).arg(folder.join("driver.h"));
    tools::run(clang.arg("-o").arg(&driver));
    let mut programs: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    programs.retain(|program| program.extension().is_some_and(|it| it == "c"));
    programs.sort();
    assert!(programs.len() >= 14, "programs of 14 passes, not {}", programs.len());
    for program in programs {
        check(&program, &place, &driver);
    }
}

fn check(program: &Path, place: &Path, driver: &Path) {
    let name = program.file_stem().expect("a name").to_string_lossy().into_owned();
    let source = fs::read_to_string(program).expect("a source");
    let directive = |word: &str| {
        let start = format!("// {word}: ");
        source.lines().find_map(|line| line.strip_prefix(&start).map(str::to_owned))
    };
    let cpu = directive("cpu").unwrap_or_else(|| "v3".to_owned());
    let path = |end: &str| place.join(format!("{name}{end}"));

    let mut clang = Command::new(llvm("clang"));
    clang.args(["-target", "bpf", "-O2", "-S", "-emit-llvm", "-Wno-everything"]).arg(program);
    tools::run(clang.arg(format!("-mcpu={cpu}")).arg("-o").arg(path(".before.ll")));
    let mut linker = Command::new(tools::linker());
    linker.args(["--emit", "llvm-ir", "--cpu", &cpu]).arg(path(".before.ll"));
    tools::run(linker.arg("-o").arg(path(".after.ll")));

    let [before, after] = [".before.ll", ".after.ll"]
        .map(|end| fs::read_to_string(path(end)).expect("IR of the program"));
    let changed = match (directive("after"), directive("gone")) {
        (Some(text), None) => !before.contains(&text) && after.contains(&text),
        (None, Some(text)) => before.contains(&text) && !after.contains(&text),
        _ => panic!("{name} says neither what comes nor what goes"),
    };
    assert!(changed, "the pass did not change {name}:\n{after}");
    let [expected, found] =
        [(".host-before.ll", before), (".host-after.ll", after)].map(|(end, ir)| {
            fs::write(path(end), for_this_machine(&ir)).expect("IR for this machine");
            let mut lli = Command::new(llvm("lli"));
            tools::run(lli.arg("--extra-module").arg(path(end)).arg(driver)).stdout
        });
    assert_eq!(expected.iter().filter(|byte| **byte == b'\n').count(), 20_000, "{name}");
    assert!(expected == found, "{name} computes something else after the pass");
    let mut linker = Command::new(tools::linker());
    linker.args(["--cpu", &cpu]).arg(path(".before.ll")).arg("-o").arg(path(".o"));
    tools::run(&mut linker);
    objects::load_with_libbpf(&fs::read(path(".o")).expect("an object"));
}

/// Removes from `ir` what only the BPF target understands. Types have the same sizes on both.
fn for_this_machine(ir: &str) -> String {
    let is_target = |line: &&str| !line.starts_with("target ");
    let lines = ir.lines().filter(is_target).map(|line| {
        let line = line.replace("@llvm.bpf.passthrough", "@passthrough");
        let is_attribute = line.starts_with("attributes ");
        let words = line.split(' ').filter(|word| !(is_attribute && word.starts_with("\"target-")));
        let line = words.collect::<Vec<_>>().join(" ");
        line.replace(" section \"tc\"", "")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn llvm(tool: &str) -> String {
    format!("/usr/lib/llvm-22/bin/{tool}")
}
