//! docs/security.md says which files a link opens and executes; strace says which it does. And what lies in the current folder,
//! or in a relative entry of PATH, is never taken for a libLLVM or a rustc.

use std::{
    collections::BTreeSet,
    env, fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    process::Command,
};

use crate::support::{corpus, tools};
use tempfile::TempDir;

/// Licences that code may have which is distributed under MIT or Apache-2.0.
const LICENCES: [&str; 9] = [
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// As cargo calls it, whatever mirror serves it.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// A folder full of what must not be taken, and PATH with relative entries in front.
fn trap(folder: &Path) -> String {
    let script = "#!/bin/sh\ntouch \"$TRAP/sprung\"\n";
    for place in ["rustc", "llvm-config", "bin/rustc", "bin/llvm-config", "cc", "ld"] {
        fs::create_dir_all(folder.join("bin")).unwrap();
        tools::write_script(&folder.join(place), script);
    }
    for name in ["libLLVM.so", "libLLVM.so.22.1", "libLLVM-22.so", "libLLVM.so.99"] {
        fs::write(folder.join(name), "no library").unwrap();
    }
    format!(".:bin::{}", env::var("PATH").unwrap())
}

/// Existing files that the linker opened or executed, with the folder as `{}`.
fn touched(folder: &Path, words: &[String]) -> BTreeSet<String> {
    let path = trap(folder);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-y", "-s", "4096", "-o", "trace"]);
    strace.args(["-e", "trace=open,openat,execve,execveat"]).arg(tools::linker());
    strace.args(words).args(["-o", "out.o"]).current_dir(folder);
    strace.env("PATH", path).env("TRAP", folder).env_remove("LD_LIBRARY_PATH");
    strace.env_remove("BPF_LINKER_LLVM");
    tools::run(&mut strace);
    assert!(!folder.join("sprung").exists(), "something of the current folder was executed");
    let trace = fs::read_to_string(folder.join("trace")).unwrap();
    let calls: Vec<_> = trace.lines().filter_map(Call::read).collect();
    // The first is strace's own start of the linker; what is executed later is another program, with files of its own.
    let others: BTreeSet<_> =
        calls.iter().skip(1).filter(|call| call.executes).map(|call| call.process).collect();
    let of_linker = |call: &&Call<'_>| call.executes || !others.contains(call.process);
    let is_tool = |path: &str| path.contains("/.rustup/") || path.contains("/.cargo/");
    let paths = calls.iter().filter(of_linker).map(|call| call.path.to_owned());
    let executed_by_others = |path: &String| is_tool(path) && path.contains("/bin/");
    paths.filter(|path| !executed_by_others(path)).collect()
}

/// A call that succeeded.
struct Call<'trace> {
    process: &'trace str,
    executes: bool,
    path: &'trace str,
}

impl<'trace> Call<'trace> {
    fn read(line: &'trace str) -> Option<Self> {
        let (process, call) = line.split_once(char::is_whitespace)?;
        if line.contains("= -1 ") || !call.contains('"') {
            return None;
        }
        let path = call.split('"').nth(1)?;
        Some(Self { process, executes: call.trim_start().starts_with("execve"), path })
    }
}

/// The patterns of the table in docs/security.md.
fn listed() -> Vec<String> {
    let page = fs::read_to_string(tools::workspace().join("docs/security.md")).unwrap();
    let table = page.split("## Files").nth(1).unwrap();
    let cells = table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let patterns = cells.flat_map(|cell| cell.split('`'));
    patterns.filter(|pattern| pattern.contains('/')).map(str::to_owned).collect()
}

fn fits(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((start, rest)) => path.strip_prefix(start).is_some_and(|path| {
            (0..=path.len()).any(|at| path.is_char_boundary(at) && fits(rest, &path[at..]))
        }),
    }
}

