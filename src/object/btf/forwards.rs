//! Forward declarations in an order that depends on the program alone.
//!
//! LLVM makes them last, one for each structure that is only pointed to, in the order of a map whose keys are addresses
//! (`FixupDerivedTypes` of `BTFDebug.cpp`): another one in each process, and for each link of one. So they change
//! places until they are in the order of their names.

use std::collections::HashMap;

use super::{
    Info,
    model::{Kind, Type, TypeId},
};

/// Sorts the forward declarations among the places that they have; everything else stays.
pub fn order_forwards(info: &mut Info) {
    let btf = &mut info.btf;
    let forwards = btf.iter().filter(|(_, ty)| matches!(ty.kind, Kind::Fwd(_)));
    let mut sorted: Vec<(TypeId, Type)> = forwards.map(|(id, ty)| (id, ty.clone())).collect();
    let places: Vec<TypeId> = sorted.iter().map(|(id, _)| *id).collect();
    sorted.sort_by_cached_key(|(_, ty)| {
        (btf.strings.get(ty.name).to_vec(), format!("{:?}", ty.kind))
    });
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
