//! The merging of BTF: the new places of the contents of sections, and the definitions of symbols.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    layout::{Layout, Placed},
    names::{is_shared, symbol_at},
    reach::is_exported,
    references::{Inputs, Spot},
};
use crate::{
    btf::{
        Info, Kind, Type, TypeId,
        builder::tombstone,
        merge::{self, Conflict, Definition, Global, Moved, Part, Scope, Symbols},
    },
    elf,
    object::Object,
    report::{Error, Result},
};

/// The decisions of the link as the merging of BTF takes them.
#[derive(Debug)]
pub(super) struct Plan {
    /// By object.
    sections: Vec<BTreeMap<String, Vec<Moved>>>,
    symbols: Symbols,
}

/// Collects the decisions of the link.
pub(super) fn plan(inputs: &Inputs<'_>, layout: &Layout<'_>) -> Plan {
    let mut sections = vec![BTreeMap::<String, Vec<Moved>>::new(); inputs.objects.len()];
    for (index, piece) in inputs.pieces.list.iter().enumerate() {
        let object = inputs.objects.get(piece.object);
        let section = object.and_then(|object| object.elf.sections.get(&piece.section));
        let (Some(section), Some(moved)) = (section, sections.get_mut(piece.object)) else {
            continue;
        };
        let placed = layout.places.get(index).copied().flatten();
        moved.entry(section.name.clone()).or_default().push(Moved {
            from: piece.range.clone(),
            to: placed.and_then(|placed| place(layout, placed)),
        });
    }
    let mut parts = 0..;
    let parts: Vec<Option<usize>> = inputs
        .objects
        .iter()
        .map(|object| object.btf.as_ref().and_then(|_| parts.next()))
        .collect();
    let mut symbols = Symbols::default();
    for name in inputs.names.externs.keys() {
        symbols
            .globals
            .insert((*name).to_owned(), Global { definition: None, scope: Scope::Visible });
    }
    for (name, &at) in &inputs.names.definitions {
        let part = parts.get(at.object).copied().flatten().unwrap_or(usize::MAX);
        if let Some(global) = global(inputs, layout, at, part) {
            symbols.globals.insert((*name).to_owned(), global);
        }
    }
    let sizes = layout.outputs.iter().map(|output| (output.name.to_owned(), output.size));
    symbols.section_sizes = sizes.collect();
    Plan { sections, symbols }
}

fn global(
    inputs: &Inputs<'_>,
    layout: &Layout<'_>,
    at: super::names::SymbolRef,
    part: usize,
) -> Option<Global> {
    let symbol = symbol_at(inputs.objects, at)?;
    let elf::Place::Section(section) = symbol.place else { return None };
    let spot = Spot { object: at.object, section, offset: symbol.value };
    let placed = layout.find(inputs, spot)?;
    let name = layout.outputs.get(placed.output)?.name;
    let is_visible = !super::reach::is_general_name(name)
        || is_exported(inputs, inputs.objects.get(at.object)?, symbol);
    Some(Global {
        definition: Some(Definition { part, place: place(layout, placed)?, size: symbol.size }),
        scope: if is_visible { Scope::Visible } else { Scope::Local },
    })
}

fn place(layout: &Layout<'_>, placed: Placed) -> Option<merge::Place> {
    let section = layout.outputs.get(placed.output)?.name.to_owned();
    Some(merge::Place { section, offset: placed.offset })
}

/// Drops functions of `object` without a signature in debug information from its BTF: whatever stands there contradicts
/// declarations in other objects.
pub(super) fn forget_unsigned(object: &mut Object) {
    let Some(Info { btf, ext }) = &mut object.btf else { return };
    let is_unsigned = |&(id, ty): &(TypeId, &Type)| {
        matches!(ty.kind, Kind::Func { .. }) && object.declared.unsigned.contains(&*btf.name(id))
    };
    let unsigned: BTreeSet<TypeId> = btf.iter().filter(is_unsigned).map(|(id, _)| id).collect();
    for table in ext.iter_mut().flat_map(|ext| &mut ext.func_info) {
        table.records.retain(|record| !unsigned.contains(&record.ty));
    }
    unsigned.into_iter().for_each(|id| tombstone(btf, id));
}

impl Plan {
    /// Merges the BTF of `objects`; `None` if none of them has any.
    ///
    /// # Errors
    /// Returns an error if two objects disagree about the type of a symbol.
    pub(super) fn merge(self, objects: Vec<Object>) -> Result<Option<Info>> {
        let parts: Vec<Part> = objects
            .into_iter()
            .zip(self.sections)
            .filter_map(|(object, sections)| {
                let (name, definitions) = (object.origin.to_string(), definitions(&object));
                Some(Part { info: object.btf?, name, sections, definitions })
            })
            .collect();
        if parts.is_empty() {
            return Ok(None);
        }
        let merged = merge::merge(parts, &self.symbols).map_err(|conflict| refused(&conflict))?;
        Ok(Some(merged.info))
    }
}

/// Returns the places of the global symbols that `object` defines.
fn definitions(object: &Object) -> BTreeMap<String, merge::Place> {
    let shared = object.elf.symbols.values().filter(|symbol| is_shared(object, symbol));
    let defined = shared.filter_map(|symbol| {
        let elf::Place::Section(section) = symbol.place else { return None };
        let section = object.elf.sections.get(&section)?.name.clone();
        Some((symbol.name.clone(), merge::Place { section, offset: symbol.value }))
    });
    defined.collect()
}

fn refused(conflict: &Conflict) -> Error {
    let Conflict { symbol, parts: [first, second], types: [one, two], difference } = conflict;
    Error::link(format!("the inputs disagree about the type of `{symbol}`"))
        .because(format!("in {first} it is `{one}`"))
        .because(format!("in {second} it is `{two}`"))
        .because(difference)
        .help("declare it once, in a header that both include")
}
