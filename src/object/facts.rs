//! What only the backend knows and the emitted ELF no longer says.

use std::collections::BTreeMap;

/// What the backend knows about the program it generated code for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Declarations without a definition, by symbol.
    pub externs: BTreeMap<String, Extern>,
    /// What the inputs define and offer; empty when they need nothing else.
    pub linkable: Vec<String>,
    /// Where functions without debug info come from, by symbol.
    pub sources: BTreeMap<String, SourcePlace>,
    /// The text of source files that debug information embeds, by path.
    pub embedded_sources: BTreeMap<String, String>,
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
    /// The section that the declaration of `symbol` names.
    #[must_use]
    pub fn extern_section(&self, symbol: &str) -> Option<&str> {
        self.externs.get(symbol)?.section.as_deref()
    }
}
