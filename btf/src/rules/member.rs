//! Checks that a member fits its struct (`*_check_member`, `*_check_kflag_member`), and sizes of types.

use super::{
    super::model::{Btf, Composite, Int, Kind, Member, TypeId},
    Rule,
};

const EXCEEDS: Rule = Rule::new("a member ends behind its struct", "btf_struct_check_member");
const UNALIGNED: Rule = Rule::new("a member not at a byte boundary", "btf_struct_check_member");
const FLOAT: Rule = Rule::new("a float that is not aligned", "btf_float_check_member");
const WIDTH: Rule = Rule::new("a bit field wider than its type", "btf_int_check_kflag_member");
const BASE: Rule = Rule::new("a bit field of an integer of odd size", "btf_int_check_kflag_member");
const NOT_FIELD: Rule =
    Rule::new("a bit field of what is no integer", "btf_generic_check_kflag_member");
const NO_SIZE: Rule = Rule::new("a member without size", "btf_modifier_check_member");

/// A size in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size(pub(super) u64);

/// The maximum number of array types in each other; more of them are a loop, which the walk finds.
const MAX_CHAIN: usize = 4096;

/// Returns the bytes of a value of type `id`, if it can have values (`btf_type_id_size`).
pub(super) fn size(btf: &Btf, id: TypeId) -> Option<Size> {
    let mut factor = 1u64;
    let mut id = id;
    for _ in 0..MAX_CHAIN {
        id = btf.strip_modifiers(id);
        let size = match &btf.get(id)?.kind {
            Kind::Int(int) => int.size,
            Kind::Struct(it) | Kind::Union(it) => it.size,
            Kind::Enum(it) | Kind::Enum64(it) => it.size,
            Kind::Float(size) => *size,
            Kind::Datasec(it) => it.size,
            Kind::Ptr(_) => 8,
            Kind::Array(array) => {
                factor = factor.checked_mul(u64::from(array.len))?;
                id = array.elem;
                continue;
            }
            _ => return None,
        };
        return factor.checked_mul(u64::from(size)).map(Size);
    }
    None
}

/// Returns true for a regular integer behind modifiers (`btf_type_int_is_regular`).
pub(super) fn is_regular_int(btf: &Btf, id: TypeId) -> bool {
    matches!(btf.unmodified(id), Some(Kind::Int(int)) if regular(*int))
}

/// Returns true for an integer, behind modifiers, that cannot be an array's element.
pub(super) fn is_odd_int(btf: &Btf, id: TypeId) -> bool {
    matches!(btf.unmodified(id), Some(Kind::Int(int)) if !regular(*int))
}

const fn regular(int: Int) -> bool {
    int.offset == 0 && matches!(int.bits, 8 | 16 | 32 | 64 | 128)
}

/// Checks that `member` lies within `owner`.
pub(super) fn check(btf: &Btf, owner: &Composite, member: Member) -> Result<(), Rule> {
    let Some(Size(size)) = size(btf, member.ty) else { return Err(NO_SIZE) };
    match btf.unmodified(member.ty) {
        Some(Kind::Int(int)) if owner.bitfields => check_int_field(owner, member, *int),
        Some(Kind::Int(int)) => check_int(owner, member, *int),
        Some(Kind::Enum(_) | Kind::Enum64(_)) if owner.bitfields => check_enum_field(owner, member),
        _ if member.width != 0 => Err(NOT_FIELD),
        Some(Kind::Float(_)) => check_float(owner, member, size),
        _ => check_bytes(owner, member, size),
    }
}

fn check_bytes(owner: &Composite, member: Member, size: u64) -> Result<(), Rule> {
    if member.offset % 8 != 0 {
        return Err(UNALIGNED);
    }
    within(owner, u64::from(member.offset / 8).saturating_add(size))
}

fn check_int(owner: &Composite, member: Member, int: Int) -> Result<(), Rule> {
    let start = u64::from(member.offset) + u64::from(int.offset);
    check_bits(owner, start, u64::from(int.bits))
}

fn check_int_field(owner: &Composite, member: Member, int: Int) -> Result<(), Rule> {
    if !regular(int) {
        return Err(BASE);
    }
    if member.width == 0 && member.offset % 8 != 0 {
        return Err(UNALIGNED);
    }
    if member.width > int.bits {
        return Err(WIDTH);
    }
    let bits = if member.width == 0 { int.bits } else { member.width };
    check_bits(owner, u64::from(member.offset), u64::from(bits))
}

/// Checks an enum member: the kernel treats every enum that is not a bit field as 32 bits here.
fn check_enum_field(owner: &Composite, member: Member) -> Result<(), Rule> {
    if member.width == 0 && member.offset % 8 != 0 {
        return Err(UNALIGNED);
    }
    if member.width > 32 {
        return Err(WIDTH);
    }
    let bits = if member.width == 0 { 32 } else { u64::from(member.width) };
    within(owner, (u64::from(member.offset) + bits).div_ceil(8))
}

fn check_bits(owner: &Composite, start: u64, bits: u64) -> Result<(), Rule> {
    let copied = bits + start % 8;
    if copied > 128 {
        return Err(WIDTH);
    }
    within(owner, start / 8 + copied.div_ceil(8))
}

fn check_float(owner: &Composite, member: Member, size: u64) -> Result<(), Rule> {
    let align = size.clamp(1, 8) * 8;
    if u64::from(member.offset) % align != 0 {
        return Err(FLOAT);
    }
    within(owner, u64::from(member.offset / 8).saturating_add(size))
}

fn within(owner: &Composite, end: u64) -> Result<(), Rule> {
    if end <= u64::from(owner.size) { Ok(()) } else { Err(EXCEEDS) }
}
