//! Map definitions in `.maps`, in the form that libbpf reads (`parse_btf_map_def`, tools/lib/bpf/libbpf.c).
//!
//! libbpf requires each variable of `.maps` to be a struct with members such as `type`, `key` and `max_entries`, and
//! refuses unknown members. A static in Rust must be `Sync`, so its definition is wrapped in newtypes and
//! `UnsafeCell`, and a generic one carries `PhantomData`. Wrappers and markers take no bytes: the variable gets the
//! inner type.

use super::{
    super::{
        Info,
        model::{Btf, Composite, Kind, Member, TypeId},
        rules,
    },
    members,
};

/// The maximum depth of wrappers, which nest a few levels at most; it ends a loop.
const MAX_WRAPPERS: usize = 64;

/// Gives variables in `.maps` the struct that has a `type`, and removes its zero-size members.
pub fn unwrap_definitions(info: &mut Info) {
    let vars: Vec<TypeId> = map_vars(&info.btf);
    let mut definitions = Vec::new();
    for var in vars {
        let Some(Kind::Var { ty, linkage }) = info.btf.get(var).map(|ty| ty.kind.clone()) else {
            continue;
        };
        let Some(definition) = definition(&info.btf, ty) else { continue };
        definitions.push(rules::base_of(&info.btf, definition));
        name_pointers(&mut info.btf, definition);
        if let Some(it) = info.btf.get_mut(var) {
            it.kind = Kind::Var { ty: definition, linkage };
        }
    }
    let markers: Vec<(TypeId, Vec<usize>)> =
        definitions.into_iter().map(|id| (id, content(&info.btf, id))).collect();
    members::rearrange(info, |id, it| {
        match markers.iter().find(|(definition, _)| *definition == id) {
            Some((_, content)) => content.clone(),
            None => (0..it.members.len()).collect(),
        }
    });
}

/// Returns the indices of the significant members of `id`, which take a byte; a key or value of type `void` is not
/// one.
fn content(btf: &Btf, id: TypeId) -> Vec<usize> {
    let members = composite(btf, id).map(|it| it.members.as_slice()).unwrap_or_default();
    let is_content = |member: &Member| !is_marker(btf, *member) && !is_void(btf, *member);
    let content = members.iter().enumerate().filter(|(_, member)| is_content(member));
    content.map(|(index, _)| index).collect()
}

/// Gives keys and values whose type is a typedef of a pointer, such as Zig's `?*T`, that pointer: libbpf does not
/// resolve typedefs here.
fn name_pointers(btf: &mut Btf, id: TypeId) {
    let id = rules::base_of(btf, id);
    let members = composite(btf, id).map(|it| it.members.clone()).unwrap_or_default();
    for (index, member) in members.into_iter().enumerate() {
        if !is_typed(btf, member) {
            continue;
        }
        let base = rules::base_of(btf, member.ty);
        let is_pointer = matches!(btf.get(base).map(|ty| &ty.kind), Some(Kind::Ptr(_)));
        if let Some(Kind::Struct(it)) = btf.get_mut(id).map(|ty| &mut ty.kind) {
            if let Some(member) = it.members.get_mut(index).filter(|_| is_pointer) {
                member.ty = base;
            }
        }
    }
}

fn is_typed(btf: &Btf, member: Member) -> bool {
    matches!(btf.strings.get(member.name), b"key" | b"value")
}

/// Returns true for a key or value that points to `void`.
fn is_void(btf: &Btf, member: Member) -> bool {
    let target = match btf.get(rules::base_of(btf, member.ty)).map(|ty| &ty.kind) {
        Some(Kind::Ptr(target)) => *target,
        _ => return false,
    };
    is_typed(btf, member) && rules::base_of(btf, target).is_void()
}

fn map_vars(btf: &Btf) -> Vec<TypeId> {
    let sections = btf.types.iter().filter(|ty| btf.strings.get(ty.name) == b".maps");
    sections
        .filter_map(|ty| match &ty.kind {
            Kind::Datasec(it) => Some(it.entries.iter().map(|entry| entry.ty)),
            _ => None,
        })
        .flatten()
        .collect()
}

/// Returns the type with a member `type` in `id` or in the wrappers around it.
fn definition(btf: &Btf, id: TypeId) -> Option<TypeId> {
    let mut id = id;
    for _ in 0..MAX_WRAPPERS {
        let it = composite(btf, id)?;
        if it.members.iter().any(|member| btf.strings.get(member.name) == b"type") {
            return Some(id);
        }
        let mut content = it.members.iter().filter(|member| !is_marker(btf, **member));
        match (content.next(), content.next()) {
            (Some(member), None) if member.offset == 0 => id = member.ty,
            _ => return None,
        }
    }
    None
}

fn composite(btf: &Btf, id: TypeId) -> Option<&Composite> {
    match &btf.get(rules::base_of(btf, id))?.kind {
        Kind::Struct(it) => Some(it),
        _ => None,
    }
}

/// Returns true for a zero-size member, such as `PhantomData`.
fn is_marker(btf: &Btf, member: Member) -> bool {
    let kind = btf.get(rules::base_of(btf, member.ty)).map(|ty| &ty.kind);
    !matches!(kind, Some(Kind::Array(_))) && rules::size_of(btf, member.ty) == Some(0)
}
