//! Damaged inputs: bits flipped, ends cut off, pieces of other files put in, in bitcode, objects, archives and rlibs as real
//! tools write them. Whatever the damage, the link ends within ten seconds, either with an object that a loader takes or
//! with a message and the old output as it was.
//!
//! `BPF_LINKER_MUTATIONS=10000` tries so many cases, `BPF_LINKER_MUTATIONS=2000..3000` those, and `BPF_LINKER_MUTATION=n`
//! one alone, whose files are kept. What is damaged, and how, is a function of the number of the case.
//!
//! An object is accepted if libbpf opens it, the kernel takes its BTF, and every relocation resolves. The verifier need not
//! accept the instructions, since a flipped bit can be the bound of a loop, and the name of a section need not mean a kind
//! of program: such an object is sound, but of another program. A map member that libbpf does not know must have caused a
//! warning.

mod change;

use std::{
    collections::BTreeMap,
    env, fs,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::support::{
    chance::Chance,
    corpus::{self, Line},
    lab::{self, Loader},
    tools,
};
use tempfile::TempDir;

/// Cases that every run of the tests tries.
const CASES: u64 = 300;

/// Cases beyond these that failed once: a variable with a zero byte in its name.
const FAILED: [u64; 1] = [3487];

/// No link may take longer.
const LIMIT: Duration = Duration::from_secs(10);

const OLD: &[u8] = b"the old output";

/// Result of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    SameObject,
    OtherObject,
    OtherProgram,
    Error(i32),
    CrashOfLlvm,
}

#[test]
fn damaged_inputs_end_in_an_object_or_a_message() {
    let lines = corpus::lines();
    let whole = lines.iter().map(intact).collect::<Vec<_>>();
    let one = env::var("BPF_LINKER_MUTATION").ok().map(|number| number.parse().expect("a number"));
    let cases = one.map_or_else(chosen, |one| vec![one]);
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let ends = Mutex::new(BTreeMap::<End, u64>::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(&number) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match try_case(number, &lines, &whole) {
                        Ok(end) => *ends.lock().unwrap().entry(end).or_default() += 1,
                        Err(failure) => {
                            eprintln!("case {number}: {failure}");
                            failures.lock().unwrap().push(number);
                        }
                    }
                }
            });
        }
    });
    let (failures, ends) = (failures.into_inner().unwrap(), ends.into_inner().unwrap());
    println!("{ends:?}");
    assert!(failures.is_empty(), "BPF_LINKER_MUTATION=n repeats case n of {failures:?}");
    // A corpus or a kind of damage that changes nothing, or too much, would prove nothing.
    let cases = cases.len() as u64;
    if one.is_none() && cases >= CASES {
        let errors = ends.iter().filter(|(end, _)| matches!(end, End::Error(_)));
        assert!(errors.map(|(_, count)| count).sum::<u64>() > cases / 10, "{ends:?}");
        assert!(ends.contains_key(&End::OtherObject), "{ends:?}");
    }
}

/// The numbers of the cases to try.
fn chosen() -> Vec<u64> {
    let Ok(text) = env::var("BPF_LINKER_MUTATIONS") else {
        return (0..CASES).chain(FAILED).collect();
    };
    let (first, end) = text.split_once("..").unwrap_or(("0", &text));
    (first.parse().expect("a number")..end.parse().expect("a number")).collect()
}

/// Returns the output of `line` when nothing is damaged; a loader takes it.
fn intact(line: &Line) -> Vec<u8> {
    let folder = TempDir::new().expect("a new folder");
    let (status, said) = link(folder.path(), &line.words(None));
    assert!(status.success(), "{}: {said}", line.name);
    let object = folder.path().join("out.o");
    lab::load(Loader::Libbpf, &object);
    fs::read(object).expect("the link wrote it")
}

