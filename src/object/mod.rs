//! An ELF object with its debug information and origin: the backend creates it, `link` finishes it and `check`
//! verifies it.
//!
//! [`Object::parse`] parses its bytes once; readers borrow the object, and passes that change it take ownership.
//!
//! - [`sections`]: joins sections that loaders require to be one;
//! - `debug_info`: extracts `.BTF` and `.BTF.ext` from the sections;
//! - `native`: checks and adapts an object that another tool wrote;
//! - [`functions`](Object::functions): functions, their instructions, and the call graph;
//! - [`undefined`](Object::undefined): symbols that the object needs and does not define;
//! - [`externs`]: facts from its compiler that are not in the bytes;
//! - [`place`]: locations as messages name them.

mod btf_error;
mod debug_info;
pub mod externs;
mod functions;
mod native;
pub mod place;
pub mod sections;
mod undefined;

pub use crate::btf::sources::is_source;
pub use functions::{Callee, Function, Reference, SUBPROGRAMS, functions, instructions, reached};
pub use undefined::{Referrer, Undefined, listed_externs};

use self::externs::Declared;
use crate::{
    btf::Info,
    elf::Elf,
    report::{Origin, Result},
};

/// One object.
#[derive(Clone, Debug)]
pub struct Object {
    /// The sections, symbols and relocations, except for those of debug information in BTF.
    pub elf: Elf,
    /// The `.BTF` and `.BTF.ext`; `None` if it has none.
    pub btf: Option<Info>,
    /// The origin.
    pub origin: Origin,
    /// Additional facts from its compiler.
    pub declared: Declared,
    /// Its part in the link.
    pub role: Role,
}

/// The part of an object in a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// The object generated from bitcode, or the result of joining several.
    #[default]
    Emitted,
    /// A native object given as an input.
    Given,
    /// A native object taken from an archive because something refers to it.
    Member,
    /// Functions of the linker itself.
    Own,
}

impl Object {
    /// Parses `bytes`, a BPF object, and joins sections that loaders do not understand separately.
    ///
    /// # Errors
    /// Returns an error if `bytes` is not a BPF object, or its BTF is malformed.
    pub fn parse(bytes: &[u8], origin: Origin) -> Result<Self> {
        log::debug!("parsing {origin}, an object of {} bytes", bytes.len());
        let mut elf = Elf::parse(bytes)?;
        sections::merge(&mut elf)?;
        let btf = debug_info::take(&mut elf)?;
        Ok(Self { elf, btf, origin, declared: Declared::default(), role: Role::Emitted })
    }

    /// Parses `bytes`, a native object that a compiler or assembler wrote for loaders or other linkers, and gives its
    /// sections the names that loaders expect.
    ///
    /// # Errors
    /// Returns an error if `bytes` is not a sound BPF object, or its BTF is malformed.
    pub fn parse_native(bytes: &[u8], origin: Origin) -> Result<Self> {
        let read = || {
            let mut elf = Elf::parse(bytes)?;
            let folded = native::prepare(&mut elf)?;
            sections::merge(&mut elf)?;
            let mut btf = debug_info::take(&mut elf)?;
            let mut declared = Declared::default();
            if let Some(info) = &mut btf {
                info.btf.forget_random_prototypes();
                declared.unsigned = native::unsigned(info);
                native::check_types(info)?;
                native::rename_lists(info, &folded);
            }
            Ok((elf, btf, declared))
        };
        let (elf, btf, declared) =
            read().map_err(|error: crate::Error| error.context(format!("cannot read {origin}")))?;
        Ok(Self { elf, btf, origin, declared, role: Role::Given })
    }

    /// Returns the functions: by section, then by address.
    #[must_use]
    pub fn functions(&self) -> Vec<Function> {
        functions(&self.elf)
    }

    /// Returns the symbols that the object needs and does not define, sorted by name. Symbols that only debug
    /// information names are not needed.
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
