//! Members of structs and unions, in an order and at offsets that are valid in C.
//!
//! rustc reorders the members of `repr(Rust)` structs and describes them in source order; the kernel requires them by
//! offset. But members are referred to by number, in CO-RE access strings (`0:4:1`) and declaration tags. So every
//! change of a member list goes through [`rearrange`], which updates the references.

use super::super::{
    Info,
    ext::{CoreRelo, records_mut},
    model::{Btf, Composite, DeclTag, Kind, Member, TypeId},
    rules,
    strings::StrOff,
};

/// Sorts members by offset; members at the same offset keep their order.
pub fn sort(info: &mut Info) {
    rearrange(info, |_, it| {
        let mut order: Vec<usize> = (0..it.members.len()).collect();
        order.sort_by_key(|&index| it.members.get(index).map(|member| member.offset));
        order
    });
}

/// Drops anonymous members of type `void`, which LLVM before 20 emits for the variants of a Rust enum.
pub fn drop_anonymous_void(info: &mut Info) {
    rearrange(info, |_, it| {
        let is_value = |member: &Member| !(member.name.is_empty() && member.ty.is_void());
        numbers(it, is_value)
    });
}

/// Returns the numbers of the members for which `wanted` returns true.
fn numbers(it: &Composite, wanted: impl Fn(&Member) -> bool) -> Vec<usize> {
    let members = it.members.iter().enumerate().filter(|(_, member)| wanted(member));
    members.map(|(index, _)| index).collect()
}

/// Makes `__bindgen_anon_N` members and their types, which bindgen named, anonymous again.
pub fn bindgen_anonymous(info: &mut Info) {
    let btf = &mut info.btf;
    let composite: Vec<bool> =
        btf.types.iter().map(|ty| matches!(ty.kind, Kind::Struct(_) | Kind::Union(_))).collect();
    let is_composite = |id: TypeId| {
        id.0.checked_sub(1).is_some_and(|index| composite.get(index as usize) == Some(&true))
    };
    for ty in &mut btf.types {
        let (Kind::Struct(it) | Kind::Union(it)) = &mut ty.kind else { continue };
        for member in &mut it.members {
            if numbered(btf.strings.get(member.name), b"__bindgen_anon_") && is_composite(member.ty)
            {
                member.name = StrOff::EMPTY;
            }
        }
        if has_invented_name(btf.strings.get(ty.name)) {
            ty.name = StrOff::EMPTY;
        }
    }
}

