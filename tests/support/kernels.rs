//! Other kernels, booted in a machine emulator with the loader and the objects in memory; and the running one.
//!
//! All that is to be asked of a kernel is asked in one boot, which takes about ten seconds: whoever has many objects
//! collects the requests first. Every request is a process of its own, so that what one leaves behind or breaks does
//! not touch the next. Kernels come from `ci/kernels.sh`; one that is missing fails the test.

use std::{
    fs,
    io::Write as _,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
};

use bpf_verdict::{archive::Archive, machine::name_of};

use super::{
    control,
    lab::{self, Request, Story, Word},
    tools,
};

/// A kernel to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kernel {
    V5_10,
    V6_1,
    V6_12,
    /// The newest that the distribution has.
    Newest,
    /// This machine's, without an emulator.
    Running,
}

/// A kernel of the lab, with its version and settings beside it.
#[derive(Clone, Debug)]
pub struct Image {
    folder: PathBuf,
}

/// Output of a process.
pub struct Answer {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// Seconds that one request may take in an emulator; most take one, the largest schedulers minutes.
const REQUEST_SECONDS: u32 = 400;
/// Seconds that all of them may take, with booting.
const BOOT_SECONDS: u32 = 900;
/// On a host with much else to do an emulated timer may come late, which some kernels take for a broken one.
const COMMAND_LINE: &str =
    "console=ttyS0 quiet panic=-1 random.trust_cpu=on mitigations=off no_timer_check";
/// Megabytes; a request's maps and the verifier's log must fit.
const MEMORY: u32 = 768;

impl Kernel {
    /// All of them, oldest first.
    pub const ALL: [Self; 5] = [Self::V5_10, Self::V6_1, Self::V6_12, Self::Newest, Self::Running];

    /// Its name: a series, or what it stands for.
    pub fn name(self) -> &'static str {
        match self {
            Self::V5_10 => "5.10",
            Self::V6_1 => "6.1",
            Self::V6_12 => "6.12",
            Self::Newest => "newest",
            Self::Running => "running",
        }
    }

    /// Its exact version, as `uname -r` tells it.
    pub fn release(self) -> String {
        match self {
            Self::Running => text(Path::new("/proc/sys/kernel/osrelease")),
            _ => self.image().release(),
        }
    }

    /// Its version without the patches.
    pub fn version(self) -> bpf_linker::Kernel {
        let release = self.release();
        let mut numbers = release.split(['.', '-']).map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => bpf_linker::Kernel(major, minor),
            _ => panic!("{release} is no kernel release"),
        }
    }

    /// The image that is booted.
    fn image(self) -> Image {
        match self {
            Self::Newest => control::judge().clone(),
            _ => Image::of(self.name()),
        }
    }

    /// Returns the answers of this kernel and the loaders to each request, in the same order.
    pub fn ask(self, requests: &[Request]) -> Vec<Story> {
        let answers = self.answer(requests);
        let stories = requests.iter().zip(answers);
        stories.map(|(request, answer)| lab::story_of(request, answer)).collect()
    }

    /// Returns the answers of the processes of these requests, in the same order.
    pub fn answer(self, requests: &[Request]) -> Vec<Answer> {
        match self {
            Self::Running => requests.iter().map(lab::run_here).collect(),
            _ if requests.is_empty() => Vec::new(),
            _ => self.image().boot_until_complete(requests),
        }
    }
}

impl Image {
    /// The image in this folder of the lab.
    pub fn of(name: &str) -> Self {
        Self { folder: kernels().join(name) }
    }

    /// Returns whether the lab has it.
    pub fn is_there(&self) -> bool {
        self.folder.join("vmlinuz").is_file()
    }

    /// Its exact version, as `uname -r` tells it.
    pub fn release(&self) -> String {
        text(&self.folder.join("release"))
    }

    /// The answers of a machine that answered all. On a host with much else to do one may stop early; then there is
    /// another, and the failure of the last one counts.
    pub fn boot_until_complete(&self, requests: &[Request]) -> Vec<Answer> {
        const BOOTS: usize = 2;
        let mut shortfall = String::new();
        for _ in 0..BOOTS {
            match self.boot(requests) {
                Ok(answers) => return answers,
                Err(told) => shortfall = told,
            }
        }
        panic!("{shortfall}")
    }

    /// All answers of one boot, or what is known about those that are missing.
    fn boot(&self, requests: &[Request]) -> Result<Vec<Answer>, String> {
        let folder = tempfile::tempdir().expect("the machine has a folder for temporary files");
        let initramfs = folder.path().join("initramfs");
        fs::write(&initramfs, self.initramfs(requests)).expect("temporary files can be written");
        let (console, output) = (folder.path().join("console"), folder.path().join("output"));
        let serial = |path: &Path| format!("file:{}", path.display());
        let mut machine = Command::new("timeout");
        machine
            .arg(BOOT_SECONDS.to_string())
            // No hardware help: nested virtualisation hangs on some hosts.
            .args(["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max"])
            .args(["-m", &MEMORY.to_string()])
            .args(["-display", "none", "-nodefaults", "-no-reboot"])
            .args(["-serial", &serial(&console), "-serial", &serial(&output)])
            .arg("-kernel")
            .arg(self.folder.join("vmlinuz"))
            .arg("-initrd")
            .arg(&initramfs)
            .args(["-append", COMMAND_LINE]);
        let ended = tools::attempt(&mut machine);
        let console = fs::read(&console).unwrap_or_default();
        let output = fs::read(&output).unwrap_or_default();
        let output = String::from_utf8_lossy(&output);
        let answers = answers_in(&output, requests.len());
        if answers.len() == requests.len() && ended.status.success() {
            return Ok(answers);
        }
        Err(format!(
            "kernel {} answered {} of {} requests: {}\n{}\nconsole: {}\nlast words: {}\nThe emulator is package \
             qemu-system-x86; ci/kernels.sh installs it.",
            self.release(),
            answers.len(),
            requests.len(),
            ended.status,
            tools::said(&ended),
            tail(&String::from_utf8_lossy(&console)),
            tail(&output),
        ))
    }

