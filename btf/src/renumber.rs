//! Removal of types with renumbering of the rest, everywhere at once.

use super::{
    Info,
    model::{Kind, TypeId},
};

/// Removes each type that has a replacement, and redirects references to the replacement, in old numbers.
///
/// The remaining types keep their order. Func_info, CO-RE records and section entries of a type replaced by `void`
/// are removed with it. `outs` is in the order of the types; types without an entry remain. Returns the new number of
/// each type, by its old one.
pub(super) fn remove(info: &mut Info, outs: &[Option<TypeId>]) -> Vec<TypeId> {
    if outs.iter().all(Option::is_none) {
        return (0..=info.btf.last_id().0).map(TypeId).collect();
    }
    let numbers = numbers(outs, info.btf.types.len());
    let new = |id: TypeId| numbers.get(id.0 as usize).copied().unwrap_or_default();
    let gone = |id: TypeId| new(id).is_void();
    for ty in &mut info.btf.types {
        if let Kind::Datasec(it) = &mut ty.kind {
            it.entries.retain(|entry| !gone(entry.ty));
        }
    }
    if let Some(ext) = &mut info.ext {
        ext.func_info.iter_mut().for_each(|table| table.records.retain(|func| !gone(func.ty)));
        ext.func_info.retain(|table| !table.records.is_empty());
        ext.core_relos.iter_mut().for_each(|table| table.records.retain(|relo| !gone(relo.ty)));
        ext.core_relos.retain(|table| !table.records.is_empty());
    }
    let mut index = 0;
    info.btf.types.retain(|_| {
        index += 1;
        outs.get(index - 1).copied().flatten().is_none()
    });
    info.refs_mut(|id| *id = new(*id));
    numbers
}

/// Returns the new number of each old one.
fn numbers(outs: &[Option<TypeId>], count: usize) -> Vec<TypeId> {
    let out = |id: TypeId| {
        id.0.checked_sub(1).and_then(|index| outs.get(index as usize)).copied().flatten()
    };
    let mut next = 0;
    let mut kept = vec![TypeId::VOID];
    for id in (1..).map(TypeId).take(count) {
        kept.push(match out(id) {
            Some(_) => TypeId::VOID,
            None => {
                next += 1;
                TypeId(next)
            }
        });
    }
    let resolve = |mut id: TypeId| {
        for _ in 0..=count {
            match out(id) {
                Some(stand_in) => id = stand_in,
                None => break,
            }
        }
        kept.get(id.0 as usize).copied().unwrap_or_default()
    };
    (0..).map(TypeId).take(count + 1).map(resolve).collect()
}
