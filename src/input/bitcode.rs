//! The outermost structure of bitcode: a sequence of blocks, each with its length, so that the few relevant ones are
//! found without reading the rest.

use super::{
    bitstream::{BlockHeader, MAGIC},
    magic::{self, Kind},
    region::Region,
};
use crate::report::{Error, Result};

/// A block at the top level.
#[derive(Clone, Copy, Debug)]
pub(super) struct TopBlock {
    /// The kind and width.
    pub(super) header: BlockHeader,
    /// The start of its body, in bytes from the start of the bitcode.
    pub(super) body: u64,
}

/// Returns the top-level blocks of `region`, which holds bitcode, up to a malformed block or the start of another
/// stream.
///
/// # Errors
/// The file cannot be read.
pub(super) fn top_blocks(region: &Region) -> Result<Vec<TopBlock>> {
    let mut blocks = Vec::new();
    let mut at = MAGIC.len() as u64;
    while at < region.len() {
        let Some(header) = header_at(region, at)? else { break };
        let Some(body) = at.checked_add(header.header_len) else { break };
        let Some(end) = body.checked_add(header.body_len).filter(|&end| end <= region.len()) else {
            break;
        };
        blocks.push(TopBlock { header, body });
        at = end;
    }
    Ok(blocks)
}

fn header_at(region: &Region, at: u64) -> Result<Option<BlockHeader>> {
    let mut bytes = [0; BlockHeader::MAX_LEN];
    let left = usize::try_from(region.len().saturating_sub(at)).unwrap_or(usize::MAX);
    let bytes = match bytes.get_mut(..left) {
        Some(last) => last,
        None => &mut bytes,
    };
    region.fill(at, bytes)?;
    Ok(BlockHeader::parse(bytes))
}

/// Returns the bitcode without its wrapper, if it has one.
///
/// # Errors
/// The wrapper points outside the file, or at something other than bitcode; the file cannot be read.
pub(super) fn unwrap(region: &Region) -> Result<Region> {
    let Some(wrapped) = magic::wrapped(&region.head(20)?) else { return Ok(region.clone()) };
    let malformed = |fact: String| {
        Error::input(format!("{} is malformed", region.file().display()))
            .because(fact)
            .help("build it again")
    };
    let inner = region.window(wrapped.offset, wrapped.len).ok_or_else(|| {
        malformed(format!(
            "its wrapper says that bitcode takes {} bytes from {}, but it holds {}",
            wrapped.len,
            wrapped.offset,
            region.len()
        ))
    })?;
    match Kind::of(&inner.head(4)?) {
        Kind::Bitcode => Ok(inner),
        other => Err(malformed(format!("what its wrapper holds is {other}, not bitcode"))),
    }
}

/// Returns the modules in `bytes`, as (offset, length): linkers concatenate the bitcode sections of several objects,
/// with zeros between them for alignment.
pub(super) fn split(bytes: &[u8]) -> Vec<(u64, u64)> {
    let mut modules = Vec::new();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..) {
        let padding = rest.iter().take_while(|&&byte| byte == 0).count();
        let Some(len) = rest.get(padding..).and_then(stream_len) else { break };
        let start = at.saturating_add(padding);
        modules.push((start as u64, len as u64));
        at = start.saturating_add(len);
    }
    modules
}

/// Returns the length of the stream at the start of `bytes`, wrapped or not.
fn stream_len(bytes: &[u8]) -> Option<usize> {
    if let Some(wrapped) = magic::wrapped(bytes) {
        let len = usize::try_from(wrapped.offset.checked_add(wrapped.len)?).ok()?;
        return (20..=bytes.len()).contains(&len).then_some(len);
    }
    // For a truncated stream, LLVM reports the error.
    let end = blocks(bytes).last().map_or(MAGIC.len(), |(_, _, end)| end.min(bytes.len()));
    bytes.starts_with(&MAGIC).then_some(end)
}

/// Returns the top-level blocks of the bitcode at the start of `bytes`: header, start of the body, and end, which may
/// be beyond the end of `bytes`.
pub(super) fn blocks(bytes: &[u8]) -> impl Iterator<Item = (BlockHeader, usize, usize)> {
    let mut at = bytes.starts_with(&MAGIC).then_some(MAGIC.len());
    std::iter::from_fn(move || {
        let start = at.take()?;
        let header = BlockHeader::parse(bytes.get(start..)?)?;
        let body = start.checked_add(usize::try_from(header.header_len).ok()?)?;
        let end = body.checked_add(usize::try_from(header.body_len).ok()?)?;
        at = Some(end);
        Some((header, body, end))
    })
}
