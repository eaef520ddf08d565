//! Inputs passed by an embedder.

use std::path::Path;

use crate::plan::{Input, Members, Source};

/// One input: bitcode, textual IR, an ELF object with bitcode in it, or an archive of these, detected by contents.
///
/// Archives are searched for undefined symbols, as on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkerInput<'a> {
    /// A file.
    File {
        /// The file's path.
        path: &'a Path,
    },
    /// A file's contents, copied when the link starts.
    Buffer {
        /// Name used in messages only.
        name: &'a str,
        /// The contents.
        bytes: &'a [u8],
    },
}

impl<'a> LinkerInput<'a> {
    /// Makes an input of the file at `path`.
    #[must_use]
    pub fn file<P: AsRef<Path> + ?Sized>(path: &'a P) -> Self {
        Self::File { path: path.as_ref() }
    }

    /// Makes an input of a file's contents, called `name` in messages.
    #[must_use]
    pub const fn buffer(name: &'a str, bytes: &'a [u8]) -> Self {
        Self::Buffer { name, bytes }
    }

    pub(super) fn planned(self) -> Input {
        let source = match self {
            Self::File { path } => Source::File(path.to_owned()),
            Self::Buffer { name, bytes } => {
                Source::Buffer { name: name.to_owned(), bytes: bytes.into() }
            }
        };
        Input { source, members: Members::Needed }
    }
}

impl<'a> From<&'a Path> for LinkerInput<'a> {
    fn from(path: &'a Path) -> Self {
        Self::file(path)
    }
}
