//! LLVM crashes, gives up, overflows its stack, or is struck by a signal from outside; or the linker itself panics. Whatever
//! happens, somebody is left to say what was going on, with a folder that repeats it, and the old output stays.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use crate::support::tools;
use tempfile::TempDir;

const PROGRAM: &str =
    "target triple = \"bpfel\"\ndefine i64 @entry() section \"xdp\" { ret i64 2 }\n";

/// The end of a link that did not work.
struct Ended {
    code: Option<i32>,
    said: String,
    folder: TempDir,
}

impl Ended {
    /// Demands this exit code, the old output and nothing else beside `inputs`; the folder that repeats the link.
    fn check(&self, code: i32, inputs: &[&str]) -> PathBuf {
        assert_eq!(self.code, Some(code), "{}", self.said);
        assert_eq!(fs::read(self.folder.path().join("out.o")).unwrap(), b"old", "{}", self.said);
        let mut there = names(self.folder.path());
        there.retain(|name| name != "out.o" && name != "tmp" && !inputs.contains(&name.as_str()));
        assert!(there.is_empty(), "{there:?} are left: {}", self.said);
        let crashes = names(&self.folder.path().join("tmp"));
        assert_eq!(crashes.len(), 1, "{crashes:?}");
        assert!(crashes[0].starts_with("bpf-linker-crash-"));
        let kept = self.folder.path().join("tmp").join(&crashes[0]);
        assert!(
            self.said.contains(&format!("attach {} to a report", kept.display())),
            "{}",
            self.said
        );
        kept
    }