fn try_case(number: u64, lines: &[Line], whole: &[Vec<u8>]) -> Result<End, String> {
    let mut chance = Chance::of(number);
    let which = chance.below(lines.len());
    let line = &lines[which];
    let folder = TempDir::new().expect("a new folder");
    let file = choose(line, &mut chance);
    let donor = &lines[chance.below(lines.len())];
    let donor = &donor.files[chance.below(donor.files.len())];
    let damaged = folder.path().join(line.files[file].name());
    let mut bytes = line.files[file].bytes.clone();
    let how = change::damage(&mut bytes, &donor.bytes, &mut chance);
    fs::write(&damaged, bytes).expect("a folder of ours takes files");
    let end = judge(folder.path(), &line.words(Some((file, &damaged))), &whole[which]);
    let kept = env::var_os("BPF_LINKER_MUTATION").map(|_| folder.keep());
    end.map_err(|problem| {
        let name = line.files[file].name();
        format!("{}, {name:?}, {how}: {problem}\n{}", line.name, kept.unwrap_or_default().display())
    })
}

fn choose(line: &Line, chance: &mut Chance) -> usize {
    let mut left = chance.below(line.files.iter().map(|file| file.weight).sum());
    for (number, file) in line.files.iter().enumerate() {
        if left < file.weight {
            return number;
        }
        left -= file.weight;
    }
    0
}

fn judge(folder: &Path, words: &[String], whole: &[u8]) -> Result<End, String> {
    let object = folder.join("out.o");
    fs::write(&object, OLD).expect("a folder of ours takes files");
    let (mut status, mut said) = link(folder, words);
    if is_late(status) {
        // A machine that is busy with other tests may be to blame, once.
        (status, said) = link(folder, words);
    }
    if is_late(status) {
        return Err(format!("took more than {LIMIT:?}: {said}"));
    }
    let new = fs::read(&object).map_err(|error| format!("the output is gone: {error}"))?;
    let left = fs::read_dir(folder).expect("a folder of ours can be read").count();
    if left != 3 {
        return Err(format!("something was left behind: {left} entries"));
    }
    match status.code() {
        Some(0) if new == whole => Ok(End::SameObject),
        Some(0) => load(&object, &said),
        Some(code @ 1..=5) if new == OLD && is_message(&said) => {
            Ok(if said.contains("LLVM crashed") { End::CrashOfLlvm } else { End::Error(code) })
        }
        code => Err(format!(
            "{code:?}, signal {:?}, old output {}: {said}",
            status.signal(),
            new == OLD
        )),
    }
}

/// Says what failed, why, and for a crash where and how to repeat it.
fn is_message(said: &str) -> bool {
    let is_crash = said.contains("LLVM crashed") || said.contains("LLVM gave up");
    said.lines().any(|line| line.starts_with("error: "))
        && (!is_crash || (said.contains("in the phase `") && said.contains("@response")))
}

fn load(object: &Path, said: &str) -> Result<End, String> {
    let Err(refusal) = lab::attempt(Loader::Libbpf, object) else { return Ok(End::OtherObject) };
    let is_told = said.contains("[unknown-map-member]") && refusal.contains("unknown field");
    let is_of_the_program = refusal.contains("-- BEGIN PROG LOAD LOG --")
        || refusal.contains("missing BPF prog type, check ELF section name");
    if is_told || is_of_the_program {
        Ok(End::OtherProgram)
    } else {
        Err(format!("a loader refuses the object: {refusal}"))
    }
}

/// Only here a link is killed.
fn is_late(status: ExitStatus) -> bool {
    status.signal() == Some(libc::SIGKILL)
}

fn link(folder: &Path, words: &[String]) -> (ExitStatus, String) {
    let temporary = folder.join("tmp");
    fs::create_dir_all(&temporary).expect("a folder of ours takes folders");
    let mut command = Command::new(tools::linker());
    command.args(words).arg("-o").arg(folder.join("out.o"));
    command.env("TMPDIR", &temporary).stdin(Stdio::null()).stdout(Stdio::null());
    let stderr = fs::File::create(temporary.join("stderr")).expect("a folder of ours takes files");
    let mut child = command.stderr(stderr).spawn().expect("the linker is built");
    let status = wait(&mut child);
    let said = fs::read(temporary.join("stderr")).expect("it was made above");
    (status, String::from_utf8_lossy(&said).into_owned())
}

fn wait(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            return status;
        }
        if start.elapsed() > LIMIT {
            child.kill().expect("a child of ours");
        }
        thread::sleep(Duration::from_millis(2));
    }
}
