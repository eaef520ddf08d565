//! The maps of a program, as described by their definitions.

use std::collections::HashMap;

use crate::{
    bpf::{sections::MAPS, target::u32_of},
    btf::{Btf, Info, Kind, TypeId},
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
        let Some(kind) = self.kind else { return "unknown".to_owned() };
        let name = usize::try_from(kind).ok().and_then(|kind| KINDS.get(kind));
        name.map_or_else(|| format!("type {kind}"), |name| (*name).to_owned())
    }

    /// Returns the bytes of all keys and values, if the definition has their sizes.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        let entry = u64::from(self.key_size?) + u64::from(self.value_size?);
        Some(entry.saturating_mul(u64::from(self.max_entries?)))
    }
}

/// The names of `enum bpf_map_type` of the kernel's `include/uapi/linux/bpf.h`.
const KINDS: [&str; 35] = [
    "unspecified",
    "hash",
    "array",
    "prog_array",
    "perf_event_array",
    "percpu_hash",
    "percpu_array",
    "stack_trace",
    "cgroup_array",
    "lru_hash",
    "lru_percpu_hash",
    "lpm_trie",
    "array_of_maps",
    "hash_of_maps",
    "devmap",
    "sockmap",
    "cpumap",
    "xskmap",
    "sockhash",
    "cgroup_storage",
    "reuseport_sockarray",
    "percpu_cgroup_storage",
    "queue",
    "stack",
    "sk_storage",
    "devmap_hash",
    "struct_ops",
    "ringbuf",
    "inode_storage",
    "task_storage",
    "bloom_filter",
    "user_ringbuf",
    "cgrp_storage",
    "arena",
    "insn_array",
];

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
    let others = [MAPS, "maps", "license", "version"];
    let sections = elf.sections.values().filter(|section| section.is_alloc() && !section.is_code());
    sections
        .filter(|section| !others.contains(&section.name.as_str()))
        .map(|section| section.size())
        .sum()
}

/// Reads definitions of aya's form: words for type, sizes, entries.
fn records(elf: &Elf) -> Vec<Map> {
    let Some(id) = elf.section_named("maps") else { return Vec::new() };
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

/// Reads a definition of libbpf's form: a struct, of type `ty`, whose members encode numbers as array lengths, and types
/// as pointers.
fn defined(btf: &Btf, name: &str, ty: TypeId) -> Option<Map> {
    let Kind::Struct(definition) = &btf.get(resolved(btf, ty)?)?.kind else { return None };
    let mut map = Map { name: name.to_owned(), ..Map::default() };
    for member in &definition.members {
        let target = pointee(btf, member.ty);
        let number = target.and_then(|target| array_length(btf, target));
        let size = target.and_then(|target| size(btf, target, 0));
        match btf.strings.text(member.name).as_ref() {
            "type" => map.kind = number,
            "key_size" => map.key_size = number,
            "value_size" => map.value_size = number,
            "max_entries" => map.max_entries = number,
            "key" => map.key_size = size,
            "value" => map.value_size = size,
            _ => {}
        }
    }
    Some(map)
}

/// The maximum length of a chain of types; only circular debug information exceeds it.
const DEEPEST: u32 = 64;

/// Returns the type behind names and qualifiers.
fn resolved(btf: &Btf, mut id: TypeId) -> Option<TypeId> {
    for _ in 0..DEEPEST {
        id = match btf.get(id)?.kind {
            Kind::Typedef(next)
            | Kind::Volatile(next)
            | Kind::Const(next)
            | Kind::Restrict(next) => next,
            Kind::TypeTag { ty, .. } => ty,
            _ => return Some(id),
        };
    }
    None
}

fn pointee(btf: &Btf, id: TypeId) -> Option<TypeId> {
    match btf.get(resolved(btf, id)?)?.kind {
        Kind::Ptr(target) => resolved(btf, target),
        _ => None,
    }
}

fn array_length(btf: &Btf, id: TypeId) -> Option<u32> {
    match btf.get(id)?.kind {
        Kind::Array(array) => Some(array.len),
        _ => None,
    }
}

fn size(btf: &Btf, id: TypeId, depth: u32) -> Option<u32> {
    if depth > DEEPEST {
        return None;
    }
    match &btf.get(resolved(btf, id)?)?.kind {
        Kind::Int(int) => Some(int.size),
        Kind::Float(size) => Some(*size),
        Kind::Ptr(_) => Some(8),
        Kind::Struct(composite) | Kind::Union(composite) => Some(composite.size),
        Kind::Enum(list) | Kind::Enum64(list) => Some(list.size),
        Kind::Array(array) => size(btf, array.elem, depth + 1)?.checked_mul(array.len),
        _ => None,
    }
}
