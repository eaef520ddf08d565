//! Joins sections that LLVM keeps separate and loaders do not understand separately.
//!
//! Loaders treat every executable section but `.text` as a program, so functions that LLVM considers cold and puts
//! into `.text.unlikely.` would become programs of an unknown type. A `.maps` with constant and mutable statics is
//! emitted as two sections of one name, of which loaders see one.
//!
//! Moving bytes is easy; the work is in the references to them. Symbols of the moved section get a new place.
//! References by name need no change. References to the *section* symbol have the distance in their addend, inside an
//! instruction or datum, which is where the shift is added. `.BTF` and `.BTF.ext` still have their relocations then,
//! so their offsets follow by the same rule.

use std::collections::BTreeMap;

use crate::{
    elf::{Contents, Elf, Place, Section, SectionId, SymbolKind},
    report::{Error, Result},
};

/// `SHT_PROGBITS`.
const PROGBITS: u32 = 1;
/// `SHF_MERGE | SHF_STRINGS`: entries of one size may be merged; no longer true of joined sections.
const MERGEABLE: u64 = 0x30;

/// The homes of sections with other names: a prefix, and the section.
const HOMES: &[(&str, &str)] = &[
    (".text.", ".text"),
    // Constants that contain addresses; no BPF loader relocates data, so they are constants like others.
    (".data.rel.ro", ".rodata"),
];

/// Returns the section that has the contents of section `name` after [`merge`].
#[must_use]
pub fn home(name: &str) -> &str {
    HOMES.iter().find(|(beginning, _)| name.starts_with(beginning)).map_or(name, |(_, home)| home)
}

/// Joins sections that belong together, and gives a lone one the name of its home.
///
/// # Errors
/// Returns an error if a relocation points outside its section, if sections of one name hold code and data, or if zeros
/// that take no room would take too much in the file.
pub fn merge(elf: &mut Elf) -> Result<()> {
    let ids: Vec<SectionId> = elf.sections.keys().copied().collect();
    let (mut firsts, mut moved) = (BTreeMap::new(), BTreeMap::new());
    for id in ids {
        let Some(section) = elf.sections.get_mut(&id).filter(|section| section.is_alloc()) else {
            continue;
        };
        section.name = home(&section.name).to_owned();
        let first = *firsts.entry(section.name.clone()).or_insert(id);
        if first != id {
            let shift = join(elf, first, id)?;
            moved.insert(id, (first, shift));
        }
    }
    if moved.is_empty() { Ok(()) } else { retarget(elf, &moved) }
}

/// The new section of each section that is joined to another, and the offset of its contents there.
type Moved = BTreeMap<SectionId, (SectionId, u64)>;

/// Moves the contents and relocations of section `from` to the end of `into`, and returns their offset there.
fn join(elf: &mut Elf, into: SectionId, from: SectionId) -> Result<u64> {
    let Some(moved) = elf.sections.remove(&from) else { return Ok(0) };
    let Some(target) = elf.sections.get_mut(&into) else { return Ok(0) };
    if target.is_code() != moved.is_code() {
        return Err(Error::link(format!("section {} is code and data", target.name))
            .because("the object has two sections of the name, and one of them is not executable")
            .help("name one of them differently"));
    }
    let shift = append(target, &moved)?;
    target.relocations.extend(moved.relocations.iter().map(|relocation| {
        let mut relocation = *relocation;
        relocation.offset = relocation.offset.wrapping_add(shift);
        relocation
    }));
    Ok(shift)
}

/// The maximum number of zero bytes that may be stored in the file, because other bytes of the same section are not
/// zero.
const MOST_ZEROS: u64 = 256 << 20;

/// Appends the contents of `moved`; returns the offset of the appended bytes.
fn append(target: &mut Section, moved: &Section) -> Result<u64> {
    let zeros = [&*target, moved].map(|section| match section.contents {
        Contents::Zero(size) => size,
        Contents::Bytes(_) => 0,
    });
    if zeros.contains(&0) && zeros.iter().any(|size| *size > MOST_ZEROS) {
        return Err(too_many_zeros(target));
    }
    let shift = target.size().next_multiple_of(moved.align);
    target.align = target.align.max(moved.align);
    target.flags = (target.flags | moved.flags) & !MERGEABLE;
    target.entry_size = 0;
    target.contents = match (&target.contents, &moved.contents) {
        (Contents::Zero(_), Contents::Zero(size)) => Contents::Zero(shift + size),
        _ => {
            target.kind = PROGBITS;
            let mut bytes = match std::mem::replace(&mut target.contents, Contents::Zero(0)) {
                Contents::Bytes(bytes) => bytes,
                Contents::Zero(_) => Vec::new(),
            };
            // Both sizes fit 32 bits: the parser refuses larger sections without bytes in the file.
            bytes.resize(usize::try_from(shift).unwrap_or(bytes.len()), 0);
            bytes.extend_from_slice(moved.bytes());
            if let Contents::Zero(size) = moved.contents {
                bytes.resize(bytes.len().saturating_add(usize::try_from(size).unwrap_or(0)), 0);
            }
            Contents::Bytes(bytes)
        }
    };
    Ok(shift)
}

fn too_many_zeros(section: &Section) -> Error {
    Error::link(format!("section {} would take more than 256 MiB of zeros", section.name))
        .because("some of its variables have a value, so all of it is in the file")
        .help("give large variables without a value a section of their own")
}

/// Makes symbols and relocations follow the sections that were `moved`.
fn retarget(elf: &mut Elf, moved: &Moved) -> Result<()> {
    let mut known = elf.section_symbols();
    let mut former = BTreeMap::new();
    for (section, &(home, shift)) in moved {
        let symbol = *known.entry(home).or_insert_with(|| elf.add_section_symbol(home));
        former.insert(*section, (symbol, shift));
    }
    let mut replaced = BTreeMap::new();
    elf.symbols.retain(|id, symbol| {
        let Place::Section(section) = symbol.place else { return true };
        let Some(&(home, shift)) = moved.get(&section) else { return true };
        if symbol.kind == SymbolKind::Section {
            replaced.extend(former.get(&section).map(|new| (*id, *new)));
            return false;
        }
        symbol.place = Place::Section(home);
        symbol.value = symbol.value.wrapping_add(shift);
        true
    });
    let endian = elf.endian;
    for section in elf.sections.values_mut() {
        let mut relocations = std::mem::take(&mut section.relocations);
        for relocation in &mut relocations {
            if let Some(&(symbol, shift)) = replaced.get(&relocation.symbol) {
                section.add_to_addend(endian, relocation.kind, relocation.offset, shift)?;
                relocation.symbol = symbol;
            }
        }
        section.relocations = relocations;
    }
    Ok(())
}
