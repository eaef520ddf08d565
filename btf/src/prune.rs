//! Removal of unreachable types.
//!
//! Types that a loader or the kernel looks up are roots: functions, variables and sections, and the roots of CO-RE
//! accesses. Declaration tags refer to their target, not the reverse, so a tag remains if its target does.

use super::{
    Info,
    model::{Kind, TypeId},
    renumber, walk,
};

/// Drops types unreachable from functions, variables, sections and CO-RE records; the others keep their order.
pub fn prune(info: &mut Info) {
    let btf = &info.btf;
    let mut live = vec![false; btf.types.len() + 1];
    let roots = btf.iter().filter(|(_, ty)| is_root(&ty.kind)).map(|(id, _)| id);
    let relos = info.ext.iter().flat_map(|ext| &ext.core_relos).flat_map(|table| &table.records);
    mark(info, &mut live, roots.chain(relos.map(|relo| relo.ty)).collect());
    // A tag is reached from its target; tags of tags do not exist, so one pass is enough.
    let is_live = |id: TypeId| live.get(id.0 as usize).copied().unwrap_or(false);
    let tags = btf
        .iter()
        .filter(|(_, ty)| matches!(&ty.kind, Kind::DeclTag(tag) if is_live(tag.ty)))
        .map(|(id, _)| id)
        .collect();
    mark(info, &mut live, tags);
    let outs: Vec<Option<TypeId>> =
        live.iter().skip(1).map(|live| (!live).then_some(TypeId::VOID)).collect();
    renumber::remove(info, &outs);
}

const fn is_root(kind: &Kind) -> bool {
    matches!(kind, Kind::Func { .. } | Kind::Var { .. } | Kind::Datasec(_))
}

fn mark(info: &Info, live: &mut [bool], mut work: Vec<TypeId>) {
    while let Some(id) = work.pop() {
        let Some(mark) = live.get_mut(id.0 as usize) else { continue };
        if std::mem::replace(mark, true) {
            continue;
        }
        if let Some(ty) = info.btf.get(id) {
            walk::refs(ty, |next| work.push(next));
        }
    }
}