    fn initramfs(&self, requests: &[Request]) -> Vec<u8> {
        let mut archive = Archive::new();
        for folder in ["bin", "boot", "proc", "sys", "dev", "tmp", "files"] {
            archive.add_folder(folder);
        }
        // Where libbpf looks for the values of `.kconfig`.
        let config = read(&self.folder.join("config"));
        archive.add_file(&format!("boot/config-{}", self.release()), &config);
        initramfs_with(archive, requests)
    }
}

/// The folder of `ci/kernels.sh`.
fn kernels() -> PathBuf {
    let folder = tools::downloads().join("linux");
    assert!(folder.join(".complete").exists(), "no kernels in {folder:?}: run ci/kernels.sh");
    folder
}

fn tail(text: &str) -> &str {
    const SHOWN: usize = 3000;
    let start = text.len().saturating_sub(SHOWN);
    let start = (start..text.len()).find(|at| text.is_char_boundary(*at));
    start.map_or("", |start| &text[start..])
}

/// Script of the first process: makes a usual system, runs the requests, and turns the machine off. Answers go through
/// the second serial line, where nothing else writes, in one piece: a line that hangs up loses what comes later.
const FIRST: &str = r#"#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tracefs tracefs /sys/kernel/tracing
mount -t bpf bpf /sys/fs/bpf
request() {
    number=$1
    shift
    timeout -s KILL "$@" > /tmp/stdout 2> /tmp/stderr
    status=$?
    printf '\n@stdout %s\n' $number
    cat /tmp/stdout
    printf '\n@stderr %s\n' $number
    cat /tmp/stderr
    printf '\n@end %s %s\n' $number $status
}
. /requests > /tmp/answers
stty -F /dev/ttyS1 raw clocal -hupcl
cat /tmp/answers > /dev/ttyS1
poweroff -f
"#;

fn initramfs_with(mut archive: Archive, requests: &[Request]) -> Vec<u8> {
    archive.add_program("init", FIRST.as_bytes());
    archive.add_program("bin/busybox", &read(&kernels().join("busybox")));
    archive.add_program("bin/bpf-lab", &read(lab::program()));
    let mut files: Vec<&Path> = Vec::new();
    let mut script = Vec::new();
    for (number, request) in requests.iter().enumerate() {
        let mut line = format!("request {number} {REQUEST_SECONDS} bpf-lab");
        for word in request.words() {
            let word = match word {
                Word::Text(text) => text.clone(),
                Word::File(path) => format!("/files/{}", place(&mut files, path)),
            };
            line.push_str(&format!(" '{}'", word.replace('\'', r"'\''")));
        }
        writeln!(script, "{line}").expect("memory can be written");
    }
    for (number, path) in files.iter().enumerate() {
        archive.add_file(&format!("files/{}", name_of(number, path)), &read(path));
    }
    archive.add_file("requests", &script);
    archive.finish()
}

/// The name of this file in the machine; every file is carried once.
fn place<'path>(files: &mut Vec<&'path Path>, path: &'path Path) -> String {
    let known = files.iter().position(|known| *known == path);
    let number = known.unwrap_or_else(|| {
        files.push(path);
        files.len() - 1
    });
    name_of(number, path)
}

fn text(path: &Path) -> String {
    let text = fs::read_to_string(path);
    text.unwrap_or_else(|error| panic!("cannot read {path:?}: {error}")).trim().to_owned()
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("cannot read {path:?}: {error}"))
}

/// The answers from the first on, as far as they came.
fn answers_in(output: &str, count: usize) -> Vec<Answer> {
    let mut rest = output;
    (0..count).map_while(|number| next_answer(&mut rest, number)).collect()
}

fn next_answer(rest: &mut &str, number: usize) -> Option<Answer> {
    let (_, after) = rest.split_once(&format!("\n@stdout {number}\n"))?;
    let (stdout, after) = after.split_once(&format!("\n@stderr {number}\n"))?;
    let (stderr, after) = after.split_once(&format!("\n@end {number} "))?;
    let (status, after) = after.split_once('\n')?;
    *rest = after;
    // The shell's number for a process that a signal ended is 128 and the signal's.
    let status: i32 = status.trim().parse().ok()?;
    let raw = if status > 128 { status - 128 } else { status << 8 };
    Some(Answer {
        status: ExitStatus::from_raw(raw),
        stdout: stdout.to_owned(),
        stderr: stderr.to_owned(),
    })
}
