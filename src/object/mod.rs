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

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use self::externs::Declared;
use crate::{
    btf::Info,
    elf::{
        Elf,
        partial::{self, Bytes},
    },
    report::{Error, Origin, Result},
};

/// One object.
#[derive(Clone, Debug)]
pub struct Object {
    /// The sections, symbols and relocations, except for those of debug information in BTF.
    pub elf: Elf,
    /// The `.BTF` and `.BTF.ext`; `None` if it has none, or if they have not been decoded.
    pub btf: Option<Info>,
    /// The file whose `.BTF` is decoded when it is linked.
    pub later: Option<Arc<dyn Bytes>>,
    /// The origin.
    pub origin: Origin,
    /// Additional facts from its compiler.
    pub declared: Declared,
    /// Its part in the link.
    pub role: Role,
}

/// The BTF of an object, taken out of it.
#[derive(Debug)]
pub enum Types {
    /// It has none.
    None,
    /// Decoded, with the names of functions without a prototype.
    Decoded(Info, BTreeSet<String>),
    /// In its file.
    Later(Arc<dyn Bytes>, Origin),
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
        let declared = Declared::default();
        Ok(Self { elf, btf, later: None, origin, declared, role: Role::Emitted })
    }

    /// Parses `bytes`, a native object that a compiler or assembler wrote for loaders or other linkers, and gives its
    /// sections the names that loaders expect.
    ///
    /// # Errors
    /// Returns an error if `bytes` is not a sound BPF object, or its BTF is malformed.
    pub fn parse_native(bytes: &[u8], origin: Origin) -> Result<Self> {
        let (mut object, _) = Self::parse_code(bytes, origin)?;
        if let Some((btf, unsigned)) = decode(bytes, &object.origin)? {
            (object.btf, object.declared.unsigned) = (Some(btf), unsigned);
        }
        Ok(object)
    }

    /// Parses a native object, and leaves its BTF to [`Types::decode`], which reads `file` again: decoded BTF takes ten
    /// times the memory of everything else that a link needs of an object, and only one is needed at a time. `buffer` is
    /// memory to read into.
    ///
    /// # Errors
    /// Returns an error if `file` cannot be read, or is not a sound BPF object.
    pub fn parse_for_later(
        file: Arc<dyn Bytes>,
        buffer: &mut Vec<u8>,
        origin: Origin,
    ) -> Result<Self> {
        partial::read(&*file, buffer, &native::is_code)?;
        let (object, has_btf) = Self::parse_code(buffer, origin)?;
        Ok(Self { later: has_btf.then_some(file), ..object })
    }

    fn parse_code(bytes: &[u8], origin: Origin) -> Result<(Self, bool)> {
        let (elf, has_btf) = native::code(bytes).map_err(|error| unreadable(error, &origin))?;
        let (declared, role) = (Declared::default(), Role::Given);
        Ok((Self { elf, btf: None, later: None, origin, declared, role }, has_btf))
    }

    /// Returns true if it has BTF, decoded or not.
    #[must_use]
    pub const fn has_btf(&self) -> bool {
        self.btf.is_some() || self.later.is_some()
    }

    /// Decodes its BTF, if that was left for later.
    ///
    /// # Errors
    /// Returns an error if its file can no longer be read, or its BTF is malformed.
    pub fn decode_btf(&mut self) -> Result<()> {
        if let Some((btf, unsigned)) = self.take_btf().decode(&mut Vec::new())? {
            (self.btf, self.declared.unsigned) = (Some(btf), unsigned);
        }
        Ok(())
    }

    /// Takes its BTF out of it.
    pub fn take_btf(&mut self) -> Types {
        match (self.btf.take(), self.later.take()) {
            (Some(btf), _) => Types::Decoded(btf, self.declared.unsigned.clone()),
            (None, Some(file)) => Types::Later(file, self.origin.clone()),
            (None, None) => Types::None,
        }
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
        let decoded = match &self.later {
            Some(file) => {
                let mut bytes = Vec::new();
                partial::read(&**file, &mut bytes, &native::is_linked).ok()?;
                Cow::Owned(native::btf(&bytes).ok()??)
            }
            None => Cow::Borrowed(self.btf.as_ref()?),
        };
        place::source_of(&decoded, section, offset)
    }
}

impl Types {
    /// Decodes it; returns the names of functions without a prototype, too. `buffer` is memory to read into.
    ///
    /// # Errors
    /// Returns an error if its file can no longer be read, or it is malformed.
    pub fn decode(self, buffer: &mut Vec<u8>) -> Result<Option<(Info, BTreeSet<String>)>> {
        match self {
            Self::None => Ok(None),
            Self::Decoded(btf, unsigned) => Ok(Some((btf, unsigned))),
            Self::Later(file, origin) => {
                partial::read(&*file, buffer, &native::is_linked)?;
                decode(buffer, &origin)
            }
        }
    }
}

/// Decodes the BTF in `bytes`, a native object, and finds the functions without a prototype.
fn decode(bytes: &[u8], origin: &Origin) -> Result<Option<(Info, BTreeSet<String>)>> {
    let btf = native::btf(bytes).map_err(|error| unreadable(error, origin))?;
    Ok(btf.map(|mut info| {
        info.btf.forget_random_prototypes();
        let unsigned = native::unsigned(&info);
        (info, unsigned)
    }))
}

fn unreadable(error: Error, origin: &Origin) -> Error {
    error.context(format!("cannot read {origin}"))
}
