//! Removes the debug records that describe the values of variables from function bodies.
//!
//! Only DWARF needs them (`#dbg_value`): BTF describes no locals, and no pass may generate different code because of
//! them, yet LLVM carries them through all passes. Records that describe a variable's place in memory stay
//! (`#dbg_declare`, `#dbg_assign`): errors name the locals that make a frame too large. Labels (`#dbg_label`) are few,
//! and stay.
//!
//! If LLVM merges instructions, the source line of the result can depend on such records: of the lines of 430 objects
//! six differ, five of them in scx_rusty, where a branch around an inlined call gets the line of the call.

use std::ops::Range;

use super::{super::bitstream::BlockHeader, writer::Writer};

/// Codes of function records (`bitc::FunctionCodes`).
const VALUE: u64 = 61;
const SIMPLE_VALUE: u64 = 64;

/// Returns true if only DWARF needs the records of this code.
pub(super) const fn is_value(code: u64) -> bool {
    matches!(code, VALUE | SIMPLE_VALUE)
}

/// The parts of a function body needed to rewrite it. Positions are in bits from its start.
#[derive(Debug)]
pub(super) struct Body {
    /// The width of its abbreviation ids, in bits.
    pub(super) width: u64,
    /// The start, in bytes from the start of the module's body.
    pub(super) start: usize,
    /// The length in bytes.
    pub(super) len: usize,
    /// The parts that cannot be copied as they are, in order.
    pub(super) parts: Vec<Part>,
    /// The start of its last item.
    pub(super) end: u64,
}

/// A part of a body.
#[derive(Debug)]
pub(super) enum Part {
    /// A record to leave out.
    Value(Range<u64>),
    /// A nested block, which is aligned.
    Block(BlockHeader, Range<u64>),
}

/// Returns the replacements for those of `bodies` that can shrink, each with its position in the body of their
/// `module`.
pub(super) fn rewrite_all(bodies: &[Body], module: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let written = bodies.iter().filter_map(|body| {
        let from = module.get(body.start..body.start.checked_add(body.len)?)?;
        Some((body.start, rewrite(body, from)?))
    });
    written.collect()
}

/// Returns the replacement for the `body` of a function, whose bytes are `from`; `None` if nothing can be left out.
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
    // The length stays, and so does the end marker, which takes a word.
    bits.fill(body.width, from.len().checked_sub(4)?)?;
    bits.end(body.width);
    Some(bits.finish())
}
