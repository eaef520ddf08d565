//! Constructors of types for passes.

use super::{Array, Btf, Int, Kind, StrOff, TypeId};

/// Replaces a type by an empty one that nothing uses, which pruning drops.
///
/// Removing it here would renumber all later types.
pub fn tombstone(btf: &mut Btf, id: TypeId) {
    if let Some(ty) = btf.get_mut(id) {
        ty.name = StrOff::EMPTY;
        ty.kind = Kind::Const(TypeId::VOID);
    }
}

/// Returns the `int` of C.
pub fn int(btf: &mut Btf) -> TypeId {
    integer(btf, "int", Int { size: 4, encoding: Int::SIGNED, offset: 0, bits: 32 })
}

/// Returns an unsigned integer of `bits`, rounded up to a size that C has.
pub fn unsigned(btf: &mut Btf, bits: u32) -> TypeId {
    let (name, size) = match bits {
        0..=8 => ("unsigned char", 1),
        9..=16 => ("unsigned short", 2),
        17..=32 => ("unsigned int", 4),
        33..=64 => ("unsigned long long", 8),
        _ => ("unsigned __int128", 16),
    };
    integer(
        btf,
        name,
        Int { size, encoding: 0, offset: 0, bits: 8 * u8::try_from(size).unwrap_or(0) },
    )
}

/// Returns a pointer to `target`.
pub fn pointer(btf: &mut Btf, target: TypeId) -> TypeId {
    find_or_push(btf, StrOff::EMPTY, Kind::Ptr(target))
}

/// Returns `int (*)[len]`, which encodes a number in a BTF-defined map.
pub fn number(btf: &mut Btf, len: u32) -> TypeId {
    let elem = int(btf);
    let array = array(btf, elem, len);
    pointer(btf, array)
}

/// Returns an unsigned integer of `size` bytes if there is one, or else a byte array.
pub fn bytes(btf: &mut Btf, size: u32) -> TypeId {
    if matches!(size, 1 | 2 | 4 | 8 | 16) {
        return unsigned(btf, size.saturating_mul(8));
    }
    let byte = unsigned(btf, 8);
    array(btf, byte, size)
}

fn array(btf: &mut Btf, elem: TypeId, len: u32) -> TypeId {
    let index =
        integer(btf, "__ARRAY_SIZE_TYPE__", Int { size: 4, encoding: 0, offset: 0, bits: 32 });
    find_or_push(btf, StrOff::EMPTY, Kind::Array(Array { elem, index, len }))
}

/// Returns the type of that name and kind, creating it if necessary.
pub fn find_or_push(btf: &mut Btf, name: StrOff, kind: Kind) -> TypeId {
    let found = btf.iter().find(|(_, ty)| ty.name == name && ty.kind == kind).map(|(id, _)| id);
    found.unwrap_or_else(|| btf.push(name, kind))
}

fn integer(btf: &mut Btf, name: &str, int: Int) -> TypeId {
    let name = btf.strings.intern(name.as_bytes());
    find_or_push(btf, name, Kind::Int(int))
}

/// Converts `size` to the 32 bits that BTF has for it.
pub fn narrow(size: u64) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
