//! Programs that are run: found at absolute paths only, and ended when this one ends.

use std::{env, os::unix::process::CommandExt as _, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};
use rustix::process::{Signal, set_parent_process_death_signal};

/// Returns a command of `name` in an absolute entry of PATH: what lies in the current folder is never run.
///
/// # Errors
/// There is none; the message names its `package` in Debian.
pub fn on_path(name: &str, package: &str) -> Result<Command> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&path).filter(|folder| folder.is_absolute());
    let found: Option<PathBuf> =
        places.find_map(|folder| Some(folder.join(name)).filter(|program| program.is_file()));
    let found = found
        .with_context(|| format!("cannot find {name}; on Debian it is in package {package}"))?;
    Ok(ending_with_this(Command::new(found)))
}

/// Has the kernel end the process of `command` when the thread that starts it ends, as when somebody kills this program:
/// a machine that hangs would stay forever.
#[must_use]
#[expect(unsafe_code, reason = "the standard library has no safe way to change a new process")]
pub fn ending_with_this(mut command: Command) -> Command {
    let before_start = || set_parent_process_death_signal(Some(Signal::KILL)).map_err(Into::into);
    // SAFETY: between fork and exec it makes one system call, allocates nothing and takes no lock.
    unsafe { command.pre_exec(before_start) };
    command
}
