//! Merging of equal types.
//!
//! Two types are equal if they look alike and refer to equal types: a circular definition as soon as a struct points
//! to itself. The solution is to start from the other end. Put all types that look alike, references aside, into one
//! class; then split every class whose members refer to different classes; repeat until no class splits. Types that
//! remain in one class cannot be distinguished by any walk, however long (bisimulation; Hopcroft's partition
//! refinement without its speed-up, because in practice there are few rounds: as many as the longest chain that
//! distinguishes two types). libbpf instead compares pairs of graphs hypothetically, which needs care with cycles.
//!
//! Functions, variables and sections have an identity beyond their looks and are never merged. Declaration tags
//! belong to the looks of their targets.

use std::collections::HashMap;

use super::{
    Info,
    model::{Btf, FwdKind, Kind, Type, TypeId},
    renumber,
    strings::StrOff,
    walk,
};

/// Merges equal types into the first of them; the others keep their order.
pub fn dedup(info: &mut Info) {
    let classes = classes(&info.btf);
    let mut first: HashMap<usize, TypeId> = HashMap::new();
    let mut outs = Vec::with_capacity(info.btf.types.len());
    for ((id, _), class) in info.btf.iter().zip(classes.into_iter().skip(1)) {
        let kept = *first.entry(class).or_insert(id);
        outs.push((kept != id).then_some(kept));
    }
    renumber::remove(info, &outs);
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

/// The maximum number of rounds. The types of a whole kernel need 6. More are needed only for a chain longer than any
/// kernel follows (32): then no types are merged, which avoids slow merging.
const MAX_ROUNDS: usize = 64;

/// Returns the class of each type number; `void` is alone in class 0.
fn classes(btf: &Btf) -> Vec<usize> {
    let tags = tags(btf);
    let names = canonical_names(btf);
    let mut looks: HashMap<Look, usize> = HashMap::new();
    let mut classes = vec![0];
    for (id, ty) in btf.iter() {
        let look = look(id, ty, &names, &tags);
        let next = looks.len() + 1;
        classes.push(*looks.entry(look).or_insert(next));
    }
    let mut count = looks.len() + 1;
    for _ in 0..MAX_ROUNDS {
        let mut keys: HashMap<Vec<usize>, usize> = HashMap::from([(vec![0], 0)]);
        let mut refined = vec![0];
        for ((_, ty), class) in btf.iter().zip(classes.iter().skip(1)) {
            let mut key = vec![*class];
            walk::refs(ty, |target| {
                key.push(classes.get(target.0 as usize).copied().unwrap_or_default())
            });
            let next = keys.len();
            refined.push(*keys.entry(key).or_insert(next));
        }
        if keys.len() == count {
            return refined;
        }
        count = keys.len();
        classes = refined;
    }
    (0..classes.len()).collect()
}

/// A type without its references: names by content, tags included.
type Look = (Type, Vec<(StrOff, i32)>, Option<TypeId>);

fn look(
    id: TypeId,
    ty: &Type,
    names: &HashMap<StrOff, StrOff>,
    tags: &HashMap<TypeId, Vec<(StrOff, i32)>>,
) -> Look {
    let mut look = ty.clone();
    walk::refs_mut(&mut look, |target| *target = TypeId::VOID);
    walk::names_mut(&mut look, |name| *name = names.get(name).copied().unwrap_or(*name));
    let tags = tags.get(&id).cloned().unwrap_or_default();
    let mut tags: Vec<_> = tags
        .into_iter()
        .map(|(name, at)| (names.get(&name).copied().unwrap_or(name), at))
        .collect();
    tags.sort_unstable();
    let single = matches!(ty.kind, Kind::Func { .. } | Kind::Var { .. } | Kind::Datasec(_));
    (look, tags, single.then_some(id))
}

/// Returns the first offset of the same string for each name.
fn canonical_names(btf: &Btf) -> HashMap<StrOff, StrOff> {
    let mut first: HashMap<&[u8], StrOff> = HashMap::new();
    let mut canonical = HashMap::new();
    for ty in &btf.types {
        walk::names(ty, |name| {
            canonical.insert(name, *first.entry(btf.strings.get(name)).or_insert(name));
        });
    }
    canonical
}

fn tags(btf: &Btf) -> HashMap<TypeId, Vec<(StrOff, i32)>> {
    let mut tags: HashMap<TypeId, Vec<(StrOff, i32)>> = HashMap::new();
    for ty in &btf.types {
        if let Kind::DeclTag(tag) = &ty.kind {
            tags.entry(tag.ty).or_default().push((ty.name, tag.component));
        }
    }
    tags
}
