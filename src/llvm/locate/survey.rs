//! The walk through the sources: judges every candidate and selects the winner.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use super::{
    Find, FoundBy, LLVM_VARIABLE, LibraryVersion, Located, NEWEST_TESTED_MAJOR, OLDEST_MAJOR,
    Refused, Search, callers, host::Host, library, sysroot, system,
};
use crate::{
    input::Producer,
    report::{Error, Result},
};

/// The extent of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Everything up to the end of the first source with a fit.
    UntilFit,
    /// All sources.
    Everything,
}

/// The sources, in order.
const SOURCES: &[fn(&Host) -> Vec<Find>] =
    &[callers::find, sysroot::in_path, sysroot::of_ancestors, sysroot::of_rustc, system::find];

/// The verdict on a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A fit: reads the inputs.
    Fits(LibraryVersion),
    /// An older release of the producer's major version: reads the inputs unless the producer used an addition of a
    /// bug-fix release or of rustc's own patches. Chosen if nothing fits better.
    OlderRelease(LibraryVersion),
    /// An unusable candidate; the reason.
    Refused(String),
}

/// A file that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The library itself, or the file at which the search for it ended.
    pub path: PathBuf,
    /// The source that led to it.
    pub found_by: FoundBy,
    /// The verdict on it.
    pub verdict: Verdict,
}

/// All candidates that were looked at, in order, and the winner. Its `Display` is for people.
#[derive(Clone, Debug)]
pub struct Candidates {
    candidates: Vec<Candidate>,
    winner: Option<usize>,
    producer: Option<(String, Producer)>,
}

/// Judges the candidates of one source after another.
pub(super) fn walk(host: &Host, search: &Search<'_>, extent: Extent) -> Candidates {
    let mut survey =
        Candidates { candidates: Vec::new(), winner: None, producer: search.producer.clone() };
    let excluded: Vec<PathBuf> = search.excluded.iter().map(|path| resolved(path)).collect();
    if let Some((program, version)) = &host.built_in {
        survey.consider_built_in(host, search, program, *version);
    } else if let Some(finds) = asked_for(host, search) {
        survey.consider(host, finds, &excluded);
    } else {
        let opened = search.opened.clone().map(|path| Find::new(path, FoundBy::ThisProcess));
        survey.consider(host, opened.into_iter().collect(), &excluded);
        for source in SOURCES {
            if survey.winner.is_some() && extent == Extent::UntilFit {
                break;
            }
            survey.consider(host, source(host), &excluded);
        }
    }
    survey.winner = survey.winner.or_else(|| survey.older_release());
    survey
}

fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Returns the library named by `--llvm` or the environment, or those in the folder named.
fn asked_for(host: &Host, search: &Search<'_>) -> Option<Vec<Find>> {
    let by_environment =
        || host.asked_for.as_deref().filter(|path| !path.is_empty()).map(Path::new);
    let (path, found_by) = match search.explicit {
        Some(path) => (path, FoundBy::Option),
        None => (by_environment()?, FoundBy::Environment),
    };
    if !path.is_dir() {
        return Some(vec![Find::new(path.to_owned(), found_by)]);
    }
    let folders = [path.to_owned(), path.join("lib"), path.join("lib64")];
    let libraries =
        folders.iter().map(|folder| host.libraries_in(folder)).find(|found| !found.is_empty());
    Some(match libraries {
        Some(libraries) => libraries.into_iter().map(|path| Find::new(path, found_by)).collect(),
        None => vec![Find::faulty(path.to_owned(), found_by, "is a folder that holds no libLLVM")],
    })
}

impl Candidates {
    /// Returns every candidate, in the order it was looked at.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Returns the candidate to load.
    #[must_use]
    pub fn winner(&self) -> Option<&Candidate> {
        self.winner.and_then(|index| self.candidates.get(index))
    }

