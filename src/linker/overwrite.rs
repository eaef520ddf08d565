//! Checks that outputs do not overwrite inputs or each other.

use std::{
    env, fs,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::{Path, PathBuf},
};

use crate::{
    LinkPlan, Result, backend, input, llvm, output,
    plan::{Destination, Source},
    report::Error,
};

/// Files that the command itself reads and writes, in addition to those of its plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommandFiles<'a> {
    /// Files that contain arguments: response files, lists, scripts.
    pub arguments: &'a [PathBuf],
    /// The log file.
    pub log: Option<&'a Path>,
}

/// One file to write: the option that requested it, and its path.
struct Written {
    option: &'static str,
    path: PathBuf,
}

/// Identity of a file, independent of its spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Identity {
    There(u64, u64),
    /// A missing file, identified by the real path of its folder.
    NotYet(PathBuf),
    Stdout,
}

/// Checks that no file written by `plan` or `command` replaces a file that the link reads, or another output.
///
/// # Errors
/// Two paths collide; the message names both.
pub fn check_places(plan: &LinkPlan, command: CommandFiles<'_>) -> Result<()> {
    let written = written(plan, command);
    let places: Vec<_> =
        written.iter().filter_map(|written| Some((written, identity(&written.path)?))).collect();
    check_apart(&places)?;
    // A missing file cannot be an input, and in a first build nearly every output is missing.
    let there: Vec<_> = places
        .iter()
        .filter(|(_, place)| matches!(place, Identity::There(..)))
        .map(|(written, place)| (&*written.path, place))
        .collect();
    if there.is_empty() {
        return Ok(());
    }
    let mut read = read(plan, command);
    let clash = read.find_map(|(role, read)| {
        let read_as = identity(&read)?;
        let (given, _) = there.iter().find(|(_, place)| **place == read_as)?;
        Some(overwritten(given, &read, role))
    });
    clash.map_or(Ok(()), Err)
}

/// Checks that no output of `plan` replaces `library`, the loaded libLLVM.
///
/// # Errors
/// An output would replace it.
pub(super) fn check_library(plan: &LinkPlan, library: &Path) -> Result<()> {
    let Some(library_as) = identity(library) else { return Ok(()) };
    let written = written(plan, CommandFiles::default());
    let clash =
        written.iter().find(|written| identity(&written.path).as_ref() == Some(&library_as));
    clash.map_or(Ok(()), |written| {
        Err(overwritten(&written.path, library, "the libLLVM of this link"))
    })
}

fn check_apart(places: &[(&Written, Identity)]) -> Result<()> {
    let mut rest = places;
    while let Some(((last, place), former)) = rest.split_last() {
        if let Some((other, _)) = former.iter().find(|(_, other)| other == place) {
            return Err(twice(other, last, place));
        }
        rest = former;
    }
    Ok(())
}

fn twice(first: &Written, second: &Written, place: &Identity) -> Error {
    let is_stdout = *place == Identity::Stdout || second.path == Path::new("-");
    let name = if is_stdout { "standard output".into() } else { second.path.to_string_lossy() };
    let (one, other) = (first.option, second.option);
    let error = Error::usage(format!("{one} and {other} are both written to {name}"));
    let error = if first.path == second.path {
        error
    } else {
        error.because(format!("{} is the same file", first.path.display()))
    };
    error.help("give each a file of its own")
}

fn written(plan: &LinkPlan, command: CommandFiles<'_>) -> Vec<Written> {
    let mut all = Vec::new();
    let mut add = |option, path: PathBuf| all.push(Written { option, path });
    for output in &plan.outputs {
        let given = match &output.destination {
            Destination::File(path) => path.clone(),
            Destination::Stdout => PathBuf::from("-"),
            Destination::Memory => continue,
        };
        add(output.kind.option(), given);
    }
    let reports = &plan.reports;
    for (option, path) in [
        ("--report", &reports.program),
        ("--report-json", &reports.program_json),
        ("--report-html", &reports.program_html),
        ("--why-extract", &reports.why_extract),
        ("--Map", &reports.map),
        ("--dependency-file", &reports.dependencies.as_ref().map(|it| it.file.clone())),
        ("--time-trace", &reports.time_trace),
    ] {
        path.iter().for_each(|path| add(option, path.clone()));
    }
    if let Some(place) = &plan.dump_module {
        backend::dump_files(place).into_iter().for_each(|path| add("--dump-module", path));
    }
    if let Some(folder) = &reports.reproduce {
        for name in super::reproduce::FILES {
            add("--reproduce", folder.join(name));
        }
    }
    if let Some(log) = command.log {
        // Here `-` is a file name.
        add("--log-file", if log == Path::new("-") { "./-".into() } else { log.to_owned() });
    }
    all
}

