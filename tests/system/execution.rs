//! Programs linked by LLVM through this linker compute what the source says, on every level of the instruction
//! set.
//!
//! Functions in C are made up from a seed, compiled for this machine and for BPF, linked for each level and in the ways
//! for old kernels, and run on numbers at the edges of arithmetic: by the running kernel, and where it can by a VM in
//! user space. All leave the same results and the same memory behind.
//!
//! `BPF_LINKER_EXECUTION_SEED` chooses other functions, `BPF_LINKER_EXECUTION_FUNCTIONS` how many.

mod generator;
mod host;
mod kernel;
mod links;
mod record;
mod sources;
mod vm;

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use self::{generator::Numbers, kernel::Kernel, record::Record};
use crate::support::{
    elf::{Code, Elf},
    tools,
};
use bpf_linker::internals::bpf::insn::{LDIMM64, Level};

const SEED: u64 = 1;
const FUNCTIONS: u64 = 240;
const FUNCTIONS_OF_A_BATCH: u64 = 60;
const INPUTS: usize = 40;

/// A function, and where its text begins and ends.
struct Function {
    name: String,
    text: String,
}

/// Functions that share files, and what they are all run on.
struct Batch {
    functions: Vec<Function>,
    inputs: Vec<Record>,
}

/// A way to build.
struct Way {
    name: &'static str,
    /// Options for the compiler.
    compiler: &'static str,
    level: Level,
    linker: &'static [&'static str],
}

const WAYS: [Way; 6] = [
    Way { name: "v1", compiler: "1", level: Level::V1, linker: &["--cpu", "v1", "-O2"] },
    Way { name: "v2", compiler: "1", level: Level::V2, linker: &["--cpu", "v2", "-O1"] },
    Way { name: "v3", compiler: "3", level: Level::V3, linker: &["--cpu", "v3", "-O2"] },
    Way { name: "v4", compiler: "4", level: Level::V4, linker: &["--cpu", "v4", "-O3"] },
    Way {
        name: "small",
        compiler: "3",
        level: Level::V3,
        linker: &["--cpu", "v3", "-Oz", "--disable-expand-memcpy-in-order"],
    },
    Way {
        name: "old",
        compiler: "1",
        level: Level::V1,
        linker: &[
            "--cpu",
            "v1",
            "-O2",
            "--unroll-loops",
            "--ignore-inline-never",
            "--fatal-warnings",
        ],
    },
];

/// Numbers of programs that ran, by place.
#[derive(Default)]
struct Tally {
    by_kernel: u64,
    by_vm: u64,
    refused: Vec<String>,
}

#[test]
fn generated_functions_compute_the_same_everywhere() {
    let (seed, count) = (setting("SEED", SEED), setting("FUNCTIONS", FUNCTIONS));
    let mut tally = Tally::default();
    for first in (0..count).step_by(FUNCTIONS_OF_A_BATCH as usize) {
        let numbers = first..count.min(first + FUNCTIONS_OF_A_BATCH);
        let batch = Batch::new(seed, numbers);
        let folder = tools::kept(&format!("execution/{seed}-{first}"));
        let expected = host::run(&batch, &folder);
        // As optimised as C usually is, and as raw as Rust without optimisation.
        let optimisation: &[&str] = if (first / FUNCTIONS_OF_A_BATCH).is_multiple_of(2) {
            &["-O2"]
        } else {
            &["-O1", "-Xclang", "-disable-llvm-passes"]
        };
        let bitcode =
            ["1", "3", "4"].map(|level| (level, compile(&batch, level, optimisation, &folder)));
        for way in &WAYS {
            let bitcode = bitcode.iter().find(|(level, _)| *level == way.compiler);
            let object = link(way, &bitcode.expect("one of the three").1);
            check(&batch, way, &expected, &object, &mut tally);
        }
    }
    let programs = count * WAYS.len() as u64;
    println!("kernel {}, VM {}, refused {:?}", tally.by_kernel, tally.by_vm, tally.refused);
    assert_eq!(tally.by_kernel + tally.refused.len() as u64, programs);
    assert!(tally.by_vm >= programs / 4, "the VM ran only {} of {programs}", tally.by_vm);
    assert!(tally.refused.len() as u64 <= programs / 100, "{:#?}", tally.refused);
}

