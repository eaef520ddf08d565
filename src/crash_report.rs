//! The crash report, written by the process that follows a crashed one.
//!
//! [`arm`] makes a crashing process replace itself by a new one of the same program with the same arguments, which
//! finds in its environment how the first one ended: see `crash_handler`. The new process writes a
//! folder that reproduces the link, since the inputs are often a compiler's temporary files. It also starts a second
//! process, the witness, which repeats the link in memory and crashes again, because LLVM reports the pass and
//! function it was working on only while it crashes.

use std::{
    env,
    ffi::OsString,
    io::Read,
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use bpf_linker::{
    Error, ErrorKind, Invocation, LinkPlan, Request, Warnings,
    command::{
        crash_handler::{self, CRASH_INPUT, CRASH_MESSAGE, CRASH_PHASE, CRASH_SIGNAL, PANIC},
        demangled,
    },
    parse,
    plan::{Destination, Reports, Verify},
};

/// Environment variable for the process that repeats a crashed link to find where it crashes.
const WITNESS: &str = "BPF_LINKER_WITNESS";

/// Time limit of the witness.
const PATIENCE: Duration = Duration::from_secs(60);

/// Phases during which LLVM does not run.
const OURS: [&str; 3] = ["", "read the inputs", "finish the object"];

/// The end of a crashed process.
pub struct CrashRecord {
    by: u32,
    phase: String,
    input: String,
    words: String,
}

/// LLVM's report of the passes and the function it was working on.
#[derive(Debug, Default, PartialEq, Eq)]
struct StackDump {
    passes: Vec<String>,
    function: Option<String>,
}

/// Installs the crash handlers, which report a crash from a new process. The witness reports its own crash.
pub fn arm() {
    if is_reproducing() {
        return crash_handler::trace();
    }
    if let Ok(program) = env::current_exe() {
        crash_handler::install(program.as_os_str(), env::args_os());
        panic::set_hook(Box::new(|panic| {
            crash_handler::panicked(&described(panic));
            eprintln!("error: {panic}");
        }));
    }
}

/// Returns how the previous process ended, if it crashed.
pub fn former() -> Option<CrashRecord> {
    let text = |name| env::var_os(name).unwrap_or_default().to_string_lossy().into_owned();
    let by = text(CRASH_SIGNAL).parse().ok()?;
    crash_handler::remove_memory_limit();
    Some(CrashRecord {
        by,
        phase: text(CRASH_PHASE),
        input: text(CRASH_INPUT),
        words: text(CRASH_MESSAGE),
    })
}

/// Returns true if this process repeats a crashed link and must leave no files.
pub fn is_reproducing() -> bool {
    env::var_os(WITNESS).is_some()
}

/// Redirects the outputs of `plan` to memory and drops its reports if this process is a witness.
pub fn without_traces(plan: &mut LinkPlan) {
    if is_reproducing() {
        plan.outputs.iter_mut().for_each(|output| output.destination = Destination::Memory);
        plan.dump_module = None;
        plan.cache_dir = None;
        plan.reports = Reports::default();
        plan.verify = Verify::default();
    }
}

/// Describes the crash to a user who may want to report it.
pub fn tell(record: &CrashRecord, warnings: &Warnings) -> Error {
    let dump = Some(record).filter(|record| record.is_of_llvm()).and_then(|_| reproduce_crash());
    let error = record.describe(&dump.unwrap_or_default());
    let invocation = match parse(env::args_os().collect()) {
        Ok(invocation) => invocation,
        Err(reason) => return error.because(reason.message()),
    };
    let Request::Link(plan) = &invocation.request else { return error };
    match pack(plan, &invocation, warnings) {
        Ok(folder) => error.help(format!(
            "attach {folder} to a report of this: `cd {folder} && bpf-linker @response` repeats it",
            folder = folder.display()
        )),
        Err(reason) => error
            .because(format!("what repeats it was not kept: {}", reason.message()))
            .help("add `--reproduce FOLDER` to the command and attach that folder to a report"),
    }
}

impl CrashRecord {
    fn is_of_llvm(&self) -> bool {
        self.by != PANIC && !OURS.contains(&self.phase.as_str())
    }

    fn describe(&self, dump: &StackDump) -> Error {
        let place = if self.phase.is_empty() {
            String::new()
        } else {
            format!(" in the phase `{}`", self.phase)
        };
        let work = match (&dump.function, self.input.as_str()) {
            (Some(function), _) => format!(", at work on the function `{function}`"),
            (None, "") => String::new(),
            (None, input) => format!(", at work on {input}"),
        };
        let (kind, who) = match (self.is_of_llvm(), self.by) {
            (true, 0) => (ErrorKind::Llvm, "LLVM gave up"),
            (true, _) => (ErrorKind::Llvm, "LLVM crashed"),
            (false, _) => (ErrorKind::Internal, "the linker crashed"),
        };
        let mut error = Error::new(kind, format!("{who}{place}{work}"));
        if let Some(signal) = described_signal(self.by) {
            error = error.because(signal);
        }
        if !self.words.is_empty() {
            error = error.because(&self.words);
        }
        let error = dump.passes.iter().fold(error, Error::because);
        match (kind, self.input.as_str()) {
            (ErrorKind::Internal, _) => error,
            _ if self.words.contains(TOO_FAR) => {
                error.help("a function is too long for the jumps in it: make it shorter, or its unrolled loops").help(
                    "`--cpu v4`, from kernel 6.6 on, has longer jumps; `-O1` may make shorter functions",
                )
            }
            (_, "") => error.help("another libLLVM may not: name one with --llvm PATH"),
            (_, input) => error.help(format!(
                "build {input} again if it may be damaged; or name another libLLVM with --llvm PATH"
            )),
        }
    }
}

/// LLVM's message for a jump out of range: before `-mcpu=v4`, offsets are limited to 32767 instructions
/// (`BPFAsmBackend.cpp`).
const TOO_FAR: &str = "Branch target out of insn range";

fn described_signal(number: u32) -> Option<String> {
    let meaning = match i32::try_from(number).ok()? {
        libc::SIGSEGV => "SIGSEGV: it used memory that is not there, or more stack than there is",
        libc::SIGBUS => "SIGBUS: a file in use became shorter, or memory ran out",
        libc::SIGABRT => {
            "SIGABRT: it ended itself, as it does when it wants more memory than a link may have"
        }
        libc::SIGILL => "SIGILL: it came to a place where it never should",
        libc::SIGTRAP => "SIGTRAP: it came to a place where it never should",
        libc::SIGFPE => "SIGFPE: it divided by zero",
        _ => return None,
    };
    Some(format!("signal {number}, {meaning}"))
}

fn described(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let words = payload.downcast_ref::<&str>().copied();
    let words = words.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let words = words.unwrap_or("a panic without a message");
    panic.location().map_or_else(|| words.to_owned(), |place| format!("{words}, at {place}"))
}

/// Writes the files that reproduce the link into the requested folder, or into a new temporary one.
fn pack(
    plan: &LinkPlan,
    invocation: &Invocation,
    warnings: &Warnings,
) -> Result<PathBuf, Box<Error>> {
    if let Some(folder) = &plan.reports.reproduce {
        return Ok(folder.clone());
    }
    let folder = tempfile::Builder::new().prefix("bpf-linker-crash-").tempdir();
    let folder = folder.map_err(|error| Error::io("no temporary folder").because(error))?;
    // The crash may have been in the code that reads the inputs.
    let _ = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let written = panic::catch_unwind(AssertUnwindSafe(|| {
        bpf_linker::reproduce(plan, &invocation.args, folder.path(), warnings)
    }));
    match written {
        Ok(written) => written?,
        Err(_panic) if folder.path().join("response").exists() => {}
        Err(_panic) => return Err(Box::new(Error::io("reading the inputs crashes"))),
    }
    Ok(folder.keep())
}

/// Repeats the link in a process that reports where LLVM crashes.
fn reproduce_crash() -> Option<StackDump> {
    let mut words = env::args_os();
    let mut command = Command::new(env::current_exe().ok()?);
    std::os::unix::process::CommandExt::arg0(&mut command, words.next()?);
    command.args(words.collect::<Vec<OsString>>()).env(WITNESS, "1");
    for name in [CRASH_SIGNAL, CRASH_PHASE, CRASH_INPUT, CRASH_MESSAGE] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    let mut stderr = child.stderr.take()?;
    let listener = thread::spawn(move || {
        let mut said = Vec::new();
        stderr.read_to_end(&mut said).map(|_| String::from_utf8_lossy(&said).into_owned())
    });
    wait(&mut child);
    Some(StackDump::read(&listener.join().ok()?.ok()?))
}

fn wait(child: &mut Child) {
    let start = Instant::now();
    while matches!(child.try_wait(), Ok(None)) {
        if start.elapsed() > PATIENCE {
            if let Err(error) = child.kill() {
                log::debug!("the process that repeats the link failed: {error}");
            }
        }
        thread::sleep(Duration::from_millis(2));
    }
}

impl StackDump {
    /// Reads LLVM's "Stack dump", whose lines hold a number, a dot, a tab and an activity.
    fn read(said: &str) -> Self {
        let frames = said.lines().filter_map(|line| {
            let (number, frame) = line.split_once(".\t")?;
            number.parse::<u32>().ok().map(|_| frame.trim())
        });
        let frames = frames.filter(|frame| frame.starts_with("Running pass"));
        let passes: Vec<String> = frames.map(str::to_owned).collect();
        let function = passes.iter().rev().find_map(|pass| function_of(pass));
        Self { passes, function }
    }
}

/// Returns the function in `Running pass 'X' on function '@f'` or `Running pass "x" on function "f"`.
fn function_of(pass: &str) -> Option<String> {
    let (_, name) = pass.split_once(" on function ")?;
    let name = name.trim_end_matches('.').trim_matches(['\'', '"']);
    let name = name.strip_prefix('@').unwrap_or(name);
    Some(demangled(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_function_is_the_one_at_work() {
        let said = "PLEASE submit a bug report\nStack dump:\n0.\tProgram arguments: x\n\
            1.\tRunning pass 'Function Pass Manager' on module 'bpf-linker'.\n\
            2.\tRunning pass 'BPF DAG->DAG Pattern Instruction Selection' on function '@_ZN3abc3defE'\n";
        let dump = StackDump::read(said);
        assert_eq!(dump.function.as_deref(), Some("abc::def"));
        assert_eq!(dump.passes.len(), 2);
        assert_eq!(
            function_of("Running pass \"instcombine\" on function \"f\"").as_deref(),
            Some("f")
        );
        assert_eq!(StackDump::read("Segmentation fault"), StackDump::default());
    }
}
