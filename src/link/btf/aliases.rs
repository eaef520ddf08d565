//! Functions and variables with several names, of which BTF describes one.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    btf::{Info, Kind},
    elf::{Binding, Elf, Place, SectionId, Symbol, SymbolId, SymbolKind},
    object::SUBPROGRAMS,
};

/// The names that BTF gives to each place.
type Described = BTreeMap<(SectionId, u64), BTreeSet<String>>;

/// Makes each name local that BTF does not give to a function or variable that it describes: libbpf's linker and
/// skeletons require the type of every global one, and a `DATASEC` lists each byte once. Programs keep all names.
pub(super) fn hide(info: &Info, elf: &mut Elf) {
    let described = described(info, elf);
    let is_alias = |symbol: &Symbol| {
        place(symbol)
            .and_then(|place| described.get(&place))
            .is_some_and(|names| symbol.binding != Binding::Local && !names.contains(&symbol.name))
    };
    let aliases: BTreeSet<SymbolId> =
        elf.symbols.iter().filter(|(_, symbol)| is_alias(symbol)).map(|(&id, _)| id).collect();
    if aliases.is_empty() {
        return;
    }
    // Loaders follow references to global functions only.
    let others: BTreeMap<(SectionId, u64), SymbolId> = elf
        .symbols
        .iter()
        .filter(|(id, symbol)| symbol.binding != Binding::Local && !aliases.contains(id))
        .filter_map(|(&id, symbol)| Some((place(symbol)?, id)))
        .collect();
    let mut shown = BTreeMap::new();
    for alias in aliases {
        let Some(symbol) = elf.symbols.get_mut(&alias) else { continue };
        let other = place(symbol).and_then(|place| others.get(&place));
        match other {
            Some(&other) => drop(shown.insert(alias, other)),
            None if symbol.kind == SymbolKind::Function => continue,
            None => {}
        }
        symbol.binding = Binding::Local;
    }
    for relocation in elf.sections.values_mut().flat_map(|section| &mut section.relocations) {
        relocation.symbol = shown.get(&relocation.symbol).copied().unwrap_or(relocation.symbol);
    }
}

/// Returns the place of a function or variable.
fn place(symbol: &Symbol) -> Option<(SectionId, u64)> {
    match symbol.place {
        Place::Section(section)
            if matches!(symbol.kind, SymbolKind::Function | SymbolKind::Object) =>
        {
            Some((section, symbol.value))
        }
        _ => None,
    }
}

fn described(info: &Info, elf: &Elf) -> Described {
    let mut described = Described::new();
    let sections = elf.section_names();
    let mut add = |section, offset: u32, name: String| {
        described.entry((section, offset.into())).or_default().insert(name);
    };
    for (id, ty) in info.btf.iter() {
        let Kind::Datasec(list) = &ty.kind else { continue };
        if let Some(&section) = sections.get(&*info.btf.name(id)) {
            let name = |id| info.btf.name(id).into_owned();
            list.entries.iter().for_each(|entry| add(section, entry.offset, name(entry.ty)));
        }
    }
    let tables = info.ext.iter().flat_map(|ext| &ext.func_info);
    for table in tables.filter(|it| info.btf.strings.text(it.section) == SUBPROGRAMS) {
        if let Some(&section) = sections.get(SUBPROGRAMS) {
            let name = |id| info.btf.name(id).into_owned();
            table.records.iter().for_each(|it| add(section, it.insn_off, name(it.ty)));
        }
    }
    described
}
