//! Panics end the program: what a function does in BPF is what it does on this machine, and where that panics the program
//! returns the value of its type and writes nothing more.
//!
//! `BPF_LINKER_PANICS_SEED` chooses other functions, `BPF_LINKER_PANICS_FUNCTIONS` how many.

mod generator;

use std::{
    env,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use crate::support::{
    chance::Chance,
    elf::Elf,
    lab::{self, Loader, Step},
    tools,
};
use libbpf_rs::{ObjectBuilder, OpenObject, ProgramInput};

const SEED: u64 = 17;
const FUNCTIONS: usize = 100;
const FUNCTIONS_OF_A_BATCH: usize = 25;
const INPUTS: usize = 24;

/// The bytes of a record: four numbers, the result, the trace.
const RECORD: usize = 6 * 8;

/// Build of Rust: the profile's name, and rustc's options.
const BUILDS: [(&str, &[&str]); 5] = [
    ("one", &["-Copt-level=1"]),
    ("two", &["-Copt-level=2"]),
    ("three", &["-Copt-level=3"]),
    ("small", &["-Copt-level=s"]),
    ("dev", &["-Copt-level=0", "-Cdebug-assertions=on", "-Coverflow-checks=on"]),
];

#[test]
fn ordinary_programs_load_however_they_are_built() {
    let source = tools::workspace().join("tests/system/panics/programs.rs");
    for (name, build) in BUILDS {
        let object = compile(&source, &tools::kept("panics/programs"), name, build);
        for loader in [Loader::Aya, Loader::Libbpf] {
            assert!(lab::load(loader, &object).programs().len() == 11, "{name}");
        }
    }
}

/// The globals of `programs.rs`: what the handler counted, the line it saw, the first letters of the file, and how far
/// the program went.
fn globals(object: &Path, program: &str, length: usize) -> ([u32; 3], String, u32) {
    let story = lab::run(Loader::Libbpf, object, program, &[Step::Packet(vec![0; length])]);
    let stem = object.file_stem().and_then(|stem| stem.to_str()).expect("a name");
    let bytes = story.entries(&format!("{stem}.bss")).remove(0).1;
    let word = |at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    let file = String::from_utf8_lossy(&bytes[12..20]).into_owned();
    ([word(0), word(4), word(8)], file, story.returned()[0])
}

#[test]
fn a_handler_gets_the_place_and_nothing_follows() {
    let source = tools::workspace().join("tests/system/panics/programs.rs");
    let text = fs::read_to_string(&source).expect("it is there");
    let line = |mark: &str| {
        let found = text.lines().position(|line| line.contains(mark)).expect("a marked line");
        u32::try_from(found + 1).expect("a small number")
    };
    for (name, build) in BUILDS {
        let object = compile(&source, &tools::kept("panics/places"), name, build);
        let end = |program: &str, length| globals(&object, program, length);
        // Packets of 14 bytes at least; the programs subtract that.
        assert_eq!(end("nested", 14 + 2).0[2], 111, "{name}: all steps");
        let (words, file, returned) = end("nested", 14 + 12);
        assert_eq!((words, returned), ([1, line("// the index"), 1], 0), "{name}");
        assert_eq!(Some(file.as_str()), source.to_str().and_then(|path| path.get(..8)), "{name}");
        let (words, _, returned) = end("nested", 14 + 7);
        assert_eq!((words, returned), ([1, line("// the option"), 1], 0), "{name}");
        // The callback of the third round divides by zero: two were counted, and the program ends.
        let (words, _, returned) = end("repeated", 14 + 9);
        assert_eq!((words, returned), ([1, line("// the divisor"), 20], 0), "{name}");
        assert_eq!(end("repeated", 14 + 2).0[2], 120, "{name}: two rounds, and what follows");
    }
}

#[test]
fn exceptions_end_programs_where_the_kernel_has_them() {
    let source = tools::workspace().join("tests/system/panics/programs.rs");
    let words = ["-Copt-level=3", "-Clink-arg=--panic=throw"];
    let object = compile(&source, &tools::kept("panics/throw"), "throw", &words);
    let undefined = Elf::read(&object).undefined();
    assert!(undefined.contains("bpf_throw"), "{undefined:?}");
    assert_eq!(lab::load(Loader::Libbpf, &object).programs().len(), 11);
    let (words, _, returned) = globals(&object, "nested", 14 + 12);
    assert_eq!((words[0], words[2], returned), (1, 1, 0));
    assert_eq!(globals(&object, "nested", 14 + 2).0[2], 111);
}

#[test]
fn generated_functions_panic_where_the_host_does() {
    let (seed, count) = (setting("SEED", SEED), setting("FUNCTIONS", FUNCTIONS as u64));
    let count = usize::try_from(count).expect("a small number");
    let (mut ran, mut panicked, mut refused) = (0, 0, Vec::new());
    for first in (0..count).step_by(FUNCTIONS_OF_A_BATCH) {
        let numbers = first..count.min(first + FUNCTIONS_OF_A_BATCH);
        let names: Vec<_> = numbers.map(|number| format!("f{number}")).collect();
        let texts: Vec<_> = names
            .iter()
            .zip(first as u64..)
            .map(|(name, number)| generator::function(name, seed.wrapping_mul(1_000_003) ^ number))
            .collect();
        let inputs = inputs(seed ^ first as u64);
        let folder = tools::kept(&format!("panics/{seed}-{first}"));
        let (build, words) = BUILDS[[2, 4, 0, 3][first / FUNCTIONS_OF_A_BATCH % 4]];
        let expected = on_host(&names, &texts, &inputs, words, &folder);
        let source = folder.join("bpf.rs");
        fs::write(&source, for_bpf(&names, &texts)).expect("the folder takes files");
        let object = compile(&source, &folder, build, words);
        for (name, expected) in names.iter().zip(expected) {
            match run(&object, name, &inputs) {
                Ok(found) => {
                    compare(name, &texts.concat(), &inputs, &expected, &found);
                    panicked += expected.iter().filter(|record| record[RECORD] == 0).count();
                    ran += 1;
                }
                Err(why) => refused.push(format!("{name} of {}: {why}", object.display())),
            }
        }
    }
    println!("{ran} functions ran, {panicked} runs panicked, refused: {refused:#?}");
    assert!(refused.len() * 10 <= count, "{refused:#?}");
    assert!(panicked > ran, "panics are what this is about");
}

/// Runs `program` on each of the inputs; each answer is a record, and whether the function returned.
fn run(object: &Path, program: &str, inputs: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, String> {
    libbpf_rs::set_print(None);
    let mut open: OpenObject =
        ObjectBuilder::default().open_file(object).map_err(|error| error.to_string())?;
    for mut other in open.progs_mut() {
        let wanted = other.name().to_string_lossy() == program;
        other.set_autoload(wanted);
    }
    let loaded = open.load().map_err(|error| error.to_string())?;
    let found = loaded.progs_mut().find(|other| other.name().to_string_lossy() == program);
    let found = found.expect("every function is a program");
    let answers = inputs.iter().map(|input| {
        let mut record = input.clone();
        let context = ProgramInput { context_in: Some(&mut record), ..ProgramInput::default() };
        let output = found.test_run(context).expect("BPF_PROG_TEST_RUN of a loaded program");
        let returned = output.return_value != 0;
        record.push(returned.into());
        record
    });
    Ok(answers.collect())
}

fn compare(name: &str, texts: &str, inputs: &[Vec<u8>], expected: &[Vec<u8>], found: &[Vec<u8>]) {
    for ((input, expected), found) in inputs.iter().zip(expected).zip(found) {
        assert!(
            expected == found,
            "{name} differs from the host.\n  given {input:02x?}\n  host  {expected:02x?}\n  found {found:02x?}\n{texts}"
        );
    }
}

fn inputs(seed: u64) -> Vec<Vec<u8>> {
    let mut chance = Chance::of(seed ^ 0x5eed);
    let edges = [0, 1, 2, 7, 13, 17, 255, u64::from(u32::MAX), u64::MAX >> 1, u64::MAX];
    let mut number = |index: usize| match (chance.below(3), index) {
        (0, _) => edges[chance.below(edges.len())],
        (1, _) => chance.next() & 0xff,
        _ => chance.next() >> chance.below(64),
    };
    let record = |_| {
        let mut words: Vec<u64> = (0..4).map(&mut number).collect();
        words.extend([0, 0]);
        words.iter().flat_map(|word| word.to_ne_bytes()).collect()
    };
    (0..INPUTS).map(record).collect()
}

fn for_bpf(names: &[String], texts: &[String]) -> String {
    let mut source = include_str!("panics/prelude.rs").to_owned();
    source.push_str(&texts.concat().replace("\"CALL\"", "\"C\""));
    for name in names {
        let _ = writeln!(
            source,
            "mod of_{name} {{ #[unsafe(no_mangle)] #[unsafe(link_section = \"syscall\")]\n\
             pub extern \"C\" fn {name}(record: *mut super::Record) -> u32 {{ super::{name}(record); 1 }} }}"
        );
    }
    source
}

/// Returns the result of each function for each input on this machine, and whether it returned.
fn on_host(
    names: &[String],
    texts: &[String],
    inputs: &[Vec<u8>],
    build: &[&str],
    folder: &Path,
) -> Vec<Vec<Vec<u8>>> {
    let mut source = include_str!("panics/prelude.rs").to_owned();
    let _ = writeln!(source, "const INPUTS: usize = {};", inputs.len());
    source.push_str(&texts.concat().replace("\"CALL\"", "\"C-unwind\""));
    source.push_str("fn main() {\n    std::panic::set_hook(Box::new(|_| {}));\n");
    names.iter().for_each(|name| source.push_str(&format!("    answer({name});\n")));
    source.push_str("}\n");
    let (file, program) = (folder.join("host.rs"), folder.join("host"));
    fs::write(&file, source).expect("the folder takes files");
    tools::run(
        Command::new(tools::rustup_rustc("stable"))
            .args(["--edition", "2024", "--cfg", "host", "-Awarnings"])
            .args(build)
            .arg("-o")
            .args([&program, &file]),
    );
    let mut child = Command::new(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("what was built runs");
    let given = inputs.concat().repeat(names.len());
    let mut stdin = child.stdin.take().expect("it is a pipe");
    let writer = thread::spawn(move || stdin.write_all(&given));
    let produced = child.wait_with_output().expect("it ends").stdout;
    writer.join().expect("no panic").expect("a pipe can be written to");
    assert_eq!(produced.len(), (RECORD + 1) * inputs.len() * names.len());
    let records = |bytes: &[u8]| bytes.chunks_exact(RECORD + 1).map(<[u8]>::to_vec).collect();
    produced.chunks_exact((RECORD + 1) * inputs.len()).map(records).collect()
}

fn compile(source: &Path, folder: &Path, name: &str, build: &[&str]) -> PathBuf {
    let object = folder.join(name).with_extension("o");
    let linker = format!("-Clinker={}", tools::linker().display());
    tools::run(
        Command::new(tools::debian_rustc())
            .args(["--edition", "2024", "--target", "bpfel-unknown-none", "-Cpanic=abort"])
            .args(["-Cdebuginfo=2", "-Clink-arg=--btf", "-Clink-arg=--cpu=v3", "-Awarnings"])
            .arg(linker)
            .args(build)
            .arg("-o")
            .arg(&object)
            .arg(source),
    );
    object
}

fn setting(name: &str, default: u64) -> u64 {
    let name = format!("BPF_LINKER_PANICS_{name}");
    env::var(&name)
        .map_or(default, |text| text.parse().unwrap_or_else(|error| panic!("{name}: {error}")))
}
