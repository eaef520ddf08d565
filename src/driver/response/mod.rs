//! Response files: `@file` stands for the arguments in `file`, and files can be nested.
//!
//! The command line names a file, not its dialect, and the dialects contradict each other: for rustc a quote is a
//! character of a path, for GNU it groups words. [`split`] therefore looks at the whole file first. rustc escapes
//! every space and every backslash and puts one argument on a line, so a file with a bare space, with a backslash
//! before anything else, or with DOS line ends was not written by rustc and follows GNU's rules. A byte order mark of
//! UTF-16 marks the form that Windows linkers read.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod dialects;
#[cfg(test)]
mod tests;

use std::{
    ffi::{OsStr, OsString},
    fmt,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

pub use dialects::{Dialect, Malformed, split, write_gnu};

use super::words;
use crate::{
    files,
    report::{Error, Result},
};

/// Maximum nesting depth of response files.
pub const MAX_DEPTH: usize = 32;

/// Maximum total size in bytes of all response files of a command line. Guards against files that name each other many
/// times without forming a cycle.
pub const MAX_BYTES: u64 = 64 << 20;

/// The arguments of a link after its response files were expanded, without the program's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArgStream {
    /// `argv[0]`, or empty if there is none.
    pub program: OsString,
    /// The arguments, in order.
    pub args: Vec<Arg>,
    /// The response files that were read.
    pub files: Vec<PathBuf>,
}

/// One argument and the place it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arg {
    /// The argument.
    pub word: OsString,
    /// The place it was written in.
    pub place: Place,
}

/// Place of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The command line itself.
    CommandLine,
    /// This response file.
    File(Arc<Path>),
}

impl Place {
    /// Adds the response file to an error about an argument in it.
    pub fn locate(&self, error: Error) -> Error {
        match self {
            Self::CommandLine => error,
            Self::File(_) => error.because(format!("it stands in {self}")),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("the command line"),
            Self::File(path) => write!(f, "the response file {}", path.display()),
        }
    }
}

/// Replaces each `@file` of `argv` by the arguments in the file, up to a `--`; a lone `@` stands for itself.
///
/// In `-Wl,@file` and `-Xlinker @file` the file holds arguments for ld, since ld would read it.
///
/// A relative path is relative to the current folder, even in a nested file, as in GNU's and LLVM's tools.
///
/// # Errors
/// A file cannot be read, is malformed, includes itself, is nested deeper than [`MAX_DEPTH`], or the files together
/// exceed [`MAX_BYTES`].
pub fn expand(argv: Vec<OsString>) -> Result<ArgStream> {
    let mut argv = argv.into_iter();
    let program = argv.next().unwrap_or_default();
    let mut reader = Reader {
        open: Vec::new(),
        bytes_left: MAX_BYTES,
        args: Vec::new(),
        files: Vec::new(),
        rest: Rest::Options,
    };
    argv.try_for_each(|word| reader.take(word, &Place::CommandLine, Wrapping::None))?;
    Ok(ArgStream { program, args: reader.args, files: reader.files })
}

struct Reader {
    open: Vec<Open>,
    bytes_left: u64,
    args: Vec<Arg>,
    files: Vec<PathBuf>,
    rest: Rest,
}

/// A file being read; `real` identifies it regardless of spelling.
struct Open {
    named: PathBuf,
    real: PathBuf,
}

/// The way the words of a response file are inserted among the arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    /// Words inserted unchanged.
    None,
    /// Each word behind `-Xlinker`: the file was passed to ld, by `-Wl,@file` or `-Xlinker @file`.
    ForLd,
}

#[derive(PartialEq, Eq)]
enum Rest {
    Options,
    Inputs,
}

impl Reader {
    fn take(&mut self, word: OsString, place: &Place, wrapping: Wrapping) -> Result<()> {
        if self.rest == Rest::Options {
            if let Some(path) = file_named(&word) {
                let wrapping = if self.awaits_word_for_ld() {
                    self.args.pop();
                    Wrapping::ForLd
                } else {
                    wrapping
                };
                return self.include(path, place, wrapping);
            }
            if let Some(list) = files_for_ld(&word) {
                let mut parts = list.into_iter();
                return parts.try_for_each(|part| self.take(part, place, Wrapping::ForLd));
            }
        }
        match wrapping {
            Wrapping::ForLd => self.push("-Xlinker".into(), place),
            Wrapping::None if word == "--" => self.rest = Rest::Inputs,
            Wrapping::None => {}
        }
        self.push(word, place);
        Ok(())
    }

    fn push(&mut self, word: OsString, place: &Place) {
        self.args.push(Arg { word, place: place.clone() });
    }

    /// Returns true if the last argument is an `-Xlinker` that still lacks its word.
    fn awaits_word_for_ld(&self) -> bool {
        self.args.iter().rev().take_while(|arg| arg.word == "-Xlinker").count() % 2 == 1
    }

    fn include(&mut self, path: PathBuf, place: &Place, wrapping: Wrapping) -> Result<()> {
        let bytes = self.read(&path).map_err(|error| place.locate(error))?;
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        self.check_nesting(&path, &real)?;
        let words = split(&bytes).map_err(|why| {
            place.locate(
                Error::usage(format!("cannot read response file {}", path.display())).because(why),
            )
        })?;
        drop(bytes);
        let here = Place::File(path.clone().into());
        self.files.push(path.clone());
        self.open.push(Open { named: path, real });
        words.into_iter().try_for_each(|word| self.take(word, &here, wrapping))?;
        self.open.pop();
        Ok(())
    }

    fn read(&mut self, path: &Path) -> Result<Vec<u8>> {
        let failed = |why: &dyn fmt::Display| {
            Error::usage(format!("cannot read response file {}", path.display()))
                .because(why)
                .help("an argument that starts with `@` names a response file; write an input of such a name as `./@name`")
        };
        let (file, _) = files::open(path).map_err(|error| failed(&error))?;
        let mut bytes = Vec::new();
        file.take(self.bytes_left.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| failed(&error))?;
        match self.bytes_left.checked_sub(bytes.len() as u64) {
            Some(left) => self.bytes_left = left,
            None => {
                return Err(failed(&format!(
                    "response files hold more than {} MiB",
                    MAX_BYTES >> 20
                )));
            }
        }
        Ok(bytes)
    }

    fn check_nesting(&self, path: &Path, real: &Path) -> Result<()> {
        let mut cycle = self.open.iter().skip_while(|open| open.real != real).peekable();
        if cycle.peek().is_some() {
            let cycle = cycle.map(|open| open.named.as_path()).chain([path]);
            let cycle: Vec<_> = cycle.map(|path| path.display().to_string()).collect();
            return Err(Error::usage(format!("response file {} includes itself", path.display()))
                .because(cycle.join(" -> ")));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Error::usage(format!(
                "response file {} is nested too deeply",
                path.display()
            ))
            .because(format!("at most {MAX_DEPTH} levels are read")));
        }
        Ok(())
    }
}

/// Returns the response file that `word` names.
fn file_named(word: &OsStr) -> Option<PathBuf> {
    words::strip_prefix(word, "@").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Returns the parts of `-Wl,a,b` if one of them names a response file.
fn files_for_ld(word: &OsStr) -> Option<Vec<OsString>> {
    let parts = words::split_commas(&words::strip_prefix(word, "-Wl,")?);
    parts.iter().any(|part| file_named(part).is_some()).then_some(parts)
}