/// Runs every function of an object.
fn check(batch: &Batch, way: &Way, expected: &[Vec<Record>], object: &Path, tally: &mut Tally) {
    let programs = programs(object, way);
    let kernel = Kernel::load(object)
        .unwrap_or_else(|error| panic!("libbpf refuses {}: {error}", object.display()));
    for (function, expected) in batch.functions.iter().zip(expected) {
        let name = format!("program_{}", function.name);
        let program = &programs[&name];
        if let Some(why) = kernel.refused.get(&name) {
            // A table made of a switch is read at an index that the verifier has lost the bounds of. Nothing else is
            // ever refused.
            assert!(program.reads_data, "{name} of {}: {why}\n{}", object.display(), function.text);
            tally.refused.push(format!("{name} of {}: {why}", object.display()));
            continue;
        }
        function.compare("kernel", way, batch, expected, &kernel.run(&name, &batch.inputs));
        tally.by_kernel += 1;
        if let Some(code) = &program.for_vm {
            let found = vm::run(code, &batch.inputs);
            let found =
                found.unwrap_or_else(|error| panic!("{name} of {}: {error}", object.display()));
            function.compare("VM", way, batch, expected, &found);
            tally.by_vm += 1;
        }
    }
}

/// Properties of a program that are needed before it runs.
struct Program {
    /// Its code, where the VM can run it.
    for_vm: Option<Vec<u8>>,
    /// True if it refers to data of the object.
    reads_data: bool,
}

/// The programs of an object. Every instruction is of the way's level, and what is for old kernels has neither calls nor
/// jumps backward.
fn programs(object: &Path, way: &Way) -> BTreeMap<String, Program> {
    let functions = Elf::read(object).code();
    let program = |function: Code| {
        for insn in &function.insns {
            let at = format!("{} of {}: {insn:?}", function.name, object.display());
            let level = insn.level().unwrap_or_else(|| panic!("no instruction: {at}"));
            assert!(level <= way.level, "{level:?} is above {:?}: {at}", way.level);
            let rolled = insn.is_backward_jump() || insn.is_local_call();
            assert!(way.name != "old" || !rolled, "{at}");
        }
        let runs = !function.is_relocated && vm::runs(&function.insns);
        let reads_data = function.is_relocated && function.insns.iter().any(|i| i.code == LDIMM64);
        (function.name, Program { for_vm: runs.then_some(function.bytes), reads_data })
    };
    functions.into_iter().map(program).collect()
}

impl Batch {
    fn new(seed: u64, numbers: std::ops::Range<u64>) -> Self {
        let mut of_inputs = Numbers::new(seed ^ numbers.start);
        let inputs = (0..INPUTS).map(|_| record::input(&mut of_inputs)).collect();
        let function = |number| {
            let name = format!("f{number}");
            let text = generator::function(
                &name,
                Numbers::new(seed.wrapping_mul(1_000_003) ^ number).next(),
            );
            Function { name, text }
        };
        Self { functions: numbers.map(function).collect(), inputs }
    }

    /// The C source of all functions.
    fn source(&self) -> String {
        let texts: Vec<&str> =
            self.functions.iter().map(|function| function.text.as_str()).collect();
        [include_str!("execution/prelude.h"), &texts.join("\n")].concat()
    }
}

impl Function {
    fn compare(
        &self,
        machine: &str,
        way: &Way,
        batch: &Batch,
        expected: &[Record],
        found: &[Record],
    ) {
        for ((input, expected), found) in batch.inputs.iter().zip(expected).zip(found) {
            assert!(
                expected == found,
                "{} on the {machine}, built for {}, differs from the host.\n  given     {}\n  host says {}\n  found     {}\n{}",
                self.name,
                way.name,
                record::draw(input),
                record::draw(expected),
                record::draw(found),
                self.text,
            );
        }
    }
}

/// Bitcode that may use the instructions of level `compiler`.
fn compile(batch: &Batch, compiler: &str, optimisation: &[&str], folder: &Path) -> PathBuf {
    let mut source = batch.source();
    for Function { name, .. } in &batch.functions {
        let _ = writeln!(
            source,
            "__attribute__((section(\"syscall\"))) int program_{name}(struct record *record) {{ {name}(record); return 0; }}"
        );
    }
    source.push_str("char _license[] __attribute__((section(\"license\"))) = \"GPL\";\n");
    let place = |extension| folder.join(format!("for-v{compiler}")).with_extension(extension);
    let (file, bitcode) = (place("c"), place("bc"));
    fs::write(&file, source).expect("the folder takes files");
    tools::run(
        Command::new(tools::clang())
            .args(["-w", "-fwrapv", "-fno-strict-aliasing", "-target", "bpf", "-emit-llvm", "-c"])
            .args([format!("-mcpu=v{compiler}"), format!("-DLEVEL={compiler}")])
            .args(optimisation)
            .arg("-o")
            .args([&bitcode, &file]),
    );
    bitcode
}

fn link(way: &Way, bitcode: &Path) -> PathBuf {
    let object = bitcode.with_file_name(way.name).with_extension("o");
    tools::run(Command::new(tools::linker()).args(way.linker).arg("-o").arg(&object).arg(bitcode));
    object
}

fn setting(name: &str, default: u64) -> u64 {
    let name = format!("BPF_LINKER_EXECUTION_{name}");
    env::var(&name)
        .map_or(default, |text| text.parse().unwrap_or_else(|error| panic!("{name}: {error}")))
}
