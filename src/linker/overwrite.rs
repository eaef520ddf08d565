//! Where a link may not write: over what it reads.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::{
    LinkPlan, Result, input,
    plan::{Destination, Reports, Source},
    report::Error,
};

/// A file, whatever it is called.
type Identity = (u64, u64);

/// Checks that neither an output nor a report of `plan`, nor one of `others`, is a file that the link reads.
///
/// # Errors
/// One is; the message names both.
pub fn check_places(plan: &LinkPlan, others: &[&Path]) -> Result<()> {
    let written = written(plan).chain(others.iter().copied());
    // What is not there yet is no input, and nearly every output of a first build is not there.
    let there: Vec<_> = written.filter_map(|path| Some((path, identity(path)?))).collect();
    if there.is_empty() {
        return Ok(());
    }
    let mut inputs = plan.inputs.iter().filter_map(|input| path_of(&input.source, plan));
    let clash = inputs.find_map(|read| {
        let read_as = identity(&read)?;
        let (path, _) = there.iter().find(|(_, written_as)| *written_as == read_as)?;
        Some((*path, read))
    });
    clash.map_or(Ok(()), |(path, read)| Err(overwritten(path, &read)))
}

fn written(plan: &LinkPlan) -> impl Iterator<Item = &Path> {
    let outputs = plan.outputs.iter().filter_map(|output| match &output.destination {
        Destination::File(path) => Some(path),
        Destination::Stdout | Destination::Memory => None,
    });
    let Reports { why_extract, program, program_json, time_trace, .. } = &plan.reports;
    let reports = [why_extract, program, program_json, time_trace, &plan.dump_module];
    outputs.chain(reports.into_iter().flatten()).map(PathBuf::as_path)
}

fn path_of(source: &Source, plan: &LinkPlan) -> Option<PathBuf> {
    match source {
        Source::File(path) => Some(path.clone()),
        Source::Library(name) => input::library(name, &plan.search_dirs).ok(),
        Source::ExactLibrary(_) | Source::Buffer { .. } => None,
    }
}

/// `None` for what is no regular file: devices and pipes may be read and written.
fn identity(path: &Path) -> Option<Identity> {
    let found = fs::metadata(path).ok()?;
    found.is_file().then(|| (found.dev(), found.ino()))
}

fn overwritten(path: &Path, read: &Path) -> Error {
    let fact = format!("cannot write {}: it is an input", path.display());
    let error = Error::usage(fact).help("give it a name of its own");
    if path == read { error } else { error.because(format!("it is the file {}", read.display())) }
}
