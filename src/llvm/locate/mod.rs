//! Which libLLVM to load.
//!
//! The bitcode of a link was written by some LLVM, and only an LLVM at least as new reads it for certain. One process
//! can hold one libLLVM and never lets it go, so the choice is made before anything is loaded: every candidate is
//! judged from its file alone, with a few positioned reads of a few hundred bytes each out of its 100 to 200 MB.
//!
//! The order, and the first that fits wins; a later source is not looked at once an earlier one has a fit:
//!
//! 1. `--llvm PATH`, else the environment variable [`LLVM_VARIABLE`]: what is wrong with that one is final;
//!    In a process that linked before, the library it has open comes next;
//! 2. the library that the calling rustc has loaded: an ancestor process whose memory map names it (`callers`);
//! 3. the library of rustc's sysroot, told by PATH, by an ancestor's executable, or by rustc itself (`sysroot`);
//! 4. the system's libraries, the oldest that is new enough first (`system`).
//!
//! Why not simply `dlopen("libLLVM.so")`: the loader's path (and LD_LIBRARY_PATH, which rustc and rustup set for their
//! own ends) leads to any LLVM, one without a BPF target among them, and a wrong one cannot be unloaded.
//!
//! Same trust as rustc: nothing is ever taken from the current folder or a relative entry of PATH.

mod callers;
mod elf;
mod host;
mod library;
mod macho;
mod reader;
mod script;
mod survey;
mod sysroot;
mod system;
#[cfg(all(test, unix))]
mod tests;
mod version;

pub use survey::{Candidate, Survey, Verdict, how_to_get};
pub use version::LibraryVersion;

use std::{
    env,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use crate::{
    input::Producer,
    report::{Error, Result},
};
use host::Host;
use survey::Extent;

/// The environment variable that means the same as `--llvm`, which wins over it.
pub const LLVM_VARIABLE: &str = "BPF_LINKER_LLVM";

/// The environment variable in which a process that re-executes itself lists, as in PATH, the libraries to pass over.
pub const EXCLUDED_VARIABLE: &str = "BPF_LINKER_EXCLUDED_LLVM";

/// The oldest major that has every function the linker needs.
pub const OLDEST_MAJOR: u32 = 19;

/// The newest major this version of the linker was tested with; a newer one is used, with a warning.
pub const NEWEST_TESTED_MAJOR: u32 = 23;

/// What a libLLVM is wanted for.
#[derive(Clone, Debug, Default)]
pub struct Search<'a> {
    /// The argument of `--llvm`: a library, or a folder that holds one. Final when given.
    pub explicit: Option<&'a Path>,
    /// The library that this process has open: it can have no other, so it is taken unless it cannot be used.
    pub opened: Option<PathBuf>,
    /// The newest producer among the inputs, after the input it was read from; its version is the constraint.
    pub producer: Option<(String, Producer)>,
    /// Libraries that failed this very link already, or are older than one that could not read its inputs.
    pub excluded: Vec<PathBuf>,
}

impl Search<'_> {
    /// Judges every candidate of every source, also those [`locate`] would not have come to.
    #[must_use]
    pub fn survey(&self) -> Survey {
        survey::walk(&Host::of_this_process(), self, Extent::Everything)
    }

    /// Judges what is left when those of `unfit` turned out not to do, and nobody insists on one of them any more.
    #[must_use]
    pub fn survey_without(&self, unfit: &[PathBuf]) -> Survey {
        let host = Host { asked_for: None, ..Host::of_this_process() };
        let excluded = self.excluded.iter().chain(unfit).cloned().collect();
        let search =
            Search { explicit: None, opened: None, producer: self.producer.clone(), excluded };
        survey::walk(&host, &search, Extent::Everything)
    }
}

/// The libLLVM to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The library itself: absolute, links resolved, linker scripts followed.
    pub path: PathBuf,
    /// Its version, as far as the file tells.
    pub version: LibraryVersion,
    /// What led to it.
    pub found_by: FoundBy,
    /// What was looked at before and cannot be used.
    pub refused: Vec<Refused>,
}

