//! Removes everything except what loaders, requested debuggers and relocations need.

use std::collections::BTreeSet;

use crate::{
    btf::mark,
    elf::{Binding, Contents, Elf, Place, Section, SectionId, Symbol, SymbolId, SymbolKind},
    plan::Dwarf,
};

/// The reason to remove a section.
enum Useless {
    /// Unused by all readers of BPF objects.
    Always,
    /// Used by debuggers only.
    Dwarf,
}

/// Sections to remove, by name or, with a trailing `*`, by prefix.
const SECTIONS: &[(&str, Useless)] = &[
    // Address significance, for lld's identical code folding.
    (".llvm_addrsig", Useless::Always),
    (".llvm.*", Useless::Always),
    (".llvmbc", Useless::Always),
    (".llvmcmd", Useless::Always),
    (".eh_frame", Useless::Always),
    (".gcc_except_table", Useless::Always),
    (".note.GNU-stack", Useless::Always),
    (".comment", Useless::Always),
    (".group", Useless::Always),
    (".debug_*", Useless::Dwarf),
];

/// `SHF_GROUP`: the sections left of a group become ordinary sections.
const IN_GROUP: u64 = 0x200;

/// Removes unused and empty sections, and symbols that neither a loader nor a relocation needs.
///
/// Loaders find programs, subprograms and maps through function and object symbols, whether local or not, so these
/// remain, as do the symbols that relocations name.
pub fn strip(elf: &mut Elf, dwarf: Dwarf) {
    let useless: BTreeSet<SectionId> = elf
        .sections
        .iter()
        .filter(|(_, section)| is_useless(&section.name, dwarf))
        .map(|(&id, _)| id)
        .collect();
    elf.remove_sections(&useless);
    elf.sections.values_mut().for_each(|section| section.flags &= !IN_GROUP);
    let names = elf.sections.values_mut().filter(|section| section.name == ".debug_str");
    names.for_each(unmark);

    let referred = referred(elf);
    elf.symbols.retain(|id, symbol| referred.contains(id) || is_needed(symbol));
    let holders = holders(elf, &referred);
    let sections = elf.sections.iter();
    let empty = sections.filter(|(id, section)| section.size() == 0 && !holders.contains(id));
    let empty = empty.map(|(&id, _)| id).collect();
    elf.remove_sections(&empty);
}

/// Removes the [marks](mark) of equal names from DWARF as well: a name ends where its mark begins.
///
/// The bytes after the new end belong to no string, so the other strings keep their offsets.
fn unmark(names: &mut Section) {
    let Contents::Bytes(bytes) = &mut names.contents else { return };
    for name in bytes.split_mut(|&byte| byte == 0) {
        let bare = mark::unmark(name).map(|(bare, _)| bare.len());
        if let Some(end) = bare.and_then(|bare| name.get_mut(bare)) {
            *end = 0;
        }
    }
}

fn is_useless(name: &str, dwarf: Dwarf) -> bool {
    SECTIONS.iter().any(|(pattern, useless)| {
        let fits = match pattern.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == *pattern,
        };
        fits && match useless {
            Useless::Always => true,
            Useless::Dwarf => dwarf == Dwarf::Strip,
        }
    })
}

fn referred(elf: &Elf) -> BTreeSet<SymbolId> {
    elf.sections
        .values()
        .flat_map(|section| &section.relocations)
        .map(|relocation| relocation.symbol)
        .collect()
}

fn is_needed(symbol: &Symbol) -> bool {
    match (symbol.place, symbol.kind) {
        (Place::Undefined, _) | (_, SymbolKind::Section | SymbolKind::File) => false,
        (_, SymbolKind::Function | SymbolKind::Object) => true,
        _ => symbol.binding != Binding::Local,
    }
}

/// Returns the sections that contain a symbol of `referred`.
fn holders(elf: &Elf, referred: &BTreeSet<SymbolId>) -> BTreeSet<SectionId> {
    let symbols = referred.iter().filter_map(|id| elf.symbols.get(id));
    let sections = symbols.filter_map(|symbol| match symbol.place {
        Place::Section(section) => Some(section),
        Place::Undefined | Place::Absolute => None,
    });
    sections.collect()
}