fn check(words: &[String], inputs: &[&Path]) {
    let folder = TempDir::new().unwrap();
    let own = folder.path().to_str().unwrap();
    let patterns = listed();
    assert!(patterns.len() > 15, "{patterns:?}");
    let touched = touched(folder.path(), words);
    let named = |path: &str| inputs.iter().any(|input| input.to_str() == Some(path));
    let strange: Vec<_> = touched
        .iter()
        .filter(|path| !named(path) && !patterns.iter().any(|pattern| fits(pattern, path)))
        .collect();
    assert!(strange.is_empty(), "docs/security.md does not list {strange:#?}");
    let inside: Vec<_> = touched
        .iter()
        .filter(|path| !path.starts_with('/') || path.starts_with(own))
        .filter(|path| !path.contains("/.bpf-linker-"))
        .collect();
    assert!(inside.is_empty(), "taken from the current folder: {inside:#?}");
    for input in inputs {
        assert!(touched.contains(input.to_str().unwrap()), "{input:?} is not read");
    }
}

#[test]
fn a_link_touches_what_the_page_lists() {
    let line = corpus::c_program();
    let inputs: Vec<_> = line.files.iter().map(|file| file.path.as_path()).collect();
    check(&line.words(None), &inputs);
}

#[test]
fn an_explicit_library_ends_search_and_execution() {
    let line = corpus::c_program();
    let library = "/usr/lib/x86_64-linux-gnu/libLLVM.so.22.1";
    let words = [line.words(None), vec!["--llvm".to_owned(), library.to_owned()]].concat();
    let folder = TempDir::new().unwrap();
    let touched = touched(folder.path(), &words);
    let searched: Vec<_> = touched
        .iter()
        .filter(|path| path.contains("rustc") || path.contains("llvm-config"))
        .collect();
    assert!(searched.is_empty(), "{searched:#?}");
    let libraries: Vec<_> = touched.iter().filter(|path| path.contains("libLLVM")).collect();
    assert_eq!(libraries, [library]);
}

/// Somebody else who may write to the folder cannot have an output written elsewhere, or read it before it is done.
#[test]
fn temporary_files_are_safe_in_a_shared_folder() {
    let line = corpus::c_program();
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
    let victim = folder.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, folder.path().join(".bpf-linker-")).unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "trace", "-e", "trace=openat"]).arg(tools::linker());
    strace.args(line.words(None)).args(["-o", "out.o"]).current_dir(folder.path());
    tools::run(&mut strace);
    let trace = fs::read_to_string(folder.path().join("trace")).unwrap();
    let beside: Vec<_> = trace.lines().filter(|line| line.contains("/.bpf-linker-")).collect();
    assert_eq!(beside.len(), 1, "{beside:#?}");
    assert!(beside[0].contains("O_CREAT|O_EXCL") && beside[0].contains("0600"), "{beside:#?}");
    assert_eq!(fs::read(&victim).unwrap(), b"precious");
}

#[test]
fn dependencies_have_allowed_licenses_and_sources() {
    let mut metadata = tools::cargo();
    metadata.args(["metadata", "--format-version", "1", "--locked", "--offline"]);
    let output = tools::run(metadata.current_dir(tools::workspace()));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50, "{}", packages.len());
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("none");
        if !is_allowed(licence) {
            wrong.push(format!("{name}: {licence}"));
        }
        // Those of this workspace have none.
        let source = package["source"].as_str().unwrap_or(CRATES_IO);
        if source != CRATES_IO {
            wrong.push(format!("{name} is from {source}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn licenses_with_further_obligations_are_refused() {
    for (licence, will_do) in [
        ("MIT OR Apache-2.0", true),
        ("MIT/Apache-2.0", true),
        ("GPL-2.0-only OR BSD-2-Clause", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("GPL-3.0-or-later", false),
        ("MIT AND GPL-2.0-only", false),
        ("none", false),
    ] {
        assert_eq!(is_allowed(licence), will_do, "{licence}");
    }
}

/// SPDX: every part of an AND, one part of an OR; `/` is an old spelling of OR.
fn is_allowed(licence: &str) -> bool {
    let plain = licence.replace(['(', ')'], " ").replace('/', " OR ");
    let one = |text: &str| LICENCES.contains(&text.trim());
    plain.split(" AND ").all(|all| all.split(" OR ").any(one))
}
