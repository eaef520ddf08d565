//! The command line for repeating a link elsewhere: with other paths, and without options that do not affect the
//! object.

use std::ffi::{OsStr, OsString};

use super::words;
use crate::report::Result;

/// The way a word names a file that the link reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// By path.
    File,
    /// By the name of a library (`-l`) in a search folder.
    Library,
}

/// Options with a file to read as their value.
const READING: [&str; 3] = ["--export-symbols", "--version-script", "--dynamic-list"];

/// Options that name a path, a report, or something specific to this machine.
const LEFT_OUT: [&str; 24] = [
    "--cache-dir",
    "--color",
    "--error-format",
    "--Map",
    "--dependency-file",
    "--library-path",
    "--dump-module",
    "--llvm",
    "--log-file",
    "--log-level",
    "--print-gc",
    "--print-memory-usage",
    "--report",
    "--report-html",
    "--report-json",
    "--reproduce",
    "--time-trace",
    "--trace",
    "--verbose",
    "--verify",
    "--verify-timeout",
    "--verify-with",
    "--why-extract",
    "--why-live",
];

/// Returns the words of [`Invocation::args`](super::Invocation::args) for a link of copies: `copy` maps each file that
/// is read to its new name. Outputs keep their names and lose their folders.
///
/// # Errors
/// `copy` fails.
pub fn replay(
    args: &[OsString],
    mut copy: impl FnMut(Read, &OsStr) -> Result<OsString>,
) -> Result<Vec<OsString>> {
    let mut replayed = Vec::with_capacity(args.len());
    for word in args {
        let Some((option, value)) = option(word) else {
            replayed.push(copy(Read::File, word)?);
            continue;
        };
        let name = option.to_str().unwrap_or_default();
        match value {
            _ if LEFT_OUT.contains(&name) => {}
            Some(value) if name == "--library" => replayed.push(copy(Read::Library, &value)?),
            Some(value) if READING.contains(&name) => {
                replayed.push(words::join(format!("{name}="), &copy(Read::File, &value)?));
            }
            Some(value) if name == "--output" => {
                replayed.push(words::join("--output=", file_name(&value)));
            }
            Some(value) if name == "--emit" => {
                replayed.push(words::join("--emit=", &kinds(&value)))
            }
            _ => replayed.push(word.clone()),
        }
    }
    Ok(replayed)
}

/// Splits `--name=value` in two; returns `None` for an input.
fn option(word: &OsStr) -> Option<(OsString, Option<OsString>)> {
    if !words::starts_with(word, "-") || word == "-" {
        return None;
    }
    Some(match words::split_once(word, b'=') {
        Some((name, value)) => (name, Some(value)),
        None => (word.to_owned(), None),
    })
}

fn kinds(list: &OsStr) -> OsString {
    let items =
        words::split_commas(list).into_iter().map(|item| match words::split_once(&item, b'=') {
            Some((kind, file)) => words::join(words::join(kind, OsStr::new("=")), file_name(&file)),
            None => item,
        });
    items.collect::<Vec<_>>().join(OsStr::new(","))
}

fn file_name(path: &OsStr) -> &OsStr {
    std::path::Path::new(path).file_name().unwrap_or(path)
}
