//! What the compiler of an object knew and its bytes do not say.

use std::collections::{BTreeMap, BTreeSet};

use crate::bpf::{kernel::is_kernel_function, sections::EXTERNS, signature::Signature};

/// What the compiler of an object knew of declarations and signatures, and neither ELF nor BTF says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Declarations without a definition, by symbol: kernel functions, kernel variables, configuration values.
    pub externs: BTreeMap<String, Extern>,
    /// Functions whose debug information tells no signature, by symbol; what `.BTF` says of it is chance.
    pub unsigned: BTreeSet<String>,
    /// The text of source files that debug information embeds, by path.
    pub embedded_sources: BTreeMap<String, String>,
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
    /// Returns the section that the declaration of `symbol` names; that of the kernel's symbols for a function of the kernel
    /// whose declaration names none, since rustc takes none for a foreign function.
    #[must_use]
    pub fn extern_section(&self, symbol: &str) -> Option<&str> {
        let declared = self.externs.get(symbol)?;
        let is_function = declared.signature.is_some();
        let of_kernel = is_function && is_kernel_function(symbol);
        declared.section.as_deref().or(of_kernel.then_some(EXTERNS[0]))
    }
}
