//! Real compilers drive the linker: whatever way rustc chooses to say it, the program comes out.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{
    elf::Elf,
    lab::{self, Loader, Step},
    tools,
};
use tempfile::TempDir;

const TRIPLES: [&str; 2] = ["bpfel-unknown-none", "bpfeb-unknown-none"];

#[test]
fn bin_and_cdylib_of_debians_rustc() {
    for triple in TRIPLES {
        for kind in ["bin", "cdylib"] {
            let mut rustc = Rustc::new(tools::debian_rustc(), "program.rs");
            rustc.command.args(["--target", triple, "--crate-type", kind]);
            check(&rustc.link(), triple);
        }
    }
}

#[test]
fn bin_and_cdylib_of_rustups_toolchains() {
    tools::rustup_toolchains().into_iter().for_each(check_no_core);
}

/// rustup's toolchains have no core library for BPF, nor its source here.
fn check_no_core(toolchain: &str) {
    let compiler = tools::rustup_rustc(toolchain);
    for triple in TRIPLES {
        for kind in ["bin", "cdylib"] {
            let mut rustc = Rustc::new(compiler.clone(), "no_core.rs");
            rustc.command.args(["--target", triple, "--crate-type", kind]);
            check(&rustc.link(), triple);
        }
    }
}

#[test]
fn every_optimization_level_that_rustc_passes() {
    for level in ["0", "1", "2", "3", "s", "z"] {
        let mut rustc = Rustc::new(tools::debian_rustc(), "program.rs");
        rustc.command.args(["--target", TRIPLES[0], "-C"]).arg(format!("opt-level={level}"));
        check(&rustc.link(), TRIPLES[0]);
    }
}

#[test]
fn lto_leaves_no_file_of_symbols() {
    for kind in ["fat", "thin"] {
        let mut rustc = Rustc::new(tools::debian_rustc(), "program.rs");
        rustc.command.args(["--target", TRIPLES[0], "-C"]).arg(format!("lto={kind}"));
        check(&rustc.link(), TRIPLES[0]);
    }
}

#[test]
fn cpu_and_features_chosen_by_rustc() {
    let mut rustc = Rustc::new(tools::debian_rustc(), "program.rs");
    rustc.command.args(["--target", TRIPLES[0], "-C", "target-cpu=v3"]);
    rustc.command.args(["-C", "target-feature=-alu32,+allows-misaligned-mem-access"]);
    check(&rustc.link(), TRIPLES[0]);
}

#[test]
fn driven_as_llvm_bitcode_linker() {
    for kind in ["bin", "cdylib"] {
        let mut rustc = Rustc::new(tools::debian_rustc(), "program.rs");
        let other_name = rustc.folder.path().join("llvm-bitcode-linker");
        std::os::unix::fs::symlink(tools::linker(), &other_name).expect("a new folder");
        rustc.linker = other_name;
        rustc.command.args(["--target", TRIPLES[0], "--crate-type", kind]);
        check(&rustc.link(), TRIPLES[0]);
    }
}

#[test]
fn behind_a_shell_wrapper() {
    let mut rustc = Rustc::new(tools::debian_rustc(), "program.rs");
    let log = rustc.record();
    rustc.command.args(["--target", TRIPLES[0]]);
    check(&rustc.link(), TRIPLES[0]);
    let words = fs::read_to_string(log).expect("the wrapper ran");
    assert!(words.contains("--export-symbols"), "{words}");
}

#[test]
fn arguments_too_long_for_a_command_line_come_in_a_file() {
    // Words with all that rustc escapes, and all that it does not although shells and GNU tools would.
    const NAME: &str = r#"a "folder" with \ and 'quotes' and # and $HOME and	tab"#;
    // Linux allows 6 MiB at most, whatever the limit on the stack is.
    const LONG_ENOUGH: usize = 8 << 20;
    let mut rustc = Rustc::new(tools::debian_rustc(), "program.rs");
    let searched = rustc.folder.path().join(NAME);
    fs::create_dir(&searched).expect("a new folder");
    let bitcode = searched.join("libextra.a");
    archive_with_extra_program(&bitcode);

    let log = rustc.record();
    let option = format!("-Clink-arg=-L{}\n", searched.display());
    let options = rustc.folder.path().join("options");
    fs::write(&options, option.repeat(LONG_ENOUGH / option.len())).expect("a new file");
    rustc.command.args(["--target", TRIPLES[0]]).arg(format!("@{}", options.display()));
    rustc.command.args(["-C", "link-arg=-lextra", "-C", "link-arg=--export=extra"]);

    let object = rustc.link();
    let words = fs::read_to_string(log).expect("the wrapper ran");
    assert!(words.starts_with('@') && words.trim_end().ends_with("linker-arguments"), "{words}");
    let exported = Elf::read(&object).exported();
    assert!(["extra", "pass"].into_iter().all(|name| exported.contains(name)), "{exported:?}");
}

#[test]
fn cargo_finds_the_linker_and_its_arguments_in_config_files() {
    let folder = TempDir::new().expect("a new folder");
    let root = folder.path();
    let write = |name: &str, text: &str| {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("below the root")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    };
    write("Cargo.toml", "[workspace]\n[package]\nname = \"program\"\nedition = \"2024\"\n");
    write("src/main.rs", include_str!("rustc/program.rs"));
    archive_with_extra_program(&root.join("lib/libextra.a"));
    write(
        ".cargo/config.toml",
        &format!(
            "[target.{}]\nlinker = {:?}\nrustflags = [{}]\n",
            TRIPLES[0],
            tools::linker(),
            r#""-Clink-arg=-Llib", "-Clink-args=-lextra --export extra --btf", "-Cdebuginfo=2""#,
        ),
    );
    let mut build = tools::cargo();
    build.current_dir(root).args(["build", "--release", "--target", TRIPLES[0]]);
    build.env("RUSTC", tools::debian_rustc()).env_remove("CARGO_TARGET_DIR");
    tools::run(&mut build);

    let object = root.join("target").join(TRIPLES[0]).join("release/program");
    check(&object, TRIPLES[0]);
    let elf = Elf::read(&object);
    assert!(elf.exported().contains("extra"), "{:?}", elf.exported());
    assert!(elf.sections().contains(".BTF"), "{:?}", elf.sections());
}

