//! Queries about fields, types and enumerations, used by the macros.

use core::mem::MaybeUninit;

use crate::query::{Site, ask, kind};

/// A path from an object to a field of it.
///
/// The macros evaluate it only outside BPF.
pub trait Path<T, F>: FnOnce(*const T) -> *const F {}

impl<T, F, P: FnOnce(*const T) -> *const F> Path<T, F> for P {}

/// Returns the offset of the field at `path`, in bytes, in this program's own layout.
fn offset_here<T, F>(path: impl Path<T, F>) -> u64 {
    let object = MaybeUninit::<T>::uninit();
    let start = object.as_ptr();
    path(start).addr().wrapping_sub(start.addr()) as u64
}

/// Returns the distance of the highest bit of an `F` from bit 63.
const fn unused_bits<F>() -> u64 {
    64u64.saturating_sub(8 * size_of::<F>() as u64)
}

/// Returns the offset of the field, without checking that it exists.
#[inline(always)]
pub fn offset<T, F, S: Site>(path: impl Path<T, F>) -> usize {
    ask::<T, S, { kind::FIELD_BYTE_OFFSET }>(|| offset_here(path)) as usize
}

/// Returns true if the field exists.
#[inline(always)]
pub fn exists<T, S: Site>() -> bool {
    ask::<T, S, { kind::FIELD_EXISTS }>(|| 1) != 0
}

/// Returns true if the kernel has a field of that name, of any kind. Loaders match fields by name and kind, so this
/// asks for each kind.
#[cold]
#[inline(always)]
pub fn exists_as_another<T, S: Site>() -> bool {
    const { assert!(kind::SHAPES == 7) };
    ask::<T, S, { kind::field_exists_as(1) }>(|| 1)
        | ask::<T, S, { kind::field_exists_as(2) }>(|| 1)
        | ask::<T, S, { kind::field_exists_as(3) }>(|| 1)
        | ask::<T, S, { kind::field_exists_as(4) }>(|| 1)
        | ask::<T, S, { kind::field_exists_as(5) }>(|| 1)
        | ask::<T, S, { kind::field_exists_as(6) }>(|| 1)
        | ask::<T, S, { kind::field_exists_as(7) }>(|| 1)
        != 0
}

/// Returns the size of the field in bytes, without checking that it exists.
#[inline(always)]
pub fn size<T, F, S: Site>() -> usize {
    ask::<T, S, { kind::FIELD_BYTE_SIZE }>(|| size_of::<F>() as u64) as usize
}

/// Implements [`field_exists!`](crate::field_exists).
#[inline(always)]
pub fn field_exists<T, F, S: Site>(_: impl Path<T, F>, _: S) -> bool {
    exists::<T, S>()
}

/// Implements [`field_byte_offset!`](crate::field_byte_offset).
#[inline(always)]
pub fn field_byte_offset<T, F, S: Site>(path: impl Path<T, F>, _: S) -> Option<usize> {
    if exists::<T, S>() { Some(offset::<T, F, S>(path)) } else { None }
}

/// Implements [`field_byte_size!`](crate::field_byte_size).
#[inline(always)]
pub fn field_byte_size<T, F, S: Site>(_: impl Path<T, F>, _: S) -> Option<usize> {
    if exists::<T, S>() { Some(size::<T, F, S>()) } else { None }
}

/// The location of a bit field in memory.
pub struct Bits {
    /// The number of bytes to read.
    pub size: u64,
    left: u64,
    right: u64,
    signed: u64,
}

impl Bits {
    /// Returns true if an `F` holds every value of the field.
    #[inline(always)]
    pub fn fit<F>(&self) -> bool {
        64u64.wrapping_sub(self.right) <= 8 * size_of::<F>() as u64
    }

