//! Chooses the libLLVM that reads the inputs, and finds an alternative if it cannot.
//!
//! Inspecting a library file is not enough: the loader may refuse it, functions may be missing, and an input from an
//! unknown producer may be too new for it. By then the library is loaded, and a process cannot unload it. So the error
//! lists the libraries to exclude, and the command line restarts itself with a longer list each time, until no better
//! candidate is left.

use std::path::{Path, PathBuf};

use crate::{
    input::{Bitcode, Format, Inputs, LlvmVersion, Producer},
    llvm::{
        Library,
        locate::{self, Candidate, Candidates, Located, NEWEST_TESTED_MAJOR, Search, Verdict},
    },
    plan::LinkPlan,
    report::{Error, Result, Warning, WarningKind, Warnings},
};

/// The chosen library and the search that found it.
#[derive(Debug)]
pub(super) struct ChosenLlvm<'p> {
    search: Search<'p>,
    located: Located,
}

impl<'p> ChosenLlvm<'p> {
    /// Finds the libLLVM for `plan` and `inputs` and loads it for the rest of the process.
    pub(super) fn open(
        plan: &'p LinkPlan,
        inputs: &Inputs,
        warnings: &Warnings,
    ) -> Result<(Self, &'static Library)> {
        let (reader, library) = Library::choose(|opened| {
            let opened = opened.map(Path::to_owned);
            let search = Search { opened, ..search(plan, inputs) };
            let located = locate::locate(&search)?;
            let reader = Self { search, located };
            let library =
                Library::open(&reader.located.path).map_err(|error| reader.cannot_load(error))?;
            Ok((reader, library))
        })?;
        log::info!("using {library}, {}", reader.located.found_by);
        if library.version().major > NEWEST_TESTED_MAJOR {
            warnings.push(untested(library));
        }
        Ok((reader, library))
    }

    /// Returns the path of the library.
    pub(super) fn path(&self) -> &Path {
        &self.located.path
    }

    /// Explains that the library did not load; another candidate may.
    fn cannot_load(&self, error: Error) -> Error {
        let error = error.because(format!("it was {}", self.located.found_by));
        let unfit = vec![self.located.path.clone()];
        let others = self.search.survey_without(&unfit);
        match others.winner() {
            Some(winner) => self.point_to(winner, error, unfit),
            None => self.list(error, &others).help(self.how_to_get_newer()),
        }
    }

    /// Explains that `input` cannot be parsed.
    pub(super) fn cannot_read(&self, error: Error, input: &Bitcode, library: &Library) -> Error {
        let read_by = format!("read by {library}, {}", self.located.found_by);
        let error = match &input.producer {
            Some(producer) => error.because(format!("written by `{}`, {read_by}", producer.text)),
            None => error.because(read_by),
        };
        // A library that reads textual IR of its own version is rarely to blame for invalid text.
        if input.format == Format::Text && self.located.found_by.is_final() {
            return error;
        }
        // No libLLVM reads invalid text: the others are not listed.
        let list = |error: Error, others: &Candidates| match input.format {
            Format::Text => error,
            Format::Bitcode => self.list(error, others),
        };
        self.suggest(error, |error, others| match (list(error, others), &input.producer) {
            (error, Some(Producer { version: Some(version), .. }))
                if *version <= library.version() =>
            {
                error.help(format!(
                    "LLVM {} reads what LLVM {version} wrote unless it is damaged: build {} again",
                    library.version(),
                    input.origin
                ))
            }
            (error, _) if input.format == Format::Text => error,
            (error, _) => error.help(self.how_to_get_newer()),
        })
    }

    /// Explains that a function body could not be read or that modules are incompatible; LLVM does not tell these
    /// apart.
    pub(super) fn cannot_link(&self, error: Error) -> Error {
        if self.located.found_by.is_final() {
            return error;
        }
        self.suggest(error, |error, _| error)
    }

    /// Suggests a newer library if there is one, since only a newer one reads more; otherwise calls `otherwise`.
    fn suggest(&self, error: Error, otherwise: impl FnOnce(Error, &Candidates) -> Error) -> Error {
        let all = self.search.survey_without(&[]);
        let older = all.candidates().iter().filter(|candidate| !self.is_newer(candidate));
        let older = older.map(|candidate| candidate.path.clone());
        let older = older.filter(|path| *path != self.located.path);
        let unfit: Vec<PathBuf> = [self.located.path.clone()].into_iter().chain(older).collect();
        let others = self.search.survey_without(&unfit);
        match others.winner() {
            Some(winner) => self.point_to(winner, error, unfit),
            None => otherwise(error, &others),
        }
    }

    fn point_to(&self, winner: &Candidate, error: Error, unfit: Vec<PathBuf>) -> Error {
        let error = error.help(format!("use another libLLVM: --llvm {}", winner.path.display()));
        // An explicitly requested library is never replaced silently.
        if self.located.found_by.is_final() {
            return error;
        }
        error.unless_without(self.search.excluded.iter().cloned().chain(unfit).collect())
    }

    /// Names the other candidates and why each of them cannot be used.
    fn list(&self, error: Error, survey: &Candidates) -> Error {
        let others = survey.refused().filter(|refused| refused.path != self.located.path);
        others.fold(error, |error, other| error.because(format!("another candidate, {other}")))
    }

    fn is_newer(&self, candidate: &Candidate) -> bool {
        let (Verdict::Fits(version) | Verdict::OlderRelease(version)) = candidate.verdict else {
            // It is excluded for another reason.
            return true;
        };
        let rank = |version: locate::LibraryVersion| (version.major, version.minor, version.patch);
        rank(version) > rank(self.located.version)
    }

    fn how_to_get_newer(&self) -> String {
        let producer = self.search.producer.as_ref().and_then(|(_, producer)| producer.version);
        let oldest = producer.map_or(0, |LlvmVersion { major, .. }| major);
        locate::how_to_get(oldest.max(self.located.version.major + 1))
    }
}

fn untested(library: &Library) -> Warning {
    Warning {
        kind: WarningKind::UntestedLlvm,
        message: format!(
            "{library} is newer than {NEWEST_TESTED_MAJOR}, the newest this linker was tested with"
        ),
        help: vec!["if the object is wrong, name an older libLLVM with --llvm PATH".to_owned()],
    }
}

/// Finds the libLLVM for `plan` and `inputs`.
///
/// # Errors
/// No candidate fits; the message lists the candidates.
pub fn locate_for(plan: &LinkPlan, inputs: &Inputs) -> Result<Located> {
    locate::locate(&search(plan, inputs))
}

/// Evaluates every libLLVM found for `plan` and `inputs`.
#[must_use]
pub fn survey_for(plan: &LinkPlan, inputs: &Inputs) -> Candidates {
    search(plan, inputs).survey()
}

fn search<'p>(plan: &'p LinkPlan, inputs: &Inputs) -> Search<'p> {
    let producer =
        inputs.newest_producer().map(|(origin, producer)| (origin.to_string(), producer.clone()));
    Search {
        explicit: plan.llvm.as_deref(),
        opened: None,
        producer,
        excluded: locate::excluded_by_environment(),
    }
}
