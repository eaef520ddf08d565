//! Diagnostics: errors, warnings and exit codes.
//!
//! An [`Error`] has a message, a place in the source, causes and help lines, and it may contain other errors found
//! with it. [`Warnings`] collects the warnings as values, so that an embedder decides how to show them.

mod count;
mod near;
mod origin;
mod render;
mod symbol;
mod warning;

pub(crate) use count::count;
pub use near::nearest;
pub use origin::Origin;
pub use render::Paint;
pub use symbol::{demangled, quoted};
pub use warning::WarningKind;

use std::{error, fmt, path::PathBuf, process::ExitCode, sync::Mutex};

/// The result of every fallible step of a link.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The audience of the linker's messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// A user, or a program that passes on all messages.
    #[default]
    Person,
    /// rustc, which shows a linker's messages only if it fails.
    Rustc,
}

/// The kind of failure, for scripts that call the linker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The command line, a response file or another argument file is wrong.
    Usage,
    /// An input is missing, malformed, or of a kind that cannot be linked.
    Input,
    /// The inputs are sound but do not make a program.
    Link,
    /// No usable libLLVM, or LLVM gave up.
    Llvm,
    /// A file cannot be read or written for reasons outside the link.
    Io,
    /// An internal error of the linker.
    Internal,
}

impl ErrorKind {
    /// Returns the exit code of a link that failed this way; 0 is success.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Link => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Llvm => 4,
            Self::Io => 5,
            // The exit code of a Rust program that panics.
            Self::Internal => 101,
        }
    }
}

/// The reason why a link failed: `error:` with the message, `-->` with the place in the source, `cause:` lines from
/// near to far, and `help:` lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    causes: Vec<String>,
    help: Vec<String>,
    // Boxed to keep `Result`s small on the success path.
    rest: Box<Rest>,
}

/// The rarely used fields of an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Rest {
    place: Option<String>,
    parts: Vec<Error>,
    unfit: Vec<PathBuf>,
}

impl Error {
    /// Creates an error of `kind`; `message` is lower-case, without a full stop, and names its subject.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            causes: Vec::new(),
            help: Vec::new(),
            rest: Box::default(),
        }
    }

    /// Creates an [`ErrorKind::Usage`] error.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// Creates an [`ErrorKind::Input`] error.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    /// Creates an [`ErrorKind::Link`] error.
    pub fn link(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Link, message)
    }

    /// Creates an [`ErrorKind::Llvm`] error.
    pub fn llvm(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Llvm, message)
    }

    /// Creates an [`ErrorKind::Io`] error.
    pub fn io(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Io, message)
    }

    /// Sets the place in the source, as `file:line` or `file:line:column`; `None` if unknown.
    #[must_use]
    pub fn at(mut self, place: Option<impl Into<String>>) -> Self {
        self.rest.place = place.map(Into::into);
        self
    }

    /// Adds other errors; they are shown first, and this error after all of them.
    #[must_use]
    pub fn with_parts(mut self, parts: impl IntoIterator<Item = Self>) -> Self {
        self.rest.parts.extend(parts);
        self
    }

    /// Adds a cause after the existing ones.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds a help line, which suggests a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Puts `message` in front; the former message becomes the first cause.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Self {
        let former = std::mem::replace(&mut self.message, message.into());
        self.causes.insert(0, former);
        self
    }

    /// Marks the libLLVMs in `unfit` as unable to do this link; another one may succeed, in another process.
    #[must_use]
    pub fn unless_without(mut self, unfit: Vec<PathBuf>) -> Self {
        self.rest.unfit = unfit;
        self
    }

    /// Returns the libLLVMs to exclude when the same link is retried in another process, since one process can load
    /// only one libLLVM. Empty if no other candidate could succeed.
    ///
    /// The command retries by itself; an embedder may start a process with
    /// [`EXCLUDED_VARIABLE`](crate::llvm::locate::EXCLUDED_VARIABLE) set to the
    /// [`exclusion_list`](crate::llvm::locate::exclusion_list) of these.
    #[must_use]
    pub fn unfit_llvms(&self) -> &[PathBuf] {
        &self.rest.unfit
    }

    /// Returns the kind of failure.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the first line, without the word `error`.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the place in the source, as `file:line` or `file:line:column`.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.rest.place.as_deref()
    }

    /// Returns the individual errors that this one summarizes, in the order of the program; often none.
    #[must_use]
    pub fn parts(&self) -> &[Self] {
        &self.rest.parts
    }

    /// Returns the causes, nearest first.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// Returns the help lines.
    #[must_use]
    pub fn help_lines(&self) -> &[String] {
        &self.help
    }

    /// Returns the process exit code for this error.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.kind.exit_code())
    }
}