    /// Extracts the field from `memory`, which holds the bytes read, in the machine's byte order.
    #[inline(always)]
    pub fn extract(&self, memory: u64) -> u64 {
        let high = memory.wrapping_shl(self.left as u32);
        if self.signed != 0 {
            (high as i64).wrapping_shr(self.right as u32) as u64
        } else {
            high.wrapping_shr(self.right as u32)
        }
    }
}

/// Returns the field's location in the running kernel, without checking that it exists.
#[inline(always)]
pub fn bits<T, F: Integer, S: Site>(_: &impl Path<T, F>) -> Bits {
    Bits {
        size: ask::<T, S, { kind::FIELD_BYTE_SIZE }>(|| size_of::<F>() as u64),
        left: ask::<T, S, { kind::FIELD_LSHIFT_U64 }>(unused_bits::<F>),
        right: ask::<T, S, { kind::FIELD_RSHIFT_U64 }>(unused_bits::<F>),
        signed: ask::<T, S, { kind::FIELD_SIGNED }>(|| F::SIGNED),
    }
}

/// An integer as which a bit field can be declared.
pub trait Integer: Copy {
    /// 1 if the type is signed, else 0.
    const SIGNED: u64;
    /// Truncates `bits` to this type.
    fn cut(bits: u64) -> Self;
}

macro_rules! integers {
    ($($integer:ty, $signed:literal;)+) => {$(
        impl Integer for $integer {
            const SIGNED: u64 = $signed;
            #[inline(always)]
            fn cut(bits: u64) -> Self {
                bits as Self
            }
        }
    )+};
}

integers! { u8, 0; u16, 0; u32, 0; u64, 0; usize, 0; i8, 1; i16, 1; i32, 1; i64, 1; isize, 1; }

/// Implements [`type_exists!`](crate::type_exists).
#[inline(always)]
pub fn type_exists<T, S: Site>(_: S) -> bool {
    ask::<T, S, { kind::TYPE_EXISTS }>(|| 1) != 0
}

/// Implements [`type_matches!`](crate::type_matches).
#[inline(always)]
pub fn type_matches<T, S: Site>(_: S) -> bool {
    ask::<T, S, { kind::TYPE_MATCHES }>(|| 1) != 0
}

/// Implements [`type_size!`](crate::type_size).
#[inline(always)]
pub fn type_size<T, S: Site>(_: S) -> Option<usize> {
    if ask::<T, S, { kind::TYPE_EXISTS }>(|| 1) != 0 {
        Some(ask::<T, S, { kind::TYPE_SIZE }>(|| size_of::<T>() as u64) as usize)
    } else {
        None
    }
}

/// Implements [`type_id_local!`](crate::type_id_local).
#[inline(always)]
pub fn type_id_local<T, S: Site>(_: S) -> u32 {
    ask::<T, S, { kind::TYPE_ID_LOCAL }>(|| 0) as u32
}

/// Implements [`type_id_target!`](crate::type_id_target).
#[inline(always)]
pub fn type_id_target<T, S: Site>(_: S) -> Option<u32> {
    if ask::<T, S, { kind::TYPE_EXISTS }>(|| 1) != 0 {
        Some(ask::<T, S, { kind::TYPE_ID_TARGET }>(|| 0) as u32)
    } else {
        None
    }
}

/// Implements [`enum_value_exists!`](crate::enum_value_exists).
#[inline(always)]
pub fn enum_value_exists<T, S: Site>(_: impl FnOnce() -> (Option<T>, u64), _: S) -> bool {
    ask::<T, S, { kind::ENUM_VALUE_EXISTS }>(|| 1) != 0
}

/// Implements [`enum_value!`](crate::enum_value).
#[inline(always)]
pub fn enum_value<T, S: Site>(here: impl FnOnce() -> (Option<T>, u64), _: S) -> Option<u64> {
    if ask::<T, S, { kind::ENUM_VALUE_EXISTS }>(|| 1) != 0 {
        Some(ask::<T, S, { kind::ENUM_VALUE }>(|| here().1))
    } else {
        None
    }
}
