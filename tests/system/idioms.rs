//! Ordinary Rust loads, and computes what it computes on this machine.
//!
//! Each file of a folder of `tests/system/idioms` has one function, `run`, of a program's context; `ordinary.rs` and `algorithms.rs`
//! have many, each after a line `// program NAME`. All of these become one object with a program for each, and one program for this machine.
//! The running kernel runs them on the same inputs; where this machine panics, a program returns 0.
//!
//! `BPF_LINKER_IDIOMS=all` builds these two files at every level.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

use crate::support::{
    chance::Chance,
    lab::{self, Loader},
    tools,
};
use libbpf_rs::{Object, ObjectBuilder, PrintLevel, ProgramInput};

/// Levels of optimization, each with a CPU level.
const WAYS: [(&str, &str); 5] =
    [("1", "generic"), ("2", "generic"), ("3", "generic"), ("s", "generic"), ("3", "v3")];

/// The levels for ordinary programs: 0 is the dev profile.
const ORDINARY: [(&str, &str); 8] = [
    ("3", "generic"),
    ("0", "generic"),
    ("1", "generic"),
    ("2", "generic"),
    ("s", "generic"),
    ("0", "v3"),
    ("3", "v3"),
    ("3", "v4"),
];

/// The number of them that are built without being asked for.
const FEW: usize = 2;

const PACKET: usize = 64;

/// The size of `struct __sk_buff` in every kernel that lets a test set one.
const CONTEXT: usize = 192;

#[test]
fn contexts() {
    check("contexts", &folder("contexts"), &WAYS);
}

#[test]
fn ranges() {
    check("ranges", &folder("ranges"), &WAYS);
}

#[test]
fn operations() {
    check("operations", &folder("operations"), &WAYS);
}

#[test]
fn ordinary_programs() {
    check_file("ordinary", 60);
}

#[test]
fn algorithms() {
    check_file("algorithms", 50);
}

/// Checks the programs of a file, of which there are at least `fewest`.
fn check_file(name: &str, fewest: usize) {
    let file = tools::workspace().join("tests/system/idioms").join(name).with_extension("rs");
    let text = fs::read_to_string(file).expect("a source is text");
    let cases: Vec<_> = text
        .split("\n// program ")
        .skip(1)
        .map(|case| case.split_once('\n').expect("a name ends with its line"))
        .map(|(name, source)| (name.to_owned(), source.to_owned()))
        .collect();
    assert!(cases.len() >= fewest);
    let all = env::var("BPF_LINKER_IDIOMS").is_ok_and(|asked| asked == "all");
    check(name, &cases, &ORDINARY[..if all { ORDINARY.len() } else { FEW }]);
}

/// Input of a program.
struct Input {
    mark: u32,
    priority: u32,
    cb: [u32; 5],
    packet: Vec<u8>,
}

fn check(name: &str, cases: &[(String, String)], ways: &[(&str, &str)]) {
    let inputs = inputs();
    let place = tools::kept(&format!("idioms/{name}"));
    let mut known = BTreeMap::new();
    for (level, cpu) in ways {
        let expected = known
            .entry(checks(level))
            .or_insert_with(|| on_this_machine(cases, &inputs, level, &place));
        let object = link(cases, level, cpu, &place);
        let mut wrong = String::new();
        let kernel = Kernel::load(&object);
        for (case, _) in cases {
            if let Some(why) = kernel.refused.get(case) {
                let _ = writeln!(wrong, "{case} is refused: {why}");
                continue;
            }
            let found: Vec<u32> = inputs.iter().map(|input| kernel.run(case, input)).collect();
            if found != expected[case] {
                let _ = writeln!(wrong, "{case}: {found:?}\n  but here: {:?}", expected[case]);
            }
        }
        assert!(wrong.is_empty(), "opt-level {level}, {cpu}, {}:\n{wrong}", object.display());
        assert_eq!(lab::load(Loader::Aya, &object).programs().len(), cases.len());
    }
}

/// The name and the text of each case in a folder.
fn folder(folder: &str) -> Vec<(String, String)> {
    let files = fs::read_dir(tools::workspace().join("tests/system/idioms").join(folder));
    let files = files.expect("a folder of cases").map(|file| file.expect("a file").path());
    let case = |path: PathBuf| {
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("a source is text"))
    };
    let mut cases: Vec<_> = files.map(case).collect();
    cases.sort();
    cases
}

