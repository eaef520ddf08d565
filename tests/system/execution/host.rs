//! The same functions compiled for this machine: what BPF is compared with.

use std::{
    fmt::Write as _,
    fs,
    io::{Read as _, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread,
};

use super::Batch;
use super::record::{Record, SIZE};
use super::sources::SOURCES;
use crate::support::tools;

/// Returns the result of each function of `batch` for each input, in that order.
///
/// The program is built to stop at anything undefined, so that a mismatch is never the generator's fault.
pub fn run(batch: &Batch, folder: &Path) -> Vec<Vec<Record>> {
    let mut source = batch.source();
    source.push_str("#include <stdio.h>\nint main(void) {\n struct record record;\n");
    for function in &batch.functions {
        let _ = writeln!(
            source,
            " for (int i = 0; i < {}; i++) {{\n  if (fread(&record, sizeof record, 1, stdin) != 1) return 1;\n  {}(&record);\n  \
             fwrite(&record, sizeof record, 1, stdout);\n }}",
            batch.inputs.len(),
            function.name,
        );
    }
    source.push_str(" return 0;\n}\n");
    let (file, program) = (folder.join("host.c"), folder.join("host"));
    fs::write(&file, source).expect("the folder takes files");
    tools::run(
        Command::new(tools::clang())
            .args(["-w", "-O1", "-fwrapv", "-fno-strict-aliasing", "-DLEVEL=4"])
            .args(["-fsanitize=undefined", "-fsanitize-trap=undefined", "-o"])
            .args([&program, &file]),
    );
    let produced = feed(&program, batch.inputs.concat().repeat(batch.functions.len()));
    let per_function = SIZE * batch.inputs.len();
    assert_eq!(produced.len(), per_function * batch.functions.len(), "{program:?} says too little");
    produced.chunks_exact(per_function).map(records).collect()
}

/// Returns what the program whose sources are in `folder` makes of each of `inputs`, one after the other.
pub fn run_sources(folder: &Path, inputs: &[Record]) -> Vec<Record> {
    let main = format!(
        "#include \"shared.h\"\n#include <stdio.h>\nint program(struct record *);\nint main(void) {{\n struct record record;\n \
         for (int i = 0; i < {}; i++) {{\n  if (fread(&record, sizeof record, 1, stdin) != 1) return 1;\n  program(&record);\n  \
         fwrite(&record, sizeof record, 1, stdout);\n }}\n return 0;\n}}\n",
        inputs.len()
    );
    let (file, program) = (folder.join("main.c"), folder.join("host"));
    fs::write(&file, main).expect("the folder takes files");
    let mut clang = Command::new(tools::clang());
    clang.args(["-w", "-O1", "-fwrapv", "-fno-strict-aliasing", "-DLEVEL=4", "-o"]).arg(&program);
    let sources = (0..SOURCES).map(|at| folder.join(format!("{at}.c")));
    tools::run(clang.args(sources).arg(&file));
    records(&feed(&program, inputs.concat()))
}

fn records(bytes: &[u8]) -> Vec<Record> {
    bytes.chunks_exact(SIZE).map(|bytes| bytes.try_into().expect("whole records")).collect()
}

fn feed(program: &Path, inputs: Vec<u8>) -> Vec<u8> {
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("what was built runs");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    let writer = thread::spawn(move || stdin.write_all(&inputs));
    let mut produced = Vec::new();
    let mut stdout = child.stdout.take().expect("it is a pipe");
    stdout.read_to_end(&mut produced).expect("a pipe can be read");
    let status = child.wait().expect("it ends");
    let written = writer.join().expect("no panic");
    assert!(status.success(), "{program:?}: {status}: the generated C does something undefined");
    written.expect("a pipe can be written to");
    produced
}
