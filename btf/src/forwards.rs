//! Forward declarations in an order that depends on the program alone.
//!
//! LLVM makes them last, one for each structure that is only pointed to, in the order of a map whose keys are addresses
//! (`FixupDerivedTypes` of `BTFDebug.cpp`): another one in each process, and for each link of one. The tags of pointers to
//! them come with them. So both change places until they are in the order of their names.

use std::collections::HashMap;

use super::{
    Info,
    model::{Btf, Kind, Type, TypeId},
};

/// Sorts the forward declarations and type tags among the places that they have; everything else stays.
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

/// The tags from `id` on, and what they are of: a forward declaration by its name, anything else by its number, which stays.
fn key(btf: &Btf, mut id: TypeId) -> (Vec<Vec<u8>>, Vec<u8>, String) {
    let mut tags = Vec::new();
    // A ring of tags, which no compiler makes, ends as well.
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