impl Located {
    /// Whether the library is newer than any this linker was tested with.
    #[must_use]
    pub const fn is_untested(&self) -> bool {
        self.version.major > NEWEST_TESTED_MAJOR
    }
}

/// A library that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The library, as found.
    pub path: PathBuf,
    /// What led to it.
    pub found_by: FoundBy,
    /// A fact about it, such as `has no BPF target`.
    pub reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) {}", self.path.display(), self.found_by, self.reason)
    }
}

/// What led to a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FoundBy {
    /// `--llvm`.
    Option,
    /// [`LLVM_VARIABLE`].
    Environment,
    /// An earlier link in this process.
    ThisProcess,
    /// The memory map of the rustc that runs this linker.
    CallingRustc {
        /// Its process id.
        pid: u32,
    },
    /// The folder rustc is installed in.
    Sysroot,
    /// Where distributions keep libraries.
    System,
    /// This program itself, with the cargo feature `static-llvm`.
    BuiltIn,
}

impl FoundBy {
    /// Whether a person named this one, so that no other may take its place.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Option | Self::Environment)
    }
}

impl fmt::Display for FoundBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option => write!(f, "asked for by --llvm"),
            Self::Environment => write!(f, "asked for by {LLVM_VARIABLE}"),
            Self::ThisProcess => write!(f, "opened by an earlier link of this process"),
            Self::CallingRustc { pid } => write!(f, "loaded by the calling rustc (pid {pid})"),
            Self::Sysroot => write!(f, "in rustc's sysroot"),
            Self::System => write!(f, "in the system"),
            Self::BuiltIn => write!(f, "built in"),
        }
    }
}

/// A file that may be a libLLVM, not judged yet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Find {
    path: PathBuf,
    found_by: FoundBy,
    /// What is wrong with it already, before the file is opened.
    fault: Option<String>,
}

impl Find {
    const fn new(path: PathBuf, found_by: FoundBy) -> Self {
        Self { path, found_by, fault: None }
    }

    fn faulty(path: PathBuf, found_by: FoundBy, fault: impl Into<String>) -> Self {
        Self { path, found_by, fault: Some(fault.into()) }
    }
}

/// Finds the libLLVM for `search`; looks no further than the first source that has a fit.
///
/// # Errors
/// No candidate can be used, or the one asked for cannot; the error lists every candidate with the reason, names the
/// producer that has to be read, and says what to install.
pub fn locate(search: &Search<'_>) -> Result<Located> {
    locate_on(&Host::of_this_process(), search)
}

fn locate_on(host: &Host, search: &Search<'_>) -> Result<Located> {
    let survey = survey::walk(host, search, Extent::UntilFit);
    survey.into_located().map_err(|error| {
        let others = survey::walk(
            &Host { asked_for: None, ..host.clone() },
            &Search { explicit: None, ..search.clone() },
            Extent::UntilFit,
        );
        match others.winner() {
            Some(winner) => {
                error.help(format!("this one would do: --llvm {}", winner.path.display()))
            }
            None => error,
        }
    })
}

/// Whether a rustc, or a driver built on it, is among the processes that led to this one.
#[must_use]
pub fn is_called_by_rustc() -> bool {
    let executables = callers::executables(&Host::of_this_process());
    executables.iter().filter_map(|executable| executable.file_name()).any(|name| {
        let name = name.to_string_lossy();
        matches!(&*name, "rustc" | "rustdoc") || name.ends_with("-driver")
    })
}

/// The libraries that [`EXCLUDED_VARIABLE`] lists: for [`Search::excluded`].
#[must_use]
pub fn excluded_by_environment() -> Vec<PathBuf> {
    env::var_os(EXCLUDED_VARIABLE).map(|list| env::split_paths(&list).collect()).unwrap_or_default()
}

/// The value of [`EXCLUDED_VARIABLE`] that makes a child process pass over `excluded`.
///
/// # Errors
/// A path holds the character that separates the entries of PATH.
pub fn exclusion_list(excluded: &[PathBuf]) -> Result<OsString> {
    env::join_paths(excluded).map_err(|error| {
        Error::llvm("cannot try another libLLVM")
            .because(error)
            .help("name one with --llvm, or move the library to a folder without that character")
    })
}
