//! One file for every LLVM: the same binary links what every producer at hand wrote, with every libLLVM at hand.
//!
//! docs/compatibility.md lists the cells of the table, and those that cannot be tested here.

mod callers;
mod decoys;
mod inputs;
mod readers;
mod retries;

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{
    elf::Elf,
    instructions,
    lab::{self, Loader, Step},
    packets, tools,
};
use inputs::Input;
use readers::Reader;
use tempfile::TempDir;

/// A copy of the linker that no other build replaces, and what its bytes hash to.
struct Binary {
    folder: TempDir,
    hash: u64,
}

impl Binary {
    fn copy() -> Self {
        let folder = TempDir::new().expect("a new folder");
        fs::copy(tools::linker(), folder.path().join("bpf-linker")).expect("a copy");
        let hash = hash(&folder.path().join("bpf-linker"));
        Self { folder, hash }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("bpf-linker")
    }

    fn is_untouched(&self) {
        assert_eq!(hash(&self.path()), self.hash, "it was one file all the time");
    }
}

fn hash(file: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    fs::read(file).expect("a readable file").hash(&mut hasher);
    hasher.finish()
}

/// The linker, with `reader` for its libLLVM and no settings of whoever runs the tests.
fn linker(binary: &Path, reader: &Reader) -> Command {
    let mut command = match &reader.wrapper {
        Some(wrapper) => {
            let mut command = Command::new(wrapper);
            command.arg(binary);
            command
        }
        None => Command::new(binary),
    };
    for variable in ["RUST_LOG", "BPF_LINKER_LLVM", "LD_LIBRARY_PATH"] {
        command.env_remove(variable);
    }
    command.arg("--llvm").arg(&reader.llvm);
    command
}

#[test]
fn every_library_links_what_it_can_read_and_refuses_the_rest() {
    let (binary, folder) = (Binary::copy(), TempDir::new().expect("a new folder"));
    let inputs = inputs::all(folder.path());
    let output = folder.path().join("out.o");
    for reader in readers::all() {
        for input in &inputs {
            let cell = format!("{} with libLLVM {}", input.name, reader.version);
            let mut link = linker(&binary.path(), &reader);
            link.arg(&input.bitcode).arg("-o").arg(&output).arg("--export").arg(input.entry());
            let said = tools::attempt(&mut link);
            let text = tools::said(&said);
            if input.llvm_major <= reader.major() {
                assert!(said.status.success() && text.is_empty(), "{cell}: {text}");
                check(&cell, &output, &input.entry(), input.number);
                fs::remove_file(&output).expect("an object");
            } else {
                assert_eq!(said.status.code(), Some(4), "{cell}: {text}");
                for part in ["too old for", &input.producer, &input.bitcode.display().to_string()] {
                    assert!(text.contains(part), "{cell}: {text}");
                }
                assert!(text.contains("this one would do: --llvm /"), "{cell}: {text}");
            }
        }
    }
    binary.is_untouched();
}

#[test]
fn inputs_of_all_producers_make_one_program() {
    let (binary, folder) = (Binary::copy(), TempDir::new().expect("a new folder"));
    let inputs = inputs::all(folder.path());
    let output = folder.path().join("out.o");
    for reader in readers::all() {
        let readable: Vec<&Input> =
            inputs.iter().filter(|input| input.llvm_major <= reader.major()).collect();
        assert!(readable.len() > 1, "there is something to mix for {}", reader.version);
        let main = inputs::main_of(&readable, folder.path());
        let mut link = linker(&binary.path(), &reader);
        link.args(readable.iter().map(|input| &input.bitcode)).arg(main);
        tools::run(link.args(["--export", "main", "-o"]).arg(&output));
        let sum = readable.iter().map(|input| input.number).sum();
        check(&format!("all with libLLVM {}", reader.version), &output, "main", sum);
    }
    binary.is_untouched();
}

#[test]
fn libraries_of_all_producers_are_searched() {
    let (binary, folder) = (Binary::copy(), TempDir::new().expect("a new folder"));
    let inputs = inputs::all(folder.path());
    let readable: Vec<&Input> = inputs.iter().collect();
    let archive = folder.path().join("libsteps.a");
    let mut ar = Command::new(tools::llvm_ar());
    tools::run(ar.arg("rcs").arg(&archive).args(readable.iter().map(|input| &input.bitcode)));
    let main = inputs::main_of(&readable, folder.path());
    let output = folder.path().join("out.o");
    for reader in readers::all().iter().filter(|reader| reader.major() >= 22) {
        let mut link = linker(&binary.path(), reader);
        tools::run(link.arg(&main).arg(&archive).args(["--export", "main", "-o"]).arg(&output));
        let sum = readable.iter().map(|input| input.number).sum();
        check(&format!("an archive with libLLVM {}", reader.version), &output, "main", sum);
    }
}

/// The program `entry` is in its section, every instruction is one, the kernel takes it, and it returns `number`.
fn check(cell: &str, object: &Path, entry: &str, number: u32) {
    let elf = Elf::read(object);
    assert!(elf.is_little_endian(), "{cell}");
    assert!(elf.program_sections().contains("xdp"), "{cell}: {:?}", elf.program_sections());
    assert!(elf.exported().contains(entry), "{cell}: {:?}", elf.exported());
    assert_eq!(elf.undefined().len(), 0, "{cell}: {:?}", elf.undefined());
    let functions = elf.functions();
    assert!(functions.iter().any(|function| function.name == entry), "{cell}");
    for function in functions {
        let fault = instructions::fault(&function.instructions);
        assert_eq!(fault, None, "{cell}: {}", function.name);
    }
    let packet = Step::Packet(packets::ethernet([0x08, 0x06], &[0; 46]));
    let returned = lab::run(Loader::Aya, object, entry, &[packet]).returned();
    assert_eq!(returned, [number], "{cell}");
}
