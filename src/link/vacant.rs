//! Variables without a size whose address is taken.
//!
//! Each section of data becomes a map of one value. libbpf makes none of an empty section ("data relo failed to find
//! map"), and the kernel refuses an address at the end of the value (`array_map_direct_value_addr`), where such a
//! variable may be. So the section is extended past it.

use std::collections::BTreeSet;

use crate::elf::{Contents, Elf, Place, SectionId, SymbolKind};

/// The number of bytes added to a section.
const ROOM: u64 = 8;

/// Moves every variable without a size that is referred to inside its section.
pub fn extend_sections(elf: &mut Elf) {
    let referred: BTreeSet<_> = elf
        .sections
        .values()
        .filter(|section| section.is_alloc())
        .flat_map(|section| section.relocations.iter().map(|relocation| relocation.symbol))
        .collect();
    let vacant = elf.symbols.iter().filter(|(id, symbol)| {
        symbol.kind == SymbolKind::Object && symbol.size == 0 && referred.contains(id)
    });
    let sections: BTreeSet<SectionId> = vacant
        .filter_map(|(_, symbol)| match symbol.place {
            Place::Section(id) => Some((id, symbol.value)),
            Place::Undefined | Place::Absolute => None,
        })
        .filter(|(id, value)| elf.sections.get(id).is_some_and(|it| *value >= it.size()))
        .map(|(id, _)| id)
        .collect();
    for id in sections {
        match elf.sections.get_mut(&id).map(|section| &mut section.contents) {
            Some(Contents::Zero(size)) => *size = size.saturating_add(ROOM),
            Some(Contents::Bytes(bytes)) => bytes.extend([0; ROOM as usize]),
            None => {}
        }
    }
}
