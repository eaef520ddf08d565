//! Map definitions that every loader finds.
//!
//! Loaders identify a map by the symbol that an instruction refers to; LLVM refers to a local variable by its section
//! instead, and libbpf accepts only global ones. [`publish_symbols`] restores each map's symbol.
//!
//! aya's `maps` section holds 28-byte records that libbpf 1.0 and later refuse. [`convert`] expresses the same in
//! BTF: a struct whose members encode numbers as array lengths (`libbpf`, `parse_btf_map_def`), which aya reads as
//! well.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    bpf::{
        sections::{LEGACY_MAPS, MAPS},
        target::u32_of,
    },
    btf::{
        Composite, Datasec, Info, Kind, Linkage, Member, SecEntry, StrOff, TypeId,
        builder::{number, tombstone},
    },
    elf::{Binding, Contents, Elf, Place, Section, SectionId, Symbol, SymbolId, SymbolKind},
    report::{Result, Warning, WarningKind, Warnings},
};

/// Members of a definition, in the order of the words of aya's `bpf_map_def`; BTF has no `id`.
const MEMBERS: [(&str, usize); 6] = [
    ("type", 0),
    ("key_size", 1),
    ("value_size", 2),
    ("max_entries", 3),
    ("map_flags", 4),
    ("pinning", 6),
];
/// Members that are omitted if they are 0, as in C.
const OPTIONAL: [&str; 2] = ["map_flags", "pinning"];
/// The number of words of the shortest definition, `struct bpf_map_def` of libbpf 0.
const MIN_WORDS: usize = 5;
/// The number of words of aya's definition; iproute2's are longer and name inner maps.
const MAX_WORDS: usize = 7;
/// The size of a member: a pointer, which encodes its number in the pointee type.
const MEMBER_SIZE: usize = 8;

/// Makes every map's symbol global and visible, and makes every reference to the map use that symbol.
///
/// # Errors
/// Returns an error if a relocation points outside its section.
pub fn publish_symbols(elf: &mut Elf) -> Result<()> {
    for name in [MAPS, LEGACY_MAPS] {
        if let Some(id) = elf.section_named(name) {
            name_references(elf, id)?;
            let maps = variables(elf, id);
            publish(elf, &maps);
            for map in maps {
                if let Some(symbol) = elf.symbols.get_mut(&map) {
                    symbol.show();
                }
            }
        }
    }
    Ok(())
}

/// Redirects references from other names of a map to the one that BTF describes, and drops those names: loaders look
/// a map up by that name only.
pub fn follow_aliases(elf: &mut Elf, info: &Info) {
    let Some(maps) = elf.section_named(MAPS) else { return };
    let described = names(info, MAPS);
    let symbols = elf.symbols_in(maps).into_iter();
    let symbols = symbols.filter(|(_, symbol)| symbol.kind == SymbolKind::Object);
    let (known, others): (Vec<_>, Vec<_>) =
        symbols.partition(|(_, symbol)| described.contains(&symbol.name));
    let places: BTreeMap<u64, SymbolId> =
        known.into_iter().map(|(id, symbol)| (symbol.value, id)).collect();
    let others = others.into_iter();
    let aliases: BTreeMap<SymbolId, SymbolId> =
        others.filter_map(|(id, symbol)| Some((id, *places.get(&symbol.value)?))).collect();
    for section in elf.sections.values_mut() {
        for relocation in &mut section.relocations {
            relocation.symbol =
                aliases.get(&relocation.symbol).copied().unwrap_or(relocation.symbol);
        }
    }
    for alias in aliases.keys() {
        elf.symbols.remove(alias);
    }
}

/// Returns the names of the variables that BTF lists in `section`.
fn names(info: &Info, section: &str) -> BTreeSet<String> {
    let list = datasec(info, section).and_then(|id| info.btf.get(id)).map(|ty| &ty.kind);
    let Some(Kind::Datasec(list)) = list else { return BTreeSet::new() };
    list.entries.iter().map(|entry| info.btf.name(entry.ty).into_owned()).collect()
}