    fn must_say(&self, words: &[&str]) {
        for words in words {
            assert!(self.said.contains(words), "`{words}` is not in\n{}", self.said);
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder of ours can be read");
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

/// A folder with an old output and a place for what crashes leave.
fn folder() -> TempDir {
    let folder = TempDir::new().expect("a new folder");
    fs::write(folder.path().join("out.o"), "old").expect("a new folder takes files");
    fs::create_dir(folder.path().join("tmp")).expect("a new folder takes folders");
    folder
}

fn linker(folder: &Path) -> Command {
    // A shell that runs the tests in the background has children ignore some signals, and they theirs.
    let mut command = Command::new("env");
    command.arg("--default-signal=INT,TERM,HUP").arg(tools::linker());
    command.current_dir(folder).env("TMPDIR", folder.join("tmp")).env_remove("RUST_LOG");
    command.args(["-o", "out.o"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// A libLLVM that overflows its stack on [`TOO_DEEP`], and is the real one behind it otherwise.
fn stand_in() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        const REAL: &str = "/usr/lib/x86_64-linux-gnu/libLLVM.so.22.1";
        let folder = tools::kept("stand-in");
        let new = folder.join(process::id().to_string());
        let mut clang = Command::new(tools::clang());
        clang.args(["-O1", "-fPIC", "-shared", "-w", "-Wl,--no-as-needed"]);
        clang.arg(tools::workspace().join("tests/system/crashes/stand_in.c"));
        tools::run(clang.arg(REAL).arg("-o").arg(&new));
        // Another process may have the same bytes open.
        let library = folder.join("libLLVM.so.22.1");
        fs::rename(&new, &library).expect("both are in one folder");
        library
    })
}

/// Symbol on which [`stand_in`] crashes.
const TOO_DEEP: &str = "; too deep\n";

/// A link of [`TOO_DEEP`], called `deep.ll`.
fn too_deep(folder: &Path) -> Command {
    fs::write(folder.join("deep.ll"), TOO_DEEP).expect("a new folder takes files");
    let mut command = linker(folder);
    command.env("BPF_LINKER_LLVM", stand_in());
    command
}

fn run(mut link: Command, folder: TempDir) -> Ended {
    let output = link.output().expect("the linker is built");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ended { code: output.status.code(), said, folder }
}

#[test]
fn a_stack_overflow_in_llvm_names_the_phase_and_the_input() {
    let folder = folder();
    let mut link = too_deep(folder.path());
    link.arg("deep.ll");
    let ended = run(link, folder);
    ended.must_say(&[
        "error: LLVM crashed in the phase `resolve and merge`, at work on deep.ll\n",
        "cause: signal 11, SIGSEGV: it used memory that is not there, or more stack than there is",
        "help: build deep.ll again if it may be damaged; or name another libLLVM with --llvm PATH",
    ]);
    let kept = ended.check(4, &["deep.ll"]);
    let copy = fs::read(kept.join("inputs/000-deep.ll")).expect("the input is kept");
    assert_eq!(copy, TOO_DEEP.as_bytes());
    let again = too_deep(ended.folder.path())
        .current_dir(&kept)
        .arg("@response")
        .output()
        .expect("the linker is built");
    assert_eq!(again.status.code(), Some(4), "the folder repeats it");
}

#[test]
fn failures_of_llvm_name_the_function() {
    let text = "target triple = \"bpfel\"
        define i64 @_ZN7program5entry17h0123456789abcdefE() section \"xdp\" {
          %value = call i64 @llvm.read_register.i64(metadata !0)
          ret i64 %value
        }
        declare i64 @llvm.read_register.i64(metadata)
        !0 = !{!\"rax\"}";
    let folder = folder();
    fs::write(folder.path().join("register.ll"), text).expect("a new folder takes files");
    let mut link = linker(folder.path());
    link.arg("register.ll");
    let ended = run(link, folder);
    ended.must_say(&[
        "error: LLVM gave up in the phase `generate code`, at work on the function `program::entry`\n",
        "cause: Running pass 'BPF DAG->DAG Pattern Instruction Selection' on function '@_ZN7program",
    ]);
    let kept = ended.check(4, &["register.ll"]);
    let versions =
        fs::read_to_string(kept.join("versions")).expect("the folder says who took part");
    assert!(versions.contains("would load") && versions.contains("register.ll"), "{versions}");
}

/// A link that stops in the middle of LLVM's work, since nobody reads the pipe that it dumps its module to.
fn stuck(folder: &Path) -> Child {
    fs::write(folder.join("program.ll"), PROGRAM).expect("a new folder takes files");
    tools::run(Command::new("mkfifo").arg(folder.join("pipe.ll")));
    let mut command = linker(folder);
    let child = command.args(["--dump-module", "pipe.ll", "program.ll"]).spawn();
    let child = child.expect("the linker is built");
    let waits = |task: &Path| {
        fs::read_to_string(task.join("wchan")).is_ok_and(|place| place.contains("fifo"))
            || fs::read_to_string(task.join("syscall")).is_ok_and(|call| is_open(&call))
    };
    let tasks = PathBuf::from(format!("/proc/{}/task", child.id()));
    let start = Instant::now();
    let is_stuck = || {
        let tasks = fs::read_dir(&tasks).into_iter().flatten().flatten();
        tasks.into_iter().any(|task| waits(&task.path()))
    };
    while !is_stuck() {
        assert!(start.elapsed() < Duration::from_secs(60), "the link never gets to the pipe");
        thread::sleep(Duration::from_millis(5));
    }
    child
}

/// Returns true if a line of `/proc/PID/syscall` is that of openat, which only a pipe makes wait.
fn is_open(call: &str) -> bool {
    call.starts_with(&format!("{} ", libc::SYS_openat))
}

fn strike(signal: &str) -> Ended {
    let folder = folder();
    let child = stuck(folder.path());
    tools::run(Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()));
    let output = child.wait_with_output().expect("a child of ours");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.code().is_none() {
        use std::os::unix::process::ExitStatusExt as _;
        let said = format!("ended by signal {:?}", output.status.signal());
        return Ended { code: None, said, folder };
    }
    Ended { code: output.status.code(), said, folder }
}

#[test]
fn every_signal_of_a_crash_is_told() {
    for (signal, words) in [
        ("SEGV", "signal 11, SIGSEGV"),
        ("ABRT", "signal 6, SIGABRT: it ended itself"),
        ("BUS", "signal 7, SIGBUS"),
        ("ILL", "signal 4, SIGILL"),
        ("FPE", "signal 8, SIGFPE: it divided by zero"),
        ("TRAP", "signal 5, SIGTRAP"),
    ] {
        let ended = strike(signal);
        ended.must_say(&["error: LLVM crashed in the phase `optimize`", words]);
        ended.check(4, &["program.ll", "pipe.ll"]);
    }
}

#[test]
fn a_signal_ends_the_link_at_once() {
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
        let ended = strike(signal);
        assert_eq!((ended.code, &*ended.said), (None, &*format!("ended by signal Some({number})")));
        assert_eq!(fs::read(ended.folder.path().join("out.o")).unwrap(), b"old");
        let mut there = names(ended.folder.path());
        there.sort();
        assert_eq!(there, ["out.o", "pipe.ll", "program.ll", "tmp"]);
        assert!(names(&ended.folder.path().join("tmp")).is_empty());
    }
}

/// The linker, unlike LLVM, has no known way to crash: strace's signal while it reads an input stands for one.
#[test]
fn a_crash_outside_of_llvm_is_the_linkers_own() {
    let folder = folder();
    fs::write(folder.path().join("input.ll"), PROGRAM).expect("a new folder takes files");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-P", "input.ll"]);
    // The first read tells whether it is a thin archive, before the link.
    strace.args(["-e", "trace=pread64", "-e", "inject=pread64:signal=SEGV:when=2"]);
    let linker = linker(folder.path());
    strace.arg(linker.get_program()).args(linker.get_args()).arg("input.ll");
    strace.envs(linker.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = strace.current_dir(folder.path()).output().expect("install the package strace");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let ended = Ended { code: output.status.code(), said, folder };
    ended.must_say(&["error: the linker crashed in the phase `read the inputs`"]);
    ended.check(101, &["input.ll"]);
}

#[test]
fn a_folder_asked_for_is_the_one_to_attach() {
    let folder = folder();
    let mut command = too_deep(folder.path());
    let output = command.args(["--reproduce", "report", "deep.ll"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("attach report to a report of this"), "{said}");
    assert!(folder.path().join("report/inputs/000-deep.ll").is_file());
    assert!(names(&folder.path().join("tmp")).is_empty(), "one is enough");
}

#[test]
fn without_temporary_folder_the_command_is_shown() {
    let folder = folder();
    let mut command = too_deep(folder.path());
    let output = command.env("TMPDIR", "/nonexistent").arg("deep.ll").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("help: add `--reproduce FOLDER` to the command"), "{said}");
}
