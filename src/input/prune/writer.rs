//! A writer of bitcode.

use std::ops::Range;

use super::super::{bits::Bits, bitstream::BlockHeader};

/// The ids that start an item (`llvm/Bitstream/BitCodeEnums.h`).
const END: u64 = 0;
const ENTER: u64 = 1;
pub(super) const UNABBREVIATED: u64 = 3;

/// A kind of block unknown to LLVM: its readers skip it.
const FILLER: u64 = 60;

/// Replacements of byte ranges, as (position, bytes); lengths do not change.
#[derive(Debug, Default)]
pub(in crate::input) struct Patch(pub(super) Vec<(usize, Vec<u8>)>);

impl Patch {
    /// Returns the patch for bytes with `len` bytes before the module's body.
    pub(super) fn behind(mut self, len: usize) -> Self {
        self.0.iter_mut().for_each(|(start, _)| *start = start.saturating_add(len));
        self
    }

    /// Changes the `bytes` that it was made for.
    pub(in crate::input) fn apply(self, bytes: &mut [u8]) {
        for (start, part) in self.0 {
            let place = bytes.get_mut(start..).unwrap_or_default();
            place.iter_mut().zip(part).for_each(|(byte, new)| *byte = new);
        }
    }
}

/// A bit buffer, least significant bit first.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// The bits that do not fill a byte yet, and their number, fewer than eight.
    open: u64,
    count: u64,
}

impl Writer {
    pub(super) fn len(&self) -> u64 {
        (self.bytes.len() as u64).saturating_mul(8).saturating_add(self.count)
    }

    /// Writes the low `width` bits of `value`, at most 56.
    pub(super) fn fixed(&mut self, value: u64, width: u64) {
        self.open |= value << self.count;
        self.count = self.count.saturating_add(width);
        while let Some(left) = self.count.checked_sub(8) {
            self.bytes.extend(self.open.to_le_bytes().first());
            self.open >>= 8;
            self.count = left;
        }
    }

    /// Writes `value` in chunks of `width` bits, at least two.
    pub(super) fn vbr(&mut self, mut value: u64, width: u64) {
        let step = width.saturating_sub(1);
        let more = 1 << step;
        while value >= more {
            self.fixed(value & !(u64::MAX << step) | more, width);
            value >>= step;
        }
        self.fixed(value, width);
    }

    /// Copies the bits `range` of `from`.
    pub(super) fn copy(&mut self, from: &[u8], range: &Range<u64>) -> Option<()> {
        let mut bits = Bits::new(from, range.start);
        let mut left = range.end.checked_sub(range.start)?;
        while let some @ 1.. = left.min(32) {
            self.fixed(bits.fixed(some)?, some);
            left = left.saturating_sub(some);
        }
        Some(())
    }

    /// Writes a block with `header` and `body`, among items that start with `width` bits.
    pub(super) fn block(&mut self, width: u64, header: BlockHeader, body: &[u8]) -> Option<()> {
        self.enter(width, header.id, header.width);
        self.fixed(u64::try_from(body.len() / 4).ok()?, 32);
        self.bytes.extend_from_slice(body);
        Some(())
    }

    /// Fills up to `len` bytes with an empty block, among items that start with `width` bits; `None` if there is no
    /// room.
    pub(super) fn fill(&mut self, width: u64, len: usize) -> Option<()> {
        self.enter(width, FILLER, width);
        let words = len.checked_sub(self.bytes.len())?.checked_sub(4)? / 4;
        self.fixed(u64::try_from(words).ok()?, 32);
        self.bytes.resize(len, 0);
        Some(())
    }

    /// Starts a block of kind `id`, whose own items start with `inner` bits; stops before its length.
    fn enter(&mut self, width: u64, id: u64, inner: u64) {
        self.fixed(ENTER, width);
        self.vbr(id, 8);
        self.vbr(inner, 4);
        self.align();
    }

    fn align(&mut self) {
        let left = self.len().next_multiple_of(32).saturating_sub(self.len());
        self.fixed(0, left);
    }

    /// Ends a block whose items start with `width` bits.
    pub(super) fn end(&mut self, width: u64) {
        self.fixed(END, width);
        self.align();
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.align();
        self.bytes
    }
}
