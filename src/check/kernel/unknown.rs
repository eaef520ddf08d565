//! Something in an object that a kernel does not know.

use crate::bpf::kernel::{Feature, Kernel};

/// Whether the kernel will get to see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// In any case.
    Certain,
    /// Unless a test at load time makes it unreachable.
    Guarded,
}

/// Something that the kernel does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    /// Where it is and what it does there, up to the verb and its object.
    subject: String,
    /// What it needs of the kernel.
    what: String,
    since: Option<Kernel>,
    pub(super) remedy: String,
    pub(super) certainty: Certainty,
}

impl Unknown {
    /// `subject` needs `feature`.
    pub(super) fn feature(subject: String, feature: &Feature) -> Self {
        Self {
            subject,
            what: feature.what.to_owned(),
            since: Some(feature.since),
            remedy: feature.remedy.to_owned(),
            certainty: Certainty::Certain,
        }
    }

    /// `subject` needs `what`, which came with the kernel `since`; none has it when that is `None`.
    pub(super) fn entry(subject: String, what: String, since: Option<Kernel>) -> Self {
        Self { subject, what, since, remedy: String::new(), certainty: Certainty::Certain }
    }

    /// The same, behind a test at load time where `certainty` says so.
    pub(super) fn with(self, certainty: Certainty, remedy: &str) -> Self {
        Self { certainty, remedy: remedy.to_owned(), ..self }
    }

    /// It, in one line.
    pub(super) fn sentence(&self) -> String {
        let Self { subject, what, .. } = self;
        match self.since {
            Some(since) => format!("{subject} needs {what}: since kernel {since}"),
            None => format!("{subject} needs {what}, which no kernel has"),
        }
    }
}
