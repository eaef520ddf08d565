//! Extracts `.BTF` and `.BTF.ext` from a file.
//!
//! Every offset into another section has a relocation. Applying it gives the offset; the record belongs to the
//! section of its symbol, whatever section name LLVM grouped it under. That name is wrong after sections were joined,
//! and empty for a CO-RE record of a function without debug info.

use std::collections::{BTreeMap, HashMap};

use crate::{
    bpf::target::u32_of,
    btf::{Ext, Info, SecTable, Strings},
    elf::{Elf, Place, Section},
    report::Result,
};

/// Removes both sections from `elf` and decodes them; returns `None` if there is no `.BTF`.
///
/// # Errors
/// Returns an error if a section is malformed or a relocation points outside it.
pub(super) fn take(elf: &mut Elf) -> Result<Option<Info>> {
    let btf = remove(elf, ".BTF").map(|section| applied(elf, section)).transpose()?;
    let ext = remove(elf, ".BTF.ext").map(|section| applied(elf, section)).transpose()?;
    let Some(btf) = btf else { return Ok(None) };
    let ext_bytes = ext.as_ref().map(|ext| ext.bytes());
    let mut info = Info::decode(btf.bytes(), ext_bytes)?;
    if let (Some(section), Some(ext)) = (&ext, &mut info.ext) {
        let homes = Homes::of(elf, section);
        homes.regroup(ext, &mut info.btf.strings);
    }
    Ok(Some(info))
}

fn remove(elf: &mut Elf, name: &str) -> Option<Section> {
    let id = elf.section_named(name)?;
    elf.sections.remove(&id)
}

fn applied(elf: &Elf, mut section: Section) -> Result<Section> {
    for relocation in section.relocations.clone() {
        let symbol = elf.symbols.get(&relocation.symbol);
        let value = symbol
            .filter(|symbol| symbol.place != Place::Undefined)
            .map_or(0, |symbol| symbol.value);
        section.add_to_addend(elf.endian, relocation.kind, relocation.offset, value)?;
    }
    Ok(section)
}

/// The section that each record of `.BTF.ext` belongs to, by the record's offset in bytes.
struct Homes<'elf> {
    sections: BTreeMap<u64, &'elf str>,
    /// The start of each of the three tables.
    tables: [u64; 3],
}

impl<'elf> Homes<'elf> {
    fn of(elf: &'elf Elf, ext: &Section) -> Self {
        let sections = ext.relocations.iter().filter_map(|relocation| {
            let Place::Section(id) = elf.symbols.get(&relocation.symbol)?.place else {
                return None;
            };
            Some((relocation.offset, elf.sections.get(&id)?.name.as_str()))
        });
        let word = |at: usize| {
            let bytes = ext.bytes().get(at..).and_then(|rest| rest.first_chunk().copied());
            u64::from(u32_of(elf.endian, bytes.unwrap_or_default()))
        };
        // A header of struct btf_ext_header: its length, then an offset past it for each table.
        let header = word(4);
        Self { sections: sections.collect(), tables: [8, 16, 24].map(|at| header + word(at)) }
    }

    fn regroup(&self, ext: &mut Ext, strings: &mut Strings) {
        let [functions, lines, relos] = self.tables;
        self.regroup_table(&mut ext.func_info, functions, 8, strings);
        self.regroup_table(&mut ext.line_info, lines, 16, strings);
        self.regroup_table(&mut ext.core_relos, relos, 16, strings);
    }

    /// Regroups one table; `record` is a record's size in bytes, the same in LLVM's tables and in ours.
    fn regroup_table<R>(
        &self,
        tables: &mut Vec<SecTable<R>>,
        start: u64,
        record: u64,
        strings: &mut Strings,
    ) {
        let mut grouped: Vec<SecTable<R>> = Vec::new();
        let mut places = HashMap::new();
        let mut at = start + 4;
        for table in std::mem::take(tables) {
            at += 8;
            for row in table.records {
                let home = self
                    .sections
                    .get(&at)
                    .map_or(table.section, |name| strings.intern(name.as_bytes()));
                let next = grouped.len();
                let place = *places.entry(strings.get(home).to_vec()).or_insert(next);
                match grouped.get_mut(place) {
                    Some(table) => table.records.push(row),
                    None => grouped.push(SecTable { section: home, records: vec![row] }),
                }
                at += record;
            }
        }
        *tables = grouped;
    }
}
