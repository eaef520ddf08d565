//! The linker is built without any LLVM at hand, and has none in it.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::tools;

/// All that a build may find: cargo's tools, and what gcc links with.
const TOOLS: [&str; 7] = ["cargo", "rustc", "cc", "gcc", "as", "ld", "ar"];

#[test]
fn a_release_build_needs_no_llvm_and_names_none() {
    names_no_llvm(&linker_of_few_tools("no-llvm", &[]));
}

/// Builds the linker where nothing but [`TOOLS`] is on PATH, and returns the executable.
///
/// Builds with other options share the crates that these do not concern.
pub fn linker_of_few_tools(name: &str, options: &[&str]) -> PathBuf {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    for tool in TOOLS {
        let target = on_path(tool);
        std::os::unix::fs::symlink(target, scratch.path().join(tool)).expect("a link");
    }
    let target = few_tools();
    let turn = File::create(target.join("turn")).expect("the folder takes files");
    turn.lock().expect("files can be locked");
    let kept = ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];
    let status = Command::new("cargo")
        .args(["build", "--release", "--locked", "--bin", "bpf-linker", "--target-dir"])
        .arg(&target)
        .args(options)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .envs(kept.iter().filter_map(|name| Some((name, env::var_os(name)?))))
        .env("PATH", scratch.path())
        // What is linked in does not depend on it, and it takes minutes.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .status()
        .expect("cargo");
    assert!(status.success(), "cargo build {options:?} with nothing but {TOOLS:?}: {status}");
    let linker = target.join(name);
    fs::copy(target.join("release/bpf-linker"), &linker).expect("an executable");
    linker
}

/// Returns the folder in which [`linker_of_few_tools`] builds.
pub fn few_tools() -> PathBuf {
    tools::kept("few-tools")
}

/// Neither its dynamic symbols nor the libraries it asks for are LLVM's or C++'s.
fn names_no_llvm(binary: &Path) {
    let symbols = stdout_of(Command::new("nm").arg("--dynamic").arg(binary));
    assert!(symbols.contains(" dlsym"), "this is no list of dynamic symbols:\n{symbols}");
    let needed = stdout_of(Command::new("readelf").arg("--dynamic").arg(binary));
    assert!(needed.contains("libc.so"), "this is no dynamic section:\n{needed}");
    for text in [symbols, needed] {
        let bad: Vec<&str> =
            text.lines().filter(|line| line.contains("LLVM") || line.contains("stdc++")).collect();
        assert_eq!(bad, [""; 0], "{}", binary.display());
    }
}

fn on_path(tool: &str) -> PathBuf {
    let folders = env::var_os("PATH").unwrap_or_default();
    let mut found =
        env::split_paths(&folders).map(|folder| folder.join(tool)).filter(|file| file.is_file());
    let first = found
        .next()
        .unwrap_or_else(|| panic!("no {tool} on PATH; ci/install-tools.sh installs it"));
    // rustup's proxies go by the name they are called by; a compiler finds its parts from where it really is.
    if first.ends_with("bin/cargo") || first.ends_with("bin/rustc") { first } else { real(&first) }
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn stdout_of(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}
