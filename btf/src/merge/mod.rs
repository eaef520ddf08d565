//! The merging of the BTF of several objects that are linked into one.
//!
//! [`merge`] takes the debug information of each object as its compiler wrote it, and the linker's decisions: the new
//! place of each range of each section, and the definition of each global symbol. It knows nothing of ELF.
//!
//! 1. Declarations and overridden definitions are bound to the definition of their symbol; their types must agree.
//! 2. The types of all objects are appended, equal ones once, forward declarations resolved across objects.
//! 3. Each `DATASEC` is rebuilt from the final places of its variables.
//! 4. The records of `.BTF.ext` are moved, and those of dropped code removed.

mod bind;
mod finish;
mod matching;
mod part;
mod pool;
mod records;
mod sections;
mod sighting;
#[cfg(test)]
mod tests;
mod text;

use std::{
    collections::{BTreeMap, HashMap},
    error, fmt,
    ops::Range,
};

use self::{
    finish::Doubles,
    part::{Reader, Sites},
    pool::Pool,
    records::Records,
    sections::Sections,
    sighting::Sighting,
};
use crate::{Btf, Endian, Info, StrOff, TypeId, compact_strings, strings::Renamed, walk};

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
    /// The global and weak symbols that the object defines, by name, with their places in its own sections. They tell
    /// which function or variable of `info` has which symbol: names in BTF are not mangled and lack suffixes.
    pub definitions: BTreeMap<String, Place>,
}

/// A range of a section and its new place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The range in the section of the object, in bytes.
    pub from: Range<u64>,
    /// The place of its start in the output; `None` if it was dropped.
    pub to: Option<Place>,
}

/// A place in the output, or in an object.
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
    /// as a `DATASEC`, became `void`. Empty if the parts were given to a [`Merger`] one by one.
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

/// Merges the debug information of `parts`, in order. They are taken one by one, and each is dropped before the next:
/// an iterator that decodes them as it goes saves memory.
///
/// # Errors
/// Returns an error if two parts disagree about the type of a symbol.
pub fn merge(
    parts: impl IntoIterator<Item = Part>,
    symbols: &Symbols,
) -> Result<Merged, Box<Conflict>> {
    let mut merger = Merger { types: Some(Vec::new()), ..Merger::new(symbols) };
    parts.into_iter().for_each(|part| merger.add(part));
    merger.finish()
}

/// The state between two parts, for a caller that makes them one by one.
pub struct Merger<'a> {
    symbols: &'a Symbols,
    /// The index of each global symbol.
    names: HashMap<&'a str, usize>,
    /// The byte order of the first part.
    endian: Option<Endian>,
    pool: Pool,
    sightings: Vec<Sighting>,
    sections: Sections,
    records: Records,
    /// The names of the parts.
    parts: Vec<String>,
    /// The number in the pool of each type, by part, if that is asked for.
    types: Option<Vec<Vec<TypeId>>>,
    /// Memory for the mapping of names.
    memory: Vec<StrOff>,
}

impl<'a> Merger<'a> {
    /// Starts without parts.
    #[must_use]
    pub fn new(symbols: &'a Symbols) -> Self {
        Self {
            symbols,
            names: symbols.globals.keys().map(String::as_str).zip(0..).collect(),
            endian: None,
            pool: Pool::new(symbols.globals.len()),
            sightings: Vec::new(),
            sections: Sections::default(),
            records: Records::default(),
            parts: Vec::new(),
            types: None,
            memory: Vec::new(),
        }
    }

    /// Adds the next part.
    pub fn add(&mut self, part: Part) {
        let Part { info: Info { btf, ext }, name, sections, definitions } = part;
        let index = self.parts.len();
        self.parts.push(name);
        self.endian.get_or_insert(btf.endian);
        let strings = &mut self.pool.strings;
        let memory = std::mem::take(&mut self.memory);
        let mut renamed = Renamed::new(&btf.strings, memory);
        let mut types = btf.types;
        for ty in &mut types {
            walk::names_mut(ty, |name| *name = renamed.get(*name, strings));
        }
        let reader = Reader {
            part: index,
            types: &types,
            sites: Sites::of(&types, ext.as_ref(), &sections, &mut renamed, strings),
            sections: &sections,
            definitions: &definitions,
            symbols: self.symbols,
            names: &self.names,
            strings,
        };
        let (fates, sightings) = reader.fates();
        let entries = reader.entries(&fates);
        let numbers = self.pool.add(types, &fates);
        let number = |id: TypeId| numbers.get(id.0 as usize).copied().unwrap_or_default();
        let sightings = sightings.into_iter();
        self.sightings.extend(sightings.map(|it| Sighting { ty: number(it.ty), ..it }));
        for (section, mut entries) in entries {
            entries.iter_mut().for_each(|entry| entry.ty = number(entry.ty));
            self.sections.add(&section, entries);
        }
        if let Some(ext) = ext {
            let strings = &mut self.pool.strings;
            self.records.add(ext, &sections, strings, &mut renamed, &numbers);
        }
        self.memory = renamed.into_memory();
        if let Some(types) = &mut self.types {
            types.push(numbers);
        }
    }

    /// Finishes the types of all parts.
    ///
    /// # Errors
    /// Returns an error if two parts disagree about the type of a symbol.
    pub fn finish(self) -> Result<Merged, Box<Conflict>> {
        let Self { symbols, mut pool, sightings, mut sections, types, .. } = self;
        let mut types = types.unwrap_or_default();
        let bound = bind::bind(&mut pool, sightings, symbols, &self.parts)?;
        sections.add_globals(&pool, &bound, symbols);
        sections.append(&mut pool, symbols);
        let endian = self.endian.unwrap_or(Endian::Little);
        let doubles = if pool.has_doubles { Doubles::Possible } else { Doubles::None };
        let btf = Btf { endian, types: pool.types, strings: pool.strings };
        let mut info = Info { btf, ext: self.records.finish() };
        let numbers = finish::dedup(&mut info, doubles);
        compact_strings(&mut info);
        for id in types.iter_mut().flatten() {
            *id = numbers.get(id.0 as usize).copied().unwrap_or_default();
        }
        Ok(Merged { info, types })
    }
}
