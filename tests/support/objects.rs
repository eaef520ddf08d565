//! The compilers and loaders that the tests run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use bpf_linker::{
    Kernel, LinkPlan, Result, Warnings,
    internals::{
        check::{self, CheckOptions},
        finish,
        object::{Object, externs::Declared},
        plan::{Btf, DebugInfo},
        report::Origin,
    },
};

/// A folder that goes when the test ends.
pub struct Lab(tempfile::TempDir);

/// LLVM that generates code.
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

    /// Compiles C `source` with clang for `target` (`bpfel`, `bpfeb`).
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

    /// Compiles a `no_std` Rust `source`, in which only `exports` stay visible, with rustc and LLVM 22.
    pub fn rust(&self, exports: &str, source: &str) -> Vec<u8> {
        let input = self.write("input.rs", format!("#![no_std]\n#![no_main]\n{source}{PANIC}"));
        let [bitcode, inner, output] =
            ["input.bc", "inner.bc", "raw.o"].map(|name| self.path(name));
        run(Command::new("/usr/bin/rustc")
            .args([
                "--edition=2024",
                "--crate-type=lib",
                "--target=bpfel-unknown-none",
                "--emit=llvm-bc",
            ])
            .args(["-Copt-level=3", "-Cpanic=abort", "-Cdebuginfo=2", "-o"])
            .args([&bitcode, &input]));
        run(Command::new("opt-22")
            .arg(format!("-internalize-public-api-list={exports}"))
            .args(["-passes=internalize,globaldce", "-o"])
            .args([&inner, &bitcode]));
        run(Command::new("llc-22")
            .args(["-march=bpfel", "-mcpu=v3", "-filetype=obj", "-relocation-model=static", "-o"])
            .args([&output, &inner]));
        fs::read(&output).expect("llc wrote its output")
    }

    /// Returns the output of `bpftool gen object` for `object`.
    pub fn bpftool_gen_object(&self, object: &[u8]) -> Vec<u8> {
        let (input, output) = (self.write("part.o", object), self.path("joined.o"));
        run(Command::new("bpftool").args(["gen", "object"]).args([&output, &input]));
        fs::read(&output).expect("bpftool wrote its output")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Returns the text that `tool` prints about `object`.
    pub fn inspect(&self, tool: &[&str], object: &[u8]) -> String {
        let path = self.write("inspected.o", object);
        let (program, arguments) = tool.split_first().expect("a command");
        run(Command::new(program).args(arguments).arg(path))
    }
}

const PANIC: &str = "\n#[panic_handler] fn on_panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n";

/// Runs a command that must succeed and returns what it printed.
pub fn run(command: &mut Command) -> String {
    run_verbose(command).0
}

/// Runs a command that must succeed and returns what it printed, and what it said on standard error.
fn run_verbose(command: &mut Command) -> (String, String) {
    let what = format!("{command:?}");
    let output =
        command.output().unwrap_or_else(|error| panic!("{what}: {error}; install its package"));
    let [text, said] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{what}\n{text}\n{said}");
    (text, said)
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

/// Loads every program of `object` with each loader.
pub fn load(lab: &Lab, object: &[u8]) {
    load_with_bpftool(lab, object);
    load_with_libbpf(object);
    load_with_aya(object);
}

/// Loads every program of `object` with bpftool's libbpf 1.1; its BTF too, without which libbpf would go on.
pub fn load_with_bpftool(lab: &Lab, object: &[u8]) {
    let path = lab.write("loaded.o", object);
    let bpffs = Bpffs::mount();
    let mut command = Command::new("bpftool");
    let (_, said) = run_verbose(
        command.args(["-d", "prog", "loadall"]).arg(path).arg(bpffs.path().join("progs")),
    );
    assert!(!said.contains("Error loading .BTF"), "{said}");
}

/// Loads every program of `object` with libbpf 1.7.
pub fn load_with_libbpf(object: &[u8]) {
    let mut builder = libbpf_rs::ObjectBuilder::default();
    builder.debug(true);
    let opened = builder.open_memory(object).expect("libbpf opens the object");
    opened.load().expect("libbpf loads the object");
}

/// Loads every program of `object` with aya.
pub fn load_with_aya(object: &[u8]) {
    let mut ebpf = aya::EbpfLoader::new().load(object).expect("aya reads the object");
    for (name, program) in ebpf.programs_mut() {
        let loaded = match program {
            aya::programs::Program::Xdp(program) => program.load(),
            aya::programs::Program::SchedClassifier(program) => program.load(),
            other => panic!("a fixture has a program of type {:?}", other.prog_type()),
        };
        loaded.unwrap_or_else(|error| panic!("aya loads {name}: {error:?}"));
    }
}

/// Parses `raw`.
pub fn parse(raw: &[u8]) -> Result<Object> {
    Object::parse(raw, Origin::whole("test"))
}

/// Checks that `kernel` takes `object`.
pub fn check_kernel(object: &Object, kernel: Kernel) -> Result<()> {
    let plan = LinkPlan::default();
    let findings = check::kernel::check(object, kernel);
    findings.report("several errors", &CheckOptions::new(&plan), &Warnings::default())
}

/// Finishes `raw`, whose compiler knew what is `declared`, as `plan` says.
pub fn finish_declared(
    raw: &[u8],
    plan: &LinkPlan,
    declared: Declared,
    warnings: &Warnings,
) -> Result<Vec<u8>> {
    let object = Object { declared, ..parse(raw)? };
    finish(vec![object], &CheckOptions::new(plan), warnings)
}

/// Finishes `raw` as `plan` says.
pub fn finish_with(raw: Vec<u8>, plan: &LinkPlan) -> Result<Vec<u8>> {
    finish_declared(&raw, plan, Declared::default(), &Warnings::default())
}

/// Finishes `raw` without BTF.
pub fn without_btf(raw: Vec<u8>) -> Result<Vec<u8>> {
    finish_with(raw, &LinkPlan::default())
}

/// Finishes `raw` with BTF.
pub fn with_btf(raw: Vec<u8>) -> Result<Vec<u8>> {
    finish_with(raw, &btf_plan())
}

/// A plan that asks for BTF.
pub fn btf_plan() -> LinkPlan {
    let debug_info = DebugInfo { btf: Btf::Emit, ..DebugInfo::default() };
    LinkPlan { debug_info, ..LinkPlan::default() }
}
