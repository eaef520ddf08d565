//! Bitcode of every producer at hand: the same two functions in the language of each.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::readers;
use crate::support::tools;

/// One file of bitcode.
pub struct Input {
    /// Its name, part of the names of its functions.
    pub name: String,
    /// The file.
    pub bitcode: PathBuf,
    /// Value that its functions return.
    pub number: u32,
    /// The major of the LLVM it was written by, or is like that of.
    pub llvm_major: u32,
    /// Identification block, or its start.
    pub producer: String,
}

impl Input {
    /// The name of its program.
    pub fn entry(&self) -> String {
        format!("entry_{}", self.name)
    }
}

/// The bitcode of all producers, made in `folder`.
pub fn all(folder: &Path) -> Vec<Input> {
    let mut makers = vec![
        Maker::new("clang_19", "/usr/bin/clang-19", Language::C, "LLVM19.1.7"),
        Maker::new("clang_22", "/usr/bin/clang-22", Language::C, "LLVM22.1.8"),
    ];
    makers.extend(rustcs());
    // Up to 0.16 it names itself, later ones LLVM.
    let producers = [(20, "zig 0.15.2"), (21, "zig 0.16.0"), (22, "LLVM22.1.8")];
    for (zig, (llvm_major, producer)) in readers::folders("zig.sh").iter().zip(producers) {
        let name = zig.file_name().unwrap_or_default().to_string_lossy().replace(['-', '.'], "_");
        let zig = zig.join("ziglang/zig");
        makers.push(Maker { llvm_major, ..Maker::new(&name, zig, Language::Zig, producer) });
    }
    makers.iter().zip(40..).map(|(maker, number)| maker.make(folder, number)).collect()
}

/// The Rust compilers at hand: 1.85, rustup's stable one, Debian's, and rustup's nightly where there is one.
pub fn rustcs() -> Vec<Maker> {
    let toolchains = readers::rustup_toolchains();
    let [stable, nightly @ ..] = &toolchains[..] else { panic!("rustup has no toolchain") };
    let rustc_185 = readers::lab("rustc185.sh").join("bin/rustc");
    let stable = stable.join("bin/rustc");
    let mut rustcs = vec![
        Maker::new("rustc_1_85", rustc_185, Language::OldNoCore, "LLVM19.1.7"),
        Maker::new("rustc_stable", stable, Language::NoCore, "LLVM22"),
        Maker::new("rustc_debian", tools::debian_rustc(), Language::Rust, "LLVM22.1.8"),
    ];
    rustcs.extend(nightly.iter().map(|nightly| {
        Maker::new("rustc_nightly", nightly.join("bin/rustc"), Language::NoCore, "LLVM22")
    }));
    rustcs
}

/// A C program that calls the step of every input, made by the oldest clang.
pub fn main_of(inputs: &[&Input], folder: &Path) -> PathBuf {
    let (mut declarations, mut sum) = (String::new(), "0".to_owned());
    for Input { name, .. } in inputs {
        declarations += &format!("unsigned step_{name}(unsigned);\n");
        sum += &format!(" + step_{name}(ctx[4])");
    }
    let (source, bitcode) = (folder.join("main.c"), folder.join("main.bc"));
    let text = format!(
        "{declarations}__attribute__((section(\"xdp\"))) unsigned main(unsigned *ctx) {{ return {sum}; }}\n"
    );
    fs::write(&source, text).expect("a new file");
    let mut clang = Command::new("/usr/bin/clang-19");
    clang.args(C).arg("-Wno-main-return-type").arg(&source).arg("-o").arg(&bitcode);
    tools::run(&mut clang);
    bitcode
}

const C: [&str; 7] = ["-target", "bpfel", "-O2", "-g", "-ffreestanding", "-emit-llvm", "-c"];

enum Language {
    C,
    /// With the prebuilt core library.
    Rust,
    /// Without one.
    NoCore,
    /// The same before Rust 1.90.
    OldNoCore,
    Zig,
}

/// A compiler and the language it is for.
pub struct Maker {
    /// Part of the names of its functions.
    pub name: String,
    /// The program.
    pub compiler: PathBuf,
    language: Language,
    producer: String,
    llvm_major: u32,
}

impl Maker {
    fn new(name: &str, compiler: impl Into<PathBuf>, language: Language, producer: &str) -> Self {
        let digits = producer.trim_start_matches("LLVM").split('.').next().unwrap_or_default();
        Self {
            name: name.to_owned(),
            compiler: compiler.into(),
            language,
            producer: producer.to_owned(),
            llvm_major: digits.parse().unwrap_or_default(),
        }
    }

    /// Writes a source whose functions return `number` into `folder`.
    pub fn source(&self, folder: &Path, number: u32) -> PathBuf {
        let (template, extension) = match self.language {
            Language::C => (include_str!("step.c"), "c"),
            Language::Rust => (include_str!("step.rs"), "rs"),
            Language::NoCore | Language::OldNoCore => (include_str!("step_no_core.rs"), "rs"),
            Language::Zig => (include_str!("step.zig"), "zig"),
        };
        let mut text = template.replace("NAME", &self.name).replace("NUMBER", &number.to_string());
        if matches!(self.language, Language::OldNoCore) {
            text = text
                .lines()
                .filter(|line| !line.ends_with("// since 1.90"))
                .fold(String::new(), |text, line| text + &line.replace(": MetaSized", "") + "\n");
        }
        let source = folder.join(&self.name).with_extension(extension);
        fs::write(&source, text).expect("a new file");
        source
    }

    fn make(&self, folder: &Path, number: u32) -> Input {
        let source = self.source(folder, number);
        let bitcode = source.with_extension("bc");
        tools::run(&mut self.command(&source, &bitcode));
        let input = Input {
            name: self.name.clone(),
            number,
            llvm_major: self.llvm_major,
            producer: self.producer.clone(),
            bitcode,
        };
        must_be_of(&input);
        input
    }

    fn command(&self, source: &Path, bitcode: &Path) -> Command {
        let mut command = Command::new(&self.compiler);
        command.current_dir(source.parent().expect("a file is in a folder"));
        match self.language {
            Language::C => command.args(C).arg(source).arg("-o").arg(bitcode),
            Language::Rust | Language::NoCore | Language::OldNoCore => command
                .args([
                    "--target",
                    "bpfel-unknown-none",
                    "--crate-type",
                    "lib",
                    "--edition",
                    "2024",
                ])
                .args(["-O", "-C", "panic=abort", "--emit", "llvm-bc", "--crate-name", &self.name])
                .env("RUSTC_BOOTSTRAP", "1")
                .env_remove("RUSTUP_TOOLCHAIN")
                .arg(source)
                .arg("-o")
                .arg(bitcode),
            Language::Zig => command
                .args([
                    "build-obj",
                    "-target",
                    "bpfel-freestanding",
                    "-OReleaseSmall",
                    "-fno-emit-bin",
                ])
                .arg(format!("-femit-llvm-bc={}", bitcode.display()))
                .arg(source),
        };
        command
    }
}

/// The linker reads the producer that the test is about.
fn must_be_of(input: &Input) {
    let bytes = fs::read(&input.bitcode).expect("bitcode");
    let producer =
        bpf_linker::internals::input::Producer::read(&bytes).expect("an identification block");
    assert!(producer.text.starts_with(&input.producer), "{}: {producer}", input.name);
    assert_eq!(producer.version.map(|version| version.major), Some(input.llvm_major), "{producer}");
}
