//! The part of `.BTF` with the length of types of each kind, for readers that do not know a kind.
//!
//! Kernels and libbpf write it since 2026, in a header of 32 bytes: for each kind, by its number, the bytes after the
//! three words that all types start with, and the bytes of each element of its list (`struct btf_layout`).

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use super::{
    cursor::{Reader, region},
    model::{Kind, Type, TypeId},
    strings::StrOff,
};
use crate::error::Result;

/// The length of the shortest header with the layout's offset.
const HEADER_LEN: u32 = 32;
/// The number of bytes of one kind's layout: two sizes of one byte each, and flags.
const RECORD: usize = 4;

/// The sizes of the kinds; empty if the header has no layout.
pub(super) struct Layout<'a>(&'a [u8]);

impl<'a> Layout<'a> {
    /// Reads its offset from `header`, of `len` bytes, and finds it in `body`.
    ///
    /// # Errors
    /// Returns an error if it is outside the section.
    pub(super) fn find(header: &mut Reader<'_>, len: u32, body: &'a [u8]) -> Result<Self> {
        if len < HEADER_LEN {
            return Ok(Self(&[]));
        }
        let (offset, len) = (header.u32()?, header.u32()?);
        Ok(Self(region(body, offset, len, "the layout")?))
    }

    /// Returns the bytes of a type of `kind` with `vlen` elements after its first three words.
    pub(super) fn length(&self, kind: u32, vlen: usize) -> Option<usize> {
        let start = usize::try_from(kind).ok()?.checked_mul(RECORD)?;
        let &[info, element, ..] = self.0.get(start..)?.first_chunk::<RECORD>()?;
        vlen.checked_mul(usize::from(element))?.checked_add(usize::from(info))
    }
}

/// Returns the empty type that replaces a type of unknown kind.
pub(super) const fn unknown() -> Type {
    Type { name: StrOff::EMPTY, kind: Kind::Const(TypeId::VOID) }
}
