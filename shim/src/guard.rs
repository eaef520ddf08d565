//! Handling of crashes, stack overflows and fatal errors in libLLVM, and of signals while a file is being replaced.
//!
//! After a crash nothing in the process can be trusted, and a signal handler may call only a few functions. So
//! everything is prepared beforehand: [`install`] prepares the arguments and the environment of a new process of the same
//! program, [`set_phase`] and [`set_input`] record the link's progress in memory that is part of that environment, and the
//! handler only stores the number of the signal there and calls execve(2). The new process, which is intact, reports
//! the crash. A link that does not crash pays for a copy of its environment and a few system calls.
//!
//! A watching parent process would be simpler, but would cost every link an exec, a second process and the forwarding
//! of signals.

use std::{
    ffi::{CString, OsStr, OsString, c_char, c_int},
    os::unix::ffi::OsStrExt,
    ptr,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicUsize, Ordering},
    },
};

/// The environment variable of the reporting process for the signal's number, 0 for a fatal error of LLVM, 1000 for a
/// panic.
pub const CRASH_SIGNAL: &str = "BPF_LINKER_FELL_BY";
/// The environment variable of the reporting process for the phase.
pub const CRASH_PHASE: &str = "BPF_LINKER_FELL_IN";
/// The environment variable of the reporting process for the current input; may be empty.
pub const CRASH_INPUT: &str = "BPF_LINKER_FELL_ON";
/// The environment variable of the reporting process for the last message; may be empty.
pub const CRASH_MESSAGE: &str = "BPF_LINKER_FELL_SAYING";

/// The signals of crashing code: bad addresses, `abort`, `llvm_unreachable`.
const CRASHES: [c_int; 6] =
    [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT, libc::SIGTRAP];

/// The signals with which users and programs end a process.
const REQUESTS: [c_int; 3] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP];

const SORRY: &[u8] = b"error: LLVM crashed, and this program cannot be started again to say more\n";

/// The value of [`CRASH_SIGNAL`] for a panic.
pub const PANIC: u32 = 1000;

/// The exit code of a failure of LLVM.
const EXIT_CODE: c_int = 4;

static BY: Line<32> = Line::new();
static IN: Line<128> = Line::new();
static ON: Line<4096> = Line::new();
static SAYING: Line<4096> = Line::new();

static SUCCESSOR: OnceLock<Successor> = OnceLock::new();

static TRACED: AtomicBool = AtomicBool::new(false);

static HELD: AtomicUsize = AtomicUsize::new(0);
static PENDING: AtomicI32 = AtomicI32::new(0);

/// The process to become: all arguments of execve. The pointers are into `_strings` and the lines, which live forever.
struct Successor {
    program: CString,
    words: Vec<*const c_char>,
    environment: Vec<*const c_char>,
    _strings: Vec<CString>,
}

// SAFETY: it is never changed once it is made.
unsafe impl Send for Successor {}
// SAFETY: it is never changed once it is made.
unsafe impl Sync for Successor {}

/// A variable of the environment, `NAME=text` with a terminating NUL, that can be changed at any time.
struct Line<const SIZE: usize>([AtomicU8; SIZE]);

impl<const SIZE: usize> Line<SIZE> {
    const fn new() -> Self {
        Self([const { AtomicU8::new(0) }; SIZE])
    }

    /// Writes `name=text`, truncated to the available space. It never holds more than one terminated string.
    fn set(&self, name: &str, text: &[u8]) {
        let bytes =
            name.bytes().chain([b'=']).chain(text.iter().copied().filter(|byte| *byte != 0));
        // The byte after the text, or the last one, is for the NUL.
        let mut text = bytes.take(SIZE.saturating_sub(1));
        for place in &self.0 {
            let byte = text.next();
            place.store(byte.unwrap_or(0), Ordering::Relaxed);
            if byte.is_none() {
                break;
            }
        }
    }

    const fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }
}

/// Arms the process: after a crash it becomes `program`, called with `words`, in the current environment plus the
/// variables [`CRASH_SIGNAL`], [`CRASH_PHASE`], [`CRASH_INPUT`] and [`CRASH_MESSAGE`]. Ctrl-C and the like are deferred while there is
/// a [`SignalBlock`].
///
/// Does nothing if called again, or if a word holds a NUL byte, which no word of a command line does.
pub fn install(program: &OsStr, words: impl Iterator<Item = OsString>) {
    let Some(successor) = Successor::new(program, words) else { return };
    if SUCCESSOR.set(successor).is_ok() {
        CRASHES.into_iter().for_each(|signal| handle(signal, crashed));
        REQUESTS.into_iter().filter(|signal| is_default(*signal)).for_each(|signal| {
            handle(signal, requested);
        });
        // A file that exceeds a size limit is then an error of write(2).
        // SAFETY: ignoring a signal needs no handler.
        unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    }
}

