//! Kinds and paths of the outputs, from `--emit` and `--output` together.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::words;
use crate::{
    plan::{Destination, Output, OutputKind},
    report::{Error, Result},
};

/// Extensions replaced in a derived name; any other is part of the name, as in `prog-1.2`.
const EXTENSIONS: [&str; 9] = ["o", "s", "ll", "bc", "so", "elf", "bpf", "obj", "asm"];

struct Request {
    kind: OutputKind,
    file: Option<PathBuf>,
}

/// Returns the outputs that `emit` lists and `output` names.
///
/// # Errors
/// A kind is unknown, no output has a name, or two have the same path.
pub fn outputs(emit: &[impl AsRef<OsStr>], output: Option<&Path>) -> Result<Vec<Output>> {
    let mut requests = requests(emit)?;
    if requests.is_empty() {
        requests.push(Request { kind: OutputKind::Object, file: None });
    }
    let main = main_kind(&requests);
    let all: Result<Vec<_>> =
        requests.into_iter().map(|request| place(request, main, output)).collect();
    let all = all?;
    distinct(&all)?;
    if let (None, Some(output)) = (main, output) {
        return Err(Error::usage(format!("nothing is left to write to {}", output.display()))
            .because("every kind of --emit names its own file")
            .help("drop --output, or the name of one kind"));
    }
    Ok(all)
}

fn requests(emit: &[impl AsRef<OsStr>]) -> Result<Vec<Request>> {
    let mut requests: Vec<Request> = Vec::new();
    for item in emit.iter().flat_map(|list| words::split_commas(list.as_ref())) {
        let request = match words::split_once(&item, b'=') {
            Some((kind, file)) if !file.is_empty() => {
                Request { kind: parse(&kind)?, file: Some(file.into()) }
            }
            Some((kind, _)) => {
                return Err(Error::usage(format!(
                    "`--emit {}=` names no file",
                    kind.to_string_lossy()
                )));
            }
            None => Request { kind: parse(&item)?, file: None },
        };
        let twice = requests.iter_mut().find(|other| {
            other.kind == request.kind && (other.file.is_none() || request.file.is_none())
        });
        match twice {
            // The same kind again, now with its name, or repeated without one.
            Some(other) => other.file = other.file.take().or(request.file),
            None => requests.push(request),
        }
    }
    Ok(requests)
}

fn parse(kind: &OsStr) -> Result<OutputKind> {
    let kinds = OutputKind::ALL;
    kinds.into_iter().find(|known| known.name() == kind).ok_or_else(|| {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        Error::usage(format!("`--emit` knows no kind `{}`", kind.to_string_lossy()))
            .help(format!("kinds are {}", names.join(", ")))
    })
}

/// Returns the kind that `--output` names: among those without a file the object, otherwise the first.
fn main_kind(requests: &[Request]) -> Option<OutputKind> {
    let mut nameless =
        requests.iter().filter(|request| request.file.is_none()).map(|request| request.kind);
    let first = nameless.next();
    if nameless.any(|kind| kind == OutputKind::Object) { Some(OutputKind::Object) } else { first }
}

fn place(request: Request, main: Option<OutputKind>, output: Option<&Path>) -> Result<Output> {
    let path = match (request.file, output) {
        (Some(file), _) => file,
        (None, None) => {
            return Err(Error::usage("no output is named").help("name one with `-o FILE`"));
        }
        (None, Some(output)) if output.as_os_str().is_empty() => {
            return Err(
                Error::usage("the name of the output is empty").help("name one with `-o FILE`")
            );
        }
        (None, Some(output)) if main == Some(request.kind) => output.to_owned(),
        (None, Some(output)) if output == Path::new("-") => {
            return Err(Error::usage("standard output holds one kind only").help(format!(
                "give the other one a name: `--emit {}=FILE`",
                request.kind.name()
            )));
        }
        (None, Some(output)) => derived(output, request.kind),
    };
    let destination =
        if path == Path::new("-") { Destination::Stdout } else { Destination::File(path) };
    Ok(Output { kind: request.kind, destination })
}

fn derived(output: &Path, kind: OutputKind) -> PathBuf {
    let known = output
        .extension()
        .is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known));
    let stem = if known { output.with_extension("") } else { output.to_owned() };
    words::join(stem, OsStr::new(&format!(".{}", kind.extension()))).into()
}

fn distinct(outputs: &[Output]) -> Result<()> {
    let mut rest = outputs;
    while let Some((output, former)) = rest.split_last() {
        if let Some(other) = former.iter().find(|other| other.destination == output.destination) {
            let place = match &output.destination {
                Destination::File(path) => path.display().to_string(),
                Destination::Stdout | Destination::Memory => "standard output".to_owned(),
            };
            return Err(Error::usage(format!(
                "{} and {} are both written to {place}",
                other.kind.name(),
                output.kind.name()
            ))
            .help(format!("give one another name: `--emit {}=FILE`", output.kind.name())));
        }
        rest = former;
    }
    Ok(())
}
