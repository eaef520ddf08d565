//! The `bpf-linker` command: starts logging, links, reports, and exits with a code.
//! If a libLLVM does not fit, the command starts itself again with another one; after a crash, it reports the crash.

// Code that handles input must not panic: each remaining index, slice or `expect` carries the reason why it holds.
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::expect_used,
        clippy::get_unwrap,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod crash_report;
mod reexec;

use std::{
    cell::Cell,
    fs::File,
    io::{Write, stderr, stdout},
    process::ExitCode,
};

use anyhow::Context;
use bpf_linker::{
    CommandFiles, Error, Invocation, LinkPlan, Request, Warnings,
    command::{self, Logging, Messages, Paint},
};
use log::LevelFilter;

fn main() -> ExitCode {
    let warnings = Warnings::default();
    let messages = Cell::new(Messages::of(&std::env::args_os().collect::<Vec<_>>()));
    let result = match crash_report::former() {
        Some(fall) => Err(crash_report::tell(&fall, &warnings)),
        None => run(&warnings, &messages).map_err(|error| {
            let error =
                error.downcast::<Error>().unwrap_or_else(|other| Error::io(format!("{other:#}")));
            reexec::without_unfit_llvms(error)
        }),
    };
    let messages = messages.get();
    warnings.take_notes().iter().for_each(|note| say(&messages.note(note, &stderr())));
    warnings.take().iter().for_each(|warning| say(&messages.warning(warning, &stderr())));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&messages.error(&error, &stderr()));
            error.exit_code()
        }
    }
}

/// Prints `text` on standard error. A closed standard error must not fail the link.
fn say(text: &str) {
    if let Err(error) = writeln!(stderr(), "{text}") {
        log::debug!("cannot write to standard error: {error}");
    }
}

fn run(warnings: &Warnings, messages: &Cell<Messages>) -> anyhow::Result<()> {
    reexec::list_options_if_asked()?;
    crash_report::arm();
    let invocation = bpf_linker::parse(std::env::args_os().collect())?;
    messages.set(invocation.messages);
    check_places(&invocation)?;
    start_logging(&invocation.logging)?;
    invocation.notes.iter().for_each(|note| log::debug!("{note}"));
    invocation.notices.iter().for_each(|notice| warnings.note(notice));
    match invocation.request {
        Request::Link(mut plan) => {
            crash_report::without_traces(&mut plan);
            reexec::check_llvm_args(&plan, warnings)?;
            if let Some(folder) = &plan.reports.reproduce {
                bpf_linker::reproduce(&plan, &invocation.args, folder, warnings)?;
            }
            bpf_linker::link(&plan, warnings).map(drop)?
        }
        Request::PrintPlan { plan, format } => print(&command::print_plan(&plan, format))?,
        Request::PrintLlvm(plan) => print(&bpf_linker::survey(&plan, warnings)?)?,
        Request::Version { detail, plan } => print(&bpf_linker::version(&plan, detail, warnings))?,
        Request::Print(text) => print(match invocation.messages.paint(&stdout()) {
            Paint::Coloured => &text.styled,
            Paint::Plain => &text.plain,
        })?,
    }
    Ok(())
}

/// Refuses outputs that would overwrite files being read. Runs before the log file is opened.
fn check_places(invocation: &Invocation) -> anyhow::Result<()> {
    let log = invocation.logging.file.as_deref();
    let own = CommandFiles { arguments: &invocation.files, log };
    match (&invocation.request, invocation.plan()) {
        (Request::Link(plan), _) => bpf_linker::check_places(plan, own)?,
        // Only the log is written.
        (_, Some(plan)) => {
            let inputs = plan.inputs.clone();
            let plan =
                LinkPlan { inputs, search_dirs: plan.search_dirs.clone(), ..LinkPlan::default() };
            bpf_linker::check_places(&plan, own)?;
        }
        (_, None) => bpf_linker::check_places(&LinkPlan::default(), own)?,
    }
    Ok(())
}

fn start_logging(logging: &Logging) -> anyhow::Result<()> {
    let mut builder = env_logger::Builder::new();
    builder.filter_level(LevelFilter::Warn).parse_default_env();
    if let Some(level) = logging.level {
        builder.filter_level(level);
    }
    if let Some(path) = &logging.file {
        let mut file = File::options();
        // A retry appends to the log of the first attempt.
        let file = if reexec::is_another_try() {
            file.append(true)
        } else {
            file.write(true).truncate(true)
        };
        let file = file
            .create(true)
            .open(path)
            .with_context(|| format!("cannot write the log to {}", path.display()))?;
        builder.target(env_logger::Target::Pipe(Box::new(file)));
    }
    builder.init();
    Ok(())
}

fn print(text: &str) -> anyhow::Result<()> {
    stdout().lock().write_all(text.as_bytes()).context("cannot write to standard output")
}
