//! The block of metadata, written anew.

use std::ops::Range;

use super::{
    super::bitstream::Bits,
    metadata::{Metadata, Node, Rest, code},
    reach::{self, Need, field},
};

/// What stands at the start of an item (`llvm/Bitstream/BitCodeEnums.h`).
const END: u64 = 0;
const ENTER: u64 = 1;
const UNABBREVIATED: u64 = 3;

/// A kind of block that no LLVM knows: its readers pass over it.
const FILLER: u64 = 60;

/// What takes the place of the block: a shorter one, and one to pass over.
#[derive(Debug)]
pub(in super::super) struct Patch {
    start: usize,
    /// The length of the block, in words.
    words: u32,
    block: Vec<u8>,
    filler: Vec<u8>,
}

impl Patch {
    /// The same, for bytes of which `len` are before the module's body.
    pub(super) fn behind(self, len: usize) -> Self {
        Self { start: self.start.saturating_add(len), ..self }
    }

    /// Changes the `bytes` that it was made for.
    pub(in super::super) fn apply(self, bytes: &mut [u8]) {
        let mut put = |at: usize, part: &[u8]| {
            let place = bytes.iter_mut().skip(at);
            place.zip(part).for_each(|(byte, new)| *byte = *new);
        };
        // The length of a block stands before it.
        put(self.start.saturating_sub(4), &self.words.to_le_bytes());
        put(self.start, &self.block);
        put(self.start.saturating_add(self.block.len()), &self.filler);
    }
}

/// The block of metadata with what is `needed`, for the body of a module whose items start with `width` bits; `None` where
/// that would save nothing.
pub(super) fn rewrite(
    metadata: &Metadata,
    needed: &[Option<Need>],
    width: u64,
    module: &[u8],
) -> Option<Patch> {
    let (header, start) = metadata.block?;
    let end = start.checked_add(usize::try_from(header.body_len).ok()?)?;
    let body = Body { metadata, needed, from: module.get(start..end)?, width: header.width };
    let block = body.write()?;
    let words = u32::try_from(block.len() / 4).ok()?;
    let filler = filler(width, end.checked_sub(start)?.checked_sub(block.len())?)?;
    Some(Patch { start, words, block, filler })
}

/// A block of `len` bytes with nothing in it, header included.
fn filler(width: u64, len: usize) -> Option<Vec<u8>> {
    let mut bits = Writer::default();
    bits.fixed(ENTER, width);
    bits.vbr(FILLER, 8);
    bits.vbr(width, 4);
    bits.align();
    let words = len.checked_sub(bits.bytes.len())?.checked_sub(4)? / 4;
    bits.fixed(u64::try_from(words).ok()?, 32);
    let mut bytes = bits.finish();
    bytes.resize(len, 0);
    Some(bytes)
}

struct Body<'a> {
    metadata: &'a Metadata,
    needed: &'a [Option<Need>],
    from: &'a [u8],
    width: u64,
}

impl Body<'_> {
    /// All items in their order.
    fn write(&self) -> Option<Vec<u8>> {
        let own = self.metadata.nodes.iter().zip(self.needed);
        let mut nodes = own.filter(|(node, _)| node.is_own()).peekable();
        let mut bits = Writer::default();
        for rest in &self.metadata.rest {
            while let Some((node, need)) = nodes
                .next_if(|(node, _)| node.bits().is_some_and(|bits| bits.start < rest.bits().start))
            {
                self.write_node(&mut bits, node, *need)?;
            }
            // LLVM writes its strings first, where they stay where they are.
            let moves = bits.len() % 32 != rest.bits().start % 32;
            if matches!(rest, Rest::Aligned(_)) && moves {
                return None;
            }
            self.copy(&mut bits, rest.bits())?;
        }
        for (node, need) in nodes {
            self.write_node(&mut bits, node, *need)?;
        }
        bits.fixed(END, self.width);
        Some(bits.finish())
    }

    fn write_node(&self, bits: &mut Writer, node: &Node, need: Option<Need>) -> Option<()> {
        let raw = self.metadata.raw(node);
        match node.code {
            _ if need.is_none() => self.write_record(bits, code::TUPLE, &[], &[]),
            code::UNIT => self.write_record(bits, node.code, raw, &field::UNIT_TYPES),
            code::FILE if raw.len() == field::FILE_SOURCE => {
                let name = raw.get(field::FILE_NAME).copied()?;
                let fields = raw.iter().copied().chain([name]).collect::<Vec<_>>();
                self.write_record(bits, node.code, &fields, &[]);
            }
            _ if reach::is_hollow(self.metadata, node, need) => {
                self.write_record(bits, node.code, raw, &[field::ELEMENTS]);
            }
            _ => self.copy(bits, &node.bits()?)?,
        }
        Some(())
    }

    /// Writes a record, with nothing in its fields `without`.
    fn write_record(&self, bits: &mut Writer, code: u8, fields: &[u32], without: &[usize]) {
        bits.fixed(UNABBREVIATED, self.width);
        bits.vbr(u64::from(code), 6);
        bits.vbr(fields.len() as u64, 6);
        for (index, &field) in fields.iter().enumerate() {
            bits.vbr(if without.contains(&index) { 0 } else { u64::from(field) }, 6);
        }
    }

    /// Copies an item as it is.
    fn copy(&self, bits: &mut Writer, item: &Range<u64>) -> Option<()> {
        let mut from = Bits::new(self.from, item.start);
        let mut left = item.end.checked_sub(item.start)?;
        while let some @ 1.. = left.min(32) {
            bits.fixed(from.fixed(some)?, some);
            left = left.saturating_sub(some);
        }
        Some(())
    }
}

/// Bits, least significant first.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    /// Bits that do not fill a byte yet, and how many there are: fewer than eight.
    open: u64,
    count: u64,
}

impl Writer {
    const fn len(&self) -> u64 {
        (self.bytes.len() as u64).saturating_mul(8).saturating_add(self.count)
    }

    /// Writes the low `width` bits of `value`, at most 56.
    fn fixed(&mut self, value: u64, width: u64) {
        self.open |= value << self.count;
        self.count = self.count.saturating_add(width);
        while let Some(left) = self.count.checked_sub(8) {
            self.bytes.extend(self.open.to_le_bytes().first());
            self.open >>= 8;
            self.count = left;
        }
    }

    /// Writes `value` in chunks of `width` bits, two at least.
    fn vbr(&mut self, mut value: u64, width: u64) {
        let step = width.saturating_sub(1);
        let more = 1 << step;
        while value >= more {
            self.fixed(value & !(u64::MAX << step) | more, width);
            value >>= step;
        }
        self.fixed(value, width);
    }

    fn align(&mut self) {
        let left = self.len().next_multiple_of(32).saturating_sub(self.len());
        self.fixed(0, left);
    }

    fn finish(mut self) -> Vec<u8> {
        self.align();
        self.bytes
    }
}
