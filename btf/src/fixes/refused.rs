//! Replaces types that the kernel refuses, although C and Rust allow them, with bytes.
//!
//! A packed struct may have a number at an unaligned offset, and an integer may be wider than 128 bits or have an odd
//! size: the kernel then refuses the whole BTF, and no program of the object loads. BTF never blocks a link, so the
//! type or member at fault becomes an integer or a byte array of that size, as libbpf does for features that an older
//! kernel does not support. Faults that remain after that are damage, and an error.

use std::collections::BTreeMap;

use super::{
    super::{
        Info, MAX_LIST, builder as made,
        model::{Btf, Composite, Kind, TypeId},
        rules::{self, Kernel, Violation},
    },
    members,
};

/// The maximum number of rounds: replacing one type may expose a fault of another, but not for long.
const MAX_ROUNDS: usize = 16;

/// Replaces types and members that `kernel` would refuse by integers and bytes.
pub fn replace(info: &mut Info, kernel: Kernel) {
    shorten(info);
    for _ in 0..MAX_ROUNDS {
        let found = rules::violations(&rules::as_loaded(&info.btf, kernel), kernel);
        let found = found.into_iter().filter(|violation| violation.lifted.is_none());
        let mended = found.filter(|violation| fix(info, violation)).count();
        drop_placeless(info);
        if mended == 0 {
            return;
        }
    }
}

/// Replaces types whose lists are too long to encode by bytes.
fn shorten(info: &mut Info) {
    let is_long = |kind: &Kind| match kind {
        Kind::Struct(it) | Kind::Union(it) => it.members.len() > MAX_LIST,
        Kind::Enum(it) | Kind::Enum64(it) => it.variants.len() > MAX_LIST,
        _ => false,
    };
    let long = info.btf.iter().filter(|(_, ty)| is_long(&ty.kind)).map(|(id, _)| id);
    let long: Vec<TypeId> = long.collect();
    long.into_iter().for_each(|id| _ = become_bytes(&mut info.btf, id));
}

fn fix(info: &mut Info, violation: &Violation) -> bool {
    // A type that contains itself has no size.
    if violation.rule == rules::LOOP {
        return false;
    }
    let btf = &mut info.btf;
    match (btf.get(violation.id).map(|ty| &ty.kind), violation.position) {
        (Some(Kind::Struct(it) | Kind::Union(it)), Some(member)) => {
            let room = room(btf, it, member);
            fix_member(btf, violation.id, member, room);
            true
        }
        (
            Some(Kind::Int(_) | Kind::Float(_) | Kind::Enum(_) | Kind::Enum64(_) | Kind::Array(_)),
            _,
        ) => become_bytes(btf, violation.id),
        _ => false,
    }
}

/// Makes `id` an integer or a byte array of its size; returns false if it has no size, or is one already.
fn become_bytes(btf: &mut Btf, id: TypeId) -> bool {
    let Some(size) = rules::size_of(btf, id).and_then(|size| u32::try_from(size).ok()) else {
        return false;
    };
    let bytes = made::bytes(btf, size);
    let Some(stand_in) = btf.get(bytes).cloned() else { return false };
    match btf.get_mut(id) {
        Some(ty) if *ty != stand_in => {
            *ty = stand_in;
            true
        }
        _ => false,
    }
}

/// Returns the bytes available to `member`: those of its type, but at most those before the next member.
fn room(btf: &Btf, it: &Composite, member: usize) -> u32 {
    let Some(own) = it.members.get(member).filter(|own| own.width == 0) else { return 0 };
    if own.offset % 8 != 0 {
        return 0;
    }
    let behind = it.members.iter().map(|other| other.offset / 8);
    let next = behind.filter(|other| *other > own.offset / 8).min().unwrap_or(it.size);
    let room = next.min(it.size).saturating_sub(own.offset / 8);
    let size = rules::size_of(btf, own.ty).and_then(|size| u32::try_from(size).ok());
    size.map_or(room, |size| size.min(room))
}

/// Gives a member a type of `room` bytes, or marks it for removal if there are none.
fn fix_member(btf: &mut Btf, id: TypeId, member: usize, room: u32) {
    let ty = if room == 0 { TypeId::VOID } else { made::bytes(btf, room) };
    if let Some(Kind::Struct(it) | Kind::Union(it)) = btf.get_mut(id).map(|ty| &mut ty.kind) {
        if let Some(member) = it.members.get_mut(member) {
            member.ty = ty;
        }
    }
}

/// Drops the marked members.
fn drop_placeless(info: &mut Info) {
    let mut kept: BTreeMap<TypeId, Vec<usize>> = BTreeMap::new();
    for (id, ty) in info.btf.iter() {
        let (Kind::Struct(it) | Kind::Union(it)) = &ty.kind else { continue };
        if it.members.iter().any(|member| member.ty.is_void()) {
            let members = it.members.iter().enumerate().filter(|(_, member)| !member.ty.is_void());
            kept.insert(id, members.map(|(index, _)| index).collect());
        }
    }
    members::rearrange(info, |id, it| {
        kept.get(&id).cloned().unwrap_or_else(|| (0..it.members.len()).collect())
    });
}

#[cfg(test)]
mod tests {
    use super::{Composite, Info, Kernel, Kind, TypeId, replace};
    use crate::{Array, Btf, Endian, Int, Member, StrOff, rules};

    /// Returns the members of a struct of `size` bytes whose only one has type `kind` and is at bit `offset`, if the
    /// kernel accepts it.
    fn mended(kind: Kind, name: &str, size: u32, offset: u32, width: u8) -> Vec<Kind> {
        let mut info = Info { btf: Btf::new(Endian::Little), ext: None };
        let btf = &mut info.btf;
        let name = btf.strings.intern(name.as_bytes());
        let ty = btf.push(name, kind);
        let name = btf.strings.intern(b"member");
        let members = vec![Member { name, ty, offset, width }];
        let it = Composite { size, bitfields: width > 0, members };
        let id = btf.push(StrOff::EMPTY, Kind::Struct(it));
        replace(&mut info, Kernel::NEWEST);
        assert_eq!(rules::violations(&info.btf, Kernel::NEWEST), []);
        let kind = |id: TypeId| info.btf.get(id).expect("it is there").kind.clone();
        let Kind::Struct(it) = kind(id) else { panic!("a structure stays one") };
        it.members.iter().map(|member| kind(member.ty)).collect()
    }

    #[test]
    fn what_the_kernel_refuses_becomes_bytes() {
        let is_int =
            |found: &[Kind], bytes: u32| matches!(found, [Kind::Int(int)] if int.size == bytes);
        let is_bytes = |found: &[Kind], count: u32| matches!(found, [Kind::Array(Array { len, .. })] if *len == count);
        assert!(is_int(&mended(Kind::Float(4), "float", 9, 8, 0), 4));
        assert!(is_int(&mended(Kind::Float(8), "double", 9, 8, 0), 8));
        assert!(matches!(mended(Kind::Float(8), "double", 16, 64, 0)[..], [Kind::Float(8)]));
        assert!(is_bytes(&mended(Kind::Float(10), "f80", 16, 0, 0), 10));
        let wide = Kind::Int(Int { size: 32, encoding: 0, offset: 0, bits: 255 });
        assert!(is_bytes(&mended(wide, "u256", 32, 0, 0), 32));
        let int = Kind::Int(Int { size: 4, encoding: 0, offset: 0, bits: 32 });
        assert!(is_int(&mended(int.clone(), "long", 2, 0, 0), 2));
        assert_eq!(mended(int, "wide", 8, 0, 40), []);
    }
}