/// Makes the symbols of `maps` global, except those whose name another symbol has, too.
fn publish(elf: &mut Elf, maps: &[SymbolId]) {
    let mut names: HashMap<&str, u32> = HashMap::new();
    for symbol in elf.symbols.values() {
        *names.entry(&symbol.name).or_default() += 1;
    }
    let is_unique = |id: &&SymbolId| {
        elf.symbols.get(id).is_some_and(|it| names.get(it.name.as_str()) == Some(&1))
    };
    let unique: Vec<SymbolId> = maps.iter().filter(is_unique).copied().collect();
    for id in unique {
        if let Some(symbol) =
            elf.symbols.get_mut(&id).filter(|symbol| symbol.binding == Binding::Local)
        {
            symbol.binding = Binding::Global;
        }
    }
}

fn variables(elf: &Elf, section: SectionId) -> Vec<SymbolId> {
    let symbols = elf.symbols_in(section).into_iter();
    symbols.filter(|(_, symbol)| symbol.kind == SymbolKind::Object).map(|(id, _)| id).collect()
}

fn name_references(elf: &mut Elf, maps: SectionId) -> Result<()> {
    let places: BTreeMap<u64, SymbolId> = variables(elf, maps)
        .into_iter()
        .rev()
        .filter_map(|id| Some((elf.symbols.get(&id)?.value, id)))
        .collect();
    let endian = elf.endian;
    let anonymous: Vec<SymbolId> = elf
        .symbols_in(maps)
        .into_iter()
        .filter(|(_, symbol)| symbol.kind == SymbolKind::Section)
        .map(|(id, _)| id)
        .collect();
    for section in elf.sections.values_mut().filter(|section| refers_to_maps(section)) {
        let mut relocations = std::mem::take(&mut section.relocations);
        for relocation in relocations.iter_mut().filter(|it| anonymous.contains(&it.symbol)) {
            let addend = section.addend(endian, relocation.kind, relocation.offset)?;
            if let Some(&map) = u64::try_from(addend).ok().and_then(|addend| places.get(&addend)) {
                let back = (addend as u64).wrapping_neg();
                section.add_to_addend(endian, relocation.kind, relocation.offset, back)?;
                relocation.symbol = map;
            }
        }
        section.relocations = relocations;
    }
    Ok(())
}

/// Returns true for loaded sections and DWARF: both must be updated when a map moves.
fn refers_to_maps(section: &Section) -> bool {
    section.is_alloc() || section.name.starts_with(".debug_")
}

/// Converts the definitions of `maps` into BTF-defined maps of the same names in `.maps`.
///
/// If one of them cannot be expressed in BTF, all remain unchanged, with a warning.
pub fn convert(elf: &mut Elf, info: &mut Info, warnings: &Warnings) {
    let Some(legacy) = elf.section_named(LEGACY_MAPS) else { return };
    let Some(definitions) = definitions(elf, legacy) else {
        warnings.push(Warning {
            kind: WarningKind::LegacyMaps,
            message: "section `maps` stays: a definition in it has another form than aya's"
                .to_owned(),
            help: vec![
                "libbpf 1.0 and later refuse the section; define the map in `.maps`".to_owned(),
            ],
        });
        return;
    };
    forget(info, LEGACY_MAPS);
    let target = elf.section_named(MAPS).unwrap_or_else(|| elf.add_section(empty()));
    let mut entries = Vec::new();
    for definition in definitions {
        let (ty, size) = define(info, &definition);
        let Some(offset) = reserve(elf, target, size) else { continue };
        if let Some(symbol) = elf.symbols.get_mut(&definition.symbol) {
            (symbol.place, symbol.value, symbol.size) =
                (Place::Section(target), offset, size as u64);
        }
        entries.push(SecEntry { ty, offset: offset as u32, size: size as u32 });
    }
    elf.remove_sections(&BTreeSet::from([legacy]));
    list(info, entries);
}

/// A map as defined by its record.
struct Definition {
    symbol: SymbolId,
    name: String,
    words: Vec<u32>,
}

fn definitions(elf: &Elf, legacy: SectionId) -> Option<Vec<Definition>> {
    let section = elf.sections.get(&legacy)?;
    let found: Option<Vec<_>> = elf
        .symbols_in(legacy)
        .into_iter()
        .filter(|(_, symbol)| symbol.kind != SymbolKind::Section)
        .map(|(id, symbol)| definition(elf, section, id, symbol))
        .collect();
    found.filter(|_| section.relocations.is_empty())
}