/// Records the phase of the link that begins.
pub fn set_phase(phase: &str) {
    IN.set(CRASH_PHASE, phase.as_bytes());
    ON.set(CRASH_INPUT, b"");
}

/// Records the input that LLVM works on from now on.
pub fn set_input(input: &str) {
    ON.set(CRASH_INPUT, input.as_bytes());
}

/// Returns true if this process is the command, which ends with its only link.
#[must_use]
pub fn is_armed() -> bool {
    SUCCESSOR.get().is_some()
}

/// Becomes the reporting process, with LLVM's last message. Returns if this process is not armed.
pub fn give_up(words: &str) {
    become_successor(0, words);
}

/// Becomes the reporting process, with the message of a panic. Returns if this process is not armed.
pub fn panicked(words: &str) {
    become_successor(PANIC, words);
}

/// Makes LLVM report on standard error, when it crashes, which passes it was in and on what. Meant for a process that
/// repeats a link only to find that out.
pub fn trace() {
    TRACED.store(true, Ordering::SeqCst);
}

/// Returns true if [`trace`] was called.
#[must_use]
pub fn is_traced() -> bool {
    TRACED.load(Ordering::SeqCst)
}

/// Limits this process to `bytes` of memory, so that a length read from a damaged input ends in an error and not in a
/// machine that swaps. Only in a process that is armed or traced. A stricter limit stays.
pub fn limit_memory(bytes: u64) {
    if SUCCESSOR.get().is_some() || is_traced() {
        set_memory_limit(|hard| bytes.min(hard));
    }
}

/// Reverts [`limit_memory`].
pub fn remove_memory_limit() {
    set_memory_limit(|hard| hard);
}

fn set_memory_limit(choose: impl FnOnce(u64) -> u64) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a place to write to.
    if unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) } == 0 {
        let hard = number(limit.rlim_max).unwrap_or(u64::MAX);
        limit.rlim_cur = number(choose(hard)).unwrap_or(limit.rlim_max);
        // SAFETY: the hard limit is the one that is in force. Failure leaves things as they are.
        unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
    }
}

/// Kills the processes of the group led by the child `leader`.
pub fn end_group(leader: u32) {
    let Ok(leader) = libc::pid_t::try_from(leader) else { return };
    // A group of 1 would be every process.
    if leader > 1 {
        // SAFETY: a number of a group and one of a signal.
        unsafe { libc::kill(-leader, libc::SIGKILL) };
    }
}

/// Returns the size limit in bytes of the files this process may create; `None` without a limit.
#[must_use]
pub fn file_size_limit() -> Option<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a place to write to.
    let is_known = unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) } == 0;
    if is_known && limit.rlim_cur != libc::RLIM_INFINITY { number(limit.rlim_cur) } else { None }
}

/// Converts a limit, which has 32 bits on hosts of 32 bits, and a sign on some.
fn number<A, B: TryFrom<A>>(limit: A) -> Option<B> {
    B::try_from(limit).ok()
}

/// A guard during whose life Ctrl-C, SIGTERM and SIGHUP are deferred, in an armed process only. Nothing slow should run
/// during its life.
#[derive(Debug)]
#[must_use = "signals wait only while it lives"]
pub struct SignalBlock(());

/// Defers signals until the guard is dropped.
pub fn block_signals() -> SignalBlock {
    HELD.fetch_add(1, Ordering::SeqCst);
    SignalBlock(())
}

impl Drop for SignalBlock {
    fn drop(&mut self) {
        if HELD.fetch_sub(1, Ordering::SeqCst) == 1 {
            match PENDING.swap(0, Ordering::SeqCst) {
                0 => {}
                signal => end_by(signal),
            }
        }
    }
}

