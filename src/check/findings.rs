//! The findings of checks, and the one place that decides which become errors and which warnings.

use super::CheckOptions;
use crate::{
    plan::LlvmErrors,
    report::{Audience, Error, Result, Warning, WarningKind, Warnings},
};

/// A problem that a check found; an [`Error`] carries its message, place, causes and help.
#[derive(Clone, Debug)]
pub enum Finding {
    /// Every loader or kernel in question refuses the object.
    Refused(Error),
    /// The kernel's verifier refuses the program by a limit, which another consumer may not have: a warning with
    /// `--fatal-errors false`.
    Limit {
        /// The limit, and the code beyond it.
        error: Error,
        /// The functions whose frames together are too large.
        frames: Vec<String>,
        /// The warning that says the same, if loaders can take the other programs without this one; if rustc drives
        /// the link, which hides warnings, it stays an error.
        instead: Option<Warning>,
    },
    /// Some loaders may accept it: a warning, and an error if rustc drives the link, which hides warnings.
    Doubtful(WarningKind, Error),
    /// The object loads where the user's assumptions hold.
    Noted(Warning),
}

/// The findings of one or more checks, in order.
#[derive(Clone, Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Adds an error for every loader or kernel in question.
    pub fn refuse(&mut self, error: Error) {
        self.0.push(Finding::Refused(error));
    }

    /// Adds an error by a limit of the verifier.
    pub fn limit(&mut self, error: Error) {
        self.0.push(Finding::Limit { error, frames: Vec::new(), instead: None });
    }

    /// Adds a warning.
    pub fn note(&mut self, warning: Warning) {
        self.0.push(Finding::Noted(warning));
    }

    /// Returns true unless a finding is certain to be an error.
    #[must_use]
    pub fn is_acceptable(&self) -> bool {
        self.0.iter().all(|finding| matches!(finding, Finding::Doubtful(..) | Finding::Noted(..)))
    }

    /// Adds `explain` of the functions whose frames are too large to the causes of each such finding.
    #[must_use]
    pub fn explain_frames(self, explain: impl Fn(&[String]) -> Vec<String>) -> Self {
        let explained = self.0.into_iter().map(|finding| match finding {
            Finding::Limit { error, frames, instead } if !frames.is_empty() => {
                let error = explain(&frames).into_iter().fold(error, Error::because);
                Finding::Limit { error, frames, instead }
            }
            other => other,
        });
        explained.collect()
    }

    /// Returns the errors among the findings, and adds the others to `warnings`.
    #[must_use]
    pub fn errors(self, options: &CheckOptions<'_>, warnings: &Warnings) -> Vec<Error> {
        let mut errors = Vec::new();
        for finding in self.0 {
            match finding {
                Finding::Limit { error, .. }
                    if options.plan.llvm_errors == LlvmErrors::Tolerate =>
                {
                    warnings.push(warning(WarningKind::KernelRefuses, &error));
                }
                Finding::Limit { instead: Some(warning), .. }
                    if options.audience == Audience::Person
                        || options.plan.warnings.silenced.contains(&warning.kind) =>
                {
                    warnings.push(warning);
                }
                Finding::Limit { error, instead: Some(warning), .. } => errors.push(error.help(format!(
                    "`-C link-arg=-Wno-{}` links it all the same, for a loader that leaves this program out",
                    warning.kind
                ))),
                Finding::Refused(error) | Finding::Limit { error, .. } => errors.push(error),
                Finding::Doubtful(kind, _) if options.plan.warnings.silenced.contains(&kind) => {}
                Finding::Doubtful(_, error) if options.audience == Audience::Rustc => {
                    errors.push(error);
                }
                Finding::Doubtful(kind, error) => warnings.push(warning(kind, &error)),
                Finding::Noted(warning) => warnings.push(warning),
            }
        }
        errors
    }

    /// Adds the findings that are no errors to `warnings`.
    ///
    /// # Errors
    /// Returns the error among the findings, or `summary` with all of them as its parts.
    pub fn report(
        self,
        summary: &str,
        options: &CheckOptions<'_>,
        warnings: &Warnings,
    ) -> Result<()> {
        let mut errors = self.errors(options, warnings);
        match (errors.pop(), errors.is_empty()) {
            (None, _) => Ok(()),
            (Some(only), true) => Err(only),
            (Some(last), false) => {
                errors.push(last);
                Err(Error::link(summary).with_parts(errors))
            }
        }
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        Self(findings.into_iter().collect())
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Extend<Finding> for Findings {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        self.0.extend(findings);
    }
}

/// Words a finding as a warning of a `kind`: causes become help, since a warning has none.
fn warning(kind: WarningKind, error: &Error) -> Warning {
    let place = error.place().map(|place| format!(" ({place})")).unwrap_or_default();
    let causes = error.causes().iter().cloned();
    Warning {
        kind,
        message: format!("{}{place}", error.message()),
        help: causes.chain(error.help_lines().iter().cloned()).collect(),
    }
}
