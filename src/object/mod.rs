//! An ELF object with its debug information and where it came from: what the backend makes, `link` finishes and `check`
//! judges.
//!
//! Its bytes are parsed once, by [`Object::parse`]; whoever only looks borrows it, and whoever changes it takes it.
//!
//! - [`sections`]: joins sections that loaders want as one;
//! - `debug_info`: takes `.BTF` and `.BTF.ext` out of the sections;
//! - [`functions`](Object::functions): functions, their instructions, and who calls whom;
//! - [`undefined`](Object::undefined): what the object needs and does not define;
//! - [`externs`]: what its compiler knew and the bytes do not say;
//! - [`place`]: places as messages name them.

mod debug_info;
pub mod externs;
mod functions;
pub mod place;
pub mod sections;
mod undefined;

pub use functions::{Callee, Function, Reference, functions, instructions};
pub use undefined::{Referrer, Undefined, extern_section};

use self::externs::Declared;
use crate::{
    btf::Info,
    elf::Elf,
    report::{Origin, Result},
};

/// One object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its sections, symbols and relocations, but for those of debug information in BTF.
    pub elf: Elf,
    /// Its `.BTF` and `.BTF.ext`; `None` when it has none.
    pub btf: Option<Info>,
    /// Where it came from.
    pub origin: Origin,
    /// What its compiler knew beyond that.
    pub declared: Declared,
}

impl Object {
    /// Parses `bytes`, a BPF object, and joins sections that loaders do not understand apart.
    ///
    /// # Errors
    /// `bytes` is no BPF object, or its BTF is malformed.
    pub fn parse(bytes: &[u8], origin: Origin) -> Result<Self> {
        log::debug!("parsing {origin}, an object of {} bytes", bytes.len());
        let mut elf = Elf::parse(bytes)?;
        sections::merge(&mut elf)?;
        let btf = debug_info::take(&mut elf)?;
        Ok(Self { elf, btf, origin, declared: Declared::default() })
    }

    /// Returns the functions: by section, then by address.
    #[must_use]
    pub fn functions(&self) -> Vec<Function> {
        functions(&self.elf)
    }

    /// Returns the symbols that the object needs and does not define, sorted by name. What only debug information names is
    /// not needed.
    #[must_use]
    pub fn undefined(&self) -> Vec<Undefined> {
        undefined::find(self)
    }

    /// Returns the source of the instruction at byte `offset` of `section`, as `file:line`.
    #[must_use]
    pub fn source_of(&self, section: &str, offset: u64) -> Option<String> {
        place::source_of(self.btf.as_ref()?, section, offset)
    }
}