impl Successor {
    fn new(program: &OsStr, words: impl Iterator<Item = OsString>) -> Option<Self> {
        let program = CString::new(program.as_bytes()).ok()?;
        let words =
            words.map(|word| CString::new(word.as_bytes()).ok()).collect::<Option<Vec<_>>>()?;
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            CString::new([name.as_bytes(), b"=", value.as_bytes()].concat()).ok()
        });
        let variables = variables.collect::<Vec<_>>();
        BY.set(CRASH_SIGNAL, b"");
        IN.set(CRASH_PHASE, b"");
        ON.set(CRASH_INPUT, b"");
        SAYING.set(CRASH_MESSAGE, b"");
        let pointers = |strings: &[CString], more: &[*const c_char]| {
            let strings = strings.iter().map(|string| string.as_ptr());
            strings.chain(more.iter().copied()).chain([ptr::null()]).collect()
        };
        let story = [BY.as_ptr(), IN.as_ptr(), ON.as_ptr(), SAYING.as_ptr()];
        Some(Self {
            program,
            environment: pointers(&variables, &story),
            words: pointers(&words, &[]),
            _strings: words.into_iter().chain(variables).collect(),
        })
    }
}

fn become_successor(by: u32, words: &str) {
    if SUCCESSOR.get().is_some() {
        SAYING.set(CRASH_MESSAGE, words.as_bytes());
        tell(by);
    }
}

/// Starts the reporting process. Safe in a signal handler: it does not allocate or lock, and calls only execve, write
/// and _exit.
fn tell(by: u32) {
    let Some(successor) = SUCCESSOR.get() else { return };
    let digits = [1000, 100, 10, 1].map(|place| b'0' + (by / place % 10) as u8);
    BY.set(CRASH_SIGNAL, &digits);
    let (words, environment) = (successor.words.as_ptr(), successor.environment.as_ptr());
    // SAFETY: a string and two lists that end in null, all of which live as long as the process.
    unsafe { libc::execve(successor.program.as_ptr(), words, environment) };
    // SAFETY: a range of bytes.
    unsafe { libc::write(libc::STDERR_FILENO, SORRY.as_ptr().cast(), SORRY.len()) };
    // SAFETY: nothing of this process is needed any more.
    unsafe { libc::_exit(EXIT_CODE) };
}

extern "C" fn crashed(signal: c_int) {
    tell(signal.unsigned_abs());
}

extern "C" fn requested(signal: c_int) {
    if HELD.load(Ordering::SeqCst) > 0 {
        PENDING.store(signal, Ordering::SeqCst);
    } else {
        end_by(signal);
    }
}

/// Ends the process by `signal`, as without a handler, so that the parent sees the cause. Safe in a signal handler.
fn end_by(signal: c_int) {
    // SAFETY: the default action needs no handler.
    unsafe { libc::signal(signal, libc::SIG_DFL) };
    // SAFETY: a signal's number; in its handler it arrives when that returns.
    unsafe { libc::raise(signal) };
}

fn is_default(signal: c_int) -> bool {
    // SAFETY: all zeros are a value of this type.
    let mut former = unsafe { std::mem::zeroed::<libc::sigaction>() };
    // SAFETY: a place to write to; nothing is changed.
    let failed = unsafe { libc::sigaction(signal, ptr::null(), &raw mut former) };
    failed == 0 && former.sa_sigaction == libc::SIG_DFL
}

fn handle(signal: c_int, handler: extern "C" fn(c_int)) {
    // SAFETY: all zeros are a value of this type: no flags, an empty mask.
    let mut action = unsafe { std::mem::zeroed::<libc::sigaction>() };
    action.sa_sigaction = handler as *const () as usize;
    // The standard library gives every thread a signal stack. A crash in the handler ends the process.
    let own_stack = libc::SA_ONSTACK | libc::SA_NODEFER | libc::SA_RESETHAND;
    let is_crash = CRASHES.contains(&signal);
    action.sa_flags = if is_crash { own_stack } else { libc::SA_ONSTACK | libc::SA_RESTART };
    // SAFETY: the handlers call only what POSIX allows in them.
    unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<const SIZE: usize>(line: &Line<SIZE>) -> String {
        // SAFETY: `set` leaves a string that ends.
        let text = unsafe { std::ffi::CStr::from_ptr(line.as_ptr()) };
        text.to_str().expect("ASCII").to_owned()
    }

    #[test]
    fn a_line_holds_what_fits_and_ends() {
        let line = Line::<8>::new();
        line.set("A", b"bc");
        assert_eq!(text(&line), "A=bc");
        line.set("A", b"de\0fghijk");
        assert_eq!(text(&line), "A=defgh");
        line.set("A", b"");
        assert_eq!(text(&line), "A=");
    }

    #[test]
    fn holds_nest() {
        let (outer, inner) = (block_signals(), block_signals());
        drop(inner);
        assert_eq!(HELD.load(Ordering::SeqCst), 1);
        drop(outer);
        assert_eq!(HELD.load(Ordering::SeqCst), 0);
    }
}
