//! Programs of several sources, made up at random, with debug info: each links, in one of several ways, loads, and
//! computes what the same sources do on this machine.
//!
//! The sources share a header of odd types and refer to each other's functions and variables. What is global and what
//! is static, weak or inline, is chosen at random; static names repeat. Variables keep what a run leaves in them.
//!
//! `BPF_LINKER_EXECUTION_LINKS` says how many, from `BPF_LINKER_EXECUTION_SEED` on.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    generator::Numbers,
    host,
    kernel::Kernel,
    record::{self, Record},
    setting,
    sources::{SOURCES, Sources},
};
use crate::support::tools;

const SEED: u64 = 1;
const LINKS: u64 = 80;
const INPUTS: usize = 12;

/// Ways to compile and to link.
const WAYS: [(&[&str], &[&str]); 6] = [
    (&["-O2", "-g", "-mcpu=v3"], &["--btf", "-O2"]),
    (&["-O2", "-g", "-mcpu=v2"], &["-O3"]),
    (&["-O1", "-g", "-mcpu=v3"], &["--btf", "--export", "program", "-O1"]),
    (&["-Os", "-g", "-mcpu=v4"], &["--export", "program", "-Oz"]),
    (&["-O1", "-g", "-mcpu=v1", "-Xclang", "-disable-llvm-passes"], &["--btf", "-O2"]),
    (&["-O3", "-g", "-mcpu=v3"], &["--btf", "-Os", "--export", "program"]),
];

#[test]
fn generated_programs_of_several_sources_link_and_compute_the_same() {
    let (seed, count) = (setting("SEED", SEED), setting("LINKS", LINKS));
    let folder = tools::kept("links");
    let mut faults = Vec::new();
    for number in seed..seed + count {
        let sources = Sources::new(number);
        sources.write(&folder);
        let mut numbers = Numbers::new(number);
        let inputs: Vec<Record> = (0..INPUTS).map(|_| record::input(&mut numbers)).collect();
        let expected = host::run_sources(&folder, &inputs);
        let way = WAYS[usize::try_from(number).expect("a small number") % WAYS.len()];
        if let Err(fault) = check(&folder, way, &inputs, &expected) {
            faults.push(format!("seed {number}, {way:?}: {fault}"));
        }
    }
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
}

/// Compiles, links and runs in one way.
fn check(
    folder: &Path,
    (compiler, linker): (&[&str], &[&str]),
    inputs: &[Record],
    expected: &[Record],
) -> Result<(), String> {
    let bitcode: Vec<PathBuf> = (0..SOURCES).map(|at| folder.join(format!("{at}.bc"))).collect();
    for bitcode in &bitcode {
        let mut clang = Command::new(tools::clang());
        clang.args(["-w", "-fwrapv", "-fno-strict-aliasing", "-target", "bpf", "-DLEVEL=1"]);
        clang.args(["-emit-llvm", "-c"]).args(compiler);
        tools::run(clang.arg("-o").args([bitcode, &bitcode.with_extension("c")]));
    }
    let object = folder.join("linked.o");
    let output = tools::attempt(
        Command::new(tools::linker()).args(linker).arg("-o").arg(&object).args(&bitcode),
    );
    if !output.status.success() {
        return Err(format!("does not link: {}", tools::said(&output)));
    }
    let kernel = Kernel::load(&object).map_err(|said| format!("does not load: {said}"))?;
    if let Some((_, why)) = kernel.refused.first_key_value() {
        return Err(format!("is refused: {why}"));
    }
    let found = kernel.run("program", inputs);
    match found.iter().zip(expected).position(|(found, expected)| found != expected) {
        None => Ok(()),
        Some(at) => Err(format!(
            "run {at} differs from the host.\n  given     {}\n  host says {}\n  found     {}",
            record::draw(&inputs[at]),
            record::draw(&expected[at]),
            record::draw(&found[at]),
        )),
    }
}

impl Sources {
    /// Writes the header and all sources into `folder`.
    fn write(&self, folder: &Path) {
        let prelude = include_str!("prelude.h");
        fs::write(folder.join("shared.h"), format!("{prelude}\n{}", self.header))
            .expect("the folder takes files");
        for (at, text) in self.texts.iter().enumerate() {
            fs::write(folder.join(format!("{at}.c")), text).expect("the folder takes files");
        }
    }
}