    /// Judges the candidates of one source; the oldest fit among them wins unless there already is a winner.
    fn consider(&mut self, host: &Host, finds: Vec<Find>, excluded: &[PathBuf]) {
        let start = self.candidates.len();
        for find in finds {
            let candidate = self.judge(host, find, excluded);
            if !self.candidates.iter().any(|known| known.path == candidate.path) {
                self.candidates.push(candidate);
            }
        }
        let fits =
            self.candidates.iter().enumerate().skip(start).filter_map(|(index, candidate)| {
                let Verdict::Fits(version) = candidate.verdict else { return None };
                Some((version.major, version.minor, version.patch, index))
            });
        // A process's memory map and the user's choices are in order of preference; elsewhere an older version is
        // preferred.
        let is_ranked = self.candidates.get(start).is_some_and(|first| is_ranked(first.found_by));
        let best = if is_ranked { fits.min_by_key(|fit| fit.3) } else { fits.min() };
        self.winner = self.winner.or(best.map(|fit| fit.3));
    }

    /// Considers the LLVM linked into this program, if any. Two LLVMs clash in one process, so no other is loaded then.
    fn consider_built_in(
        &mut self,
        host: &Host,
        search: &Search<'_>,
        program: &Path,
        version: LibraryVersion,
    ) {
        let (path, found_by) = (program.to_owned(), FoundBy::BuiltIn);
        let verdict = if search.excluded.iter().any(|excluded| excluded == program) {
            Verdict::Refused(format!("is LLVM {version}, which failed on these inputs"))
        } else {
            self.compare(version, found_by)
        };
        let asked = asked_for(host, search).into_iter().flatten();
        self.candidates = asked
            .map(|find| {
                let reason = "cannot be loaded by a bpf-linker that was built with static-llvm";
                let verdict = Verdict::Refused(reason.to_owned());
                Candidate { path: find.path, found_by: find.found_by, verdict }
            })
            .collect();
        let is_asked = !self.candidates.is_empty();
        let fits = matches!(verdict, Verdict::Fits(_)) && !is_asked;
        self.winner = fits.then_some(0);
        self.candidates.push(Candidate { path, found_by, verdict });
    }

    fn judge(&self, host: &Host, find: Find, excluded: &[PathBuf]) -> Candidate {
        let Find { path, found_by, fault } = find;
        let refused =
            |path, reason| Candidate { path, found_by, verdict: Verdict::Refused(reason) };
        if let Some(fault) = fault {
            return refused(path, fault);
        }
        match library::inspect(&path, host) {
            Err((path, fault)) => refused(path, fault.to_string()),
            Ok(library) if excluded.contains(&library.path) => refused(
                library.path,
                format!("is LLVM {}; it, or a newer one, failed on these inputs", library.version),
            ),
            Ok(library) => {
                let verdict = self.compare(library.version, found_by);
                Candidate { path: library.path, found_by, verdict }
            }
        }
    }

    fn compare(&self, version: LibraryVersion, found_by: FoundBy) -> Verdict {
        if version.major < OLDEST_MAJOR {
            return Verdict::Refused(format!(
                "is LLVM {version}; {OLDEST_MAJOR} is the oldest that will do"
            ));
        }
        let Some((origin, producer)) = &self.producer else { return Verdict::Fits(version) };
        let Some(written_by) = producer.version else { return Verdict::Fits(version) };
        if version.major < written_by.major {
            let text = &producer.text;
            return Verdict::Refused(format!(
                "is LLVM {version}, too old for {origin}, which `{text}` wrote"
            ));
        }
        // rustc's own library reads what rustc just wrote, and the user's choice is respected.
        // A process that has a library open has no choice.
        let is_trusted = found_by.is_final()
            || matches!(found_by, FoundBy::CallingRustc { .. } | FoundBy::ThisProcess);
        if is_trusted || version.reaches(written_by) {
            return Verdict::Fits(version);
        }
        Verdict::OlderRelease(version)
    }

    fn older_release(&self) -> Option<usize> {
        self.candidates
            .iter()
            .position(|candidate| matches!(candidate.verdict, Verdict::OlderRelease(_)))
    }

    /// Returns the winner, with all libraries that were refused on the way.
    pub(super) fn into_located(self) -> Result<Located> {
        let Some(winner) = self.winner() else { return Err(self.failure()) };
        let (Verdict::Fits(version) | Verdict::OlderRelease(version)) = winner.verdict else {
            return Err(self.failure());
        };
        let (path, found_by) = (winner.path.clone(), winner.found_by);
        let refused = self.refused().collect();
        Ok(Located { path, version, found_by, refused })
    }

