//! Functions and variables that are no longer in any section.
//!
//! Pruning keeps every `FUNC` and `VAR`, because loaders look them up by name. An entry without counterpart in the
//! file cannot be found: an inlined function, a variable without size, an extern without references.

use std::collections::BTreeSet;

use crate::btf::{Info, Kind, TypeId, builder::tombstone};

/// Retires each `FUNC` without `func_info` and each `VAR` without an entry in a `DATASEC`.
pub(super) fn tombstone_all(info: &mut Info) {
    let placed = placed(info);
    let orphans: Vec<TypeId> = info
        .btf
        .iter()
        .filter(|(id, ty)| {
            matches!(ty.kind, Kind::Func { .. } | Kind::Var { .. }) && !placed.contains(id)
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
