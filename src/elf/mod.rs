//! A relocatable BPF object as plain data: sections with their relocations, and symbols.
//!
//! Sections and symbols have ids that remain valid while others are removed, and iterate in file order, so the items
//! left by a pass are always emitted in the same order. Addends remain in place, as BPF defines them: in the
//! relocated instruction or data (`SHT_REL`).

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod emit;
pub mod partial;
mod read;
mod relocate;

use std::collections::{BTreeMap, BTreeSet};

use crate::bpf::target::Endian;

pub use relocate::RelocationKind;

/// Identifies a section of one [`Elf`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId(usize);

/// Identifies a symbol of one [`Elf`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolId(usize);

/// A relocatable BPF object.
#[derive(Clone, Debug)]
pub struct Elf {
    /// The byte order of the whole object.
    pub endian: Endian,
    /// `e_flags` of the header.
    pub flags: u32,
    /// Sections, without the symbol table, string tables and relocation sections.
    pub sections: BTreeMap<SectionId, Section>,
    /// Symbols, without the null symbol.
    pub symbols: BTreeMap<SymbolId, Symbol>,
}

/// A section and its relocations.
#[derive(Clone, Debug)]
pub struct Section {
    /// The name.
    pub name: String,
    /// `sh_type`.
    pub kind: u32,
    /// `sh_flags`.
    pub flags: u64,
    /// `sh_addralign`, at least 1.
    pub align: u64,
    /// `sh_entsize`.
    pub entry_size: u64,
    /// The contents.
    pub contents: Contents,
    /// The relocations, in file order.
    pub relocations: Vec<Relocation>,
}

/// The contents of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Bytes in the file.
    Bytes(Vec<u8>),
    /// A number of zero bytes that are not in the file (`SHT_NOBITS`).
    Zero(u64),
}

/// A location in a section that depends on a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relocation {
    /// The location, in bytes from the section's start.
    pub offset: u64,
    /// The symbol it depends on.
    pub symbol: SymbolId,
    /// The type of the relocation.
    pub kind: RelocationKind,
}

/// A symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// The name, empty for a section symbol.
    pub name: String,
    /// The place of its definition.
    pub place: Place,
    /// Bytes from the start of its section.
    pub value: u64,
    /// The size in bytes, 0 when unknown.
    pub size: u64,
    /// The kind of item it names.
    pub kind: SymbolKind,
    /// The binding: its scope outside the object.
    pub binding: Binding,
    /// `st_other`: the visibility.
    pub other: u8,
}

impl Symbol {
    /// Returns true if it is not visible outside the linked object: `STV_HIDDEN` or `STV_INTERNAL`.
    #[must_use]
    pub const fn is_hidden(&self) -> bool {
        matches!(self.other & 0b11, 1 | 2)
    }

    /// Makes the symbol invisible outside the linked object (`STV_HIDDEN`).
    pub const fn hide(&mut self) {
        self.other = self.other & !0b11 | 2;
    }

    /// Makes the symbol visible to loaders, whatever the compiler option (`-fvisibility=hidden`): libbpf treats
    /// hidden symbols as static.
    pub const fn show(&mut self) {
        // The lower two bits are the visibility; 0 is `STV_DEFAULT`.
        self.other &= !0b11;
    }
}

/// The place of a symbol's definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Another object.
    Undefined,
    /// None: its value is absolute.
    Absolute,
    /// A section.
    Section(SectionId),
}

/// The kind of item a symbol names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A label, or an undefined symbol.
    Untyped,
    /// A variable.
    Object,
    /// A function.
    Function,
    /// A section.
    Section,
    /// A source file.
    File,
    /// Another `st_type`.
    Other(u8),
}

/// The scope of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Visible in this object only.
    Local,
    /// Visible everywhere.
    Global,
    /// Visible everywhere; may be undefined, and yields to a global symbol.
    Weak,
}

impl Elf {
    /// Returns true if it defines a symbol called `name`.
    #[must_use]
    pub fn defines(&self, name: &str) -> bool {
        self.symbols.values().any(|it| it.name == name && it.place != Place::Undefined)
    }

    /// Returns the first section called `name`.
    #[must_use]
    pub fn section_named(&self, name: &str) -> Option<SectionId> {
        self.sections.iter().find(|(_, section)| section.name == name).map(|(&id, _)| id)
    }

    /// Appends a section.
    pub fn add_section(&mut self, section: Section) -> SectionId {
        let id = SectionId(
            self.sections.last_key_value().map_or(1, |(last, _)| last.0.saturating_add(1)),
        );
        self.sections.insert(id, section);
        id
    }

    /// Appends a symbol.
    pub fn add_symbol(&mut self, symbol: Symbol) -> SymbolId {
        let id =
            SymbolId(self.symbols.last_key_value().map_or(1, |(last, _)| last.0.saturating_add(1)));
        self.symbols.insert(id, symbol);
        id
    }