    /// Returns every candidate that cannot be used.
    pub fn refused(&self) -> impl Iterator<Item = Refused> {
        self.candidates.iter().filter_map(Candidate::refused)
    }

    fn failure(&self) -> Error {
        let asked = self.candidates.first().filter(|candidate| candidate.found_by.is_final());
        let mut error = Error::llvm(match asked {
            Some(candidate) => format!("the libLLVM {} cannot be used", candidate.found_by),
            None => "no libLLVM can be used for this link".to_owned(),
        });
        error = self.refused().fold(error, Error::because);
        if self.candidates.is_empty() {
            error = error.because("no file that looks like a libLLVM was found");
        }
        if let Some((origin, producer)) = &self.producer {
            error = error.because(format!("{origin} was written by `{}`", producer.text));
        }
        let major = self.oldest_major_wanted();
        match asked {
            Some(_) => error.help(format!(
                "name a libLLVM {major} or newer that has the BPF target, or leave --llvm and {LLVM_VARIABLE} out"
            )),
            None => error.help(how_to_get(major)),
        }
    }

    fn oldest_major_wanted(&self) -> u32 {
        let producer = self.producer.as_ref().and_then(|(_, producer)| producer.version);
        producer.map_or(OLDEST_MAJOR, |version| version.major.max(OLDEST_MAJOR))
    }
}

/// Returns the commands that install a libLLVM of at least `major`.
pub fn how_to_get(major: u32) -> String {
    format!(
        "install LLVM {major} or newer (Debian and Ubuntu: apt install libllvm{major}; Fedora: dnf install llvm-libs; \
         Arch: pacman -S llvm-libs; Homebrew: brew install llvm), or name one with --llvm PATH or {LLVM_VARIABLE}"
    )
}

/// Returns true if the candidates of a source come in order of preference.
const fn is_ranked(found_by: FoundBy) -> bool {
    matches!(found_by, FoundBy::CallingRustc { .. })
}

impl Candidate {
    fn refused(&self) -> Option<Refused> {
        let Verdict::Refused(reason) = &self.verdict else { return None };
        Some(Refused { path: self.path.clone(), found_by: self.found_by, reason: reason.clone() })
    }

    fn fate(&self, is_winner: bool) -> String {
        match &self.verdict {
            Verdict::Refused(reason) => format!("refused: {reason}"),
            Verdict::Fits(version) if is_winner => {
                format!("chosen: LLVM {version}{}", untested(*version))
            }
            Verdict::OlderRelease(version) if is_winner => {
                format!(
                    "chosen: LLVM {version}; an older release than the inputs', but nothing fits better"
                )
            }
            Verdict::Fits(version) => {
                format!("would do: LLVM {version}{}, but comes later", untested(*version))
            }
            Verdict::OlderRelease(version) => {
                format!("would do: LLVM {version}, but is an older release than the inputs'")
            }
        }
    }
}

fn untested(version: LibraryVersion) -> String {
    if version.major <= NEWEST_TESTED_MAJOR {
        return String::new();
    }
    format!(" (newer than {NEWEST_TESTED_MAJOR}, the newest this linker was tested with)")
}

impl fmt::Display for Candidates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.producer {
            Some((origin, producer)) => {
                writeln!(f, "newest input: {origin}, written by `{}`", producer.text)?
            }
            None => {
                writeln!(f, "newest input: not known, so any LLVM from {OLDEST_MAJOR} on will do")?
            }
        }
        writeln!(f, "candidates, in the order they are tried:")?;
        for (index, candidate) in self.candidates.iter().enumerate() {
            let is_winner = self.winner == Some(index);
            writeln!(f, "{} {}", if is_winner { '*' } else { '-' }, candidate.path.display())?;
            writeln!(f, "    {}", candidate.found_by)?;
            writeln!(f, "    {}", candidate.fate(is_winner))?;
        }
        if self.candidates.is_empty() {
            writeln!(f, "  none")?;
        }
        if self.winner.is_none() {
            writeln!(f, "no candidate can be used")?;
        }
        Ok(())
    }
}
