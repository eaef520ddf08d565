//! `--reproduce`: a folder with everything that a link reads, to repeat it elsewhere, as a bug report or a benchmark.
//!
//! `cd FOLDER && bpf-linker @response` links again. Inputs are numbered in order, since two can have the same name.

use std::{
    ffi::{OsStr, OsString},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    LinkPlan, Result, Warnings,
    driver::{self, Read, response},
    input, output,
    report::{Error, WarningKind},
};

/// Files in the folder of `--reproduce`, in addition to the copies of the inputs.
pub(super) const FILES: [&str; 2] = [RESPONSE, VERSIONS];
const RESPONSE: &str = "response";
const VERSIONS: &str = "versions";

/// Writes into `folder` the inputs of `plan`, a response file with `args` (see
/// [`Invocation::args`](driver::Invocation::args)) that names the copies, and the versions of the linker, LLVM and
/// compiler.
///
/// # Errors
/// An input cannot be read, or the folder cannot be written.
pub fn reproduce(
    plan: &LinkPlan,
    args: &[OsString],
    folder: &Path,
    warnings: &Warnings,
) -> Result<()> {
    let copies = folder.join("inputs");
    fs::create_dir_all(&copies).map_err(|error| cannot_write(&copies, &error))?;
    let mut count = 0;
    let words = driver::replay(args, |read, named| {
        let from = match read {
            Read::File => PathBuf::from(named),
            Read::Library => input::library(Path::new(named), &plan.search_dirs)?,
        };
        let to = copy_name(count, &from);
        count += 1;
        copy(&from, &copies.join(&to))?;
        warn_of_references(&from, warnings);
        Ok(Path::new("inputs").join(to).into_os_string())
    })?;
    let words = response::write_gnu(words.iter().map(OsString::as_os_str));
    output::write(&folder.join(RESPONSE), &words)?;
    output::write(&folder.join(VERSIONS), versions(plan, args, warnings).as_bytes())
}

fn copy_name(number: usize, file: &Path) -> OsString {
    let mut name = OsString::from(format!("{number:03}-"));
    name.push(file.file_name().unwrap_or(OsStr::new("input")));
    name
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = || Error::io(format!("cannot read {} to copy it", from.display()));
    let found = fs::metadata(from).map_err(|error| failed().because(error))?;
    if !found.is_file() && !found.is_dir() {
        return Err(failed().because("what is no regular file can be read only once"));
    }
    let bytes = fs::read(from).map_err(|error| failed().because(error))?;
    output::write(to, &bytes)
}

fn cannot_write(folder: &Path, error: &std::io::Error) -> Error {
    Error::io(format!("cannot make the folder {}", folder.display()))
        .because(error)
        .help("choose another one for --reproduce")
}

/// Warns if `file` is a thin archive, whose members are not copied.
fn warn_of_references(file: &Path, warnings: &Warnings) {
    if input::is_thin_archive(file) {
        warnings.warn(
            WarningKind::NotReproducible,
            format!("the members of the thin archive {} are not copied", file.display()),
        );
    }
}

fn versions(plan: &LinkPlan, args: &[OsString], warnings: &Warnings) -> String {
    let mut text = super::version(plan, driver::VersionDetail::Loaded, warnings);
    if let Ok(inputs) = input::load(plan, warnings) {
        if let Some((origin, producer)) = inputs.newest_producer() {
            let _ = writeln!(text, "newest producer {}, of {origin}", producer.text);
        }
    }
    let words = args.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>();
    let _ = writeln!(text, "called with {}", words.join(" "));
    text
}
