//! Functions and variables that are no longer in any section.
//!
//! Pruning keeps every `FUNC` and `VAR`, because loaders look them up by name. An entry without counterpart in the
//! file cannot be found: an inlined function, a variable without size, an extern without references.

use std::collections::BTreeSet;

use crate::{
    btf::{Info, Kind, Linkage, TypeId, builder::tombstone},
    object::Undefined,
};

/// Retires each `FUNC` without `func_info` and each `VAR` without an entry in a `DATASEC`, unless it declares a symbol
/// that is `undefined`.
pub(super) fn tombstone_all(info: &mut Info, undefined: &[Undefined]) {
    let placed = placed(info);
    let undefined: BTreeSet<&str> = undefined.iter().map(|symbol| symbol.name.as_str()).collect();
    let orphans: Vec<TypeId> = info
        .btf
        .iter()
        .filter(|&(id, ty)| match ty.kind {
            Kind::Func { linkage, .. } | Kind::Var { linkage, .. } => {
                let declares = || undefined.contains(&*info.btf.name(id));
                !(placed.contains(&id) || linkage == Linkage::Extern && declares())
            }
            _ => false,
        })
        .map(|(id, _)| id)
        .collect();
    orphans.into_iter().for_each(|id| tombstone(&mut info.btf, id));
}

fn placed(info: &Info) -> BTreeSet<TypeId> {
    let functions = info.ext.iter().flat_map(|ext| &ext.func_info).flat_map(|table| &table.records);
    let listed = info.btf.types.iter().flat_map(|ty| match &ty.kind {
        Kind::Datasec(datasec) => datasec.entries.as_slice(),
        _ => &[],
    });
    functions.map(|record| record.ty).chain(listed.map(|entry| entry.ty)).collect()
}