#[test]
fn a_failed_link_is_shown_to_the_user_and_leaves_no_object() {
    let mut rustc = Rustc::new(tools::debian_rustc(), "program.rs");
    rustc.command.args(["--target", TRIPLES[0], "-C", "link-arg=--export=nosuch"]);
    let object = rustc.object();
    let output = tools::attempt(rustc.finish());
    assert!(!output.status.success());
    assert!(tools::said(&output).contains("nosuch"), "{}", tools::said(&output));
    assert!(!object.exists());
}

#[test]
fn an_object_that_does_not_load_is_refused_under_rustc() {
    let verify = |source: &str| {
        let mut rustc = Rustc::new(tools::debian_rustc(), source);
        rustc.command.args([
            "-g",
            "--target",
            TRIPLES[0],
            "-C",
            "link-arg=--btf",
            "-C",
            "link-arg=--verify",
        ]);
        let program = lab::verdict().display().to_string();
        rustc.command.arg("-C").arg(format!("link-arg=--verify-with={program}"));
        rustc
    };
    check(&verify("program.rs").link(), TRIPLES[0]);
    let mut refused = verify("refused.rs");
    let object = refused.object();
    let output = tools::attempt(refused.finish());
    let said = tools::said(&output);
    assert!(!output.status.success() && !object.exists(), "{said}");
    assert!(said.contains("refuses `pass`") && said.contains("refused.rs:1"), "{said}");
}

/// A compiler, a source of tests/rustc and a folder for what comes out.
struct Rustc {
    command: Command,
    folder: TempDir,
    linker: PathBuf,
    source: PathBuf,
}

impl Rustc {
    fn new(compiler: PathBuf, source: &str) -> Self {
        let folder = TempDir::new().expect("a new folder");
        let mut command = Command::new(compiler);
        command.current_dir(folder.path()).args(["--edition", "2024", "-C", "panic=abort"]);
        command.arg("-O").env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTUP_TOOLCHAIN");
        let source = tools::workspace().join("tests/system/rustc").join(source);
        Self { command, folder, linker: tools::linker(), source }
    }

    /// Puts a script between rustc and the linker; the file it writes the arguments to.
    fn record(&mut self) -> PathBuf {
        let (script, log) = (self.folder.path().join("wrapper"), self.folder.path().join("words"));
        let text = "#!/bin/sh\nprintf '%s\\n' \"$@\" > {log}\nexec {linker} \"$@\"\n"
            .replace("{log}", &quoted(&log))
            .replace("{linker}", &quoted(&self.linker));
        tools::write_script(&script, &text);
        self.linker = script;
        log
    }

    fn object(&self) -> PathBuf {
        self.folder.path().join("program.o")
    }

    /// The command with its last words.
    fn finish(&mut self) -> &mut Command {
        let object = self.object();
        self.command.arg(&self.source).arg("-o").arg(object);
        let mut linker = OsString::from("linker=");
        linker.push(&self.linker);
        self.command.arg("-C").arg(linker)
    }

    /// Compiles and links; the object goes with `self`.
    fn link(&mut self) -> PathBuf {
        tools::run(self.finish());
        self.object()
    }
}

/// The program is there, alone, and returns what it should.
fn check(object: &Path, triple: &str) {
    let elf = Elf::read(object);
    assert_eq!(elf.is_little_endian(), triple.starts_with("bpfel"));
    assert!(elf.exported().contains("pass"), "{:?}", elf.exported());
    assert!(elf.program_sections().contains("xdp"), "{:?}", elf.program_sections());
    assert_eq!(elf.undefined().len(), 0, "{:?}", elf.undefined());
    let lonely = elf.functions().into_iter().find(|function| function.name.contains("lonely"));
    assert!(lonely.is_none(), "nothing calls `lonely`");
    if elf.is_little_endian() {
        let packet = Step::Packet(crate::support::packets::ethernet([0x08, 0x06], &[0; 46]));
        assert_eq!(lab::run(Loader::Aya, object, "pass", &[packet]).returned(), [2]);
    }
}

/// An archive whose one member defines the program `extra`.
fn archive_with_extra_program(archive: &Path) {
    let folder = archive.parent().expect("an archive is in a folder");
    fs::create_dir_all(folder).expect("a folder for the archive");
    let (source, bitcode) = (folder.join("extra.c"), folder.join("extra.bc"));
    fs::write(&source, "__attribute__((section(\"xdp\"))) int extra(void *ctx) { return 1; }\n")
        .expect("a new file");
    let mut clang = Command::new(tools::clang());
    clang.args(["-target", "bpfel", "-O2", "-g", "-emit-llvm", "-c"]);
    tools::run(clang.arg(&source).arg("-o").arg(&bitcode));
    tools::run(Command::new(tools::llvm_ar()).arg("rcs").arg(archive).arg(&bitcode));
}

/// For a shell.
fn quoted(path: &Path) -> String {
    let text = path.to_str().expect("test folders have UTF-8 names");
    format!("'{}'", text.replace('\'', "'\\''"))
}
