//! The binding of declarations and overridden definitions to the definition of their symbol.

use std::collections::{BTreeMap, HashSet};

use super::{
    Conflict, Scope, Symbols, matching,
    pool::Pool,
    sighting::{Item, Role, Sighting},
    text,
};
use crate::{
    model::{Kind, Linkage, TypeId},
    strings::StrOff,
    walk,
};

/// A symbol with the type that the output has for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// The sighting whose type it is.
    pub chosen: Sighting,
    /// The name of the section without bytes that lists it, or the empty name.
    pub list: StrOff,
}

/// Chooses the type of each symbol, and writes it to the pool.
///
/// # Errors
/// Returns an error if two sightings of a symbol disagree.
pub(super) fn bind(
    pool: &mut Pool,
    mut sightings: Vec<Sighting>,
    symbols: &Symbols,
    parts: &[String],
) -> Result<Vec<Bound>, Box<Conflict>> {
    sightings.sort_by_key(|sighting| sighting.global);
    let mut bound = Vec::new();
    let mut protos = BTreeMap::new();
    let mut kept = HashSet::new();
    let names: Vec<_> = symbols.globals.iter().collect();
    for group in sightings.chunk_by(|one, two| one.global == two.global) {
        let defined = group.iter().find(|sighting| sighting.role == Role::Definition);
        let Some(chosen) = defined.or(group.first()).copied() else { continue };
        let Some((name, global)) = names.get(chosen.global) else { continue };
        for other in group.iter().filter(|other| other.part != chosen.part) {
            let mut pair = [chosen, *other];
            pair.sort_by_key(|sighting| sighting.part);
            if let Some(difference) = matching::difference(pool, &pair) {
                return Err(conflict(pool, name, parts, pair, difference));
            }
        }
        let list = listed(pool, name, parts, group)?;
        let linkage = match (&global.definition, global.scope) {
            (None, _) => Linkage::Extern,
            (Some(_), Scope::Visible) => Linkage::Global,
            (Some(_), Scope::Local) => Linkage::Static,
        };
        let first = group.first().filter(|first| first.part < chosen.part);
        protos.extend(first.map(|first| (first.ty, chosen.ty)));
        kept.extend(group.iter().skip(usize::from(first.is_some())).map(|other| other.ty));
        if let Some(id) = pool.globals.get(chosen.global).copied().flatten() {
            if let Some(ty) = pool.get_mut(id) {
                ty.kind = match chosen.item {
                    Item::Function => Kind::Func { proto: chosen.ty, linkage },
                    Item::Variable | Item::Map => Kind::Var { ty: chosen.ty, linkage },
                };
            }
        }
        bound.push(Bound { chosen, list });
    }
    name_params(pool, protos, &kept);
    Ok(bound)
}

/// Returns the section that lists a symbol; all parts must agree about it, since it decides where loaders look.
fn listed(
    pool: &Pool,
    name: &str,
    parts: &[String],
    group: &[Sighting],
) -> Result<StrOff, Box<Conflict>> {
    let mut listing = group.iter().filter(|sighting| !sighting.list.is_empty());
    let Some(first) = listing.next() else { return Ok(StrOff::EMPTY) };
    match listing.find(|other| other.list != first.list) {
        None => Ok(first.list),
        Some(other) => {
            let [one, two] =
                [first, other].map(|sighting| pool.strings.text(sighting.list).into_owned());
            let difference =
                format!("section `{one}` lists it in the one and `{two}` in the other");
            Err(conflict(pool, name, parts, [*first, *other], difference))
        }
    }
}

/// Gives the parameters of declarations the names that the definitions have: each pair of prototypes becomes one.
///
/// `protos` has the prototype of the definition for each declared one. One that something else refers to stays.
fn name_params(pool: &mut Pool, mut protos: BTreeMap<TypeId, TypeId>, kept: &HashSet<TypeId>) {
    protos.retain(|declared, defined| declared != defined && !kept.contains(declared));
    if protos.is_empty() {
        return;
    }
    for ty in &pool.types {
        walk::refs(ty, |id| {
            protos.remove(&id);
        });
    }
    pool.has_doubles |= !protos.is_empty();
    for (declared, defined) in protos {
        let Some(Kind::FuncProto(defined)) = pool.get(defined).map(|ty| &ty.kind) else { continue };
        let names: Vec<StrOff> = defined.params.iter().map(|param| param.name).collect();
        if let Some(Kind::FuncProto(declared)) = pool.get_mut(declared).map(|ty| &mut ty.kind) {
            let params = declared.params.iter_mut().zip(names);
            params.filter(|(_, name)| !name.is_empty()).for_each(|(param, name)| param.name = name);
        }
    }
}

fn conflict(
    pool: &Pool,
    name: &str,
    parts: &[String],
    sightings: [Sighting; 2],
    difference: String,
) -> Box<Conflict> {
    Box::new(Conflict {
        symbol: name.to_owned(),
        parts: sightings.map(|sighting| parts.get(sighting.part).cloned().unwrap_or_default()),
        types: sightings.map(|sighting| text::of(pool, sighting.ty)),
        difference,
    })
}
