//! A libLLVM that turns out not to do is passed over for one that may; one that a person named is not.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use object::{Object as _, ObjectSection as _, ObjectSymbol as _};
use tempfile::TempDir;

use super::{
    Binary, check, decoys,
    readers::{self, DEBIAN},
};
use crate::support::tools;

/// Input that LLVM 19 cannot read: clang 22 writes newer attributes.
const TOO_NEW: &str =
    "static long sum(const long *p, int n) { long s = 0; while (n--) s += p[n]; return s; }
__attribute__((noinline)) long helper(const long *p, int n) { return sum(p, n & 3); }
__attribute__((section(\"xdp\"))) int entry(void *ctx) {
  volatile long a[4] = {1, 2, 3, 4};
  return helper((const long *)a, 3) == 6 ? 2 : 1;
}
";

/// Bitcode of clang 22 that says it is of `producer`, which has as many characters as `LLVM22.1.8`.
fn bitcode_of(producer: &str, folder: &Path) -> PathBuf {
    let (source, bitcode) = (folder.join("new.c"), folder.join("new.bc"));
    fs::write(&source, TOO_NEW).expect("a new file");
    let mut clang = Command::new(tools::clang());
    clang.args(["-target", "bpfel", "-O2", "-emit-llvm", "-c"]);
    tools::run(clang.arg(&source).arg("-o").arg(&bitcode));
    let mut bytes = fs::read(&bitcode).expect("bitcode");
    let former =
        bpf_linker::internals::input::Producer::read(&bytes).expect("an identification block").text;
    assert_eq!(former.len(), producer.len(), "{former}");
    replace(&mut bytes[..256], &former, producer);
    fs::write(&bitcode, bytes).expect("a file");
    bitcode
}

/// Replaces a text in the six-bit characters of bitcode, which begin at any bit.
fn replace(bytes: &mut [u8], old: &str, new: &str) {
    let bits = |text: &str| -> Vec<bool> {
        let codes = text.bytes().map(|byte| match byte {
            b'a'..=b'z' => byte - b'a',
            b'A'..=b'Z' => byte - b'A' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'.' => 62,
            _ => 63,
        });
        codes.flat_map(|code| (0..6).map(move |bit| code >> bit & 1 == 1)).collect()
    };
    let all: Vec<bool> =
        bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1)).collect();
    let (old, new) = (bits(old), bits(new));
    let at = all.windows(old.len()).position(|window| window == old).expect("the text is there");
    for (bit, value) in (at..).zip(new) {
        bytes[bit / 8] = bytes[bit / 8] & !(1 << (bit % 8)) | u8::from(value) << (bit % 8);
    }
}

/// The libLLVMs that were loaded, one after the other, as a log at level info tells.
fn loaded(log: &str) -> Vec<&str> {
    let lines = log.lines().filter_map(|line| line.split_once("using LLVM "));
    lines.filter_map(|(_, used)| used.split_once(' ').map(|(version, _)| version)).collect()
}

#[test]
fn the_next_library_reads_what_the_oldest_cannot() {
    let (binary, folder) = (Binary::copy(), TempDir::new().expect("a new folder"));
    let input = bitcode_of("XLVM22.1.8", folder.path());
    let (output, log) = (folder.path().join("out.o"), folder.path().join("log"));
    let mut link = decoys::without_rustc(&binary.path(), folder.path());
    link.arg(input).args(["--log-level=info", "--log-file"]).arg(&log).arg("-o").arg(&output);
    let said = tools::said(&tools::run(&mut link));
    assert_eq!(said, "");
    check("an unknown producer", &output, "entry", 2);
    let log = fs::read_to_string(&log).expect("a log");
    assert_eq!(loaded(&log), ["19.1.7", "22.1.8"], "{log}");
    assert!(log.contains("trying another libLLVM, because of this:"), "{log}");
    assert!(log.contains("written by `XLVM22.1.8`, read by LLVM 19.1.7 ("), "{log}");
    binary.is_untouched();
}

