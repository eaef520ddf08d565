//! The types of the maps that an object defines.

use super::{
    View,
    unknown::{Certainty, Unknown},
};
use crate::{
    bpf::{kernel::map_type, sections, target::u32_of},
    btf::{Btf, Kind, TypeId},
    object::place::quoted,
};

/// Returns the maps whose type the kernel does not support.
pub(super) fn unknown(view: &View<'_>) -> Vec<Unknown> {
    let mut defined = described(view);
    defined.extend(recorded(view));
    defined.into_iter().filter_map(|(name, number)| one(view, &name, number)).collect()
}

fn one(view: &View<'_>, name: &str, number: u32) -> Option<Unknown> {
    let (what, since) = map_type(number)?;
    if since <= view.kernel {
        return None;
    }
    let subject = format!("map {}", quoted(name));
    let what = format!("map type `{what}`");
    Some(Unknown::entry(subject, what, Some(since)).with(
        Certainty::Certain,
        "use an older map type, such as perf_event_array (4.3) for a ring buffer",
    ))
}

/// Returns the maps of `.maps`: a struct whose member `type` points to an array of that many elements.
fn described(view: &View<'_>) -> Vec<(String, u32)> {
    let Some(btf) = view.object.btf.as_ref().map(|info| &info.btf) else { return Vec::new() };
    let sections = btf.iter().filter_map(|(id, ty)| match &ty.kind {
        Kind::Datasec(section) if btf.name(id) == sections::MAPS => Some(&section.entries),
        _ => None,
    });
    let variables = sections.flatten().map(|entry| entry.ty);
    variables.filter_map(|id| Some((btf.name(id).into_owned(), type_of(btf, id)?))).collect()
}

fn type_of(btf: &Btf, variable: TypeId) -> Option<u32> {
    let Kind::Var { ty, .. } = btf.get(variable)?.kind else { return None };
    let Kind::Struct(definition) = &btf.get(plain(btf, ty))?.kind else { return None };
    let member = definition.members.iter().find(|it| btf.strings.text(it.name) == "type")?;
    let Kind::Ptr(target) = btf.get(plain(btf, member.ty))?.kind else { return None };
    match &btf.get(plain(btf, target))?.kind {
        Kind::Array(array) => Some(array.len),
        _ => None,
    }
}

/// Resolves names and qualifiers. Chains are short; the walk gives up on one that is long or circular.
fn plain(btf: &Btf, mut id: TypeId) -> TypeId {
    const LONGEST: usize = 32;
    for _ in 0..LONGEST {
        match btf.get(id).map(|ty| &ty.kind) {
            Some(Kind::Typedef(next) | Kind::Const(next) | Kind::Volatile(next)) => id = *next,
            _ => break,
        }
    }
    id
}

/// Returns the maps of a section `maps`, whose records begin with the type.
fn recorded(view: &View<'_>) -> Vec<(String, u32)> {
    let elf = &view.object.elf;
    let Some(id) = elf.section_named(sections::LEGACY_MAPS) else { return Vec::new() };
    let Some(section) = elf.sections.get(&id) else { return Vec::new() };
    let records = elf.symbols_in(id).into_iter().filter(|(_, symbol)| !symbol.name.is_empty());
    records
        .filter_map(|(_, symbol)| {
            let start = usize::try_from(symbol.value).ok()?;
            let word = section.bytes().get(start..)?.first_chunk()?;
            Some((symbol.name.clone(), u32_of(elf.endian, *word)))
        })
        .collect()
}
