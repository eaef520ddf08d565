//! What happens when the code of a libLLVM crashes, overflows its stack or gives up, and when a signal comes while a
//! file is being replaced.
//!
//! After a crash nothing in the process can be trusted, and little may be called from a signal handler. So everything is
//! made ready beforehand: [`arm`] prepares the words and the environment of a new process of the same program, [`enter`]
//! and [`work_on`] keep what the link is doing in memory that is part of that environment, and the handler does nothing
//! but put the number of the signal there and call execve(2). The new process, whole and healthy, tells the story.
//! A link that does not crash pays for a copy of its environment and a few system calls.
//!
//! Why not a parent process that watches: it costs every link an exec, a second process and the forwarding of signals.

use std::{
    ffi::{CString, OsStr, OsString, c_char, c_int},
    os::unix::ffi::OsStrExt,
    ptr,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicUsize, Ordering},
    },
};

/// In the environment of the process that tells: the number of the signal, 0 for words of LLVM, 1000 for a panic.
pub const FELL_BY: &str = "BPF_LINKER_FELL_BY";
/// In the environment of the process that tells: the phase.
pub const FELL_IN: &str = "BPF_LINKER_FELL_IN";
/// In the environment of the process that tells: the input at work; may be empty.
pub const FELL_ON: &str = "BPF_LINKER_FELL_ON";
/// In the environment of the process that tells: last words; may be empty.
pub const FELL_SAYING: &str = "BPF_LINKER_FELL_SAYING";

/// What code does that crashes: bad addresses, `abort`, `llvm_unreachable`.
const CRASHES: [c_int; 6] =
    [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT, libc::SIGTRAP];

/// How people and programs end a process that is in their way.
const REQUESTS: [c_int; 3] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP];

const SORRY: &[u8] = b"error: LLVM crashed, and this program cannot be started again to say more\n";

/// The value of [`FELL_BY`] for a panic.
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

/// The process to become: all that execve takes. The pointers are into `_strings` and the lines, which live for ever.
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

/// A variable of the environment, `NAME=text` with a NUL behind, that can be changed at any time.
struct Line<const SIZE: usize>([AtomicU8; SIZE]);

impl<const SIZE: usize> Line<SIZE> {
    const fn new() -> Self {
        Self([const { AtomicU8::new(0) }; SIZE])
    }

    /// Writes `name=text`, as much of it as there is room for. It never holds more than one string that ends.
    fn set(&self, name: &str, text: &[u8]) {
        let bytes =
            name.bytes().chain([b'=']).chain(text.iter().copied().filter(|byte| *byte != 0));
        // The place behind the text, or the last one, is for the NUL.
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

/// From now on a crash of this process makes it `program`, called with `words`, in the environment of now with the
/// variables [`FELL_BY`], [`FELL_IN`], [`FELL_ON`] and [`FELL_SAYING`] added; and Ctrl-C and the like wait while there is
/// a [`Hold`].
///
/// Nothing happens the second time, or if a word holds a NUL byte, which none that a process was started with does.
pub fn arm(program: &OsStr, words: impl Iterator<Item = OsString>) {
    let Some(successor) = Successor::new(program, words) else { return };
    if SUCCESSOR.set(successor).is_ok() {
        CRASHES.into_iter().for_each(|signal| handle(signal, crashed));
        REQUESTS.into_iter().filter(|signal| is_default(*signal)).for_each(|signal| {
            handle(signal, requested);
        });
        // A file that exceeds a limit on its size is an error of write(2) then.
        // SAFETY: to ignore a signal needs no handler.
        unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    }
}

/// The phase of the link that begins.
pub fn enter(phase: &str) {
    IN.set(FELL_IN, phase.as_bytes());
    ON.set(FELL_ON, b"");
}

/// The input that LLVM works on from now on.
pub fn work_on(input: &str) {
    ON.set(FELL_ON, input.as_bytes());
}

/// Whether this process is the command, which ends with its one link.
#[must_use]
pub fn is_armed() -> bool {
    SUCCESSOR.get().is_some()
}

/// Becomes the process that tells, with LLVM's last words. Returns if this process is not armed.
pub fn give_up(words: &str) {
    become_successor(0, words);
}

/// Becomes the process that tells, with those of a panic. Returns if this process is not armed.
pub fn panicked(words: &str) {
    become_successor(PANIC, words);
}

/// From now on LLVM itself tells on standard error which passes it was in when it crashes, and on what. Meant for a
/// process that repeats a link only to learn that.
pub fn trace() {
    TRACED.store(true, Ordering::SeqCst);
}

/// Whether [`trace`] was called.
#[must_use]
pub fn is_traced() -> bool {
    TRACED.load(Ordering::SeqCst)
}

/// Lets this process have at most `bytes` of memory, so that a length that was read from a damaged input ends in an
/// error and not in a machine that swaps. Only in a process that is armed, or traced. A stricter limit stays.
pub fn limit_memory(bytes: u64) {
    if SUCCESSOR.get().is_some() || is_traced() {
        set_memory_limit(|hard| bytes.min(hard));
    }
}

/// Takes [`limit_memory`] back.
pub fn lift_memory_limit() {
    set_memory_limit(|hard| hard);
}

fn set_memory_limit(choose: impl FnOnce(u64) -> u64) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a place to write to.
    if unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) } == 0 {
        limit.rlim_cur = choose(limit.rlim_max);
        // SAFETY: the hard limit is the one that is in force. Failure leaves things as they are.
        unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
    }
}

/// Ends the processes of the group that the child `leader` leads.
pub fn end_group(leader: u32) {
    let Ok(leader) = libc::pid_t::try_from(leader) else { return };
    // A group of 1 would be every process.
    if leader > 1 {
        // SAFETY: a number of a group and one of a signal.
        unsafe { libc::kill(-leader, libc::SIGKILL) };
    }
}

/// Returns how large a file this process may make, in bytes; `None` without a limit.
#[must_use]
pub fn file_size_limit() -> Option<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a place to write to.
    let is_known = unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) } == 0;
    (is_known && limit.rlim_cur != libc::RLIM_INFINITY).then_some(limit.rlim_cur)
}

/// While one of these lives, Ctrl-C, SIGTERM and SIGHUP wait; only in a process that is armed. Nothing that may take
/// long belongs into its life.
#[derive(Debug)]
#[must_use = "signals wait only while it lives"]
pub struct Hold(());

/// Makes signals wait.
pub fn hold() -> Hold {
    HELD.fetch_add(1, Ordering::SeqCst);
    Hold(())
}

impl Drop for Hold {
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
        BY.set(FELL_BY, b"");
        IN.set(FELL_IN, b"");
        ON.set(FELL_ON, b"");
        SAYING.set(FELL_SAYING, b"");
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
        SAYING.set(FELL_SAYING, words.as_bytes());
        tell(by);
    }
}

/// Safe in a signal handler: it allocates nothing, locks nothing and calls execve, write and _exit only.
fn tell(by: u32) {
    let Some(successor) = SUCCESSOR.get() else { return };
    let digits = [1000, 100, 10, 1].map(|place| b'0' + (by / place % 10) as u8);
    BY.set(FELL_BY, &digits);
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

/// Ends the process by `signal`, as it would have without us, so that the parent sees why. Safe in a signal handler.
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
    // The standard library gives every thread a stack for signals. A crash in the handler ends the process.
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
        let (outer, inner) = (hold(), hold());
        drop(inner);
        assert_eq!(HELD.load(Ordering::SeqCst), 1);
        drop(outer);
        assert_eq!(HELD.load(Ordering::SeqCst), 0);
    }
}