#[test]
fn each_library_that_does_not_load_is_tried_once() {
    let (binary, folder) = (Binary::copy(), TempDir::new().expect("a new folder"));
    let lib = folder.path().join("lib");
    fs::create_dir(&lib).expect("a new folder");
    decoys::imitate(&lib.join("libLLVM-incomplete.so"), [19, 0, 1], &[]);
    let helper = lib.join("libgone.so");
    decoys::imitate(&helper, [1, 0, 0], &["-Wl,-soname,libgone.so"]);
    let needs = helper.to_str().expect("a plain path");
    decoys::imitate(&lib.join("libLLVM-needy.so"), [19, 0, 2], &["-Wl,--no-as-needed", needs]);
    fs::remove_file(&helper).expect("the helper is there");

    let input = decoys::input(folder.path());
    let output = folder.path().join("out.o");
    let bin = decoys::installation(folder.path());
    let mut link = decoys::without_rustc(&binary.path(), &bin);
    link.arg(&input).args(["--log-level=info", "--export=entry", "-o"]).arg(&output);
    let log = tools::said(&tools::run(&mut link));
    check("two libraries that do not load", &output, "entry", 2);
    assert_eq!(loaded(&log), ["19.1.7"], "{log}");
    let tries = log.matches("trying another libLLVM, because of this:").count();
    assert_eq!(tries, 2, "{log}");
    assert!(log.contains("libLLVM-incomplete.so lacks functions of LLVM's C API: "), "{log}");
    assert!(log.contains("libgone.so: cannot open shared object file"), "{log}");
}

#[test]
fn an_explicit_library_is_final() {
    let (binary, folder) = (Binary::copy(), TempDir::new().expect("a new folder"));
    let input = bitcode_of("XLVM22.1.8", folder.path());
    let output = folder.path().join("out.o");
    let mut link = decoys::without_rustc(&binary.path(), folder.path());
    link.arg("--llvm").arg(readers::debian_19().llvm).arg("--log-level=info");
    let failed = tools::attempt(link.arg(&input).arg("-o").arg(&output));
    let said = tools::said(&failed);
    assert_eq!(failed.status.code(), Some(3), "{said}");
    assert_eq!(loaded(&said), ["19.1.7"], "{said}");
    assert!(!output.exists());
    for part in [
        format!("error: cannot parse {}", input.display()),
        format!(
            "written by `XLVM22.1.8`, read by LLVM 19.1.7 ({DEBIAN}/libLLVM.so.19.1), asked for by --llvm"
        ),
        format!("help: use another libLLVM: --llvm {DEBIAN}/libLLVM.so.22.1"),
    ] {
        assert!(said.contains(&part), "`{part}` is not in:\n{said}");
    }
}

#[test]
fn an_unreadable_input_lists_all_libraries() {
    let (binary, folder) = (Binary::copy(), TempDir::new().expect("a new folder"));
    let input = bitcode_of("LLVM99.1.8", folder.path());
    let mut link = decoys::without_rustc(&binary.path(), folder.path());
    let failed = tools::attempt(link.arg(&input).arg("-o").arg(folder.path().join("out.o")));
    let said = tools::said(&failed);
    assert_eq!(failed.status.code(), Some(4), "{said}");
    for part in [
        "error: no libLLVM can be used for this link",
        &format!("cause: {DEBIAN}/libLLVM.so.19.1 (in the system) is LLVM 19.1.7, too old for"),
        &format!("cause: {DEBIAN}/libLLVM.so.22.1 (in the system) is LLVM 22.1.8, too old for"),
        &format!("cause: {} was written by `LLVM99.1.8`", input.display()),
        "help: install LLVM 99 or newer (Debian and Ubuntu: apt install libllvm99",
    ] {
        assert!(said.contains(part), "`{part}` is not in:\n{said}");
    }
}

#[test]
fn a_damaged_file_is_not_blamed_on_the_library() {
    let (binary, folder) = (Binary::copy(), TempDir::new().expect("a new folder"));
    let input = bitcode_of("LLVM22.1.8", folder.path());
    let whole = fs::read(&input).expect("bitcode");
    fs::write(&input, &whole[..whole.len() / 2]).expect("a file");
    let mut link = decoys::without_rustc(&binary.path(), folder.path());
    let failed = tools::attempt(link.arg(&input).arg("-o").arg(folder.path().join("out.o")));
    let said = tools::said(&failed);
    assert_eq!(failed.status.code(), Some(3), "{said}");
    let help = "help: LLVM 22.1.8 reads what LLVM 22.1.8 wrote unless it is damaged: build ";
    assert!(said.contains(help), "{said}");
}