impl error::Error for Error {}

/// A diagnostic about a link that continued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Kind of warning; its name is the one that `-W no-NAME` takes.
    pub kind: WarningKind,
    /// The message, lower-case and with its subject.
    pub message: String,
    /// Suggested remedies.
    pub help: Vec<String>,
}

impl Warning {
    /// Creates a warning of a `kind`; `message` is lower-case, without a full stop, and names its subject.
    pub fn new(kind: WarningKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: Vec::new() }
    }

    /// Adds a help line.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

/// A number of warnings and of notes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said(usize, usize);

/// The warnings and notes of one link, in the order they arose, without duplicates.
#[derive(Debug, Default)]
pub struct Warnings {
    warnings: Mutex<Vec<Warning>>,
    notes: Mutex<Vec<String>>,
}

impl Warnings {
    /// Adds a warning of a `kind`.
    pub fn warn(&self, kind: WarningKind, message: impl Into<String>) {
        self.push(Warning::new(kind, message));
    }

    /// Adds a warning unless it is a duplicate.
    pub fn push(&self, warning: Warning) {
        let mut all = self.lock();
        if !all.contains(&warning) {
            all.push(warning);
        }
    }

    /// Removes the warnings of the given kinds.
    pub fn silence(&self, kinds: &[WarningKind]) {
        self.lock().retain(|warning| !kinds.contains(&warning.kind));
    }

    /// Returns the first warning, if any.
    pub fn first(&self) -> Option<Warning> {
        self.lock().first().cloned()
    }

    /// Removes and returns all warnings.
    pub fn take(&self) -> Vec<Warning> {
        std::mem::take(&mut *self.lock())
    }

    /// Returns how many there are.
    pub(crate) fn said(&self) -> Said {
        Said(self.lock().len(), self.lock_notes().len())
    }

    /// Returns the warnings and notes added since `said`.
    pub(crate) fn said_since(&self, said: Said) -> (Vec<Warning>, Vec<String>) {
        let warnings = self.lock().iter().skip(said.0).cloned().collect();
        (warnings, self.lock_notes().iter().skip(said.1).cloned().collect())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Warning>> {
        self.warnings.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Adds a note, which is no warning: it is never fatal. Repeated notes are dropped.
    pub fn note(&self, note: impl Into<String>) {
        let (note, mut all) = (note.into(), self.lock_notes());
        if !all.contains(&note) {
            all.push(note);
        }
    }

    /// Removes and returns all notes.
    pub fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut *self.lock_notes())
    }

    fn lock_notes(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.notes.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_subject_causes_help() {
        let error = Error::io("no such directory: out")
            .context("cannot write out/prog.o")
            .help("create it, or name a file elsewhere");
        assert_eq!(
            error.to_string(),
            "error: cannot write out/prog.o\n  = cause: no such directory: out\n  = help: create it, or name a file elsewhere"
        );
        assert_eq!(error.kind().exit_code(), 5);
    }

    #[test]
    fn a_repeated_warning_is_kept_once() {
        let warnings = Warnings::default();
        warnings.warn(WarningKind::Trap, "once");
        warnings.warn(WarningKind::Trap, "once");
        let taken = warnings.take();
        assert_eq!(
            taken.iter().map(Warning::to_string).collect::<Vec<_>>(),
            ["warning: once [trap]"]
        );
    }

    #[test]
    fn a_silenced_warning_is_gone_and_another_stays() {
        let warnings = Warnings::default();
        warnings.warn(WarningKind::Trap, "unwanted");
        warnings.warn(WarningKind::Llvm, "wanted");
        warnings.silence(&[WarningKind::Trap, WarningKind::LegacyMaps]);
        assert_eq!(warnings.first().map(|warning| warning.kind), Some(WarningKind::Llvm));
        assert_eq!(warnings.take().len(), 1);
    }
}
