//! The libLLVM that reads the inputs, and what to do when it turns out that it cannot.
//!
//! What a file tells about a library is not all: the loader may refuse it, it may lack functions, and an input whose
//! producer is not known may be too new for it. By then it is loaded, and a process never gets rid of it. So the
//! error says which libraries to pass over, and the command line starts itself again, each time with a longer list,
//! until nothing is left that could do better.

use std::path::{Path, PathBuf};

use crate::{
    input::{Bitcode, Format, Inputs, LlvmVersion, Producer},
    llvm::{
        Library,
        locate::{self, Candidate, Located, NEWEST_TESTED_MAJOR, Search, Survey, Verdict},
    },
    plan::LinkPlan,
    report::{Error, Result, Warning, WarningKind, Warnings},
};

/// The chosen library, and what it was chosen for.
#[derive(Debug)]
pub(super) struct Reader<'p> {
    search: Search<'p>,
    located: Located,
}

impl<'p> Reader<'p> {
    /// Finds the libLLVM for `plan` and `inputs`, and loads it for the rest of the process.
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

    /// The file of the library.
    pub(super) fn path(&self) -> &Path {
        &self.located.path
    }

    /// Explains that the library did not load; any other one may.
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
        // A library that reads all other text of its time is seldom to blame for one that is wrong.
        if input.format == Format::Text && self.located.found_by.is_final() {
            return error;
        }
        self.suggest(error, |error, others| match (self.list(error, others), &input.producer) {
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

    /// Explains that a function body could not be read, or that modules do not go together; LLVM does not tell which.
    pub(super) fn cannot_link(&self, error: Error) -> Error {
        if self.located.found_by.is_final() {
            return error;
        }
        self.suggest(error, |error, _| error)
    }

    /// Points to a newer library where there is one: only a newer one reads more. `otherwise` helps where there is none.
    fn suggest(&self, error: Error, otherwise: impl FnOnce(Error, &Survey) -> Error) -> Error {
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
        // What a person asked for is not replaced behind their back.
        if self.located.found_by.is_final() {
            return error;
        }
        error.unless_without(self.search.excluded.iter().cloned().chain(unfit).collect())
    }

    /// Names the other candidates and why each of them cannot be used.
    fn list(&self, error: Error, survey: &Survey) -> Error {
        let others = survey.refused().filter(|refused| refused.path != self.located.path);
        others.fold(error, |error, other| error.because(format!("another candidate, {other}")))
    }

    fn is_newer(&self, candidate: &Candidate) -> bool {
        let (Verdict::Fits(version) | Verdict::OlderRelease(version)) = candidate.verdict else {
            // It is passed over for a reason of its own.
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
/// There is none that fits; the message lists the candidates.
pub fn locate_for(plan: &LinkPlan, inputs: &Inputs) -> Result<Located> {
    locate::locate(&search(plan, inputs))
}

/// Judges every libLLVM that could be found for `plan` and `inputs`.
#[must_use]
pub fn survey_for(plan: &LinkPlan, inputs: &Inputs) -> Survey {
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