fn inputs() -> Vec<Input> {
    let mut chance = Chance::of(17);
    let mut number = move || (chance.next() >> 32) as u32;
    let mut input = |mark| {
        let mut packet: Vec<u8> = (0..PACKET).map(|_| number() as u8).collect();
        packet[..6].copy_from_slice(&[9; 6]);
        let edges = [0, 1, u32::MAX, 1 << 31];
        let edge = edges[number() as usize % edges.len()];
        let priority = if number() % 4 == 0 { edge } else { number() };
        Input { mark, priority, cb: [0; 5].map(|_| number()), packet }
    };
    let small = (0..=20).map(&mut input).collect::<Vec<_>>();
    let edges = [31, 59, 60, 63, 64, 97, 98, 99, 103, 255, 999, 1000, 1 << 31, u32::MAX];
    small.into_iter().chain(edges.map(&mut input)).collect()
}

/// The modules of all cases, and what they share.
fn modules(cases: &[(String, String)]) -> String {
    let context = fs::read_to_string(tools::workspace().join("tests/system/idioms/context.rs"));
    let mut text = context.expect("a source is text").replace("//!", "//");
    for (name, source) in cases {
        let _ = writeln!(text, "mod {name} {{\nuse super::*;\n{source}}}");
    }
    text
}

fn link(cases: &[(String, String)], level: &str, cpu: &str, place: &Path) -> PathBuf {
    let mut text = "#![no_std]\n#![no_main]\n#![allow(static_mut_refs, unused)]\n".to_owned();
    text.push_str(&modules(cases));
    text.push_str(
        "#[unsafe(no_mangle)]\n#[unsafe(link_section = \"license\")]\npub static LICENSE: [u8; 4] = *b\"GPL\\0\";\n\
         #[panic_handler]\nfn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n",
    );
    for (name, _) in cases {
        let _ = writeln!(
            text,
            "#[unsafe(export_name = \"{name}\")]\n#[unsafe(link_section = \"classifier\")]\n\
             pub extern \"C\" fn program_{name}(context: *mut Skb) -> u32 {{ {name}::run(unsafe {{ &mut *context }}) }}",
        );
    }
    let (source, object) = (place.join("program.rs"), place.join(format!("{level}-{cpu}.o")));
    fs::write(&source, text).expect("the folder takes files");
    let mut rustc = Command::new(tools::debian_rustc());
    rustc.args(["--edition", "2024", "--target", "bpfel-unknown-none", "-C", "panic=abort"]);
    rustc.arg("-C").arg(format!("opt-level={level}")).arg("-C").arg(format!("target-cpu={cpu}"));
    rustc.arg("-C").arg(format!("linker={}", tools::linker().display()));
    rustc.args(checks(level));
    tools::run(rustc.args(["-g", "--crate-type", "bin", "-o"]).arg(&object).arg(&source));
    object
}

/// Returns the checks of `level`, for both machines: the dev profile checks for overflow.
fn checks(level: &str) -> [&'static str; 2] {
    match level {
        "0" => ["-Coverflow-checks=on", "-Cdebug-assertions=on"],
        _ => ["-Coverflow-checks=off", "-Cdebug-assertions=off"],
    }
}

/// Runs each program on each input. Addresses in a context have 32 bits: 0x40 is MAP_32BIT, 0x22 private memory of no file.
const HOST: &str = r#"
unsafe extern "C" { fn mmap(a: *mut u8, l: usize, p: i32, f: i32, d: i32, o: i64) -> *mut u8; }
fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let page = unsafe { mmap(core::ptr::null_mut(), 4096, 3, 0x62, -1, 0) };
    assert!((page as usize) < 1 << 32);
    for (name, run) in PROGRAMS {
        for (mark, priority, cb, packet) in INPUTS {
            unsafe { core::ptr::copy(packet.as_ptr(), page, packet.len()) };
            let (data, len) = (page as usize as u32, packet.len() as u32);
            let protocol = u16::from_ne_bytes([packet[12], packet[13]]) as u32;
            let data_end = data + len;
            let mut context = Skb { len, mark, priority, cb, protocol, data, data_end, ..Skb::default() };
            let returned = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&mut context)));
            println!("{name} {}", returned.unwrap_or(0));
        }
    }
}
"#;

