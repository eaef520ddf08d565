//! The first process of a booted kernel: makes a usual system, loads the objects, and turns the machine off.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context as _, Result};
use rustix::{
    mount::{MountFlags, mount},
    process::{Resource, Rlimit, setrlimit},
    system::{RebootCommand, reboot},
};
use serde_json::{Value, json};

use crate::{
    judge::{has_btf, load_apart, running_release},
    object::Loader,
};

/// The file that holds what is asked.
pub const REQUEST: &str = "/request";
/// The folder of the objects.
pub const OBJECTS: &str = "/objects";
/// The serial line that answers go through; the console has the first one.
const LINE: &str = "/dev/ttyS1";
/// The first line of an answer, which tells that the kernel runs.
pub const ALIVE: &str = "@alive";
/// The last line.
pub const END: &str = "@end";

/// File systems: what, where, of which type.
const MOUNTS: [(&str, &str, &str); 6] = [
    ("proc", "/proc", "proc"),
    ("sysfs", "/sys", "sysfs"),
    ("dev", "/dev", "devtmpfs"),
    ("tracefs", "/sys/kernel/tracing", "tracefs"),
    ("bpf", "/sys/fs/bpf", "bpf"),
    ("cgroup2", "/sys/fs/cgroup", "cgroup2"),
];

/// Returns true if this process is the first one of a machine that was booted to answer.
#[must_use]
pub fn is_init() -> bool {
    std::process::id() == 1 && Path::new(REQUEST).is_file()
}

/// Answers, and turns the machine off.
pub fn run() {
    for (what, place, kind) in MOUNTS {
        // A kernel may lack one of them; what needs it fails then, with its own message.
        let _may_be_missing = mount(what, place, kind, MountFlags::empty(), None);
    }
    raise_memory_limit();
    let answer = answer().unwrap_or_else(|error| json!({ "error": format!("{error:#}") }));
    let _nobody_listens = fs::write(LINE, format!("{answer}\n{END}\n"));
    // Ends the machine: the kernel panics when its first process ends.
    let _unlikely = reboot(RebootCommand::PowerOff);
}

fn answer() -> Result<Value> {
    raw_line()?;
    fs::write(LINE, format!("{ALIVE}\n")).context("cannot answer")?;
    let request = fs::read_to_string(REQUEST).context("cannot read the request")?;
    let request: Value = serde_json::from_str(&request).context("the request is no JSON")?;
    let limit = Duration::from_secs(request["seconds"].as_u64().unwrap_or(60));
    let mut verdicts = Vec::new();
    for asked in request["objects"].as_array().into_iter().flatten() {
        let file = Path::new(OBJECTS).join(asked["file"].as_str().unwrap_or_default());
        let loader: Loader = asked["loader"].as_str().unwrap_or_default().parse()?;
        verdicts.push(load_apart(&file, loader, limit).loaded.json());
    }
    Ok(json!({ "release": running_release(), "btf": has_btf(), "verdicts": verdicts }))
}

/// Has the line pass bytes on as they are: a terminal would write `\r\n`, and echo.
fn raw_line() -> Result<()> {
    let line = fs::File::options().read(true).write(true).open(LINE).context("no serial line")?;
    let mut settings = rustix::termios::tcgetattr(&line).context("no terminal")?;
    settings.make_raw();
    rustix::termios::tcsetattr(&line, rustix::termios::OptionalActions::Now, &settings)
        .context("cannot set the terminal")
}

/// Lifts the limit on locked memory, to which kernels before 5.11 charge maps and programs. Later ones do not look at the
/// limit, so that being refused here (as in a container) means nothing yet.
pub fn raise_memory_limit() {
    let unlimited = Rlimit { current: None, maximum: None };
    let _may_be_refused = setrlimit(Resource::Memlock, unlimited);
}
