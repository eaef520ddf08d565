//! `DATASEC`s with the sizes and places of the ELF file.
//!
//! The kernel wants a size, entries that ascend and do not overlap, and none of size 0 (`btf_datasec_resolve`).

use std::collections::BTreeMap;

use crate::{
    bpf::sections::EXTERNS,
    btf::{Btf, Datasec, Info, Kind, Linkage, SecEntry, StrOff, TypeId, builder::retire},
    elf::{Binding, Elf, SectionId, Symbol, SymbolKind},
    object::sections,
    report::{Error, Result},
};

/// Joins the `DATASEC`s of joined sections, and takes sizes, places and linkage from the symbol table.
///
/// # Errors
/// A section is larger than BTF can say.
pub(super) fn fit(info: &mut Info, elf: &Elf) -> Result<()> {
    let btf = &mut info.btf;
    let mut homes: BTreeMap<String, TypeId> = BTreeMap::new();
    for (id, name) in datasecs(btf) {
        if EXTERNS.contains(&name.as_str()) {
            continue;
        }
        let home = sections::home(&name).to_owned();
        let first = *homes.entry(home.clone()).or_insert(id);
        if first == id {
            rename(btf, id, &home);
        } else {
            join(btf, first, id);
        }
    }
    for (name, id) in homes {
        match elf.section_named(&name) {
            Some(section) => fit_one(btf, id, elf, section)?,
            None => retire(btf, id),
        }
    }
    Ok(())
}

pub(super) fn datasecs(btf: &Btf) -> Vec<(TypeId, String)> {
    let found = btf.iter().filter(|(_, ty)| matches!(ty.kind, Kind::Datasec(_)));
    found.map(|(id, ty)| (id, btf.strings.text(ty.name).into_owned())).collect()
}

fn rename(btf: &mut Btf, id: TypeId, name: &str) {
    let name = btf.strings.intern(name.as_bytes());
    if let Some(ty) = btf.get_mut(id).filter(|ty| ty.name != name) {
        ty.name = name;
    }
}

fn join(btf: &mut Btf, into: TypeId, from: TypeId) {
    let moved = entries(btf, from);
    if let Some(Kind::Datasec(datasec)) = btf.get_mut(into).map(|ty| &mut ty.kind) {
        datasec.entries.extend(moved);
    }
    retire(btf, from);
}

fn entries(btf: &Btf, id: TypeId) -> Vec<SecEntry> {
    match btf.get(id).map(|ty| &ty.kind) {
        Some(Kind::Datasec(datasec)) => datasec.entries.clone(),
        _ => Vec::new(),
    }
}

fn fit_one(btf: &mut Btf, id: TypeId, elf: &Elf, section: SectionId) -> Result<()> {
    let variables = Variables::of(elf, section);
    let mut fitted: Vec<SecEntry> = entries(btf, id)
        .into_iter()
        .filter_map(|entry| fit_entry(btf, entry, &variables))
        .collect();
    fitted.sort_by_key(|entry| entry.offset);
    let mut end = 0;
    fitted.retain(|entry| {
        let free = entry.offset >= end;
        end = if free { entry.offset.saturating_add(entry.size) } else { end };
        free
    });
    if fitted.is_empty() {
        retire(btf, id);
        return Ok(());
    }
    let size = elf.sections.get(&section).map_or(0, crate::elf::Section::size);
    let size = u32::try_from(size).map_err(|_| too_large(btf, id))?;
    if let Some(ty) = btf.get_mut(id) {
        ty.kind = Kind::Datasec(Datasec { size, entries: fitted });
    }
    Ok(())
}

fn fit_entry(btf: &mut Btf, entry: SecEntry, variables: &Variables<'_>) -> Option<SecEntry> {
    let name = btf.name(entry.ty).into_owned();
    let symbol = variables.find(&name, entry.offset);
    let (offset, size) = match symbol {
        Some(symbol) => (u32::try_from(symbol.value).ok()?, u32::try_from(symbol.size).ok()?),
        None => (entry.offset, entry.size),
    };
    if let Some(symbol) = symbol {
        follow(btf, entry.ty, symbol);
    }
    let size = if size == 0 { entry.size } else { size };
    (size > 0).then_some(SecEntry { ty: entry.ty, offset, size })
}

/// Gives a `VAR` the linkage of its symbol, and the name if others can see it.
fn follow(btf: &mut Btf, id: TypeId, symbol: &Symbol) {
    let name = btf.strings.intern(symbol.name.as_bytes());
    let global = symbol.binding != Binding::Local;
    let Some(ty) = btf.get_mut(id) else { return };
    if let Kind::Var { linkage, .. } = &mut ty.kind {
        *linkage = if global { Linkage::Global } else { Linkage::Static };
        if global && name != StrOff::EMPTY {
            ty.name = name;
        }
    }
}

/// The variables of one section.
struct Variables<'elf> {
    by_name: BTreeMap<&'elf str, &'elf Symbol>,
    by_place: BTreeMap<u64, &'elf Symbol>,
}

impl<'elf> Variables<'elf> {
    fn of(elf: &'elf Elf, section: SectionId) -> Self {
        let symbols = elf.symbols_in(section).into_iter().map(|(_, symbol)| symbol);
        let symbols: Vec<_> = symbols.filter(|symbol| symbol.kind == SymbolKind::Object).collect();
        Self {
            by_name: symbols.iter().rev().map(|symbol| (symbol.name.as_str(), *symbol)).collect(),
            by_place: symbols.iter().rev().map(|symbol| (symbol.value, *symbol)).collect(),
        }
    }

    /// The symbol at `offset`, where the relocation led; else the one called `name`.
    ///
    /// A name alone would not do: two statics of one section may share it.
    fn find(&self, name: &str, offset: u32) -> Option<&'elf Symbol> {
        let placed = self.by_place.get(&u64::from(offset)).copied();
        let named = self.by_name.get(name).copied();
        match (placed, named) {
            (Some(placed), Some(named)) if placed.value == named.value => Some(named),
            (Some(placed), _) => Some(placed),
            (None, named) => named,
        }
    }
}

fn too_large(btf: &Btf, id: TypeId) -> Error {
    Error::link(format!("section {} is too large", btf.name(id)))
        .because("BTF describes less than 4 GiB")
}
