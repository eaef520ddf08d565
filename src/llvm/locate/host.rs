//! What the search sees of the machine: folders, environment and programs, as values, so that a test can show it a
//! machine made of a temporary folder.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use super::{
    LLVM_VARIABLE, LibraryVersion,
    elf::{Class, Machine},
    reader::Order,
};

/// How long a program may take to answer. rustc takes 15 to 40 ms.
const PATIENCE: Duration = Duration::from_secs(1);

/// The longest answer that is read, in bytes: a path and whatever follows it.
const LONGEST_ANSWER: u64 = 64 << 10;

/// The operating system, as far as its folders and file names differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Os {
    /// Linux.
    Linux,
    /// macOS.
    Apple,
    /// The BSDs, illumos and anything else.
    Unix,
}

/// What a library must be made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Architecture {
    /// Its identity in ELF.
    pub(super) elf: Machine,
    /// Its `cputype` in Mach-O.
    pub(super) mach_o: u32,
}

/// The format of shared libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Linux and most of Unix.
    Elf,
    /// Apple's systems.
    MachO,
}

impl Os {
    /// The format of its shared libraries.
    pub(super) const fn format(self) -> Format {
        match self {
            Self::Apple => Format::MachO,
            Self::Linux | Self::Unix => Format::Elf,
        }
    }
}

/// Rust's name of an architecture, `e_machine` in ELF, `cputype` in Mach-O (0: there is none).
const ARCHITECTURES: &[(&str, u16, u32)] = &[
    ("x86_64", 62, 0x0100_0007),
    ("aarch64", 183, 0x0100_000c),
    ("riscv64", 243, 0),
    ("loongarch64", 258, 0),
    ("powerpc64", 21, 0),
    ("s390x", 22, 0),
    ("mips64", 8, 0),
    ("sparc64", 43, 0),
    ("x86", 3, 0),
    ("arm", 40, 0),
    ("riscv32", 243, 0),
];

impl Architecture {
    /// What this process is made for.
    pub(super) fn native() -> Self {
        let row = ARCHITECTURES.iter().find(|(name, ..)| *name == env::consts::ARCH);
        let (_, number, mach_o) = row.copied().unwrap_or_default();
        Self { elf: Machine { class: Class::native(), order: Order::native(), number }, mach_o }
    }
}

/// One machine.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) os: Os,
    pub(super) architecture: Architecture,
    /// Where the system's folders begin: `/`.
    pub(super) root: PathBuf,
    /// Where processes are described, `/proc`; need not exist.
    pub(super) processes: PathBuf,
    /// PATH.
    pub(super) path: Option<OsString>,
    /// RUSTC: the compiler a person told cargo to use.
    pub(super) rustc: Option<OsString>,
    /// The LLVM linked into this program, which leaves no room for another.
    pub(super) built_in: Option<(PathBuf, LibraryVersion)>,
    /// The value of [`LLVM_VARIABLE`].
    pub(super) asked_for: Option<OsString>,
}

impl Host {
    /// The machine and the environment this process runs in.
    pub(super) fn of_this_process() -> Self {
        let os = match env::consts::OS {
            "linux" | "android" => Os::Linux,
            "macos" => Os::Apple,
            _ => Os::Unix,
        };
        Self {
            os,
            architecture: Architecture::native(),
            root: PathBuf::from("/"),
            processes: PathBuf::from("/proc"),
            path: env::var_os("PATH"),
            rustc: env::var_os("RUSTC"),
            built_in: bpf_linker_shim::built_in().map(|[major, minor, patch]| {
                let program = env::current_exe().unwrap_or_else(|_| PathBuf::from("/"));
                (program, LibraryVersion { major, minor, patch: Some(patch) })
            }),
            asked_for: env::var_os(LLVM_VARIABLE),
        }
    }

    /// The entries of PATH that are absolute: a relative one means the current folder, where anyone may have put
    /// anything.
    pub(super) fn path_entries(&self) -> Vec<PathBuf> {
        let entries = self.path.iter().flat_map(env::split_paths);
        entries.filter(|entry| entry.is_absolute()).collect()
    }

    /// The program called `name`, on PATH unless it is an absolute path already.
    pub(super) fn program(&self, name: &OsStr) -> Option<PathBuf> {
        let is_path = Path::new(name).components().count() > 1;
        if is_path && !Path::new(name).is_absolute() {
            return None;
        }
        let path = env::join_paths(self.path_entries()).ok()?;
        which::which_in(name, Some(path), &self.root).ok()
    }

