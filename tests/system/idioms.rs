//! Ordinary Rust loads, and computes what it computes on this machine.
//!
//! Each file of a folder of `tests/system/idioms` has one function, `run`, of a program's context. All of a folder become one
//! object with a program for each, and one program for this machine. The running kernel runs them on the same inputs.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

use crate::support::{chance::Chance, tools};
use libbpf_rs::{Object, ObjectBuilder, PrintLevel, ProgramInput};

/// Levels of optimization, each with a CPU level.
const WAYS: [(&str, &str); 5] =
    [("1", "generic"), ("2", "generic"), ("3", "generic"), ("s", "generic"), ("3", "v3")];

const PACKET: usize = 64;

/// The size of `struct __sk_buff` in every kernel that lets a test set one.
const CONTEXT: usize = 192;

#[test]
fn contexts() {
    check("contexts");
}

#[test]
fn ranges() {
    check("ranges");
}

#[test]
fn operations() {
    check("operations");
}

/// What a program is run on.
struct Input {
    mark: u32,
    priority: u32,
    cb: [u32; 5],
    packet: Vec<u8>,
}

fn check(folder: &str) {
    let cases = cases(folder);
    let inputs = inputs();
    let place = tools::kept(&format!("idioms/{folder}"));
    for (level, cpu) in WAYS {
        let expected = on_this_machine(&cases, &inputs, level, &place);
        let object = link(&cases, level, cpu, &place);
        let mut wrong = String::new();
        let kernel = Kernel::load(&object);
        for (case, _) in &cases {
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
    }
}

/// The name and the text of each case.
fn cases(folder: &str) -> Vec<(String, String)> {
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
    tools::run(rustc.args(["-g", "--crate-type", "bin", "-o"]).arg(&object).arg(&source));
    object
}

/// What each case returns for each input on this machine.
fn on_this_machine(
    cases: &[(String, String)],
    inputs: &[Input],
    level: &str,
    place: &Path,
) -> BTreeMap<String, Vec<u32>> {
    let mut text = "#![allow(static_mut_refs, unused)]\n".to_owned();
    text.push_str(&modules(cases));
    // Addresses in a context have 32 bits: 0x40 is MAP_32BIT, 0x22 private memory of no file.
    text.push_str(
        "unsafe extern \"C\" { fn mmap(a: *mut u8, l: usize, p: i32, f: i32, d: i32, o: i64) -> *mut u8; }\n\
         fn main() {\n let page = unsafe { mmap(core::ptr::null_mut(), 4096, 3, 0x62, -1, 0) };\n\
         assert!((page as usize) < 1 << 32);\n",
    );
    for (name, _) in cases {
        for Input { mark, priority, cb, packet } in inputs {
            let _ = writeln!(
                text,
                " {{ let packet: [u8; {PACKET}] = {packet:?};\n unsafe {{ core::ptr::copy(packet.as_ptr(), page, {PACKET}) }};\n\
                 let data = page as usize as u32;\n let protocol = u16::from_ne_bytes([packet[12], packet[13]]) as u32;\n\
                 let mut context = Skb {{ len: {PACKET}, mark: {mark}, priority: {priority}, cb: {cb:?}, protocol, data, \
                 data_end: data + {PACKET}, ..Skb::default() }};\n println!(\"{name} {{}}\", {name}::run(&mut context)); }}",
            );
        }
    }
    text.push_str("}\n");
    let (source, program) = (place.join("host.rs"), place.join(format!("host-{level}")));
    fs::write(&source, text).expect("the folder takes files");
    let mut rustc = Command::new(tools::debian_rustc());
    rustc.args(["--edition", "2024", "-C", "opt-level=1", "-C", "overflow-checks=off"]);
    tools::run(rustc.args(["-C", "debug-assertions=off", "-o"]).arg(&program).arg(&source));
    let said = tools::run(&mut Command::new(&program)).stdout;
    let mut returned = BTreeMap::<_, Vec<_>>::new();
    for line in String::from_utf8_lossy(&said).lines() {
        let (name, number) = line.split_once(' ').expect("a name and a number");
        returned.entry(name.to_owned()).or_default().push(number.parse().expect("a number"));
    }
    returned
}

/// What libbpf prints, the verifier's log among it.
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
