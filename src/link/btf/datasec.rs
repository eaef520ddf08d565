//! `DATASEC`s with the sizes and offsets of the ELF file.
//!
//! The kernel requires a nonzero size, and entries that ascend, do not overlap and are not empty
//! (`btf_datasec_resolve`).

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    bpf::sections::{EXTERNS, LEGACY_MAPS, MAPS},
    btf::{
        Btf, Datasec, Info, Kind, Linkage, MAX_LIST, SecEntry, StrOff, TypeId,
        builder::{bytes, tombstone},
        rules::{
            Kernel,
            names::{self, Place},
        },
    },
    elf::{Binding, Elf, Section, Symbol, SymbolId, SymbolKind, SymbolsBySection},
    object::sections,
    report::{Error, Result},
};

/// Joins the `DATASEC`s of joined sections, and takes sizes, offsets and linkage from the symbol table.
///
/// # Errors
/// Returns an error if a section is larger than BTF can encode.
pub(super) fn sync_with_symbols(info: &mut Info, elf: &Elf) -> Result<()> {
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
    let symbols = elf.symbols_by_section();
    list_all(btf, elf, &symbols, &mut homes);
    let sections = elf.section_names();
    for (name, id) in homes {
        let section = sections.get(name.as_str());
        match section.and_then(|id| Some((elf.sections.get(id)?, symbols.of(*id)))) {
            Some((section, symbols)) => fit_one(btf, id, section, symbols)?,
            None => tombstone(btf, id),
        }
    }
    Ok(())
}

/// Adds a missing `DATASEC` for each section of data with a global variable: its input has no debug info.
fn list_all(
    btf: &mut Btf,
    elf: &Elf,
    symbols: &SymbolsBySection<'_>,
    homes: &mut BTreeMap<String, TypeId>,
) {
    for (id, section) in &elf.sections {
        if !homes.contains_key(&section.name)
            && is_data(section)
            && symbols.of(*id).iter().any(|(_, symbol)| is_listed(symbol))
        {
            let name = btf.strings.intern(section.name.as_bytes());
            let list = btf.push(name, Kind::Datasec(Datasec::default()));
            homes.insert(section.name.clone(), list);
        }
    }
}

/// Returns true for a section of variables. Maps and `struct_ops` are useless without their types.
fn is_data(section: &Section) -> bool {
    let is_typed = [MAPS, LEGACY_MAPS].contains(&section.name.as_str());
    section.is_alloc()
        && !section.is_code()
        && !is_typed
        && !section.name.contains("struct_ops")
        && names::valid(section.name.as_bytes(), Place::Section, Kernel::NEWEST)
}

/// Returns true for a variable that is looked up by name.
fn is_listed(symbol: &Symbol) -> bool {
    symbol.kind == SymbolKind::Object
        && symbol.binding != Binding::Local
        && symbol.size > 0
        && is_legal(&symbol.name)
}

fn is_legal(name: &str) -> bool {
    names::valid(name.as_bytes(), Place::Variable, Kernel::NEWEST)
}

/// Makes a byte-array entry for each global variable of `section` that `known` does not describe: libbpf's linker and
/// skeletons require all of them.
fn undescribed(
    btf: &mut Btf,
    section: &Section,
    symbols: &[(SymbolId, &Symbol)],
    known: &[SecEntry],
) -> Vec<SecEntry> {
    if !is_data(section) {
        return Vec::new();
    }
    let known: BTreeSet<u32> = known.iter().map(|entry| entry.offset).collect();
    let symbols = symbols.iter().map(|(_, symbol)| *symbol);
    let mut made = BTreeMap::new();
    for symbol in symbols.filter(|symbol| is_listed(symbol)) {
        let (Ok(offset), Ok(size)) = (u32::try_from(symbol.value), u32::try_from(symbol.size))
        else {
            continue;
        };
        if known.contains(&offset) || made.contains_key(&offset) {
            continue;
        }
        let ty = bytes(btf, size);
        let name = btf.strings.intern(symbol.name.as_bytes());
        let ty = btf.push(name, Kind::Var { ty, linkage: Linkage::Global });
        made.insert(offset, SecEntry { ty, offset, size });
    }
    made.into_values().collect()
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
    tombstone(btf, from);
}

