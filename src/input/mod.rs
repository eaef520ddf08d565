//! Files to candidates: what an input is, which members an archive has, which symbols they define. No LLVM.

mod producer;

pub use producer::{LlvmVersion, Producer};

use std::{fmt, path::PathBuf, sync::Arc};

use crate::{
    plan::LinkPlan,
    report::{Result, Warnings},
};

/// All inputs of a link, sorted by how they take part in it.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Linked whole, in command-line order: objects, and every member under `--whole-archive`.
    pub modules: Vec<Bitcode>,
    /// Their members are linked when something undefined needs them; the first definition in order wins.
    pub archives: Vec<Archive>,
    /// Symbols that rustc wants kept: the undefined symbols of its native `symbols.o`.
    pub roots: Vec<String>,
}

/// Bitcode or textual IR, ready to be parsed by LLVM.
#[derive(Clone, Debug)]
pub struct Bitcode {
    /// Where it comes from.
    pub origin: Origin,
    /// Its form.
    pub format: Format,
    /// The module itself: without wrapper, archive or ELF around it.
    pub bytes: Arc<[u8]>,
    /// Who wrote it, when it says so.
    pub producer: Option<Producer>,
}

/// The form of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// LLVM bitcode.
    Bitcode,
    /// Textual LLVM IR (`.ll`).
    Text,
}

/// Where a module comes from; reads `libcore.rlib(core.o)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The input file or buffer.
    pub file: PathBuf,
    /// The archive members that lead to it, outermost first.
    pub members: Vec<String>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.members.iter().try_for_each(|member| write!(f, "({member})"))
    }
}

/// An archive whose members are read when needed.
#[derive(Debug)]
pub struct Archive {}

/// A member of an [`Archive`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemberId(pub usize);

impl Archive {
    /// The first member that defines `symbol`, from the symbol index.
    #[must_use]
    pub fn defining(&self, _symbol: &str) -> Option<MemberId> {
        None
    }

    /// Reads the bitcode of one member.
    ///
    /// # Errors
    /// The file can no longer be read, or the member holds no bitcode.
    pub fn load(&self, _member: MemberId) -> Result<Bitcode> {
        Err(crate::Error::input("not written yet"))
    }
}

/// Opens and classifies every input of `plan`.
///
/// # Errors
/// An input is missing, unreadable, malformed, or of a kind that cannot be linked; the message names it.
pub fn load(_plan: &LinkPlan, _warnings: &Warnings) -> Result<Inputs> {
    Ok(Inputs::default())
}
