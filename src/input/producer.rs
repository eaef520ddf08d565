//! The producer of a bitcode file, read without LLVM.

use std::fmt;

use super::bitstream::{Block, BlockHeader, MAGIC, Record};

/// A version of LLVM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LlvmVersion {
    /// The major version, such as 22.
    pub major: u32,
    /// The minor version, such as 1.
    pub minor: u32,
    /// The patch version, such as 8.
    pub patch: u32,
}

impl fmt::Display for LlvmVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The producer string of a bitcode file's identification block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Producer {
    /// The string as written, such as `LLVM22.1.2-rust-1.95.0-stable` or `zig 0.16.0`.
    pub text: String,
    /// The LLVM version it stands for, if known.
    pub version: Option<LlvmVersion>,
    /// The epoch of the format; a reader rejects any but its own. 0 in every LLVM so far.
    pub epoch: u64,
}

impl fmt::Display for Producer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The block that names the producer (`bitc::IDENTIFICATION_BLOCK_ID`), and its records.
const IDENTIFICATION: u64 = 13;
const STRING: u64 = 1;
const EPOCH: u64 = 2;
/// The maximum length of a producer string; real ones have some 30 characters.
const MAX_TEXT: usize = 256;

/// The LLVM version of each Zig release; Zig writes bitcode itself and names only its own version.
const ZIG: [((u32, u32), u32); 6] =
    [((0, 12), 17), ((0, 13), 18), ((0, 14), 19), ((0, 15), 20), ((0, 16), 21), ((0, 17), 22)];

impl Producer {
    /// The number of bytes from the start of bitcode that suffice for [`Producer::read`].
    pub const HEAD_LEN: u64 = 512;

    /// Reads the producer from the first bytes of bitcode, wrapped or not; see [`Producer::HEAD_LEN`].
    ///
    /// Returns `None` if there is no identification block, as before LLVM 3.9, or if it is malformed.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = match super::magic::wrapped(bytes) {
            Some(wrapped) => bytes.get(usize::try_from(wrapped.offset).ok()?..)?,
            None => bytes,
        };
        let bytes = bytes.strip_prefix(&MAGIC)?;
        let header = BlockHeader::parse(bytes)?;
        let body = bytes.get(usize::try_from(header.header_len).ok()?..)?;
        let len = usize::try_from(header.body_len).unwrap_or(usize::MAX);
        let body = body.get(..len).unwrap_or(body);
        (header.id == IDENTIFICATION).then(|| Self::from_block(Block::new(header, body)))?
    }

    fn from_block(block: Block<'_>) -> Option<Self> {
        let mut text = None;
        let mut epoch = 0;
        for record in block {
            match record.code {
                STRING => text = Some(string(&record)?),
                EPOCH => epoch = *record.operands.first()?,
                _ => {}
            }
        }
        text.map(|text| Self { version: version(&text), text, epoch })
    }
}

fn string(record: &Record<'_>) -> Option<String> {
    if record.operands.len() > MAX_TEXT {
        return None;
    }
    let bytes: Vec<u8> =
        record.operands.iter().map(|&char| u8::try_from(char).ok()).collect::<Option<_>>()?;
    // The text is printed: a terminal must not interpret it.
    let text = String::from_utf8_lossy(&bytes);
    Some(
        text.chars()
            .map(|char| if char.is_control() { char::REPLACEMENT_CHARACTER } else { char })
            .collect(),
    )
}

fn version(text: &str) -> Option<LlvmVersion> {
    if let Some(rest) = text.strip_prefix("LLVM") {
        return numbers(rest);
    }
    let zig = numbers(text.strip_prefix("zig ")?)?;
    let (_, major) = ZIG.into_iter().find(|&(release, _)| release == (zig.major, zig.minor))?;
    Some(LlvmVersion { major, minor: 0, patch: 0 })
}

/// Parses `22.1.2-rust-...` or `23.0.0git`: three numbers, and an arbitrary rest.
fn numbers(text: &str) -> Option<LlvmVersion> {
    let mut parts = text.splitn(3, '.');
    let mut number = || {
        let part = parts.next()?;
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        part.get(..digits)?.parse().ok()
    };
    Some(LlvmVersion { major: number()?, minor: number()?, patch: number()? })
}

#[cfg(test)]
mod tests;
