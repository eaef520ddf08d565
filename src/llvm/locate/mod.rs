//! The search for the libLLVM to load.
//!
//! The bitcode of a link was written by some LLVM, and only an LLVM at least as new is certain to read it. A process
//! can load one libLLVM and never unload it, so the choice is made before anything is loaded: every candidate is judged
//! from its file alone, with a few positioned reads of a few hundred bytes each out of its 100 to 200 MB.
//!
//! Sources are searched in this order; the first fit wins, and later sources are not looked at:
//!
//! 1. `--llvm PATH`, else the environment variable [`LLVM_VARIABLE`]: if that library cannot be used, the search fails;
//!    in a process that linked before, the library it has open comes next;
//! 2. the library that the calling rustc has loaded: an ancestor process whose memory map lists it (`callers`);
//! 3. the library of rustc's sysroot, found by PATH, by an ancestor's executable, or by running rustc (`sysroot`);
//! 4. the system's libraries, the oldest that is new enough first (`system`).
//!
//! A plain `dlopen("libLLVM.so")` does not work: the loader's path (and LD_LIBRARY_PATH, which rustc and rustup set for
//! their own purposes) may lead to any LLVM, even one without a BPF target, and a wrong one cannot be unloaded.
//!
//! The trust is the same as rustc's: nothing is ever taken from the current folder or a relative entry of PATH.

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

pub use survey::{Candidate, Candidates, Verdict, how_to_get};
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

/// The environment variable with the meaning of `--llvm`, which takes precedence.
pub const LLVM_VARIABLE: &str = "BPF_LINKER_LLVM";

/// The environment variable in which a process that re-executes itself lists, as in PATH, the libraries to skip.
pub const EXCLUDED_VARIABLE: &str = "BPF_LINKER_EXCLUDED_LLVM";

/// The oldest major version with every function the linker needs.
pub const OLDEST_MAJOR: u32 = 19;

/// The newest major version this linker was tested with; a newer one is used, with a warning.
pub const NEWEST_TESTED_MAJOR: u32 = 23;

/// The requirements on a libLLVM.
#[derive(Clone, Debug, Default)]
pub struct Search<'a> {
    /// The argument of `--llvm`: a library, or a folder that holds one. No other is searched if given.
    pub explicit: Option<&'a Path>,
    /// The library that this process has open: it can have no other, so it is chosen unless it is unusable.
    pub opened: Option<PathBuf>,
    /// The newest producer among the inputs and the input it was read from; its version is the constraint.
    pub producer: Option<(String, Producer)>,
    /// Libraries that already failed this link, or are older than one that could not read its inputs.
    pub excluded: Vec<PathBuf>,
}

impl Search<'_> {
    /// Judges every candidate of every source, including those that [`locate`] would not have reached.
    #[must_use]
    pub fn survey(&self) -> Candidates {
        survey::walk(&Host::of_this_process(), self, Extent::Everything)
    }

    /// Judges the remaining candidates after those in `unfit` proved unusable; nothing is final any more.
    #[must_use]
    pub fn survey_without(&self, unfit: &[PathBuf]) -> Candidates {
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
    /// The version, as far as it can be read from the file.
    pub version: LibraryVersion,
    /// The source that led to it.
    pub found_by: FoundBy,
    /// The libraries that were looked at before and cannot be used.
    pub refused: Vec<Refused>,
}

impl Located {
    /// Returns true if the library is newer than any this linker was tested with.
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
    /// The source that led to it.
    pub found_by: FoundBy,
    /// The reason, as a predicate such as `has no BPF target`.
    pub reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) {}", self.path.display(), self.found_by, self.reason)
    }
}

/// The source that led to a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FoundBy {
    /// The option `--llvm`.
    Option,
    /// The environment variable [`LLVM_VARIABLE`].
    Environment,
    /// An earlier link in this process.
    ThisProcess,
    /// The memory map of the rustc that runs this linker.
    CallingRustc {
        /// The process id.
        pid: u32,
    },
    /// The sysroot of rustc.
    Sysroot,
    /// The library folders of the system.
    System,
    /// This program itself, with the cargo feature `static-llvm`.
    BuiltIn,
}

impl FoundBy {
    /// Returns true if the user named the library, so that no other may replace it.
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
    /// A fault already known before the file is opened.
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

/// Finds the libLLVM for `search`; stops at the first source with a fit.
///
/// # Errors
/// No candidate can be used, or the one requested cannot; the error lists every candidate with the reason, the producer
/// that has to be read, and what to install.
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

/// Returns true if a rustc, or a driver built on it, is an ancestor of this process.
#[must_use]
pub fn is_called_by_rustc() -> bool {
    let executables = callers::executables(&Host::of_this_process());
    executables.iter().filter_map(|executable| executable.file_name()).any(|name| {
        let name = name.to_string_lossy();
        matches!(&*name, "rustc" | "rustdoc") || name.ends_with("-driver")
    })
}

/// Returns the libraries listed in [`EXCLUDED_VARIABLE`], for [`Search::excluded`].
#[must_use]
pub fn excluded_by_environment() -> Vec<PathBuf> {
    env::var_os(EXCLUDED_VARIABLE).map(|list| env::split_paths(&list).collect()).unwrap_or_default()
}

/// Returns the value of [`EXCLUDED_VARIABLE`] that makes a child process skip `excluded`.
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
