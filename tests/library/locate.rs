//! The libLLVM that a link gets on this machine: real libraries of Debian and rustup, real calling rustcs.
//!
//! Needs Debian's packages llvm-14, llvm-19, llvm-22 and rustc-web; `ci/rustc185.sh` fetches the third
//! rustc.

use std::{
    collections::BTreeSet,
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use bpf_linker::internals::{
    input::{LlvmVersion, Producer},
    llvm::locate::{self, FoundBy, LibraryVersion, Search, Verdict},
};
use tempfile::TempDir;

/// File in which the child of [`found_under`] writes its result.
const REPORT: &str = "BPF_LINKER_TEST_REPORT";

/// Debian's folder.
const DEBIAN: &str = "/usr/lib/x86_64-linux-gnu";

fn written_by(text: &str, major: u32, minor: u32, patch: u32) -> Option<(String, Producer)> {
    let version = Some(LlvmVersion { major, minor, patch });
    Some(("main.o".to_owned(), Producer { text: text.to_owned(), version, epoch: 0 }))
}

/// The version that is read from a real library's file.
fn version_of(path: &Path) -> LibraryVersion {
    let search = Search { explicit: Some(path), ..Search::default() };
    locate::locate(&search).unwrap_or_else(|error| panic!("{error}")).version
}

/// The version that a library's own `llvm-config` prints.
fn configured(major: u32) -> String {
    let program = format!("llvm-config-{major}");
    let output = Command::new(&program)
        .arg("--version")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn sysroot(rustc: &Path) -> PathBuf {
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().expect("rustc runs");
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}

fn rustup_rustc() -> PathBuf {
    sysroot(Path::new("rustc")).join("bin/rustc")
}

/// The LLVM version of `rustc`, as it says itself.
fn llvm_of(rustc: &Path) -> String {
    let output = Command::new(rustc).arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.strip_prefix("LLVM version: ")).expect("a version").to_owned()
}

#[test]
fn releases_of_debians_libraries_are_read_correctly() {
    for major in [19, 22] {
        let path = PathBuf::from(format!("{DEBIAN}/libLLVM.so.{major}.1"));
        assert_eq!(version_of(&path).to_string(), configured(major));
    }
    assert_eq!(version_of(Path::new("/usr/lib/llvm-22")).to_string(), configured(22));
}

#[test]
fn the_release_of_rustups_library_is_that_of_its_rustc() {
    let rustc = rustup_rustc();
    let lib = sysroot(&rustc).join("lib");
    assert_eq!(version_of(&lib).to_string(), llvm_of(&rustc));
}

#[test]
fn debians_llvm_14_is_too_old() {
    let path = Path::new("/usr/lib/llvm-14/lib/libLLVM.so");
    let error =
        locate::locate(&Search { explicit: Some(path), ..Search::default() }).expect_err("too old");
    let causes = error.causes().concat();
    assert!(
        causes.contains("libLLVM-14.so.1 (asked for by --llvm) is LLVM 14.0; 19 is the oldest"),
        "{error}"
    );
}

#[test]
fn llvm_19_is_refused_for_what_llvm_22_wrote() {
    let explicit = PathBuf::from(format!("{DEBIAN}/libLLVM.so.19.1"));
    let producer = written_by("LLVM22.1.8", 22, 1, 8);
    let search = Search { explicit: Some(&explicit), producer, ..Search::default() };
    let error = locate::locate(&search).expect_err("too old");
    assert!(error.to_string().contains("too old for main.o, which `LLVM22.1.8` wrote"), "{error}");
}

#[test]
fn the_survey_of_this_machine_is_complete() {
    let survey =
        Search { producer: written_by("LLVM22.1.8", 22, 1, 8), ..Search::default() }.survey();
    let verdict = |name: &str| {
        let is_it = |path: &Path| path.ends_with(name);
        let candidate = survey.candidates().iter().find(|candidate| is_it(&candidate.path));
        candidate.unwrap_or_else(|| panic!("no {name} in:\n{survey}")).verdict.clone()
    };
    assert!(matches!(verdict("libLLVM-14.so.1"), Verdict::Refused(_)), "{survey}");
    assert!(matches!(verdict("libLLVM.so.19.1"), Verdict::Refused(_)), "{survey}");
    assert!(matches!(verdict("libLLVM.so.22.1"), Verdict::Fits(_)), "{survey}");
    assert!(survey.winner().is_some(), "{survey}");
}

/// Also the child that [`found_under`] has a rustc run in the place of a linker.
#[test]
fn a_library_is_found_with_and_without_a_calling_rustc() {
    let located = locate::locate(&Search::default()).unwrap_or_else(|error| panic!("{error}"));
    let is_called = matches!(located.found_by, FoundBy::CallingRustc { .. });
    assert_eq!(is_called, env::var_os(REPORT).is_some(), "{located:?}");
    if let Some(report) = env::var_os(REPORT) {
        fs::write(report, format!("{} {}", located.version, located.path.display()))
            .expect("to write the report");
    }
}

/// The version and the path that are found when `rustc` runs the search as its linker, through a shell wrapper and
/// with a LD_LIBRARY_PATH that leads to an LLVM which will not do.
fn found_under(rustc: &Path) -> (String, PathBuf) {
    let folder = TempDir::new().expect("a temporary folder");
    let report = folder.path().join("report");
    let linker = folder.path().join("linker.sh");
    let test = env::current_exe().expect("this test");
    let name = "locate::a_library_is_found_with_and_without_a_calling_rustc";
    let script = format!("#!/bin/sh\n'{}' --exact {name} >&2\nexit $?\n", test.display());
    fs::write(&linker, script).expect("to write the wrapper");
    fs::set_permissions(&linker, fs::Permissions::from_mode(0o755)).expect("to make it executable");
    let source = folder.path().join("main.rs");
    fs::write(&source, "fn main() {}\n").expect("to write the source");
    let mut command = Command::new(rustc);
    command
        .arg(&source)
        .arg("-o")
        .arg(folder.path().join("out"))
        .arg("-C")
        .arg(format!("linker={}", linker.display()));
    command.env(REPORT, &report).env("LD_LIBRARY_PATH", "/usr/lib/llvm-14/lib");
    let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", rustc.display()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report = fs::read_to_string(&report).expect("a report");
    let (version, path) = report.split_once(' ').expect("a version and a path");
    (version.to_owned(), PathBuf::from(path))
}

/// All of them: a machine may have a nightly beside the stable one.
#[test]
fn rustups_rustcs_get_their_own_libraries() {
    // A toolchain may be there under two names.
    let real = |path: &Path| path.canonicalize().expect("a toolchain");
    let stable = real(&sysroot(Path::new("rustc")));
    let entries =
        fs::read_dir(stable.parent().expect("a folder of toolchains")).expect("to list it");
    let toolchains = entries.map(|entry| real(&entry.expect("an entry").path()));
    let toolchains: BTreeSet<PathBuf> = toolchains.collect();
    assert!(toolchains.contains(&stable), "{toolchains:?}");
    for toolchain in toolchains {
        let rustc = toolchain.join("bin/rustc");
        let (version, path) = found_under(&rustc);
        assert_eq!(version, llvm_of(&rustc));
        assert_eq!(path.parent(), Some(&*toolchain.join("lib")));
    }
}

#[test]
fn debians_rustc_gets_its_own_library() {
    let rustc = Path::new("/usr/bin/rustc");
    let (version, path) = found_under(rustc);
    assert_eq!(version, llvm_of(rustc));
    assert_eq!(path.parent(), Some(Path::new(DEBIAN)));
}

#[test]
fn rustc_1_85_gets_llvm_19() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/ci/rustc185.sh");
    let output = Command::new("bash").arg(script).output().expect("bash");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rustc = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()).join("bin/rustc");
    let (version, path) = found_under(&rustc);
    assert_eq!(version, llvm_of(&rustc));
    assert!(path.ends_with("libLLVM.so.19.1"), "{}", path.display());
}
