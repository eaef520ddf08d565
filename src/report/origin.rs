//! Origins of modules and objects, as named in messages.

use std::{fmt, path::PathBuf};

/// The origin of a module or an object, displayed as `libcore.rlib(core.o)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The input file or buffer.
    pub file: PathBuf,
    /// The archive members that lead to it, outermost first.
    pub members: Vec<String>,
}

impl Origin {
    /// Makes the origin of an input that is a file or a buffer, not a member.
    #[must_use]
    pub fn whole(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), members: Vec::new() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.members.iter().try_for_each(|member| write!(f, "({member})"))
    }
}
