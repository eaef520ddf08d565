//! The functions and variables of parts that are global symbols.

use crate::{model::TypeId, strings::StrOff};

/// A function or variable of one part that has the name of a global symbol.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sighting {
    /// The index of the symbol.
    pub global: usize,
    /// The index of the part.
    pub part: usize,
    /// The prototype or the type, in the pool.
    pub ty: TypeId,
    /// The kind.
    pub item: Item,
    /// The role.
    pub role: Role,
    /// The name of the section without bytes that lists it, or the empty name.
    pub list: StrOff,
    /// The size that its section lists.
    pub size: u32,
}

/// The kind of a symbol's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// `FUNC`.
    Function,
    /// `VAR`.
    Variable,
    /// `VAR` of `.maps`.
    Map,
}

/// The part that a sighting plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The definition that the output has.
    Definition,
    /// A declaration.
    Declaration,
    /// A definition that another one overrides.
    Overridden,
}
