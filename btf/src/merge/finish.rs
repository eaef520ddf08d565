//! The last deduplication, over the types of all parts.
//!
//! A forward declaration becomes the struct, union or enum of its name if all parts agree about that. Whether they
//! agree depends on which types are equal, and that on the forward declarations: a struct with a pointer to a declared
//! struct equals one with a pointer to the defined one. So all definitions of one name are taken for equal at first;
//! where they turn out not to be, the declarations stay, and the types are compared again.

use std::collections::BTreeMap;

use crate::{
    Info,
    classes::{Graph, Tags, tags},
    model::{FwdKind, Kind, Type, TypeId},
    renumber,
    strings::StrOff,
};

/// The number of comparisons. Each finds at least one name whose definitions differ, nearly always all of them.
const ROUNDS: usize = 6;

/// The presence of equal types, forward declarations aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubles {
    /// There are none.
    None,
    /// There may be some.
    Possible,
}

/// Merges equal types and resolves forward declarations; returns the new number of each type, by its former one.
pub(super) fn dedup(info: &mut Info, doubles: Doubles) -> Vec<TypeId> {
    let types = &info.btf.types;
    let mut open = definitions(types);
    if open.is_empty() && doubles == Doubles::None {
        return renumber::remove(info, &[]);
    }
    let tags = tags(types);
    for round in 0..=ROUNDS {
        if round == ROUNDS {
            open.retain(|_, definitions| definitions.len() == 1);
        }
        let stand_ins = stand_ins(types, &open);
        let leaders = leaders(types, &tags, &stand_ins);
        let leader = |id: TypeId| leaders.get(id.0 as usize).copied().unwrap_or(id);
        let before = open.len();
        open.retain(|_, definitions| {
            let mut classes = definitions.iter().map(|id| leader(*id));
            let first = classes.next();
            classes.all(|class| Some(class) == first)
        });
        if open.len() == before {
            let outs = stand_ins.iter().enumerate().skip(1).map(|(at, stand_in)| {
                let kept = leader(*stand_in);
                (kept.0 as usize != at).then_some(kept)
            });
            let outs: Vec<_> = outs.collect();
            return renumber::remove(info, &outs);
        }
    }
    (0..).map(TypeId).take(types.len().saturating_add(1)).collect()
}

fn leaders(types: &[Type], tags: &Tags, stand_ins: &[TypeId]) -> Vec<TypeId> {
    let is_single = |ty: &Type| matches!(ty.kind, Kind::Var { .. } | Kind::Datasec(_));
    Graph { types, tags, stand_ins, is_single: &is_single }.leaders()
}

/// Returns the definitions of each name that has a forward declaration.
fn definitions(types: &[Type]) -> BTreeMap<(u8, StrOff), Vec<TypeId>> {
    let mut found: BTreeMap<(u8, StrOff), Vec<TypeId>> = BTreeMap::new();
    for key in types.iter().filter_map(declared) {
        found.entry(key).or_default();
    }
    for (id, ty) in (1..).map(TypeId).zip(types) {
        if let Some(definitions) = defined(ty).and_then(|key| found.get_mut(&key)) {
            definitions.push(id);
        }
    }
    found.retain(|_, definitions| !definitions.is_empty());
    found
}

const STRUCT: u8 = 0;
const UNION: u8 = 1;
const ENUM: u8 = 2;

/// Returns the name that a forward declaration declares. That of an enum is an enum without values.
fn declared(ty: &Type) -> Option<(u8, StrOff)> {
    let word = match &ty.kind {
        Kind::Fwd(FwdKind::Struct) => STRUCT,
        Kind::Fwd(FwdKind::Union) => UNION,
        Kind::Enum(it) | Kind::Enum64(it) if it.variants.is_empty() => ENUM,
        _ => return None,
    };
    (!ty.name.is_empty()).then_some((word, ty.name))
}

fn defined(ty: &Type) -> Option<(u8, StrOff)> {
    match &ty.kind {
        Kind::Struct(_) => Some((STRUCT, ty.name)),
        Kind::Union(_) => Some((UNION, ty.name)),
        Kind::Enum(it) | Kind::Enum64(it) if !it.variants.is_empty() => Some((ENUM, ty.name)),
        _ => None,
    }
}

/// Returns the type that takes the place of each one: a definition for each forward declaration, by number.
fn stand_ins(types: &[Type], open: &BTreeMap<(u8, StrOff), Vec<TypeId>>) -> Vec<TypeId> {
    let mut stand_ins = vec![TypeId::VOID];
    for (id, ty) in (1..).map(TypeId).zip(types) {
        let definition = declared(ty).and_then(|key| open.get(&key)?.first().copied());
        stand_ins.push(definition.unwrap_or(id));
    }
    stand_ins
}