    /// The first line a program prints, as a path, if it succeeds.
    pub(super) fn printed_path(&self, program: &Path, arguments: &[&str]) -> Option<PathBuf> {
        let mut command = Command::new(program);
        // A rustup proxy would download a toolchain that is not there.
        command.args(arguments).env("RUSTUP_AUTO_INSTALL", "0");
        let answer = answer(&mut command)?;
        let line = answer.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let path = path_from_bytes(line.trim_ascii_end());
        path.is_absolute().then_some(path)
    }

    /// Whether a file may be a libLLVM, judged by its name.
    pub(super) fn is_library_name(&self, name: &str) -> bool {
        let Some(rest) = name.strip_prefix("libLLVM") else { return false };
        if !rest.starts_with(['.', '-']) {
            return false;
        }
        match self.os {
            Os::Apple => rest.ends_with(".dylib"),
            Os::Linux | Os::Unix => is_shared_object(rest),
        }
    }

    /// The files in `folder` that may be a libLLVM, sorted by name.
    pub(super) fn libraries_in(&self, folder: &Path) -> Vec<PathBuf> {
        entries(folder, |name| self.is_library_name(name))
    }

    /// Whether `name` is that of the library rustc consists of.
    pub(super) fn is_driver_name(&self, name: &str) -> bool {
        let suffix = if self.os == Os::Apple { ".dylib" } else { ".so" };
        name.starts_with("librustc_driver") && name.ends_with(suffix)
    }

    /// The folders that `pattern` matches under the root: a relative path in which a `*` stands for any part of one
    /// name. Sorted.
    pub(super) fn folders(&self, pattern: &str) -> Vec<PathBuf> {
        let mut found = vec![self.root.clone()];
        for part in pattern.split('/') {
            found = match part.split_once('*') {
                None => found.iter().map(|folder| folder.join(part)).collect(),
                Some((prefix, suffix)) => found
                    .iter()
                    .flat_map(|folder| entries(folder, |name| is_between(name, prefix, suffix)))
                    .collect(),
            };
        }
        found.retain(|folder| folder.is_dir());
        found
    }
}

/// Returns what `command` prints if it succeeds in time; else ends it and all that it started.
fn answer(command: &mut Command) -> Option<Vec<u8>> {
    let deadline = Instant::now() + PATIENCE;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command.spawn().ok()?;
    let stdout = child.stdout.take()?;
    let (sender, said) = mpsc::channel();
    // A process that the child left behind may hold the pipe open for good: nobody waits for this thread.
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdout.take(LONGEST_ANSWER).read_to_end(&mut bytes);
        let _ = sender.send(read.map(|_| bytes));
    });
    let said = said.recv_timeout(PATIENCE);
    let status = wait(&mut child, deadline);
    if status.is_none() || said.is_err() {
        log::info!("{:?} does not answer: ended after a second", command.get_program());
        bpf_linker_shim::guard::end_group(child.id());
        let _ = child.kill().and_then(|()| child.wait());
    }
    said.ok()?.ok().filter(|_| status.is_some_and(|status| status.success()))
}

fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(1)),
            Ok(status) => return status,
            Err(error) => {
                log::debug!("cannot wait for a program: {error}");
                return None;
            }
        }
    }
}

/// `.so`, at the end or before a version: `.so.22.1-rust-1.95.0-stable`; not the `-gdb.py` beside it.
fn is_shared_object(rest: &str) -> bool {
    let is_version =
        |tail: &str| tail.starts_with(|c: char| c.is_ascii_digit()) && !tail.ends_with(".py");
    rest.ends_with(".so") || rest.split_once(".so.").is_some_and(|(_, tail)| is_version(tail))
}

fn is_between(name: &str, prefix: &str, suffix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| rest.ends_with(suffix))
}

/// The entries of `folder` whose name is `wanted`, sorted; none when there is no such folder.
pub(super) fn entries(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let mut names: Vec<OsString> =
        names.filter(|name| name.to_str().is_some_and(&wanted)).collect();
    names.sort();
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// A path as the system writes it: any bytes.
#[cfg(unix)]
pub(super) fn path_from_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// A path as the system writes it.
#[cfg(not(unix))]
pub(super) fn path_from_bytes(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