fn numbered(name: &[u8], prefix: &[u8]) -> bool {
    name.strip_prefix(prefix)
        .is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

/// Returns true for names such as `outer__bindgen_ty_1`.
fn has_invented_name(name: &[u8]) -> bool {
    const MARK: &[u8] = b"__bindgen_ty_";
    let start = name.windows(MARK.len()).rposition(|part| part == MARK);
    start.and_then(|start| name.get(start..)).is_some_and(|tail| numbered(tail, MARK))
}

/// Names the discriminant of a Rust enum, and wraps it in a struct if it is not at the start.
///
/// LLVM makes the variants of an enum a union whose first member is the unnamed discriminant. C has no unnamed
/// integer members, and the kernel requires union members at offset 0.
pub fn discriminants(info: &mut Info) {
    let btf = &mut info.btf;
    for id in (1..=btf.last_id().0).map(TypeId) {
        let Some(Kind::Union(it)) = btf.get(id).map(|ty| &ty.kind) else { continue };
        for index in numbers(it, |member| is_odd(btf, *member)) {
            fix_union_member(btf, id, index);
        }
    }
}

/// Returns true for a member that is invalid in a C union.
fn is_odd(btf: &Btf, member: Member) -> bool {
    member.offset != 0 || is_discriminant(btf, member)
}

/// Returns true for an unnamed member that is not a struct or union.
pub(super) fn is_discriminant(btf: &Btf, member: Member) -> bool {
    let kind = btf.get(rules::base_of(btf, member.ty)).map(|ty| &ty.kind);
    member.name.is_empty()
        && !member.ty.is_void()
        && !matches!(kind, Some(Kind::Struct(_) | Kind::Union(_)))
}

fn fix_union_member(btf: &mut Btf, id: TypeId, index: usize) {
    let name = btf.strings.intern(b"discriminant");
    let Some(Kind::Union(it)) = btf.get_mut(id).map(|ty| &mut ty.kind) else { return };
    let (size, Some(member)) = (it.size, it.members.get_mut(index)) else { return };
    if member.name.is_empty() {
        member.name = name;
    }
    if member.offset == 0 {
        return;
    }
    let inner = *member;
    *member = Member { name: StrOff::EMPTY, ty: TypeId::VOID, offset: 0, width: 0 };
    let bitfields = inner.width != 0;
    let wrapper =
        btf.push(StrOff::EMPTY, Kind::Struct(Composite { size, bitfields, members: vec![inner] }));
    if let Some(Kind::Union(it)) = btf.get_mut(id).map(|ty| &mut ty.kind) {
        if let Some(member) = it.members.get_mut(index) {
            member.ty = wrapper;
        }
    }
}

/// Gives composites the members that `order` lists by their old numbers, and updates all references to the numbers.
pub(super) fn rearrange(info: &mut Info, order: impl Fn(TypeId, &Composite) -> Vec<usize>) {
    let orders: Vec<Option<Vec<usize>>> = info
        .btf
        .iter()
        .map(|(id, ty)| match &ty.kind {
            Kind::Struct(it) | Kind::Union(it) => {
                let order = order(id, it);
                let same = order.len() == it.members.len() && order.is_sorted();
                (!same).then_some(order)
            }
            _ => None,
        })
        .collect();
    if orders.iter().all(Option::is_none) {
        return;
    }
    remap_access_strings(info, &orders);
    remap_tags(&mut info.btf, &orders);
    for (ty, order) in info.btf.types.iter_mut().zip(&orders) {
        if let (Kind::Struct(it) | Kind::Union(it), Some(order)) = (&mut ty.kind, order) {
            it.members = order.iter().filter_map(|&index| it.members.get(index).copied()).collect();
        }
    }
}

/// The old numbers of each type's members in their new order; `None` if they do not change.
type Orders = [Option<Vec<usize>>];

fn renumber(orders: &Orders, id: TypeId, member: usize) -> Option<usize> {
    let order =
        id.0.checked_sub(1).and_then(|index| orders.get(index as usize)).and_then(Option::as_ref);
    order.map_or(Some(member), |order| order.iter().position(|&old| old == member))
}

fn remap_tags(btf: &mut Btf, orders: &Orders) {
    for ty in &mut btf.types {
        if let Kind::DeclTag(DeclTag { ty, component, .. }) = &mut ty.kind {
            if let Ok(old) = usize::try_from(*component) {
                let new = renumber(orders, *ty, old).and_then(|new| i32::try_from(new).ok());
                *component = new.unwrap_or(*component);
            }
        }
    }
}

fn remap_access_strings(info: &mut Info, orders: &Orders) {
    let Info { btf, ext: Some(ext) } = info else { return };
    for relo in records_mut(&mut ext.core_relos) {
        if let Some(access) = remapped(btf, *relo, orders) {
            relo.access = btf.strings.intern(access.as_bytes());
        }
    }
}

/// Returns the access string of a field relocation with new numbers, or `None` for other kinds and other texts.
fn remapped(btf: &Btf, relo: CoreRelo, orders: &Orders) -> Option<String> {
    // Kinds 0 to 5 are about fields (enum bpf_core_relo_kind); the others contain no member numbers.
    if relo.kind > 5 {
        return None;
    }
    let access = btf.strings.text(relo.access).into_owned();
    let mut numbers =
        access.split(':').map(str::parse::<usize>).collect::<Result<Vec<_>, _>>().ok()?;
    let mut id = relo.ty;
    for number in numbers.iter_mut().skip(1) {
        id = rules::base_of(btf, id);
        match &btf.get(id)?.kind {
            Kind::Struct(it) | Kind::Union(it) => {
                let member = it.members.get(*number)?;
                *number = renumber(orders, id, *number)?;
                id = member.ty;
            }
            Kind::Array(array) => id = array.elem,
            _ => return None,
        }
    }
    let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
    Some(numbers.join(":"))
}
