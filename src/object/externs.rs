//! What the compiler of an object knew and its bytes do not say.

use std::collections::{BTreeMap, BTreeSet};

use crate::bpf::signature::Signature;

/// What the compiler of an object knew of declarations and signatures, and neither ELF nor BTF says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Declarations without a definition, by symbol: kernel functions, kernel variables, configuration values.
    pub externs: BTreeMap<String, Extern>,
    /// Functions whose debug information tells no signature, by symbol; what `.BTF` says of it is chance.
    pub unsigned: BTreeSet<String>,
}

/// A declaration without a definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extern {
    /// The section that it names, such as `.ksyms`; an undefined ELF symbol has none.
    pub section: Option<String>,
    /// The type of a function; `None` for a variable, something with an address, of unknown type.
    pub signature: Option<Signature>,
}

impl Declared {
    /// Returns the section that the declaration of `symbol` names.
    #[must_use]
    pub fn extern_section(&self, symbol: &str) -> Option<&str> {
        self.externs.get(symbol)?.section.as_deref()
    }
}
