//! The verdict of the running kernel.

use std::{
    env,
    io::Read as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    explain::explain,
    object::{Loader, Request},
    outcome::{Loaded, Program},
    tools::ending_with_this,
};

/// The word that has this program load one object and write the outcome as JSON.
pub const CHILD: &str = "--as-child";

/// The time between two looks at a child.
const PAUSE: Duration = Duration::from_millis(20);

/// The names and numbers of the rights to load programs, of which the last is enough alone (`capability.h`).
const RIGHTS: [(&str, u32); 4] =
    [("CAP_BPF", 39), ("CAP_PERFMON", 38), ("CAP_NET_ADMIN", 12), ("CAP_SYS_ADMIN", 21)];

/// The verdict of a kernel on an object, through one loader.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The object.
    pub object: PathBuf,
    /// The loader.
    pub loader: Loader,
    /// The outcome.
    pub loaded: Loaded,
}

/// Loads the object in this process, and explains what is refused.
#[must_use]
pub fn load(request: &Request, loader: Loader) -> Loaded {
    let loaded = match loader {
        #[cfg(feature = "aya")]
        Loader::Aya => crate::libaya::load(request),
        #[cfg(feature = "libbpf")]
        Loader::Libbpf => crate::libbpf::load(request, &mut |_| Ok(None)),
        #[cfg(not(all(feature = "aya", feature = "libbpf")))]
        other => Err(anyhow::anyhow!("this bpf-verdict was built without {}", other.name())),
    };
    let mut loaded = loaded.unwrap_or_else(|error| Loaded::refused(&error));
    for program in &mut loaded.programs {
        if let Some(error) = program.error.clone() {
            let log = whole_log(request, loader, program).unwrap_or(error);
            program.explanation = explain(&log, &request.object, &program.name);
            program.error = Some(log);
        }
    }
    loaded
}

/// Returns the log of a refusal with each instruction; `None` if the loader gave it already.
fn whole_log(request: &Request, loader: Loader, program: &Program) -> Option<String> {
    match loader {
        #[cfg(feature = "libbpf")]
        Loader::Libbpf => crate::libbpf::log_of_refusal(request, &program.name).ok().flatten(),
        _ => {
            let _ = (request, program);
            None
        }
    }
}

/// Loads the object in a process of its own, which is ended if it takes longer than `limit`: what one object leaves
/// behind or breaks does not touch the next.
#[must_use]
pub fn load_apart(object: &Path, loader: Loader, limit: Duration) -> Verdict {
    let loaded = run_child(object, loader, limit).unwrap_or_else(|error| Loaded::refused(&error));
    Verdict { object: object.to_owned(), loader, loaded }
}

fn run_child(object: &Path, loader: Loader, limit: Duration) -> Result<Loaded> {
    let own = env::current_exe().context("cannot find this program")?;
    let mut child = ending_with_this(Command::new(own))
        .args([CHILD, loader.name()])
        .arg(object)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start a process to load in")?;
    let mut pipe = child.stdout.take().context("a child without output")?;
    let reader = thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).map(|_| text)
    });
    let end = Instant::now() + limit;
    let status = loop {
        if let Some(status) = child.try_wait().context("cannot wait for the loader")? {
            break status;
        }
        if Instant::now() > end {
            let _gone_already = child.kill();
            child.wait().context("cannot end the loader")?;
            bail!("the loader was ended after {} seconds", limit.as_secs());
        }
        thread::sleep(PAUSE);
    };
    let text = reader.join().ok().and_then(Result::ok).unwrap_or_default();
    match serde_json::from_str(&text) {
        Ok(value) => Ok(Loaded::from_json(&value)),
        Err(_no_json) => bail!("the loader ended without a verdict: {status}"),
    }
}

/// Returns what is missing to load programs into the running kernel.
#[must_use]
pub fn missing_rights() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"))?;
    let held = u64::from_str_radix(line.trim(), 16).ok()?;
    let has = |(_, number): &(&str, u32)| held >> number & 1 == 1;
    let [needed @ .., all] = &RIGHTS;
    if has(all) || needed.iter().all(has) {
        return None;
    }
    let missing: Vec<&str> = needed.iter().filter(|it| !has(it)).map(|(name, _)| *name).collect();
    Some(missing.join(", "))
}

/// Returns the release of the running kernel.
#[must_use]
pub fn running_release() -> String {
    rustix::system::uname().release().to_string_lossy().into_owned()
}

/// Returns true if the running kernel describes its types, which CO-RE needs.
#[must_use]
pub fn has_btf() -> bool {
    Path::new("/sys/kernel/btf/vmlinux").is_file()
}
