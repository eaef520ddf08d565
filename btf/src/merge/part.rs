//! The types of one part, and the treatment of each.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    Moved, Place, Symbols,
    pool::Fate,
    sections::moved,
    sighting::{Item, Role, Sighting},
};
use crate::{
    ext::Ext,
    model::{Kind, Linkage, SecEntry, Type, TypeId},
    strings::{Renamed, StrOff, Strings},
};

/// The section that older versions of clang list unannotated externs in.
const EXTERN: &str = ".extern";
/// The section of maps with definitions in BTF.
const MAPS: &str = ".maps";

/// The place of a function or variable in its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Site {
    /// Neither a record nor a section gives one.
    Unknown,
    /// A section, and an offset there.
    At(StrOff, u64),
    /// A section without bytes.
    Listed(StrOff),
}

/// The places of functions and variables, by the numbers of their types, and the sizes of variables.
pub(super) struct Sites {
    sites: Vec<(Site, u32)>,
    /// True if records give the places of functions.
    has_functions: bool,
}

impl Sites {
    /// Collects the places of `types`. The names in `ext` are those of `renamed`.
    pub(super) fn of(
        types: &[Type],
        ext: Option<&Ext>,
        sections: &BTreeMap<String, Vec<Moved>>,
        renamed: &mut Renamed<'_>,
        strings: &mut Strings,
    ) -> Self {
        let mut sites = vec![(Site::Unknown, 0); types.len().saturating_add(1)];
        for ty in types {
            let Kind::Datasec(section) = &ty.kind else { continue };
            let has_bytes = sections.contains_key(&*strings.text(ty.name));
            for entry in &section.entries {
                let at = Site::At(ty.name, entry.offset.into());
                let site = if has_bytes { at } else { Site::Listed(ty.name) };
                if let Some(known) = sites.get_mut(entry.ty.0 as usize) {
                    *known = (site, entry.size);
                }
            }
        }
        for table in ext.into_iter().flat_map(|ext| &ext.func_info) {
            let section = renamed.get(table.section, strings);
            let ranges = sections.get(&*strings.text(section));
            let ranges = ranges.map(Vec::as_slice).unwrap_or_default();
            for record in &table.records {
                let Some((site, _)) = sites.get_mut(record.ty.0 as usize) else { continue };
                let offset = u64::from(record.insn_off);
                if *site == Site::Unknown || moved(ranges, offset).is_some() {
                    *site = Site::At(section, offset);
                }
            }
        }
        let has_functions = ext.is_some_and(|ext| !ext.func_info.is_empty());
        Self { sites, has_functions }
    }

    fn get(&self, id: TypeId) -> (Site, u32) {
        self.sites.get(id.0 as usize).copied().unwrap_or((Site::Unknown, 0))
    }
}

/// Reads the types of one part.
pub(super) struct Reader<'a> {
    /// The index of the part.
    pub part: usize,
    /// Its types, with names in `strings`.
    pub types: &'a [Type],
    /// The places of its functions and variables.
    pub sites: Sites,
    /// Its sections.
    pub sections: &'a BTreeMap<String, Vec<Moved>>,
    /// Its global definitions.
    pub definitions: &'a BTreeMap<String, Place>,
    /// The symbols of the output.
    pub symbols: &'a Symbols,
    /// The index of each of them.
    pub names: &'a HashMap<&'a str, usize>,
    /// The strings of the pool.
    pub strings: &'a Strings,
}

