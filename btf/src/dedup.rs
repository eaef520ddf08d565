//! Merging of equal types.
//!
//! Functions, variables and sections have an identity beyond their looks and are never merged. Declaration tags
//! belong to the looks of their targets.

use std::collections::HashMap;

use super::{
    Info,
    classes::{Graph, tags},
    model::{FwdKind, Kind, Type, TypeId},
    renumber,
    strings::StrOff,
};

/// Merges equal types into the first of them; the others keep their order.
pub fn dedup(info: &mut Info) {
    canonical_names(info);
    let types = &info.btf.types;
    let leaders =
        Graph { types, tags: &tags(types), stand_ins: &[], is_single: &has_identity }.leaders();
    let outs: Vec<Option<TypeId>> = (0..)
        .map(TypeId)
        .zip(leaders)
        .skip(1)
        .map(|(id, leader)| (leader != id).then_some(leader))
        .collect();
    renumber::remove(info, &outs);
}

fn has_identity(ty: &Type) -> bool {
    matches!(ty.kind, Kind::Func { .. } | Kind::Var { .. } | Kind::Datasec(_))
}

/// Gives equal names the first of their offsets.
fn canonical_names(info: &mut Info) {
    let strings = std::mem::take(&mut info.btf.strings);
    let mut firsts: HashMap<&[u8], StrOff> = HashMap::new();
    let mut canonical: HashMap<StrOff, StrOff> = HashMap::new();
    for ty in &mut info.btf.types {
        crate::walk::names_mut(ty, |name| {
            *name = *canonical
                .entry(*name)
                .or_insert_with(|| *firsts.entry(strings.get(*name)).or_insert(*name));
        });
    }
    drop(firsts);
    info.btf.strings = strings;
}

/// Replaces each forward declaration by the struct, union or enum of its name, if there is exactly one.
///
/// This must run while names still distinguish types, that is, before names are made legal.
pub fn resolve_forwards(info: &mut Info) {
    let btf = &info.btf;
    // Enums have no forward declarations: LLVM writes an enum of size 0.
    let mut full: HashMap<(Option<FwdKind>, &[u8]), Option<TypeId>> = HashMap::new();
    for (id, ty) in btf.iter() {
        let kind = match &ty.kind {
            Kind::Struct(_) => Some(FwdKind::Struct),
            Kind::Union(_) => Some(FwdKind::Union),
            Kind::Enum(it) | Kind::Enum64(it) if it.size > 0 => None,
            _ => continue,
        };
        full.entry((kind, btf.strings.get(ty.name)))
            .and_modify(|only| *only = None)
            .or_insert(Some(id));
    }
    let outs: Vec<Option<TypeId>> = btf
        .types
        .iter()
        .map(|ty| {
            let kind = match &ty.kind {
                Kind::Fwd(kind) => Some(*kind),
                Kind::Enum(it) | Kind::Enum64(it) if it.size == 0 => None,
                _ => return None,
            };
            full.get(&(kind, btf.strings.get(ty.name))).copied().flatten()
        })
        .collect();
    renumber::remove(info, &outs);
}
