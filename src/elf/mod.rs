//! A relocatable BPF object as plain data: sections with their relocations, and symbols.
//!
//! Sections and symbols are found by ids that stay what they are while others are removed, and iterate in the order
//! of the file, so that whatever a pass leaves is emitted in the same order every time. Addends stay where BPF has
//! them: in the instruction or data that is relocated (`SHT_REL`).

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod emit;
mod read;
mod relocate;

use std::collections::BTreeMap;

use crate::bpf::target::Endian;

pub use relocate::RelocationKind;

/// Finds a section of one [`Elf`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId(usize);

/// Finds a symbol of one [`Elf`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolId(usize);

/// A relocatable BPF object.
#[derive(Clone, Debug)]
pub struct Elf {
    /// The byte order of everything in it.
    pub endian: Endian,
    /// `e_flags` of the header.
    pub flags: u32,
    /// Sections, without the symbol table, string tables and relocation sections.
    pub sections: BTreeMap<SectionId, Section>,
    /// Symbols, without the null symbol.
    pub symbols: BTreeMap<SymbolId, Symbol>,
}

/// A section and what is to be relocated in it.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// `sh_type`.
    pub kind: u32,
    /// `sh_flags`.
    pub flags: u64,
    /// `sh_addralign`, at least 1.
    pub align: u64,
    /// `sh_entsize`.
    pub entry_size: u64,
    /// What it holds.
    pub contents: Contents,
    /// Its relocations, in file order.
    pub relocations: Vec<Relocation>,
}

/// What a section holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Bytes in the file.
    Bytes(Vec<u8>),
    /// That many zero bytes that are not in the file (`SHT_NOBITS`).
    Zero(u64),
}

/// A place in a section that depends on a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relocation {
    /// Where, in bytes from the section's start.
    pub offset: u64,
    /// What it depends on.
    pub symbol: SymbolId,
    /// How.
    pub kind: RelocationKind,
}

/// A symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name, empty for a section symbol.
    pub name: String,
    /// Where it is defined.
    pub place: Place,
    /// Bytes from the start of its section.
    pub value: u64,
    /// Its size in bytes, 0 when unknown.
    pub size: u64,
    /// What it names.
    pub kind: SymbolKind,
    /// Who sees it.
    pub binding: Binding,
    /// `st_other`: the visibility.
    pub other: u8,
}

impl Symbol {
    /// Lets loaders see the symbol, whatever the compiler was told (`-fvisibility=hidden`): to libbpf what is hidden is
    /// static.
    pub const fn show(&mut self) {
        // The lower two bits are the visibility; 0 is `STV_DEFAULT`.
        self.other &= !0b11;
    }
}

/// Where a symbol is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Elsewhere.
    Undefined,
    /// Its value is absolute.
    Absolute,
    /// In a section.
    Section(SectionId),
}

/// What a symbol names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A label, or something undefined.
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

/// Who sees a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// This object only.
    Local,
    /// Everybody.
    Global,
    /// Everybody; need not be defined, and yields to a global one.
    Weak,
}

impl Elf {
    /// The first section called `name`.
    #[must_use]
    pub fn section_named(&self, name: &str) -> Option<SectionId> {
        self.sections.iter().find(|(_, section)| section.name == name).map(|(&id, _)| id)
    }

    /// Adds a section behind the others.
    pub fn add_section(&mut self, section: Section) -> SectionId {
        let id = SectionId(
            self.sections.last_key_value().map_or(1, |(last, _)| last.0.saturating_add(1)),
        );
        self.sections.insert(id, section);
        id
    }

    /// Adds a symbol behind the others.
    pub fn add_symbol(&mut self, symbol: Symbol) -> SymbolId {
        let id =
            SymbolId(self.symbols.last_key_value().map_or(1, |(last, _)| last.0.saturating_add(1)));
        self.symbols.insert(id, symbol);
        id
    }

    /// Adds the symbol that stands for `section` itself.
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

    /// Removes a section with the symbols in it.
    pub fn remove_section(&mut self, id: SectionId) {
        self.sections.remove(&id);
        self.symbols.retain(|_, symbol| symbol.place != Place::Section(id));
    }

    /// The symbols defined in `section`, by value; those of one value keep the file's order.
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

    /// Sections with instructions, in file order.
    pub fn code(&self) -> impl Iterator<Item = (SectionId, &Section)> {
        self.sections
            .iter()
            .filter(|(_, section)| section.is_code())
            .map(|(&id, section)| (id, section))
    }
}

impl Section {
    /// Its size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        match &self.contents {
            Contents::Bytes(bytes) => bytes.len() as u64,
            Contents::Zero(size) => *size,
        }
    }

    /// Its bytes in the file; none for `SHT_NOBITS`.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.contents {
            Contents::Bytes(bytes) => bytes,
            Contents::Zero(_) => &[],
        }
    }

    /// Whether a loader sees it: `SHF_ALLOC`.
    #[must_use]
    pub const fn is_alloc(&self) -> bool {
        self.flags & goblin::elf::section_header::SHF_ALLOC as u64 != 0
    }

    /// Whether it holds instructions: `SHF_EXECINSTR`.
    #[must_use]
    pub const fn is_code(&self) -> bool {
        self.flags & goblin::elf::section_header::SHF_EXECINSTR as u64 != 0
    }
}