/// Returns the files that the link reads, each with its role for error messages.
fn read<'a>(
    plan: &'a LinkPlan,
    command: CommandFiles<'a>,
) -> impl Iterator<Item = (&'static str, PathBuf)> {
    let inputs = plan.inputs.iter().filter_map(|input| path_of(&input.source, plan));
    let inputs = inputs.flat_map(|path| {
        let members = input::references(&path)
            .into_iter()
            .map(|member| ("a member of a thin archive", member));
        [("an input", path)].into_iter().chain(members)
    });
    let arguments = command.arguments.iter().map(|path| ("a file of arguments", path.clone()));
    let llvm =
        plan.llvm.clone().or_else(|| env::var_os(llvm::locate::LLVM_VARIABLE).map(PathBuf::from));
    let libraries =
        llvm.into_iter().flat_map(libraries_at).map(|path| ("the libLLVM of this link", path));
    arguments.chain(inputs).chain(libraries)
}

/// Returns the inputs of `plan` and the archive members outside their archives, in order.
pub(super) fn inputs_of(plan: &LinkPlan) -> Vec<PathBuf> {
    plan.inputs.iter().flat_map(|input| files_of(&input.source, plan)).collect()
}

/// Returns the file of `source` and the archive members outside it, in order.
pub(super) fn files_of(source: &Source, plan: &LinkPlan) -> Vec<PathBuf> {
    let path = path_of(source, plan).into_iter();
    path.flat_map(|path| [path.clone()].into_iter().chain(input::references(&path))).collect()
}

/// Returns the file named by `--llvm`, or the candidate files in the folder it names.
fn libraries_at(path: PathBuf) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(&path) else { return vec![path] };
    let entries = entries.flatten();
    let libraries =
        entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"libLLVM"));
    let mut found: Vec<_> = libraries.map(|entry| entry.path()).collect();
    found.sort();
    found
}

fn path_of(source: &Source, plan: &LinkPlan) -> Option<PathBuf> {
    match source {
        Source::File(path) => Some(path.clone()),
        Source::Library(name) => input::library(name, &plan.search_dirs).ok(),
        Source::ExactLibrary(file) => input::exact_library(file, &plan.search_dirs).ok(),
        Source::Buffer { .. } => None,
    }
}

/// Returns the same value for two spellings of one file; `None` for devices, which accept any number of outputs.
fn identity(path: &Path) -> Option<Identity> {
    if path == Path::new("-") {
        return fs::metadata("/dev/stdout").map_or(Some(Identity::Stdout), |found| {
            let is_device = found.file_type().is_char_device();
            Some(if is_device {
                Identity::Stdout
            } else {
                Identity::There(found.dev(), found.ino())
            })
        });
    }
    if let Ok(found) = fs::metadata(path) {
        let kind = found.file_type();
        let is_device = kind.is_char_device() || kind.is_block_device();
        return (!is_device).then(|| Identity::There(found.dev(), found.ino()));
    }
    let place = output::destination(path).ok().flatten()?;
    Some(Identity::NotYet(real(&place)))
}

/// Resolves the deepest existing folder of `path` to its real path.
fn real(path: &Path) -> PathBuf {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return path.to_owned();
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    folder.canonicalize().unwrap_or_else(|_| real(folder)).join(name)
}

fn overwritten(path: &Path, read: &Path, role: &str) -> Error {
    let error = Error::usage(format!("cannot write {}: it is {role}", path.display()))
        .help("give it a name of its own");
    if path == read { error } else { error.because(format!("it is the file {}", read.display())) }
}