/// Returns the result of each case for each input on this machine.
fn on_this_machine(
    cases: &[(String, String)],
    inputs: &[Input],
    level: &str,
    place: &Path,
) -> BTreeMap<String, Vec<u32>> {
    let mut text = "#![allow(static_mut_refs, unused)]\n".to_owned();
    text.push_str(&modules(cases));
    let _ = writeln!(
        text,
        "const INPUTS: [(u32, u32, [u32; 5], [u8; {PACKET}]); {}] = [",
        inputs.len()
    );
    for Input { mark, priority, cb, packet } in inputs {
        let _ = writeln!(text, "({mark}, {priority}, {cb:?}, {packet:?}),");
    }
    let _ =
        writeln!(text, "];\nconst PROGRAMS: [(&str, fn(&mut Skb) -> u32); {}] = [", cases.len());
    cases.iter().for_each(|(name, _)| {
        let _ = writeln!(text, "(\"{name}\", {name}::run),");
    });
    text.push_str("];\n");
    text.push_str(HOST);
    let checks = checks(level);
    let (source, program) = (place.join("host.rs"), place.join("host"));
    fs::write(&source, text).expect("the folder takes files");
    let mut rustc = Command::new(tools::debian_rustc());
    rustc.args(["--edition", "2024", "-C", "opt-level=1"]).args(checks);
    tools::run(rustc.arg("-o").arg(&program).arg(&source));
    let said = tools::run(&mut Command::new(&program)).stdout;
    let mut returned = BTreeMap::<_, Vec<_>>::new();
    for line in String::from_utf8_lossy(&said).lines() {
        let (name, number) = line.split_once(' ').expect("a name and a number");
        returned.entry(name.to_owned()).or_default().push(number.parse().expect("a number"));
    }
    returned
}

/// Messages of libbpf, including the verifier's log.
static LOG: Mutex<String> = Mutex::new(String::new());

/// One test at a time loads, since all share the log.
static TURN: Mutex<()> = Mutex::new(());

struct Kernel {
    object: Object,
    refused: BTreeMap<String, String>,
}

impl Kernel {
    fn load(object: &Path) -> Self {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        libbpf_rs::set_print(Some((PrintLevel::Info, |_, text| log().push_str(&text))));
        let mut refused = BTreeMap::new();
        loop {
            log().clear();
            let mut opened = ObjectBuilder::default().open_file(object).expect("libbpf reads it");
            for mut program in opened.progs_mut() {
                let name = program.name().to_string_lossy().into_owned();
                program.set_autoload(!refused.contains_key(&name));
            }
            match opened.load() {
                Ok(object) => return Self { object, refused },
                Err(error) => {
                    let said = log().clone();
                    let line = said.lines().find(|line| line.contains("': failed to load: "));
                    let name = line.and_then(|line| line.split('\'').nth(1));
                    let name = name.unwrap_or_else(|| panic!("{error}\n{said}")).to_owned();
                    let last: Vec<_> = said.lines().rev().take(16).collect();
                    let last = last.into_iter().rev().collect::<Vec<_>>().join("\n");
                    assert!(refused.insert(name, last).is_none(), "{said}");
                }
            }
        }
    }

    fn run(&self, program: &str, input: &Input) -> u32 {
        let program = self.object.progs_mut().find(|other| other.name() == program);
        let program = program.expect("every case is a program");
        let mut context = [0; CONTEXT];
        let fields = [(8, input.mark), (32, input.priority)].into_iter();
        let cb = (0..).zip(input.cb).map(|(index, value)| (48 + 4 * index, value));
        for (offset, value) in fields.chain(cb) {
            context[offset..offset + 4].copy_from_slice(&value.to_ne_bytes());
        }
        let input = ProgramInput {
            context_in: Some(&mut context),
            data_in: Some(&input.packet),
            ..ProgramInput::default()
        };
        program.test_run(input).expect("BPF_PROG_TEST_RUN of a loaded program").return_value
    }
}

fn log() -> std::sync::MutexGuard<'static, String> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}
