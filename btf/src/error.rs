//! What can be wrong with BTF.

use std::{error, fmt};

use crate::rules::violation::Violation;

/// The result of every fallible step.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is wrong with BTF, or with what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no BTF.
    Malformed {
        /// Why not.
        fact: String,
        /// Where, as in "in type [3]".
        place: Option<String>,
    },
    /// The format has no room for something.
    TooLarge {
        /// What does not fit.
        what: String,
        /// Where it is, as in "in type [3] `task`".
        place: Option<String>,
    },
    /// A CO-RE path in words leads nowhere.
    LostPath {
        /// The path, such as `.se.load`.
        path: String,
        /// The name of the type that it starts from.
        root: String,
        /// What is not there.
        fact: String,
        /// Where the path is written: file, line and column.
        place: Option<String>,
    },
    /// The kernel would refuse it.
    Refused {
        /// The broken rules, at least one.
        violations: Vec<Violation>,
        /// Where the first type to blame is used, as in "in function `f` at a.c:3".
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
    /// Says that it is `here`, as in "in type [3]".
    pub(super) fn within(mut self, here: String) -> Self {
        if let Self::Malformed { place, .. } | Self::TooLarge { place, .. } = &mut self {
            *place = Some(here);
        }
        self
    }
}
