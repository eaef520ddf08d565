//! Errors of BTF.

use std::{error, fmt};

use crate::rules::violation::Violation;

/// The result of every fallible step.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error in BTF, or in a request for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Bytes that are not BTF.
    Malformed {
        /// The reason.
        fact: String,
        /// The location, such as `in type [3]`.
        place: Option<String>,
    },
    /// A value that exceeds the format's limits.
    TooLarge {
        /// The value that does not fit.
        what: String,
        /// The location, such as ``in type [3] `task` ``.
        place: Option<String>,
    },
    /// An invalid symbolic CO-RE path.
    LostPath {
        /// The path, such as `.se.load`.
        path: String,
        /// The name of its root type.
        root: String,
        /// The missing part.
        fact: String,
        /// The source location of the path: file, line and column.
        place: Option<String>,
    },
    /// A violation of the kernel's rules.
    Refused {
        /// The broken rules, at least one.
        violations: Vec<Violation>,
        /// The source of the first faulty type's use, such as "in function `f` at a.c:3".
        source: Option<String>,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { fact, place } => {
                write!(f, "malformed BTF: {fact}")?;
                place.iter().try_for_each(|place| write!(f, " {place}"))
            }
            Self::TooLarge { what, place } => {
                write!(f, "{what} does not fit the BTF format")?;
                place.iter().try_for_each(|place| write!(f, " ({place})"))
            }
            Self::LostPath { path, root, fact, .. } => {
                write!(f, "the CO-RE path `{path}` of `{root}` leads nowhere: {fact}")
            }
            Self::Refused { violations, .. } => {
                f.write_str("the kernel would refuse this BTF")?;
                violations.iter().try_for_each(|violation| write!(f, "; {violation}"))
            }
        }
    }
}

impl error::Error for Error {}

impl Error {
    /// Adds the location `here`, such as `in type [3]`.
    pub(super) fn within(mut self, here: String) -> Self {
        if let Self::Malformed { place, .. } | Self::TooLarge { place, .. } = &mut self {
            *place = Some(here);
        }
        self
    }
}
