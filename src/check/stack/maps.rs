//! The maps of a program, as described by their definitions.

use std::collections::HashMap;

use crate::{
    bpf::{
        kernel::map_type,
        sections::{LEGACY_MAPS, MAPS},
        target::u32_of,
    },
    btf::{Btf, Info, Kind, TypeId, map_def::MapDef, rules},
    elf::{Elf, SymbolKind},
};

/// A map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// The symbol.
    pub name: String,
    /// The number of its type (`enum bpf_map_type`).
    pub kind: Option<u32>,
    /// The bytes of a key.
    pub key_size: Option<u32>,
    /// The bytes of a value.
    pub value_size: Option<u32>,
    /// The maximum number of entries.
    pub max_entries: Option<u32>,
}

impl Map {
    /// Returns the name of its type, as in `bpftool map help`, or its number if the type is newer than this linker.
    #[must_use]
    pub fn kind_name(&self) -> String {
        match self.kind {
            None => "unknown".to_owned(),
            Some(0) => "unspecified".to_owned(),
            Some(kind) => {
                map_type(kind).map_or_else(|| format!("type {kind}"), |(name, _)| name.to_owned())
            }
        }
    }

    /// Returns the bytes of all keys and values, if the definition has their sizes.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        let entry = u64::from(self.key_size?) + u64::from(self.value_size?);
        Some(entry.saturating_mul(u64::from(self.max_entries?)))
    }
}

/// Returns the maps of `elf` whose debug information is `info`, by name.
pub(in crate::check) fn of(elf: &Elf, info: Option<&Info>) -> Vec<Map> {
    let mut maps = records(elf);
    if let Some(id) = elf.section_named(MAPS) {
        let symbols = elf.symbols_in(id).into_iter().map(|(_, symbol)| symbol);
        let variables = info.map(|info| variables(&info.btf)).unwrap_or_default();
        maps.extend(symbols.filter(|symbol| symbol.kind == SymbolKind::Object).map(|symbol| {
            let ty = variables.get(symbol.name.as_bytes());
            info.and_then(|info| defined(&info.btf, &symbol.name, *ty?))
                .unwrap_or_else(|| Map { name: symbol.name.clone(), ..Map::default() })
        }));
    }
    maps.sort_by(|a, b| a.name.cmp(&b.name));
    maps.dedup_by(|a, b| a.name == b.name);
    maps
}

/// Returns the bytes of sections with variables and constants, except for maps, licenses and versions.
pub(super) fn data(elf: &Elf) -> u64 {
    let others = [MAPS, LEGACY_MAPS, "license", "version"];
    let sections = elf.sections.values().filter(|section| section.is_alloc() && !section.is_code());
    sections
        .filter(|section| !others.contains(&section.name.as_str()))
        .map(|section| section.size())
        .sum()
}

/// Reads definitions of aya's form: words for type, sizes, entries.
fn records(elf: &Elf) -> Vec<Map> {
    let Some(id) = elf.section_named(LEGACY_MAPS) else { return Vec::new() };
    let Some(section) = elf.sections.get(&id) else { return Vec::new() };
    let symbols = elf.symbols_in(id).into_iter().map(|(_, symbol)| symbol);
    let named = symbols.filter(|symbol| symbol.kind == SymbolKind::Object);
    named
        .map(|symbol| {
            let word = |index: u64| {
                let at = usize::try_from(symbol.value + index * 4).ok()?;
                Some(u32_of(elf.endian, *section.bytes().get(at..)?.first_chunk()?))
            };
            Map {
                name: symbol.name.clone(),
                kind: word(0),
                key_size: word(1),
                value_size: word(2),
                max_entries: word(3),
            }
        })
        .collect()
}

/// Returns the types of variables, by name; the first of each name.
fn variables(btf: &Btf) -> HashMap<&[u8], TypeId> {
    let mut variables = HashMap::new();
    for (_, variable) in btf.iter() {
        if let Kind::Var { ty, .. } = variable.kind {
            variables.entry(btf.strings.get(variable.name)).or_insert(ty);
        }
    }
    variables
}

/// Reads the definition of the map `name`, of type `ty`.
fn defined(btf: &Btf, name: &str, ty: TypeId) -> Option<Map> {
    let map = MapDef::of(btf, ty)?;
    let size = |of: &str| {
        let size = map.pointee(of).and_then(|ty| rules::size_of(btf, ty));
        size.and_then(|size| u32::try_from(size).ok())
    };
    Some(Map {
        name: name.to_owned(),
        kind: map.number("type"),
        key_size: map.number("key_size").or_else(|| size("key")),
        value_size: map.number("value_size").or_else(|| size("value")),
        max_entries: map.number("max_entries"),
    })
}
