//! The search's view of the machine: folders, environment and programs, as values, so that tests can use a machine made
//! of a temporary folder.

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

/// The time a program has to answer. rustc takes 15 to 40 ms.
const PATIENCE: Duration = Duration::from_secs(1);

/// The maximum number of bytes read of an answer: a path and whatever follows it.
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

/// The architecture that a library must match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Architecture {
    /// The machine properties in ELF.
    pub(super) elf: Machine,
    /// The `cputype` in Mach-O.
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
    /// Returns the format of its shared libraries.
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
    /// Returns the architecture of this process.
    pub(super) fn native() -> Self {
        let row = ARCHITECTURES.iter().find(|(name, ..)| *name == env::consts::ARCH);
        let (_, number, mach_o) = row.copied().unwrap_or_default();
        Self { elf: Machine { class: Class::native(), order: Order::native(), number }, mach_o }
    }
}

/// The machine on which the search runs.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) os: Os,
    pub(super) architecture: Architecture,
    /// The root of the system's folders: `/`.
    pub(super) root: PathBuf,
    /// The folder that describes processes, `/proc`; need not exist.
    pub(super) processes: PathBuf,
    /// The value of PATH.
    pub(super) path: Option<OsString>,
    /// The value of RUSTC: the compiler that cargo is set to use.
    pub(super) rustc: Option<OsString>,
    /// The LLVM linked into this program, which excludes any other.
    pub(super) built_in: Option<(PathBuf, LibraryVersion)>,
    /// The value of [`LLVM_VARIABLE`].
    pub(super) asked_for: Option<OsString>,
}

impl Host {
    /// Returns the machine and the environment of this process.
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

    /// Returns the absolute entries of PATH: a relative one means the current folder, where anyone may have put
    /// anything.
    pub(super) fn path_entries(&self) -> Vec<PathBuf> {
        let entries = self.path.iter().flat_map(env::split_paths);
        entries.filter(|entry| entry.is_absolute()).collect()
    }

    /// Returns the program called `name`, looked up in PATH unless it is an absolute path.
    pub(super) fn program(&self, name: &OsStr) -> Option<PathBuf> {
        let is_path = Path::new(name).components().count() > 1;
        if is_path && !Path::new(name).is_absolute() {
            return None;
        }
        let path = env::join_paths(self.path_entries()).ok()?;
        which::which_in(name, Some(path), &self.root).ok()
    }

    /// Runs a program and returns its first output line as a path, if it succeeds.
    pub(super) fn printed_path(&self, program: &Path, arguments: &[&str]) -> Option<PathBuf> {
        let mut command = Command::new(program);
        // A rustup proxy would otherwise download a missing toolchain.
        command.args(arguments).env("RUSTUP_AUTO_INSTALL", "0");
        let answer = answer(&mut command)?;
        let line = answer.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let path = path_from_bytes(line.trim_ascii_end());
        path.is_absolute().then_some(path)
    }

    /// Returns true if the file name is that of a libLLVM.
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

    /// Returns the files in `folder` that may be a libLLVM, sorted by name.
    pub(super) fn libraries_in(&self, folder: &Path) -> Vec<PathBuf> {
        entries(folder, |name| self.is_library_name(name))
    }

    /// Returns true if `name` is that of the library that contains rustc.
    pub(super) fn is_driver_name(&self, name: &str) -> bool {
        let suffix = if self.os == Os::Apple { ".dylib" } else { ".so" };
        name.starts_with("librustc_driver") && name.ends_with(suffix)
    }

    /// Returns the folders that match `pattern` under the root, sorted: a relative path in which a `*` stands for any
    /// part of one name.
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

/// Returns the output of `command` if it succeeds in time; otherwise, kills it and its children.
fn answer(command: &mut Command) -> Option<Vec<u8>> {
    let deadline = Instant::now() + PATIENCE;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command.spawn().ok()?;
    let stdout = child.stdout.take()?;
    let (sender, said) = mpsc::channel();
    // A process left behind by the child may hold the pipe open forever: nothing waits for this thread.
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

/// Returns true if `rest` has `.so` at the end or before a version: `.so.22.1-rust-1.95.0-stable`, but not the
/// `-gdb.py` next to it.
fn is_shared_object(rest: &str) -> bool {
    let is_version =
        |tail: &str| tail.starts_with(|c: char| c.is_ascii_digit()) && !tail.ends_with(".py");
    rest.ends_with(".so") || rest.split_once(".so.").is_some_and(|(_, tail)| is_version(tail))
}

fn is_between(name: &str, prefix: &str, suffix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| rest.ends_with(suffix))
}

/// Returns the entries of `folder` with a `wanted` name, sorted; empty if there is no such folder.
pub(super) fn entries(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let mut names: Vec<OsString> =
        names.filter(|name| name.to_str().is_some_and(&wanted)).collect();
    names.sort();
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// Converts a path as the system writes it: any bytes.
#[cfg(unix)]
pub(super) fn path_from_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// Converts a path as the system writes it.
#[cfg(not(unix))]
pub(super) fn path_from_bytes(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
