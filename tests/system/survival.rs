//! Links that are killed, that share a machine with many others, whose disk is full, or whose inputs change under them:
//! outputs are old or new, as a whole, and nothing else is left.

use std::{
    env, fs,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::support::{
    chance::Chance,
    corpus::{self, Line},
    tools,
};
use tempfile::TempDir;

const KILLS: usize = 100;
const AT_ONCE: usize = 64;

fn linker(line: &Line, folder: &Path) -> Command {
    let mut command = Command::new(tools::linker());
    command.args(line.words(None)).arg("-o").arg(folder.join("out.o")).current_dir(folder);
    command.env("TMPDIR", folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder of ours can be read");
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Shares of the time that a link takes, in thousandths, up to a tenth beyond it; another seed each time, which
/// `BPF_LINKER_KILL_SEED` repeats.
fn moments() -> impl Iterator<Item = u32> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let given = env::var("BPF_LINKER_KILL_SEED").ok().map(|seed| seed.parse().expect("a number"));
    let seed = given.unwrap_or(now as u64);
    println!("BPF_LINKER_KILL_SEED={seed}");
    let mut chance = Chance::of(seed);
    std::iter::repeat_with(move || chance.below(1100) as u32)
}

/// At random, since nobody knows which moments matter.
#[test]
fn a_link_that_is_killed_leaves_the_old_output_or_the_new_one() {
    let line = corpus::c_program();
    let folder = TempDir::new().unwrap();
    let object = folder.path().join("out.o");
    let mut whole = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        assert!(linker(&line, folder.path()).status().unwrap().success());
        whole = whole.min(start.elapsed());
    }
    let new = fs::read(&object).unwrap();
    let (mut olds, mut news) = (0, 0);
    for moment in moments().take(KILLS) {
        fs::write(&object, "old").unwrap();
        let mut child = linker(&line, folder.path()).spawn().unwrap();
        thread::sleep(whole * moment / 1000);
        child.kill().expect("a child of ours");
        child.wait().unwrap();
        match fs::read(&object).unwrap() {
            bytes if bytes == b"old" => olds += 1,
            bytes if bytes == new => news += 1,
            bytes => panic!("{} bytes that are neither old nor new", bytes.len()),
        }
    }
    assert!(olds > 0, "every link was done before it was killed");
    println!("{olds} old, {news} new");
    // SIGKILL alone may leave what was written beside; it never has the name of the output.
    assert!(
        names(folder.path()).iter().all(|name| name == "out.o" || name.starts_with(".bpf-linker-"))
    );
}

#[test]
fn concurrent_links_do_not_interfere() {
    let line = corpus::firewall();
    let folders: Vec<TempDir> = (0..AT_ONCE).map(|_| TempDir::new().unwrap()).collect();
    let links: Vec<Child> =
        folders.iter().map(|folder| linker(&line, folder.path()).spawn().unwrap()).collect();
    for mut link in links {
        assert!(link.wait().unwrap().success());
    }
    let first = fs::read(folders[0].path().join("out.o")).unwrap();
    for folder in &folders {
        assert_eq!(fs::read(folder.path().join("out.o")).unwrap(), first);
        assert_eq!(names(folder.path()), ["out.o"], "nothing is shared or left");
    }
}

#[test]
fn concurrent_links_to_one_file_leave_a_whole_object() {
    let line = corpus::c_program();
    let folder = TempDir::new().unwrap();
    let links: Vec<Child> = (0..8).map(|_| linker(&line, folder.path()).spawn().unwrap()).collect();
    for mut link in links {
        assert!(link.wait().unwrap().success());
    }
    let alone = TempDir::new().unwrap();
    assert!(linker(&line, alone.path()).status().unwrap().success());
    let object = |folder: &TempDir| fs::read(folder.path().join("out.o")).unwrap();
    assert_eq!(object(&folder), object(&alone));
    assert_eq!(names(folder.path()), ["out.o"]);
}

/// strace holds the linker up between the writing of a temporary file and its renaming, and the request comes then.
#[test]
fn a_signal_waits_while_outputs_are_renamed() {
    let line = corpus::c_program();
    let folder = TempDir::new().unwrap();
    let object = folder.path().join("out.o");
    fs::write(&object, "old").unwrap();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "trace", "-e", "trace=rename,renameat,renameat2"]);
    command.args(["-e", "inject=rename,renameat,renameat2:delay_enter=1500000"]);
    command.arg(tools::linker()).args(line.words(None)).args(["-o", "out.o"]);
    let mut strace =
        command.current_dir(folder.path()).spawn().expect("install the package strace");
    let start = Instant::now();
    while !names(folder.path()).iter().any(|name| name.starts_with(".bpf-linker-")) {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing is written beside the output");
        thread::sleep(Duration::from_millis(1));
    }
    let children = format!("/proc/{0}/task/{0}/children", strace.id());
    let linker = fs::read_to_string(children).unwrap();
    tools::run(Command::new("kill").arg("-TERM").arg(linker.trim()));
    let status = strace.wait().unwrap();
    // strace ends as what it runs does.
    assert_eq!(status.signal(), Some(15), "{status}");
    assert_ne!(fs::read(&object).unwrap(), b"old", "the output was as good as there");
    assert_eq!(names(folder.path()), ["out.o", "trace"]);
}

