//! An item in an object that a kernel does not support.

use crate::bpf::kernel::{Feature, Kernel};

/// The certainty that the kernel will see the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// Certain in every case.
    Certain,
    /// Possibly unreachable because of a test at load time.
    Guarded,
}

/// An item that the kernel does not support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    /// The location and the use, up to the verb and its object.
    subject: String,
    /// The required kernel feature.
    what: String,
    since: Option<Kernel>,
    pub(super) remedy: String,
    pub(super) certainty: Certainty,
}

impl Unknown {
    /// Creates an entry for a `subject` that needs `feature`.
    pub(super) fn feature(subject: String, feature: &Feature) -> Self {
        Self {
            subject,
            what: feature.what.to_owned(),
            since: Some(feature.since),
            remedy: feature.remedy.to_owned(),
            certainty: Certainty::Certain,
        }
    }

    /// Creates an entry for a `subject` that needs `what`, added in kernel `since`; with `None`, no kernel has it.
    pub(super) fn entry(subject: String, what: String, since: Option<Kernel>) -> Self {
        Self { subject, what, since, remedy: String::new(), certainty: Certainty::Certain }
    }

    /// Returns the entry with this `certainty` and `remedy`.
    pub(super) fn with(self, certainty: Certainty, remedy: &str) -> Self {
        Self { certainty, remedy: remedy.to_owned(), ..self }
    }

    /// Formats the entry as one line.
    pub(super) fn sentence(&self) -> String {
        let Self { subject, what, .. } = self;
        match self.since {
            Some(since) => format!("{subject} needs {what}: since kernel {since}"),
            None => format!("{subject} needs {what}, which no kernel has"),
        }
    }
}
