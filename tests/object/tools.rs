//! The compilers and loaders that the tests run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use bpf_linker::{
    LinkPlan, Result, Warnings,
    object::{Facts, finish},
    plan::{Btf, DebugInfo},
};

/// A folder that goes when the test ends.
pub struct Lab(tempfile::TempDir);

/// Which LLVM generates code.
#[derive(Clone, Copy, Debug)]
pub enum Llvm {
    /// Packages clang-19, llvm-19.
    V19,
    /// Packages clang-22, llvm-22.
    V22,
}

impl Llvm {
    /// The command `tool` of this version.
    pub fn tool(self, tool: &str) -> String {
        match self {
            Self::V19 => format!("{tool}-19"),
            Self::V22 => format!("{tool}-22"),
        }
    }
}

impl Lab {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// Writes `contents` to file `name`.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, contents).expect("the folder is writable");
        path
    }

    /// What clang makes of C `source` for `target` (`bpfel`, `bpfeb`).
    pub fn clang(&self, llvm: Llvm, target: &str, flags: &[&str], source: &str) -> Vec<u8> {
        self.write("lab.h", include_str!("lab.h"));
        let input = self.write("input.c", format!("#include \"lab.h\"\n{source}"));
        let output = self.0.path().join("raw.o");
        let mut command = Command::new(llvm.tool("clang"));
        command
            .args(["-O2", "-mcpu=v3", "-target", target, "-c", "-o"])
            .arg(&output)
            .args(flags)
            .arg(&input);
        run(&mut command);
        fs::read(&output).expect("clang wrote its output")
    }

    /// What llc makes of textual IR.
    pub fn llc(&self, llvm: Llvm, source: &str) -> Vec<u8> {
        let input = self.write("input.ll", source);
        let output = self.0.path().join("raw.o");
        run(Command::new(llvm.tool("llc"))
            .args(["-march=bpfel", "-mcpu=v3", "-filetype=obj", "-o"])
            .arg(&output)
            .arg(&input));
        fs::read(&output).expect("llc wrote its output")
    }

    /// What rustc and `llvm` make of a `no_std` Rust `source`, whose functions all stay but are local unless named in
    /// `exports`.
    pub fn rust(&self, llvm: Llvm, exports: &str, flags: &[&str], source: &str) -> Vec<u8> {
        let input = self.write("input.rs", format!("#![no_std]\n#![no_main]\n{source}{PANIC}"));
        let (bitcode, inner, output) =
            (self.path("input.bc"), self.path("inner.bc"), self.path("raw.o"));
        run(Command::new("/usr/bin/rustc")
            .args([
                "--edition=2024",
                "--crate-type=lib",
                "--target=bpfel-unknown-none",
                "--emit=llvm-bc",
            ])
            .args(["-Copt-level=3", "-Cpanic=abort", "-Cdebuginfo=2", "-o"])
            .arg(&bitcode)
            .args(flags)
            .arg(&input));
        run(Command::new("opt-22")
            .arg(format!("-internalize-public-api-list={exports}"))
            .args(["-passes=internalize,globaldce", "-o"])
            .args([&inner, &bitcode]));
        if matches!(llvm, Llvm::V19) {
            run(Command::new("llvm-dis-22")
                .args([&inner, &self.path("inner.ll")].map(|path| path.as_os_str()))
                .arg("-o"));
        }
        run(Command::new(llvm.tool("llc"))
            .args(["-march=bpfel", "-mcpu=v3", "-filetype=obj", "-relocation-model=static", "-o"])
            .args([&output, &inner]));
        fs::read(&output).expect("llc wrote its output")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What a `tool` prints about `object`.
    pub fn inspect(&self, tool: &[&str], object: &[u8]) -> String {
        let path = self.write("inspected.o", object);
        let (program, arguments) = tool.split_first().expect("a command");
        run(Command::new(program).args(arguments).arg(path))
    }
}

const PANIC: &str = "\n#[panic_handler] fn on_panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n";

/// Runs a command that must succeed and returns what it printed.
pub fn run(command: &mut Command) -> String {
    let what = format!("{command:?}");
    let output =
        command.output().unwrap_or_else(|error| panic!("{what}: {error}; install its package"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{what}\n{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// A bpffs of its own, unmounted when dropped.
pub struct Bpffs(tempfile::TempDir);

impl Bpffs {
    pub fn mount() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        run(Command::new("mount").args(["-t", "bpf", "none"]).arg(folder.path()));
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Bpffs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

/// Loads every program of `object` with bpftool's libbpf 1.1.
pub fn load(lab: &Lab, object: &[u8]) {
    let path = lab.write("loaded.o", object);
    let bpffs = Bpffs::mount();
    run(Command::new("bpftool")
        .args(["prog", "loadall"])
        .arg(path)
        .arg(bpffs.path().join("progs")));
}

/// Finishes `raw` without BTF.
pub fn without_btf(raw: Vec<u8>) -> Result<Vec<u8>> {
    finish(raw, &LinkPlan::default(), &Facts::default(), &Warnings::default())
}

/// Finishes `raw` with BTF.
pub fn with_btf(raw: Vec<u8>) -> Result<Vec<u8>> {
    finish(raw, &btf_plan(), &Facts::default(), &Warnings::default())
}

/// A plan that asks for BTF.
pub fn btf_plan() -> LinkPlan {
    let debug_info = DebugInfo { btf: Btf::Emit, ..DebugInfo::default() };
    LinkPlan { debug_info, ..LinkPlan::default() }
}
