//! The addresses that relocations hold in place.

use std::collections::BTreeMap;

use crate::{
    elf::{Elf, Place, SectionId, SymbolKind},
    report::Result,
};

/// The addresses relative to the start of each section that relocations of one object hold.
#[derive(Debug, Default)]
pub(super) struct SectionAddends(BTreeMap<SectionId, Vec<i64>>);

impl SectionAddends {
    /// Collects them from all sections of `elf`.
    ///
    /// # Errors
    /// Returns an error if a relocation is outside its section.
    pub(super) fn of(elf: &Elf) -> Result<Self> {
        let mut found: BTreeMap<SectionId, Vec<i64>> = BTreeMap::new();
        for section in elf.sections.values() {
            for relocation in &section.relocations {
                let Some(symbol) = elf.symbols.get(&relocation.symbol) else { continue };
                if let (SymbolKind::Section, Place::Section(target)) = (symbol.kind, symbol.place) {
                    let addend = section.addend(elf.endian, relocation.kind, relocation.offset)?;
                    found.entry(target).or_default().push(addend);
                }
            }
        }
        for addends in found.values_mut() {
            addends.sort_unstable();
            addends.dedup();
        }
        Ok(Self(found))
    }

    /// Returns those relative to `section`.
    pub(super) fn of_section(&self, section: SectionId) -> &[i64] {
        self.0.get(&section).map_or(&[], Vec::as_slice)
    }
}
