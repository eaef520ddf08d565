//! The programs that tests run, and where they write.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The linker under test. `BPF_LINKER_TEST_BIN` names another one, to see what it makes of the same promises.
pub fn linker() -> PathBuf {
    env::var_os("BPF_LINKER_TEST_BIN")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_bpf-linker")), PathBuf::from)
}

/// The folder where the scripts of ci/ put what they download.
pub fn downloads() -> PathBuf {
    env::var_os("BPF_LINKER_LAB").map_or_else(
        || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cache/bpf-linker-lab"),
        PathBuf::from,
    )
}

/// bpf-linker 0.13.0, the one to be measured against.
pub fn incumbent() -> PathBuf {
    let program = downloads().join("incumbent-0.13.0/bin/bpf-linker");
    assert!(
        program.is_file(),
        "no incumbent at {program:?}: install package llvm-22-dev, then `LLVM_PREFIX=/usr/lib/llvm-22 cargo \
         install bpf-linker --version 0.13.0 --no-default-features --features llvm-22 --root <that folder>`",
    );
    program
}

/// Debian's rustc, which has a prebuilt core for BPF.
pub fn debian_rustc() -> PathBuf {
    let core = Path::new("/usr/lib/rustlib/bpfel-unknown-none/lib");
    assert!(core.is_dir(), "no core library for BPF: install package libstd-rust-web-dev-bpf");
    existing("/usr/bin/rustc", "rustc-web")
}

/// The compiler of a toolchain that rustup keeps.
pub fn rustup_rustc(toolchain: &str) -> PathBuf {
    let mut ask = Command::new("rustup");
    ask.args(["which", "rustc", "--toolchain", toolchain]);
    PathBuf::from(String::from_utf8_lossy(&run(&mut ask).stdout).trim())
}

/// rustup's toolchains here: the stable one, and a nightly one where the machine has it.
pub fn rustup_toolchains() -> Vec<&'static str> {
    let listed = run(Command::new("rustup").args(["toolchain", "list"]));
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let has_nightly = listed.lines().any(|line| line.starts_with("nightly"));
    if has_nightly { vec!["stable", "nightly"] } else { vec!["stable"] }
}

/// clang, of the newest LLVM that the compilers here can read.
pub fn clang() -> PathBuf {
    existing("/usr/bin/clang-22", "clang-22")
}

/// A call of clang for BPF, optimized and with debug info.
pub fn bpf_clang() -> Command {
    let mut clang = Command::new(clang());
    clang.args(["-O2", "-g", "-target", "bpf"]);
    clang
}

/// llvm-ar of the same LLVM: an older one cannot index the bitcode.
pub fn llvm_ar() -> PathBuf {
    existing("/usr/bin/llvm-ar-22", "llvm-22")
}

fn existing(path: &str, package: &str) -> PathBuf {
    assert!(Path::new(path).is_file(), "no {path}: install package {package}");
    path.into()
}

/// The workspace's folder.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder below `target/tests`, kept between runs so that the next one is quick.
pub fn kept(name: &str) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace().join("target"), |folder| workspace().join(folder));
    let folder = target.join("tests").join(name);
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("cannot create {folder:?}: {error}"));
    folder
}

/// PATH with this folder in front.
pub fn path_with(folder: &Path) -> OsString {
    let rest = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(env::split_paths(&rest));
    env::join_paths(folders).expect("a folder in PATH has no colon")
}

/// `cargo`, with nothing left of the cargo that runs the tests.
pub fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    for variable in ["CARGO", "RUSTC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTUP_TOOLCHAIN"] {
        cargo.env_remove(variable);
    }
    for (variable, _) in env::vars_os() {
        if variable.to_string_lossy().starts_with("CARGO_PROFILE_") {
            cargo.env_remove(variable);
        }
    }
    cargo
}

/// Runs a command that must succeed.
pub fn run(command: &mut Command) -> Output {
    let output = attempt(command);
    assert!(output.status.success(), "{command:?}: {}\n{}", output.status, said(&output));
    output
}

/// Runs a command that may fail, but must be there.
pub fn attempt(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"))
}

/// Output of a command.
pub fn said(output: &Output) -> String {
    let (stdout, stderr) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr))
}

/// Writes an executable shell script.
pub fn write_script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).unwrap_or_else(|error| panic!("cannot write {path:?}: {error}"));
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .unwrap_or_else(|error| panic!("cannot make {path:?} executable: {error}"));
}