fn entries(btf: &Btf, id: TypeId) -> Vec<SecEntry> {
    match btf.get(id).map(|ty| &ty.kind) {
        Some(Kind::Datasec(datasec)) => datasec.entries.clone(),
        _ => Vec::new(),
    }
}

fn fit_one(
    btf: &mut Btf,
    id: TypeId,
    section: &Section,
    symbols: &[(SymbolId, &Symbol)],
) -> Result<()> {
    let variables = Variables::of(symbols);
    let mut fitted: Vec<SecEntry> = entries(btf, id)
        .into_iter()
        .filter_map(|entry| fit_entry(btf, entry, &variables))
        .collect();
    fitted.extend(undescribed(btf, section, symbols, &fitted));
    fitted.sort_by_key(|entry| entry.offset);
    let mut end = 0;
    fitted.retain(|entry| {
        let free = entry.offset >= end;
        end = if free { entry.offset.saturating_add(entry.size) } else { end };
        free
    });
    let fitted = first_of(btf, fitted);
    if fitted.is_empty() {
        tombstone(btf, id);
        return Ok(());
    }
    let size = u32::try_from(section.size()).map_err(|_| too_large(btf, id))?;
    if let Some(ty) = btf.get_mut(id) {
        ty.kind = Kind::Datasec(Datasec { size, entries: fitted });
    }
    Ok(())
}

/// Returns as many of `entries` as fit in a list: static variables, which are not looked up by name, are dropped
/// first.
fn first_of(btf: &Btf, mut entries: Vec<SecEntry>) -> Vec<SecEntry> {
    let mut room = MAX_LIST;
    if entries.len() <= room {
        return entries;
    }
    let is_global = |entry: &SecEntry| {
        let kind = btf.get(entry.ty).map(|ty| &ty.kind);
        matches!(kind, Some(Kind::Var { linkage: Linkage::Global, .. }))
    };
    let globals = entries.iter().filter(|entry| is_global(entry)).count();
    let mut statics = room.saturating_sub(globals);
    entries.retain(|entry| {
        let left = if is_global(entry) { &mut room } else { &mut statics };
        left.checked_sub(1).map(|fewer| *left = fewer).is_some()
    });
    entries
}

/// Returns the entry with the size and offset of its symbol; `None` for a declaration, which is at no offset.
fn fit_entry(btf: &mut Btf, entry: SecEntry, variables: &Variables<'_>) -> Option<SecEntry> {
    let kind = btf.get(entry.ty).map(|ty| &ty.kind);
    if matches!(kind, Some(Kind::Var { linkage: Linkage::Extern, .. })) {
        return None;
    }
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

/// Gives a `VAR` the linkage of its symbol, and the name if the symbol is visible.
fn follow(btf: &mut Btf, id: TypeId, symbol: &Symbol) {
    let name = btf.strings.intern(symbol.name.as_bytes());
    // A global variable must have the same name in both, or libbpf does not open the object. BTF allows fewer names
    // than ELF.
    let global = symbol.binding != Binding::Local && is_legal(&symbol.name);
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
    fn of(symbols: &[(SymbolId, &'elf Symbol)]) -> Self {
        let symbols = symbols.iter().map(|(_, symbol)| *symbol);
        let symbols: Vec<_> = symbols.filter(|symbol| symbol.kind == SymbolKind::Object).collect();
        Self {
            by_name: symbols.iter().rev().map(|symbol| (symbol.name.as_str(), *symbol)).collect(),
            by_place: symbols.iter().rev().map(|symbol| (symbol.value, *symbol)).collect(),
        }
    }

    /// Returns the symbol at `offset`, the relocation's target, or else the one called `name`.
    ///
    /// A name alone is not enough: two statics of one section may share it.
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