    /// Adds the section symbol of `section`.
    pub fn add_section_symbol(&mut self, section: SectionId) -> SymbolId {
        self.add_symbol(Symbol {
            name: String::new(),
            place: Place::Section(section),
            value: 0,
            size: 0,
            kind: SymbolKind::Section,
            binding: Binding::Local,
            other: 0,
        })
    }

    /// Removes sections with the symbols in them.
    pub fn remove_sections(&mut self, ids: &BTreeSet<SectionId>) {
        self.sections.retain(|id, _| !ids.contains(id));
        let is_gone = |place| matches!(place, Place::Section(id) if ids.contains(&id));
        self.symbols.retain(|_, symbol| !is_gone(symbol.place));
    }

    /// Returns the symbols defined in `section`, by value; symbols with the same value keep file order.
    #[must_use]
    pub fn symbols_in(&self, section: SectionId) -> Vec<(SymbolId, &Symbol)> {
        let mut found: Vec<_> = self
            .symbols
            .iter()
            .filter(|(_, symbol)| symbol.place == Place::Section(section))
            .map(|(&id, symbol)| (id, symbol))
            .collect();
        found.sort_by_key(|(_, symbol)| symbol.value);
        found
    }

    /// Returns the symbols of every section, each list as [`symbols_in`](Self::symbols_in) returns it: for readers that
    /// look at many sections.
    #[must_use]
    pub fn symbols_by_section(&self) -> SymbolsBySection<'_> {
        let mut lists: BTreeMap<SectionId, Vec<(SymbolId, &Symbol)>> = BTreeMap::new();
        for (&id, symbol) in &self.symbols {
            if let Place::Section(section) = symbol.place {
                lists.entry(section).or_default().push((id, symbol));
            }
        }
        lists.values_mut().for_each(|list| list.sort_by_key(|(_, symbol)| symbol.value));
        SymbolsBySection(lists)
    }

    /// Returns the first symbol of each section that stands for the section itself.
    #[must_use]
    pub fn section_symbols(&self) -> BTreeMap<SectionId, SymbolId> {
        let symbols = self.symbols.iter().rev();
        let symbols = symbols.filter(|(_, symbol)| symbol.kind == SymbolKind::Section);
        let placed = symbols.filter_map(|(&id, symbol)| match symbol.place {
            Place::Section(section) => Some((section, id)),
            Place::Undefined | Place::Absolute => None,
        });
        placed.collect()
    }

    /// Returns the first section of each name.
    #[must_use]
    pub fn section_names(&self) -> BTreeMap<&str, SectionId> {
        self.sections.iter().rev().map(|(&id, section)| (section.name.as_str(), id)).collect()
    }

    /// Returns the sections with instructions, in file order.
    pub fn code(&self) -> impl Iterator<Item = (SectionId, &Section)> {
        self.sections
            .iter()
            .filter(|(_, section)| section.is_code())
            .map(|(&id, section)| (id, section))
    }
}

/// The symbols of each section.
#[derive(Debug)]
pub struct SymbolsBySection<'elf>(BTreeMap<SectionId, Vec<(SymbolId, &'elf Symbol)>>);

impl<'elf> SymbolsBySection<'elf> {
    /// Returns the symbols defined in `section`, by value; symbols with the same value are in file order.
    #[must_use]
    pub fn of(&self, section: SectionId) -> &[(SymbolId, &'elf Symbol)] {
        self.0.get(&section).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Section {
    /// Returns its size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        match &self.contents {
            Contents::Bytes(bytes) => bytes.len() as u64,
            Contents::Zero(size) => *size,
        }
    }

    /// Returns its bytes in the file; none for `SHT_NOBITS`.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.contents {
            Contents::Bytes(bytes) => bytes,
            Contents::Zero(_) => &[],
        }
    }

    /// Replaces the bytes from `start`; what lies outside the section is ignored.
    pub fn overwrite(&mut self, start: u64, bytes: &[u8]) {
        let Contents::Bytes(contents) = &mut self.contents else { return };
        let place = usize::try_from(start).ok().and_then(|start| contents.get_mut(start..));
        let place = place.into_iter().flatten();
        place.zip(bytes).for_each(|(place, byte)| *place = *byte);
    }

    /// Returns true if loaders load it: `SHF_ALLOC`.
    #[must_use]
    pub const fn is_alloc(&self) -> bool {
        self.flags & goblin::elf::section_header::SHF_ALLOC as u64 != 0
    }

    /// Returns true if it holds instructions: `SHF_EXECINSTR`.
    #[must_use]
    pub const fn is_code(&self) -> bool {
        self.flags & goblin::elf::section_header::SHF_EXECINSTR as u64 != 0
    }
}
