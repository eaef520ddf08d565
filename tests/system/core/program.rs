//! Programs of this folder, from source to object.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{
    rustc::Toolchain,
    tools::{self, run},
};

/// Folder in which one test builds, with the crate for one toolchain.
pub struct Workshop {
    folder: tempfile::TempDir,
    toolchain: Toolchain,
}

impl Workshop {
    pub fn new(toolchain: Toolchain) -> Self {
        let workshop = Self { folder: tempfile::tempdir().expect("a temporary folder"), toolchain };
        let mut rustc = toolchain.rustc();
        rustc.args(["--crate-type=rlib", "--crate-name=btf_core", "-Cdebuginfo=2"]);
        run(rustc
            .arg(tools::workspace().join("btf-core/src/lib.rs"))
            .arg("-o")
            .arg(workshop.path("libbtf_core.rlib")));
        workshop
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// rustc with the crate, full debug info, and these options.
    pub fn rustc(&self, options: &[&str]) -> Command {
        let mut rustc = self.toolchain.rustc();
        rustc.arg("-Cdebuginfo=2");
        rustc.arg(format!("--extern=btf_core={}", self.path("libbtf_core.rlib").display()));
        rustc.args(options);
        rustc
    }

    /// The object of a program of this folder.
    pub fn object(&self, name: &str, options: &[&str]) -> PathBuf {
        let object = self.path(&format!("{name}.{}.o", options.concat().replace('/', "_")));
        let mut rustc = self.rustc(options);
        run(rustc.arg(source(&format!("{name}.rs"))).arg("-o").arg(&object));
        object
    }

    /// A program's bitcode, to be linked in many ways; the crate is inlined, so nothing else is needed.
    pub fn bitcode(&self, name: &str) -> PathBuf {
        let bitcode = self.path(&format!("{name}.bc"));
        let mut rustc = self.rustc(&["--emit=llvm-bc", "-Ccodegen-units=1"]);
        run(rustc.arg(source(&format!("{name}.rs"))).arg("-o").arg(&bitcode));
        bitcode
    }

    /// Links bitcode with this linker.
    pub fn link(&self, bitcode: &Path, options: &[&str]) -> PathBuf {
        let object = self.path(&format!("linked.{}.o", options.concat()));
        let mut linker = Command::new(tools::linker());
        linker.arg(bitcode).arg("--btf").args(options);
        run(linker.arg("-o").arg(&object));
        object
    }

    /// Compiles a C program of this folder with clang.
    pub fn clang(&self, name: &str) -> PathBuf {
        let object = self.path(&format!("{name}.clang.o"));
        let mut clang = tools::bpf_clang();
        clang.args(["-mcpu=v3", "-c"]);
        run(clang.arg(source(&format!("{name}.c"))).arg("-o").arg(&object));
        object
    }

    /// A program given as text, behind what all of them share; what the linker says in the end.
    pub fn attempt(&self, body: &str, options: &[&str]) -> String {
        let shared = fs::read_to_string(source("kernel.rs")).expect("the folder has it");
        let text = format!(
            "#![no_std]\n#![no_main]\n#![allow(non_camel_case_types, dead_code, unused)]\n{body}\n{shared}"
        );
        let input = self.path("attempt.rs");
        fs::write(&input, text).expect("the folder is writable");
        let mut rustc = self.rustc(options);
        let output = tools::attempt(rustc.arg(&input).arg("-o").arg(self.path("attempt.o")));
        assert!(!output.status.success(), "it links: {body}");
        tools::said(&output)
    }
}

/// A file of this folder.
pub fn source(name: &str) -> PathBuf {
    tools::workspace().join("tests/system/core").join(name)
}
