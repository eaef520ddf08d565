//! Starts this program again: with other libLLVMs to choose from, or to have a libLLVM list its options.
//!
//! A libLLVM that is loaded stays for good and two do not get on in one process, so another try needs another one.
//! Each run passes over at least one library more than the last, so the tries come to an end.

use std::{
    convert::Infallible,
    env, io,
    path::PathBuf,
    process::{Command, Stdio},
};

use bpf_linker::{
    Error, LinkPlan, Result, Warnings, backend,
    llvm::locate::{self, EXCLUDED_VARIABLE},
};

/// Set for a process that is to do nothing but list the options of the libLLVM it names.
const LIST_VARIABLE: &str = "BPF_LINKER_LIST_OPTIONS_OF";

/// Becomes a new process of the same program with the same words that passes over the libraries named by `error`.
///
/// Returns only if there are none, or that process cannot be started: then with the error to show.
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

/// Whether this process goes on where one that could not use its libLLVM stopped.
pub fn is_another_try() -> bool {
    env::var_os(EXCLUDED_VARIABLE).is_some()
}

/// Refuses options of `--llvm-args` that the libLLVM of this link does not know.
///
/// # Errors
/// There is such an option, or no library.
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
    // A library that does not load prints nothing; the link itself will tell what is wrong with it.
    let library = format!("LLVM {} ({})", located.version, located.path.display());
    backend::check_options(&plan.llvm_args, &String::from_utf8_lossy(&list.stdout), &library)
}

/// Lists options and ends the process if that is what this process was started for.
///
/// # Errors
/// The library cannot be loaded.
pub fn list_options_if_asked() -> Result<Option<Infallible>> {
    match env::var_os(LIST_VARIABLE) {
        Some(path) => backend::print_options_and_exit(&PathBuf::from(path)).map(Some),
        None => Ok(None),
    }
}

fn this_program() -> Result<Command> {
    let program = env::current_exe();
    program.map(Command::new).map_err(|error| Error::io("cannot find myself").because(error))
}

fn same_words(error: &Error) -> Result<Command> {
    let list = locate::exclusion_list(error.unfit_llvms())?;
    let mut words = env::args_os();
    let name = words.next();
    let mut command = this_program()?;
    // The name may say which linker to act as.
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
