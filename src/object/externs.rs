//! Facts from an object's compiler that are not in its bytes.

use std::collections::{BTreeMap, BTreeSet};

use crate::bpf::{kernel::is_kernel_function, sections::EXTERNS, signature::Signature};

/// Declarations and signatures that the compiler of an object knew, and that neither ELF nor BTF contains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Declarations without a definition, by symbol: kernel functions, kernel variables, configuration values.
    pub externs: BTreeMap<String, Extern>,
    /// Functions without a signature in debug information, by symbol; their entry in `.BTF` is arbitrary.
    pub unsigned: BTreeSet<String>,
    /// The global symbols that other objects of the same link may use, but no loader looks for.
    pub linked_only: BTreeSet<String>,
}

/// A declaration without a definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extern {
    /// The section that it names, such as `.ksyms`; an undefined ELF symbol has none.
    pub section: Option<String>,
    /// The type of a function; `None` for a variable: an address of unknown type.
    pub signature: Option<Signature>,
}

impl Declared {
    /// Returns the section that the declaration of `symbol` names. For a kernel function whose declaration names
    /// none, this is the section of kernel symbols, since rustc accepts no section for a foreign function.
    #[must_use]
    pub fn extern_section(&self, symbol: &str) -> Option<&str> {
        let declared = self.externs.get(symbol)?;
        let is_function = declared.signature.is_some();
        let of_kernel = is_function && is_kernel_function(symbol);
        declared.section.as_deref().or(of_kernel.then_some(EXTERNS[0]))
    }
}
