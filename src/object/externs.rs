//! What only the backend knows and the emitted ELF no longer says.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    bpf::{kernel::is_kernel_function, sections::EXTERNS},
    report::Audience,
};

/// What the backend knows about the program it generated code for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Declarations without a definition, by symbol.
    pub externs: BTreeMap<String, Extern>,
    /// What the inputs define and offer; empty when they need nothing else.
    pub linkable: Vec<String>,
    /// Who sees the warnings.
    pub audience: Audience,
    /// Where functions without debug info come from, by symbol.
    pub sources: BTreeMap<String, SourcePlace>,
    /// Functions whose debug info tells no signature, by symbol: the one in BTF is made up.
    pub unsigned: BTreeSet<String>,
}

/// A declaration without a definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extern {
    /// The section its declaration names, such as `.ksyms`; an undefined ELF symbol has none.
    pub section: Option<String>,
    /// What it declares.
    pub shape: Shape,
}

/// What a declaration declares, as far as LLVM IR tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Something with an address, of unknown type.
    #[default]
    Variable,
    /// A function.
    Function {
        /// `None` returns nothing.
        returns: Option<Scalar>,
        /// The parameters in order.
        parameters: Vec<Scalar>,
    },
}

/// A value that fits a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// An integer of that many bits.
    Integer(u32),
    /// A pointer.
    Pointer,
}

/// Where something is in the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourcePlace {
    /// The path of the file; empty when unknown.
    pub file: String,
    /// The line, counted from 1; 0 when unknown.
    pub line: u32,
    /// The text of the line; empty when unknown.
    pub text: String,
}

impl Facts {
    /// The section that the declaration of `symbol` names; that of the kernel's symbols for a function of the kernel whose
    /// declaration names none, since rustc takes none for a foreign function.
    #[must_use]
    pub fn extern_section(&self, symbol: &str) -> Option<&str> {
        let declared = self.externs.get(symbol)?;
        let is_function = matches!(declared.shape, Shape::Function { .. });
        let of_kernel = is_function && is_kernel_function(symbol);
        declared.section.as_deref().or(of_kernel.then_some(EXTERNS[0]))
    }
}
