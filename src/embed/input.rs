//! What an embedder hands over to be linked.

use std::path::Path;

use crate::plan::{Input, Members, Source};

/// One input: bitcode, textual IR, an ELF object with bitcode in it, or an archive of these, told apart by contents.
///
/// Archives are searched for what is undefined, as on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkerInput<'a> {
    /// A file.
    File {
        /// Where it is.
        path: &'a Path,
    },
    /// A file's contents; they are copied when the link starts.
    Buffer {
        /// Named in messages, and nowhere else.
        name: &'a str,
        /// The contents.
        bytes: &'a [u8],
    },
}

impl<'a> LinkerInput<'a> {
    /// The file at `path`.
    #[must_use]
    pub fn file<P: AsRef<Path> + ?Sized>(path: &'a P) -> Self {
        Self::File { path: path.as_ref() }
    }

    /// The contents of a file; messages call it `name`.
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
