//! The `DATASEC`s of the output.

use std::collections::HashMap;

use super::{Moved, Symbols, bind::Bound, pool::Pool, sighting::Item};
use crate::model::{Datasec, Kind, SecEntry, Type};

/// The sections of the output that have variables, in order of first appearance.
#[derive(Default)]
pub(super) struct Sections {
    sections: Vec<(String, Vec<SecEntry>)>,
    index: HashMap<String, usize>,
}

impl Sections {
    /// Adds section `name`, and `entries` to it.
    pub(super) fn add(&mut self, name: &str, entries: impl IntoIterator<Item = SecEntry>) {
        let known = self.index.get(name).copied();
        let at = known.unwrap_or_else(|| {
            self.index.insert(name.to_owned(), self.sections.len());
            self.sections.push((name.to_owned(), Vec::new()));
            self.sections.len().saturating_sub(1)
        });
        if let Some((_, list)) = self.sections.get_mut(at) {
            list.extend(entries);
        }
    }

    /// Adds the global variables, and the externs that loaders resolve.
    pub(super) fn add_globals(&mut self, pool: &Pool, bound: &[Bound], symbols: &Symbols) {
        let globals: Vec<_> = symbols.globals.values().collect();
        for Bound { chosen, list } in bound {
            let node = pool.globals.get(chosen.global).copied().flatten();
            let (Some(ty), Some(global)) = (node, globals.get(chosen.global)) else { continue };
            match &global.definition {
                Some(_) if chosen.item == Item::Function => {}
                Some(definition) => {
                    let size = if chosen.size == 0 { definition.size } else { chosen.size.into() };
                    let numbers = (u32::try_from(definition.place.offset), u32::try_from(size));
                    if let (Ok(offset), Ok(size)) = numbers {
                        let entry = SecEntry { ty, offset, size };
                        self.add(&definition.place.section, [entry]);
                    }
                }
                None if list.is_empty() => {}
                None => {
                    // A section with bytes lists what is in it, and an extern is not: loaders would take it for a
                    // definition of size 0.
                    let name = pool.strings.text(*list);
                    if !symbols.section_sizes.contains_key(&*name) {
                        self.add(&name, [SecEntry { ty, offset: 0, size: chosen.size }]);
                    }
                }
            }
        }
    }

    /// Appends a `DATASEC` for each section to the pool.
    pub(super) fn append(self, pool: &mut Pool, symbols: &Symbols) {
        for (name, mut entries) in self.sections {
            let size = symbols.section_sizes.get(&name);
            if size.is_none() && entries.is_empty() {
                continue;
            }
            entries.sort_by_key(|entry| (entry.offset, entry.ty));
            if size.is_some() {
                // A variable with several names is listed once: bpftool's skeletons want no overlap.
                entries.dedup_by_key(|entry| entry.offset);
            }
            let size = size.map_or(0, |size| crate::builder::narrow(*size));
            let name = pool.strings.intern(name.as_bytes());
            pool.types.push(Type { name, kind: Kind::Datasec(Datasec { size, entries }) });
        }
    }
}

/// Returns the new place of byte `offset` of a section: the name of the section, and the offset there.
pub(super) fn moved(ranges: &[Moved], offset: u64) -> Option<(&str, u64)> {
    let after = ranges.partition_point(|range| range.from.start <= offset);
    let range = ranges.get(after.checked_sub(1)?)?;
    let place = range.to.as_ref().filter(|_| range.from.contains(&offset))?;
    let distance = offset.checked_sub(range.from.start)?;
    Some((&place.section, place.offset.checked_add(distance)?))
}
