//! Function bodies without the debug records that say which value a variable has.
//!
//! DWARF alone needs them (`#dbg_value`): BTF describes no locals, and no pass may generate other code because of them. LLVM
//! carries them through all passes. What says where in memory a variable lives stays (`#dbg_declare`, `#dbg_assign`):
//! errors name the locals that make a frame too large. Labels (`#dbg_label`) are few, and stay.
//!
//! Where LLVM merges instructions, which source line the result belongs to can hang on such records: of the lines of 430 objects
//! six differ, five of them in scx_rusty, where a branch around an inlined call gets the line of the call.

use std::ops::Range;

use super::{super::bitstream::BlockHeader, writer::Writer};

/// Records of functions (`bitc::FunctionCodes`).
const VALUE: u64 = 61;
const SIMPLE_VALUE: u64 = 64;

/// Whether DWARF alone needs the records of this code.
pub(super) const fn is_value(code: u64) -> bool {
    matches!(code, VALUE | SIMPLE_VALUE)
}

/// The body of a function, as far as it is written anew. Places are in bits from its start.
#[derive(Debug)]
pub(super) struct Body {
    /// The width of its abbreviation ids, in bits.
    pub(super) width: u64,
    /// Where it starts, in bytes from the start of the module's.
    pub(super) start: usize,
    /// Its length in bytes.
    pub(super) len: usize,
    /// Its parts that cannot be copied as they are, in order.
    pub(super) parts: Vec<Part>,
    /// Where its last item starts.
    pub(super) end: u64,
}

/// A part of a body.
#[derive(Debug)]
pub(super) enum Part {
    /// A record to leave out.
    Value(Range<u64>),
    /// A block inside: it is aligned.
    Block(BlockHeader, Range<u64>),
}

/// What takes the place of those of `bodies` where something can be left out, and where it goes in the body of their `module`.
pub(super) fn rewrite_all(bodies: &[Body], module: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let written = bodies.iter().filter_map(|body| {
        let from = module.get(body.start..body.start.checked_add(body.len)?)?;
        Some((body.start, rewrite(body, from)?))
    });
    written.collect()
}

/// What takes the place of the `body` of a function, whose bytes are `from`; `None` where nothing can be left out.
fn rewrite(body: &Body, from: &[u8]) -> Option<Vec<u8>> {
    body.parts.iter().any(|part| matches!(part, Part::Value(_))).then_some(())?;
    let mut bits = Writer::default();
    let mut copied = 0;
    for part in &body.parts {
        let (Part::Value(range) | Part::Block(_, range)) = part;
        bits.copy(from, &(copied..range.start))?;
        copied = range.end;
        if let Part::Block(header, range) = part {
            let len = usize::try_from(header.body_len).ok()?;
            let end = usize::try_from(range.end / 8).ok()?;
            bits.block(body.width, *header, from.get(end.checked_sub(len)?..end)?)?;
        }
    }
    bits.copy(from, &(copied..body.end))?;
    // The length stays, and so does the end, which takes a word.
    bits.fill(body.width, from.len().checked_sub(4)?)?;
    bits.end(body.width);
    Some(bits.finish())
}
