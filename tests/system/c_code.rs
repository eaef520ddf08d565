//! Linking C costs nothing: there are not more instructions than clang makes of the same sources in one file, and what
//! clang writes as no kernel takes it, loads.

use std::{fs, path::Path, process::Command};

use crate::support::{
    elf::Elf,
    examples::{self, Endian},
    lab::{self, Loader, Request, Step},
    tools,
};

/// A program of `c_code/frame.c`, and what it returns for the bytes of a packet.
type Returns = (&'static str, fn(&[u8]) -> u32);

const INDEXED: [Returns; 5] = [
    ("bytes", |p| p[usize::from(p[8] & 7)].into()),
    ("pairs", |p| {
        let at = 8 + 2 * usize::from(p[16] & 3);
        u32::from(u16::from_le_bytes([p[at], p[at + 1]])) + u32::from(p[0])
    }),
    ("table", |p| p[4 * usize::from(p[8] & 1) + usize::from(p[9] & 3)].into()),
    ("wide", |p| p[usize::from(p[16] & 15)].into()),
    ("marked", |p| {
        let (index, byte) = (u32::from(p[0] & 7), u32::from(p[1]));
        (byte << (8 * (index % 4))).wrapping_mul(if index < 4 { 1 } else { 3 })
    }),
];
const NUMBERS: Returns = ("numbers", |p| u32::from(p[0] & 7) | u32::from(p[1]) << 3);

/// The programs of `c_code/operations.c`, and what they return.
const OPERATIONS: [(&str, u32); 17] = [
    ("two_outputs", 7),
    ("tied_outputs", 17),
    ("labels", 2),
    ("labels_and_outputs", 11),
    ("overflows", 3),
    ("aligned_copies", 12),
    ("unaligned_copies", 9),
    ("packed_words", 0x0405),
    ("undefined_values", 13),
    ("noreturn_passed_by", 8),
    ("noreturn_reached", 0),
    ("index_by_modulo", 33),
    ("field_chosen", 64),
    ("bits_cleared", 33),
    ("carries_folded", 5),
    ("greatest_divisor", 85),
    ("signed_division", 12),
];

/// `BPF_OR | BPF_X` of 64 bits and of 32.
const OR: [u8; 2] = [0x4f, 0x4c];

#[test]
fn the_c_library_is_as_small_as_what_clang_makes() {
    let folder = tools::workspace().join("examples/c-library");
    let sources = ["balancer.bpf.c", "lib/flow.c", "lib/checksum.c"];
    let sources = sources.map(|source| {
        fs::read_to_string(folder.join(source)).expect("the example is in the workspace")
    });
    let work = tools::kept("c-code");
    fs::write(work.join("all.c"), sources.concat()).expect("the target folder is writable");
    let mut clang = Command::new(tools::clang());
    clang
        .args(["-target", "bpfel", "-mcpu=v3", "-O2", "-g", "-c", "all.c", "-o", "all.o", "-I"])
        .arg(folder.join("include"))
        .current_dir(&work);
    tools::run(&mut clang);

    let (ours, clangs) = (examples::c_library(Endian::Little), work.join("all.o"));
    let (ours, clangs) = (instructions(&ours, "balance"), instructions(&clangs, "balance"));
    assert!(ours > 0 && ours <= clangs, "{ours} instructions, clang makes {clangs}");
}

fn instructions(object: &Path, program: &str) -> usize {
    let functions = Elf::read(object).functions();
    let found = functions.iter().find(|function| function.name == program);
    found.expect("the program is in both objects").instructions.len()
}

/// `buf[i & 7]` becomes `r2 |= r1`, with `r2` an address in the frame.
#[test]
fn arrays_on_the_stack_load_and_are_indexed() {
    let work = tools::kept("c-code");
    let source = tools::workspace().join("tests/system/c_code/frame.c");
    for level in ["v1", "v3", "v4"] {
        let [clangs, bitcode, ours] =
            ["o", "bc", "linked.o"].map(|ending| work.join(format!("frame-{level}.{ending}")));
        let compile = |kind: &[&str], output: &Path| {
            let mut clang = Command::new(tools::clang());
            clang.args(["-target", "bpfel", "-O2", "-g"]).arg(format!("-mcpu={level}"));
            tools::run(clang.args(kind).arg("-c").arg(&source).arg("-o").arg(output));
        };
        compile(&[], &clangs);
        compile(&["-emit-llvm"], &bitcode);
        tools::run(Command::new(tools::linker()).arg(&bitcode).arg("--btf").arg("-o").arg(&ours));

        let request = Request::load(Loader::Libbpf, &clangs);
        let story = lab::story_of(&request, lab::run_here(&request));
        for (name, refusal) in story.verdicts() {
            let is_refused =
                refusal.is_some_and(|it| it.contains("bitwise operator |= on pointer"));
            assert_eq!(is_refused, name != NUMBERS.0, "{level} {name}: {refusal:?}");
        }
        for (name, returns) in INDEXED.into_iter().chain([NUMBERS]) {
            let packets = samples();
            let steps: Vec<Step<'_>> = packets.iter().cloned().map(Step::Packet).collect();
            let returned = lab::run(Loader::Libbpf, &ours, name, &steps).returned();
            let expected: Vec<u32> = packets.iter().map(|packet| returns(packet)).collect();
            assert_eq!(returned, expected, "{level} {name}");
        }
        assert_eq!([&ours, &clangs].map(|it| ors(it, NUMBERS.0)), [1, 1], "an or of numbers stays");
    }
}

/// Operations that were refused, or at which LLVM crashed.
#[test]
fn operations_load_and_return_what_the_source_says() {
    let work = tools::kept("c-code");
    let source = tools::workspace().join("tests/system/c_code/operations.c");
    for level in ["v1", "v3", "v4"] {
        let [bitcode, ours] =
            ["bc", "o"].map(|ending| work.join(format!("operations-{level}.{ending}")));
        let mut clang = Command::new(tools::clang());
        clang.args(["-target", "bpfel", "-O2", "-g", "-emit-llvm", "-c"]);
        clang.arg(format!("-mcpu={level}")).arg(&source).arg("-o").arg(&bitcode);
        tools::run(&mut clang);
        tools::run(Command::new(tools::linker()).arg(&bitcode).arg("--btf").arg("-o").arg(&ours));
        for (name, returns) in OPERATIONS {
            let story = lab::run(Loader::Libbpf, &ours, name, &[Step::Packet(vec![0; 64])]);
            assert_eq!(story.returned(), [returns], "{level} {name}");
        }
    }
}

/// Packets of any bytes.
fn samples() -> Vec<Vec<u8>> {
    let mut state = 0x2545_f491_u32;
    let mut byte = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..32).map(|_| (0..64).map(|_| byte()).collect()).collect()
}

fn ors(object: &Path, program: &str) -> usize {
    let functions = Elf::read(object).functions();
    let found = functions.iter().find(|function| function.name == program);
    let instructions = &found.expect("the program is in both objects").instructions;
    instructions.iter().filter(|instruction| OR.contains(&instruction.opcode)).count()
}