/// Each in a mount namespace of its own, with a disk of 16 KiB.
#[test]
fn a_full_disk_keeps_the_old_output() {
    let line = corpus::c_program();
    let folder = TempDir::new().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let words = line.words(None).join(" ");
    let script = format!(
        "mount -t tmpfs -o size=16k none disk; echo old > disk/out.o; head -c 8192 /dev/zero > disk/filler
         head -c 4096 /dev/zero > disk/more 2> /dev/null || true
         code=0; {} {words} --emit obj,llvm-ir=disk/out.ll -o disk/out.o 2> said || code=$?
         echo $code > code; cat disk/out.o > after; ls -A disk > left",
        tools::linker().display()
    );
    let mut shell = Command::new("unshare");
    tools::run(shell.args(["-m", "sh", "-euc", &script]).current_dir(folder.path()));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("code"), "5\n", "{}", read("said"));
    assert!(read("said").contains("No space left on device"), "{}", read("said"));
    assert!(read("said").contains("what was there before is still there"), "{}", read("said"));
    assert_eq!((read("after").as_str(), read("left").as_str()), ("old\n", "filler\nmore\nout.o\n"));
}

/// A file that is gone, shorter, or another one by the time it is read again.
#[test]
fn an_input_that_shrinks_is_an_error() {
    let line = corpus::c_program();
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("program.bc");
    fs::copy(&line.files[0].path, &copy).unwrap();
    fs::write(folder.path().join("out.o"), "old").unwrap();
    // Opened, but not read yet: what a thread reads next is delayed, and the file cut meanwhile. Earlier, the whole link
    // would see a short file, which is merely malformed.
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "trace", "-e", "trace=pread64"]);
    command.args(["-e", "inject=pread64:delay_enter=700000:when=2+"]).arg("-P").arg(&copy);
    command.arg(tools::linker()).args([&copy, &line.files[1].path]).args(["-o", "out.o"]);
    let strace = command.current_dir(folder.path()).stderr(Stdio::piped()).spawn();
    let strace = strace.expect("install the package strace");
    let start = Instant::now();
    while !is_read_twice(&fs::read_to_string(folder.path().join("trace")).unwrap_or_default()) {
        assert!(start.elapsed() < Duration::from_secs(60), "the input is never read");
        thread::sleep(Duration::from_millis(1));
    }
    fs::File::options().write(true).open(&copy).unwrap().set_len(100).unwrap();
    let output = strace.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("program.bc") && said.contains("error: "), "{said}");
    assert_eq!(fs::read(folder.path().join("out.o")).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["out.o", "program.bc", "trace"]);
}

/// Returns true if one thread, whose number starts a line, has read twice: it links, and knows the length of the file.
fn is_read_twice(trace: &str) -> bool {
    let threads: Vec<_> = trace.lines().filter_map(|line| line.split(' ').next()).collect();
    threads.iter().any(|thread| threads.iter().filter(|other| *other == thread).count() > 1)
}
