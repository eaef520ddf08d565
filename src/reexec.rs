//! Starts this program again, either to choose among other libLLVMs or to have a libLLVM list its options.
//!
//! A loaded libLLVM cannot be unloaded and two conflict in one process, so each retry needs a new process. Each run
//! excludes at least one more library than the last, so the retries terminate.

use std::{
    convert::Infallible,
    env, io,
    path::PathBuf,
    process::{Command, Stdio},
};

use bpf_linker::{
    Error, LinkPlan, Result, Warnings,
    command::{EXCLUDED_VARIABLE, check_options, exclusion_list, print_options_and_exit},
};

/// Environment variable for a process that only lists the options of the libLLVM it names.
const LIST_VARIABLE: &str = "BPF_LINKER_LIST_OPTIONS_OF";

/// Replaces this process by a new one of the same program with the same arguments that excludes the libraries named by
/// `error`.
///
/// Returns only if `error` names none or the process cannot be started, with the error to show.
pub fn without_unfit_llvms(error: Error) -> Error {
    if error.unfit_llvms().is_empty() {
        return error;
    }
    log::info!("trying another libLLVM, because of this:\n{error}");
    match same_words(&error) {
        Ok(command) => error.because(format!("cannot start again: {}", replace(command))),
        Err(reason) => reason.because(error),
    }
}

/// Returns true if this process is a retry after one that could not use its libLLVM.
pub fn is_another_try() -> bool {
    env::var_os(EXCLUDED_VARIABLE).is_some()
}

/// Refuses options of `--llvm-args` that are unknown to the libLLVM of this link.
///
/// # Errors
/// An option is unknown, or no library is found.
pub fn check_llvm_args(plan: &LinkPlan, warnings: &Warnings) -> Result<()> {
    if plan.llvm_args.is_empty() {
        return Ok(());
    }
    let located = bpf_linker::locate(plan, warnings)?;
    let mut command = this_program()?;
    command.env(LIST_VARIABLE, &located.path).stdin(Stdio::null()).stderr(Stdio::null());
    let list = command.output().map_err(|error| {
        Error::io("cannot start myself to list the options of LLVM").because(error)
    })?;
    // A library that fails to load prints nothing; the link itself will report the reason.
    let library = format!("LLVM {} ({})", located.version, located.path.display());
    check_options(&plan.llvm_args, &String::from_utf8_lossy(&list.stdout), &library)
}

/// Lists options and exits if this process was started for that.
///
/// # Errors
/// The library cannot be loaded.
pub fn list_options_if_asked() -> Result<Option<Infallible>> {
    match env::var_os(LIST_VARIABLE) {
        Some(path) => print_options_and_exit(&PathBuf::from(path)).map(Some),
        None => Ok(None),
    }
}

fn this_program() -> Result<Command> {
    let program = env::current_exe();
    program.map(Command::new).map_err(|error| Error::io("cannot find myself").because(error))
}

fn same_words(error: &Error) -> Result<Command> {
    let list = exclusion_list(error.unfit_llvms())?;
    let mut words = env::args_os();
    let name = words.next();
    let mut command = this_program()?;
    // The program name can select the linker to emulate.
    #[cfg(unix)]
    if let Some(name) = name {
        std::os::unix::process::CommandExt::arg0(&mut command, name);
    }
    #[cfg(not(unix))]
    drop(name);
    command.args(words).env(EXCLUDED_VARIABLE, list);
    Ok(command)
}

#[cfg(unix)]
fn replace(mut command: Command) -> io::Error {
    std::os::unix::process::CommandExt::exec(&mut command)
}

#[cfg(not(unix))]
fn replace(mut command: Command) -> io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}
