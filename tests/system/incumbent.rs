//! Links in which bpf-linker 0.13.0 succeeds with nothing or something broken, crashes, or refuses what is sound: its
//! result, and that of this linker with the same arguments.

use std::{
    ffi::{OsStr, OsString},
    fs,
    os::unix::{ffi::OsStrExt as _, process::ExitStatusExt as _},
    path::Path,
    process::Command,
};

use crate::support::tools;
use tempfile::TempDir;

const GOOD: &str = "define i64 @entry() section \"xdp\" { ret i64 2 }";
const OTHER: &str = "define i64 @other() section \"xdp\" { ret i64 2 }";
const USES: &str = "declare i64 @helper() define i64 @entry() section \"xdp\" { %r = call i64 @helper() ret i64 %r }";
const HELPER: &str = "define i64 @helper() { ret i64 7 }";
const AGAIN: &str = "define i64 @entry() { ret i64 9 }";
const REGISTER: &str = "declare i64 @llvm.read_register.i64(metadata) !0 = !{!\"rax\"}
    define i64 @entry() section \"xdp\" { %r = call i64 @llvm.read_register.i64(metadata !0) ret i64 %r }";

/// Result of a linker: its exit code, and its messages or output.
enum Does {
    /// Exit code 0, with an output, and not a word on standard error.
    SucceedsSilently,
    /// The same, but it says this.
    Warns(&'static str),
    /// Exit code 0, and this file beside the output.
    Writes(&'static str),
    /// This exit code, no output, and it says this.
    Fails(i32, &'static str),
    /// It is ended by `abort`, and leaves an output that is none.
    Aborts,
}

use Does::{Aborts, Fails, SucceedsSilently, Warns, Writes};

/// The words of a link, what the incumbent does, and what we do.
const ROWS: [(&[&str], Does, Does); 17] = [
    // It writes something broken and succeeds.
    (&["native.o"], SucceedsSilently, Fails(3, "native.o is a native x86-64 object")),
    (
        &["--export", "entry", "uses.bc"],
        SucceedsSilently,
        Fails(1, "`helper` is needed by `entry`"),
    ),
    (&["--export", "nosuch", "good.bc"], SucceedsSilently, Fails(1, "no input defines `nosuch`")),
    (
        &["--export", "entry,other", "good.bc", "big.bc"],
        SucceedsSilently,
        Fails(1, "inputs of both byte orders cannot make one object"),
    ),
    (&["--export", "entry", "x86.bc"], SucceedsSilently, Warns("[foreign-target]")),
    (&["--export", "entry", "--btf", "good.bc"], SucceedsSilently, Warns("[missing-debug-info]")),
    // The archive in the archive is passed over, so that `helper` stays undefined.
    (&["--export", "entry", "uses.bc", "nested.a"], SucceedsSilently, SucceedsSilently),
    // It writes the first kind only.
    (
        &["--export", "entry", "--emit", "obj", "--emit", "asm", "good.bc"],
        SucceedsSilently,
        Writes("out.s"),
    ),
    // It crashes, or ends with nothing that helps.
    (&["--export", "entry", "\u{fffd}.bc"], Fails(101, "panicked"), SucceedsSilently),
    (&["--export", "entry", "register.bc"], Aborts, Fails(4, "at work on the function `entry`")),
    (&["deep.ll"], Fails(1, "invalid input file"), Fails(4, "LLVM crashed in the phase")),
    // It refuses what is sound.
    (
        &["--export", "entry", "--emit", "obj,asm", "good.bc"],
        Fails(1, "unknown emission"),
        Writes("out.s"),
    ),
    (&["@response"], Fails(1, "error"), SucceedsSilently),
    (
        &["-flavor", "bpf", "--export", "entry", "good.bc"],
        Fails(1, "unexpected argument"),
        SucceedsSilently,
    ),
    (
        &["--export", "entry", "uses.bc", "-L", ".", "-l", "help"],
        Fails(1, "unexpected argument '-l'"),
        SucceedsSilently,
    ),
    (
        &["--export", "entry", "uses.bc", "thin.a"],
        Fails(1, "invalid input file `thin.a`"),
        SucceedsSilently,
    ),
    (
        &["--export", "entry", "good.bc", "dup.a"],
        Fails(1, "symbol multiply defined"),
        SucceedsSilently,
    ),
];

#[test]
fn hidden_faults_are_reported_and_refused_programs_linked() {
    let folder = TempDir::new().unwrap();
    prepare(folder.path());
    let mut wrong = Vec::new();
    for (words, theirs, ours) in &ROWS {
        for (linker, does) in [(tools::incumbent(), theirs), (tools::linker(), ours)] {
            if let Err(problem) = check(&linker, folder.path(), words, does) {
                wrong.push(format!("{} {words:?}: {problem}", linker.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Theirs holds no definition of what the program calls; ours holds one.
#[test]
fn a_nested_archive_is_searched() {
    let folder = TempDir::new().unwrap();
    prepare(folder.path());
    let undefined = |linker: &Path| {
        let out = folder.path().join("out.o");
        let mut link = Command::new(linker);
        link.args(["--export", "entry", "uses.bc", "nested.a", "-o", "out.o"]);
        tools::run(link.current_dir(folder.path()));
        crate::support::elf::Elf::read(&out).undefined().len()
    };
    assert_eq!((undefined(&tools::incumbent()), undefined(&tools::linker())), (1, 0));
}

fn prepare(folder: &Path) {
    let bitcode = |name: &OsStr, triple: &str, text: &str| {
        fs::write(folder.join("text.ll"), format!("target triple = \"{triple}\"\n{text}\n"))
            .unwrap();
        let mut assemble = Command::new("/usr/bin/llvm-as-22");
        tools::run(assemble.args(["text.ll", "-o"]).arg(name).current_dir(folder));
    };
    let bpf = |name: &str, text| bitcode(OsStr::new(name), "bpfel", text);
    bpf("good.bc", GOOD);
    bpf("uses.bc", USES);
    bpf("helper.bc", HELPER);
    bpf("again.bc", AGAIN);
    bpf("register.bc", REGISTER);
    bitcode(OsStr::from_bytes(b"\xff.bc"), "bpfel", GOOD);
    bitcode(OsStr::new("big.bc"), "bpfeb", OTHER);
    bitcode(OsStr::new("x86.bc"), "x86_64-unknown-linux-gnu", GOOD);
    let archive = |words: &[&str]| {
        tools::run(Command::new(tools::llvm_ar()).args(words).current_dir(folder));
    };
    archive(&["rcs", "libhelp.a", "helper.bc"]);
    archive(&["rcs", "nested.a", "libhelp.a"]);
    archive(&["rcs", "dup.a", "again.bc", "helper.bc"]);
    archive(&["rcsT", "thin.a", "helper.bc"]);
    fs::write(folder.join("native.c"), "int x = 1;").unwrap();
    let mut native = Command::new(tools::clang());
    native.args(["-target", "x86_64-linux-gnu", "-c", "native.c", "-o", "native.o"]);
    tools::run(native.current_dir(folder));
    fs::write(folder.join("deep.ll"), format!("@x = global {}", "{".repeat(4 << 20))).unwrap();
    fs::write(folder.join("response"), "--export entry good.bc").unwrap();
}

fn check(linker: &Path, folder: &Path, words: &[&str], does: &Does) -> Result<(), String> {
    for name in ["out.o", "out.s"] {
        if folder.join(name).exists() {
            fs::remove_file(folder.join(name)).unwrap();
        }
    }
    let word = |word: &&str| match word.strip_prefix('\u{fffd}') {
        Some(rest) => {
            [OsStr::from_bytes(b"\xff"), OsStr::new(rest)].into_iter().collect::<OsString>()
        }
        None => OsString::from(word),
    };
    let mut command = Command::new(linker);
    command.args(words.iter().map(word)).args(["-o", "out.o"]).current_dir(folder);
    let output = tools::attempt(command.env("TMPDIR", folder));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let is_written = folder.join("out.o").is_file();
    let fits = match (does, output.status.code()) {
        (SucceedsSilently, Some(0)) => is_written && said.is_empty(),
        (Warns(text), Some(0)) => is_written && said.contains(text),
        (Writes(name), Some(0)) => is_written && folder.join(name).is_file(),
        (Fails(wanted, text), Some(code)) => code == *wanted && !is_written && said.contains(text),
        (Aborts, None) => is_written && output.status.signal() == Some(libc::SIGABRT),
        _ => false,
    };
    if fits { Ok(()) } else { Err(format!("{}, out.o {is_written}: {said}", output.status)) }
}