/// LLVM 23 that says it is 24, on disk and when asked.
fn llvm_24(folder: &Path) -> PathBuf {
    let mut bytes = fs::read(readers::llvm_23().llvm).expect("LLVM 23");
    let file = object::File::parse(&*bytes).expect("a library");
    let code = file.section_by_name(".text").expect("code");
    let version = file.dynamic_symbols().find(|symbol| symbol.name() == Ok("LLVMGetVersion"));
    let (start, _) = code.file_range().expect("code is in the file");
    let asked = start + version.expect("LLVM tells its version").address() - code.address();
    let names = file.section_by_name(".dynstr").and_then(|names| names.file_range());
    let (named, _) = names.expect("names are in the file");
    // `mov dword ptr [rdi], 23`, not far from where the function begins.
    swap(&mut bytes, asked, &[0xc7, 0x07, 23, 0, 0, 0], &[0xc7, 0x07, 24, 0, 0, 0]);
    swap(&mut bytes, named, b"libLLVM.so.23.1\0", b"libLLVM.so.24.1\0");
    let path = folder.join("libLLVM.so.24.1");
    fs::write(&path, bytes).expect("a new file");
    path
}

/// Replaces the first `old` from `start` on.
fn swap(bytes: &mut [u8], start: u64, old: &[u8], new: &[u8]) {
    let rest = &mut bytes[usize::try_from(start).expect("an offset")..];
    let at = rest.windows(old.len()).position(|window| window == old).expect("they are there");
    rest[at..at + new.len()].copy_from_slice(new);
}

#[test]
fn an_llvm_that_does_not_exist_yet_works_with_one_warning() {
    let (binary, folder) = (Binary::copy(), TempDir::new().expect("a new folder"));
    let library = llvm_24(folder.path());
    let input = bitcode_of("LLVM22.1.8", folder.path());
    let output = folder.path().join("out.o");
    let mut link = decoys::without_rustc(&binary.path(), folder.path());
    link.arg("--llvm").arg(&library).arg(input).arg("-o").arg(&output);
    let said = tools::said(&tools::run(&mut link));
    let warnings: Vec<&str> = said.lines().filter(|line| line.starts_with("warning:")).collect();
    let [warning] = warnings[..] else { panic!("one warning, not:\n{said}") };
    assert!(warning.starts_with("warning: LLVM 24.1."), "{warning}");
    assert!(
        warning
            .ends_with("is newer than 23, the newest this linker was tested with [untested-llvm]"),
        "{warning}"
    );
    check("LLVM 24", &output, "entry", 2);
}

#[test]
fn misspelt_options_of_llvm_are_errors_with_every_library() {
    let (binary, folder) = (Binary::copy(), TempDir::new().expect("a new folder"));
    let input = decoys::input(folder.path());
    for reader in [readers::debian_19(), readers::debian_22(), readers::llvm_23()] {
        let link = |option: &str| {
            let mut link = decoys::without_rustc(&binary.path(), folder.path());
            link.arg("--llvm").arg(&reader.llvm).arg(format!("--llvm-args={option}"));
            tools::attempt(link.arg(&input).arg("-o").arg(folder.path().join("out.o")))
        };
        let wrong = link("-bpf-stack-size=1024,--unrol-threshold=3");
        let said = tools::said(&wrong);
        assert_eq!(wrong.status.code(), Some(2), "{said}");
        assert!(said.contains("has no option `-unrol-threshold`"), "{said}");
        assert!(said.contains("help: did you mean `-unroll-threshold`?"), "{said}");
        let right = link("-bpf-stack-size=1024,--unroll-threshold=3");
        assert!(right.status.success(), "{}: {}", reader.version, tools::said(&right));
    }
}