fn definition(elf: &Elf, section: &Section, id: SymbolId, symbol: &Symbol) -> Option<Definition> {
    let start = usize::try_from(symbol.value).ok()?;
    let bytes = section.bytes().get(start..)?.get(..usize::try_from(symbol.size).ok()?)?;
    let chunks = bytes.chunks_exact(4);
    let fits = chunks.remainder().is_empty();
    let words = chunks.filter_map(|chunk| Some(u32_of(elf.endian, chunk.try_into().ok()?)));
    let words: Vec<u32> = words.collect();
    let fits = fits && (MIN_WORDS..=MAX_WORDS).contains(&words.len());
    fits.then(|| Definition { symbol: id, name: symbol.name.clone(), words })
}

/// Returns the map's `VAR` and the size of its struct in bytes.
fn define(info: &mut Info, definition: &Definition) -> (TypeId, usize) {
    let btf = &mut info.btf;
    let mut members = Vec::new();
    for (name, word) in MEMBERS {
        let value = definition.words.get(word).copied().unwrap_or(0);
        if value == 0 && OPTIONAL.contains(&name) {
            continue;
        }
        let ty = number(btf, value);
        let offset = (members.len() * MEMBER_SIZE * 8) as u32;
        members.push(Member { name: btf.strings.intern(name.as_bytes()), ty, offset, width: 0 });
    }
    let size = members.len() * MEMBER_SIZE;
    let composite = Composite { size: size as u32, bitfields: false, members };
    let ty = btf.push(StrOff::EMPTY, Kind::Struct(composite));
    let name = btf.strings.intern(definition.name.as_bytes());
    (btf.push(name, Kind::Var { ty, linkage: Linkage::Global }), size)
}

/// Appends `size` zero bytes to a section and returns their offset.
fn reserve(elf: &mut Elf, section: SectionId, size: usize) -> Option<u64> {
    let section = elf.sections.get_mut(&section)?;
    if let Contents::Zero(_) = section.contents {
        section.contents = Contents::Bytes(Vec::new());
    }
    let Contents::Bytes(bytes) = &mut section.contents else { return None };
    let start = bytes.len().next_multiple_of(MEMBER_SIZE);
    bytes.resize(start + size, 0);
    Some(start as u64)
}

fn empty() -> Section {
    use goblin::elf::section_header::{SHF_ALLOC, SHF_WRITE, SHT_PROGBITS};
    Section {
        name: MAPS.to_owned(),
        kind: SHT_PROGBITS,
        flags: u64::from(SHF_ALLOC | SHF_WRITE),
        align: MEMBER_SIZE as u64,
        entry_size: 0,
        contents: Contents::Bytes(Vec::new()),
        relocations: Vec::new(),
    }
}

/// Retires the `DATASEC` called `name` with its variables.
fn forget(info: &mut Info, name: &str) {
    let Some(id) = datasec(info, name) else { return };
    let entries = match info.btf.get(id).map(|ty| &ty.kind) {
        Some(Kind::Datasec(datasec)) => datasec.entries.clone(),
        _ => Vec::new(),
    };
    tombstone(&mut info.btf, id);
    entries.iter().for_each(|entry| tombstone(&mut info.btf, entry.ty));
}

fn list(info: &mut Info, entries: Vec<SecEntry>) {
    let found = datasec(info, MAPS);
    if let Some(Kind::Datasec(datasec)) =
        found.and_then(|id| info.btf.get_mut(id)).map(|ty| &mut ty.kind)
    {
        datasec.entries.extend(entries);
        return;
    }
    let name = info.btf.strings.intern(MAPS.as_bytes());
    info.btf.push(name, Kind::Datasec(Datasec { size: 0, entries }));
}

fn datasec(info: &Info, name: &str) -> Option<TypeId> {
    let wanted = |id: TypeId| info.btf.name(id) == name;
    info.btf
        .iter()
        .find(|(id, ty)| matches!(ty.kind, Kind::Datasec(_)) && wanted(*id))
        .map(|(id, _)| id)
}