impl Reader<'_> {
    /// Returns the treatment of each type, and the functions and variables that are global symbols. Their types still
    /// have the numbers of the part.
    pub(super) fn fates(&self) -> (Vec<Fate>, Vec<Sighting>) {
        let by_place = self.by_place();
        let mut sightings = Vec::new();
        let mut overridden = HashSet::new();
        let mut fates: Vec<Fate> = Vec::with_capacity(self.types.len());
        for (id, ty) in (1..).map(TypeId).zip(self.types) {
            let (item, linkage, target) = match ty.kind {
                Kind::Func { proto, linkage } => (Item::Function, linkage, proto),
                Kind::Var { ty, linkage } => (self.variable(id), linkage, ty),
                Kind::Datasec(_) => {
                    fates.push(Fate::Dropped);
                    continue;
                }
                _ => {
                    fates.push(Fate::Shared);
                    continue;
                }
            };
            let Some((global, role)) = self.global(id, ty, linkage, &by_place) else {
                fates.push(self.own_fate(id, item, linkage));
                continue;
            };
            if role == Role::Overridden {
                overridden.insert(id);
            }
            fates.push(Fate::Global(global));
            let (site, size) = self.sites.get(id);
            let list = match site {
                Site::At(name, _) | Site::Listed(name) if linkage == Linkage::Extern => name,
                _ => StrOff::EMPTY,
            };
            let list =
                if self.strings.get(list) == EXTERN.as_bytes() { StrOff::EMPTY } else { list };
            sightings.push(Sighting {
                global,
                part: self.part,
                ty: target,
                item,
                role,
                list,
                size,
            });
        }
        self.drop_tags(&mut fates, &overridden);
        (fates, sightings)
    }

    /// Returns the static variables in each section of the output, with types numbered as in the part. A section with
    /// a `DATASEC` is returned even if it has none.
    pub(super) fn entries(&self, fates: &[Fate]) -> Vec<(String, Vec<SecEntry>)> {
        let mut found = Vec::new();
        for ty in self.types {
            let Kind::Datasec(section) = &ty.kind else { continue };
            let Some(ranges) = self.sections.get(&*self.strings.text(ty.name)) else { continue };
            if let Some(first) = ranges.iter().find_map(|range| range.to.as_ref()) {
                found.push((first.section.clone(), Vec::new()));
            }
            for entry in &section.entries {
                let fate = (entry.ty.0 as usize).checked_sub(1).and_then(|at| fates.get(at));
                if fate == Some(&Fate::Own) {
                    if let Some((section, offset)) = moved(ranges, entry.offset.into()) {
                        if let Ok(offset) = u32::try_from(offset) {
                            let entry = SecEntry { offset, ..*entry };
                            match found.last_mut().filter(|(last, _)| last == section) {
                                Some((_, entries)) => entries.push(entry),
                                None => found.push((section.to_owned(), vec![entry])),
                            }
                        }
                    }
                }
            }
        }
        found
    }

    /// Returns the names of the global definitions at each place.
    fn by_place(&self) -> HashMap<(&str, u64), Vec<&str>> {
        let mut names: HashMap<(&str, u64), Vec<&str>> = HashMap::new();
        for (name, place) in self.definitions {
            names.entry((&place.section, place.offset)).or_default().push(name);
        }
        names
    }

    fn variable(&self, id: TypeId) -> Item {
        match self.sites.get(id).0 {
            Site::At(name, _) | Site::Listed(name) if self.strings.get(name) == MAPS.as_bytes() => {
                Item::Map
            }
            _ => Item::Variable,
        }
    }

    /// Returns the index of the global symbol that a function or variable is, and its role.
    fn global(
        &self,
        id: TypeId,
        ty: &Type,
        linkage: Linkage,
        by_place: &HashMap<(&str, u64), Vec<&str>>,
    ) -> Option<(usize, Role)> {
        let name = self.strings.text(ty.name);
        if linkage == Linkage::Extern {
            return Some((*self.names.get(&*name)?, Role::Declaration));
        }
        let symbol = match self.sites.get(id).0 {
            Site::At(section, offset) => {
                // A compiler may add a suffix to the symbol and not to the name in BTF, and names in BTF are not
                // mangled: the place decides.
                let section = self.strings.text(section);
                let here = by_place.get(&(&*section, offset))?;
                here.iter().find(|symbol| ***symbol == *name).or(here.first()).copied()?
            }
            Site::Unknown if linkage == Linkage::Global || !self.sites.has_functions => {
                self.definitions.get_key_value(&*name)?.0.as_str()
            }
            Site::Unknown | Site::Listed(_) => return None,
        };
        let index = *self.names.get(symbol)?;
        let global = self.symbols.globals.get(symbol)?;
        let is_here = global.definition.as_ref().is_some_and(|it| it.part == self.part);
        Some((index, if is_here { Role::Definition } else { Role::Overridden }))
    }

    /// Returns the treatment of a function or variable that is no global symbol.
    fn own_fate(&self, id: TypeId, item: Item, linkage: Linkage) -> Fate {
        let kept = if item == Item::Function { Fate::Shared } else { Fate::Own };
        match self.sites.get(id).0 {
            _ if linkage == Linkage::Extern => Fate::Dropped,
            Site::Unknown => kept,
            Site::Listed(_) => Fate::Dropped,
            Site::At(section, offset) => {
                let ranges = self.sections.get(&*self.strings.text(section));
                let ranges = ranges.map(Vec::as_slice).unwrap_or_default();
                if moved(ranges, offset).is_some() { kept } else { Fate::Dropped }
            }
        }
    }

    /// Drops the tags of what is dropped or overridden.
    fn drop_tags(&self, fates: &mut [Fate], overridden: &HashSet<TypeId>) {
        for (at, ty) in self.types.iter().enumerate() {
            let Kind::DeclTag(tag) = &ty.kind else { continue };
            let target = (tag.ty.0 as usize).checked_sub(1).and_then(|at| fates.get(at));
            let is_gone = target == Some(&Fate::Dropped) || overridden.contains(&tag.ty);
            if let Some(fate) = fates.get_mut(at).filter(|_| is_gone) {
                *fate = Fate::Dropped;
            }
        }
    }
}
