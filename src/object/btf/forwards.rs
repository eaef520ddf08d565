//! Forward declarations in an order that depends on the program alone.
//!
//! LLVM makes them last, one for each structure that is only pointed to, in the order of a map whose keys are addresses
//! (`FixupDerivedTypes` of `BTFDebug.cpp`): another one in each process, and for each link of one. So they change
//! places until they are in the order of their names.

use super::{
    Info,
    model::{Kind, TypeId},
};

/// Sorts the forward declarations among the places that they have; everything else stays.
pub fn order_forwards(info: &mut Info) {
    let btf = &mut info.btf;
    let is_forward = |index: &usize| matches!(btf.types[*index].kind, Kind::Fwd(_));
    let places: Vec<usize> = (0..btf.types.len()).filter(is_forward).collect();
    let mut sorted = places.clone();
    sorted.sort_by_key(|&index| {
        let ty = &btf.types[index];
        (btf.strings.get(ty.name), format!("{:?}", ty.kind))
    });
    if places == sorted {
        return;
    }
    let types: Vec<_> = sorted.iter().map(|&index| btf.types[index].clone()).collect();
    let mut numbers: Vec<usize> = (0..=btf.types.len()).collect();
    for ((&place, &former), ty) in places.iter().zip(&sorted).zip(types) {
        btf.types[place] = ty;
        numbers[former + 1] = place + 1;
    }
    info.refs_mut(|id| {
        let number =
            numbers.get(id.0 as usize).copied().and_then(|number| u32::try_from(number).ok());
        *id = number.map_or(*id, TypeId);
    });
}
