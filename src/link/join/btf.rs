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
        merge::{self, Conflict, Definition, Global, Merger, Moved, Part, Scope, Symbols},
    },
    elf,
    object::{Object, Types},
    report::{Error, Result},
};

/// Merges `types`, those of each object, one by one: all of them at once would take more memory than everything else.
/// Returns the names of functions without a prototype, too.
///
/// # Errors
/// Returns an error if the BTF of an object is malformed, or two objects disagree about the type of a symbol.
pub(super) fn merge(
    inputs: &Inputs<'_>,
    layout: &Layout<'_>,
    types: Vec<Types>,
) -> Result<(Option<Info>, BTreeSet<String>)> {
    let (symbols, mut all_unsigned) = (symbols(inputs, layout, &types), BTreeSet::new());
    let mut merger = Merger::new(&symbols);
    let (mut has_some, mut buffer) = (false, Vec::new());
    for (index, (types, object)) in types.into_iter().zip(inputs.objects).enumerate() {
        let Some((mut info, mut unsigned)) = types.decode(&mut buffer)? else { continue };
        forget_unsigned(&mut info, &unsigned);
        all_unsigned.append(&mut unsigned);
        let (name, definitions) = (object.origin.to_string(), definitions(object));
        let sections = sections(inputs, layout, index);
        merger.add(Part { info, name, sections, definitions });
        has_some = true;
    }
    drop(buffer);
    if !has_some {
        return Ok((None, all_unsigned));
    }
    let merged = merger.finish().map_err(|conflict| refused(&conflict))?;
    Ok((Some(merged.info), all_unsigned))
}

/// Returns the places of the contents of each section of object number `object`.
fn sections(
    inputs: &Inputs<'_>,
    layout: &Layout<'_>,
    object: usize,
) -> BTreeMap<String, Vec<Moved>> {
    let mut sections = BTreeMap::<String, Vec<Moved>>::new();
    let start = inputs.pieces.list.partition_point(|piece| piece.object < object);
    let pieces = inputs.pieces.list.iter().zip(&layout.places).skip(start);
    let sections_in = inputs.objects.get(object).map(|object| &object.elf.sections);
    for (piece, placed) in pieces.take_while(|(piece, _)| piece.object == object) {
        let section = sections_in.and_then(|sections| sections.get(&piece.section));
        let Some(section) = section else { continue };
        let to = placed.and_then(|placed| place(layout, placed));
        let moved = Moved { from: piece.range.clone(), to };
        match sections.get_mut(&section.name) {
            Some(list) => list.push(moved),
            None => drop(sections.insert(section.name.clone(), vec![moved])),
        }
    }
    sections
}

/// Returns the global symbols of the output, and the sizes of its sections.
fn symbols(inputs: &Inputs<'_>, layout: &Layout<'_>, types: &[Types]) -> Symbols {
    let mut parts = 0..;
    let parts: Vec<Option<usize>> = types
        .iter()
        .map(|it| if matches!(it, Types::None) { None } else { parts.next() })
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
    symbols
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

/// Drops the functions without a signature in debug information, `unsigned`, from BTF: whatever stands there contradicts
/// declarations in other objects.
fn forget_unsigned(info: &mut Info, unsigned: &BTreeSet<String>) {
    if unsigned.is_empty() {
        return;
    }
    let Info { btf, ext } = info;
    let is_unsigned = |&(id, ty): &(TypeId, &Type)| {
        matches!(ty.kind, Kind::Func { .. }) && unsigned.contains(&*btf.name(id))
    };
    let unsigned: BTreeSet<TypeId> = btf.iter().filter(is_unsigned).map(|(id, _)| id).collect();
    for table in ext.iter_mut().flat_map(|ext| &mut ext.func_info) {
        table.records.retain(|record| !unsigned.contains(&record.ty));
    }
    unsigned.into_iter().for_each(|id| tombstone(btf, id));
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
