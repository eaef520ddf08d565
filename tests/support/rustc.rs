//! rustc with the linker behind it, of two ages.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use super::tools::{self, run};

/// A compiler, and the LLVM that links what it makes.
#[derive(Clone, Copy, Debug)]
pub enum Toolchain {
    /// Package rustc-web, with LLVM 22.
    Installed,
    /// rustc 1.85, with LLVM 19: bitcode that LLVM 19 can read.
    Older,
}

impl Toolchain {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Installed, Self::Older];

    /// The compiler for little-endian BPF, edition 2024, and the linker under test with `--btf`.
    pub fn rustc(self) -> Command {
        let (mut rustc, llvm) = match self {
            Self::Installed => {
                (Command::new(tools::debian_rustc()), "/usr/lib/llvm-22/lib/libLLVM.so.22.1")
            }
            Self::Older => {
                let mut rustc = Command::new(older());
                rustc.arg("--sysroot").arg(older_sysroot());
                (rustc, "/usr/lib/x86_64-linux-gnu/libLLVM.so.19.1")
            }
        };
        assert!(Path::new(llvm).is_file(), "no {llvm}: ci/install-tools.sh installs it");
        rustc.env("BPF_LINKER_LLVM", llvm);
        rustc.args(["--edition=2024", "--target=bpfel-unknown-none", "-Cpanic=abort", "-O"]);
        rustc.arg(format!("-Clinker={}", tools::linker().display()));
        rustc.arg("-Clink-arg=--btf");
        rustc
    }
}

/// The program `tests/btf/rust/NAME`.
pub fn source(name: &str) -> PathBuf {
    tools::workspace().join("tests/btf/rust").join(name)
}

fn older() -> PathBuf {
    let rustc = tools::downloads().join("rustc-1.85/bin/rustc");
    assert!(rustc.is_file(), "no {rustc:?}: ci/rustc185.sh fetches it");
    rustc
}

/// Debian has no core of that age for BPF, so it is built once, from its source.
fn older_sysroot() -> &'static Path {
    static SYSROOT: OnceLock<PathBuf> = OnceLock::new();
    SYSROOT.get_or_init(|| {
        let sysroot = tools::kept("rustc-1.85").join("sysroot");
        if !sysroot.is_dir() {
            let parent = sysroot.parent().expect("it was joined");
            let new = tempfile::tempdir_in(parent).expect("a new folder").keep();
            build_core(&new);
            // Another run may have been quicker; then this one's is not needed.
            if fs::rename(&new, &sysroot).is_err() {
                assert!(sysroot.is_dir(), "{new:?} cannot become {sysroot:?}");
            }
        }
        sysroot
    })
}

fn build_core(sysroot: &Path) {
    let libraries = sysroot.join("lib/rustlib/bpfel-unknown-none/lib");
    fs::create_dir_all(&libraries).expect("a new folder");
    let builtins = sysroot.join("builtins.rs");
    let text = "#![feature(compiler_builtins)]\n#![compiler_builtins]\n#![no_std]\n";
    fs::write(&builtins, text).expect("a new file");
    let root = older().parent().and_then(Path::parent).expect("it lies in bin").to_owned();
    let core = root.join("root/usr/src/rustc-1.85.0/library/core/src/lib.rs");
    for (name, source) in [("core", core), ("compiler_builtins", builtins)] {
        let mut rustc = Command::new(older());
        rustc.env("RUSTC_BOOTSTRAP", "1").arg("--sysroot").arg(sysroot);
        rustc.args(["--edition=2021", "--crate-type=rlib", "--target=bpfel-unknown-none", "-O"]);
        rustc.args(["-Cdebuginfo=2", "-Cpanic=abort", "--cap-lints=allow", "--crate-name", name]);
        run(rustc.arg(source).arg("-o").arg(libraries.join(format!("lib{name}.rlib"))));
    }
}
