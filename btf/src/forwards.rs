//! Forward declarations in a deterministic order.
//!
//! LLVM emits them last, one for each struct that is only pointed to, in the order of a map whose keys are addresses
//! (`FixupDerivedTypes` of `BTFDebug.cpp`): the order differs between processes, and between links in one process.
//! The tags of pointers to them follow the same order. So both are sorted by name.

use std::collections::HashMap;

use super::{
    Info,
    model::{Btf, Kind, Type, TypeId},
};

/// Sorts the forward declarations and type tags among their positions; other types keep theirs.
pub fn order_forwards(info: &mut Info) {
    let btf = &mut info.btf;
    let forwards =
        btf.iter().filter(|(_, ty)| matches!(ty.kind, Kind::Fwd(_) | Kind::TypeTag { .. }));
    let mut sorted: Vec<(TypeId, Type)> = forwards.map(|(id, ty)| (id, ty.clone())).collect();
    let places: Vec<TypeId> = sorted.iter().map(|(id, _)| *id).collect();
    sorted.sort_by_cached_key(|(id, _)| key(btf, *id));
    if sorted.iter().map(|(id, _)| id).eq(&places) {
        return;
    }
    let mut numbers = HashMap::new();
    for ((former, ty), place) in sorted.into_iter().zip(places) {
        if let Some(slot) = btf.get_mut(place) {
            *slot = ty;
        }
        numbers.insert(former, place);
    }
    info.refs_mut(|id| *id = numbers.get(id).copied().unwrap_or(*id));
}

/// Returns the tags from `id` on, and their target: a forward declaration by its name, any other type by its number,
/// which does not change.
fn key(btf: &Btf, mut id: TypeId) -> (Vec<Vec<u8>>, Vec<u8>, String) {
    let mut tags = Vec::new();
    // The loop also ends for a ring of tags, which no compiler makes.
    for _ in 0..=btf.last_id().0 {
        let Some(ty) = btf.get(id) else { break };
        let name = btf.strings.get(ty.name).to_vec();
        match ty.kind {
            Kind::TypeTag { ty: to, .. } => {
                tags.push(name);
                id = to;
            }
            Kind::Fwd(_) => return (tags, name, format!("{:?}", ty.kind)),
            _ => break,
        }
    }
    (tags, Vec::new(), format!("{:010}", id.0))
}
