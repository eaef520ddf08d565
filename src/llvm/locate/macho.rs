//! A Mach-O shared library (macOS), as far as needed to judge it: its id, its dependencies, one lookup in its exports.
//!
//! Sources: Apple's `mach-o/loader.h` and `mach-o/fat.h`; the exports trie as dyld's `trieWalk` reads it.

use super::{
    reader::{Fault, Order, Reader},
    version::LibraryVersion,
};

const MAGIC_64: [u8; 4] = [0xcf, 0xfa, 0xed, 0xfe];
const MAGIC_UNIVERSAL: [u8; 4] = [0xca, 0xfe, 0xba, 0xbe];
const DYLIB: u32 = 6;
const LC_LOAD_DYLIB: u32 = 0xc;
const LC_ID_DYLIB: u32 = 0xd;
const LC_RPATH: u32 = 0x8000_001c;
const LC_DYLD_INFO: u32 = 0x22;
const LC_DYLD_INFO_ONLY: u32 = 0x8000_0022;
const LC_DYLD_EXPORTS_TRIE: u32 = 0x8000_0033;

/// The number of slices from which a universal file is taken for a Java class file, which has the same magic.
const MAX_SLICES: u32 = 20;

/// The number of bytes read of the exports trie for each node.
const NODE_LENGTH: usize = 1 << 16;

/// The byte order: all Mach-O files that are loaded today are little-endian.
const ORDER: Order = Order::Little;

/// An opened library.
#[derive(Debug)]
pub(super) struct MachO {
    reader: Reader,
    /// The start of the slice for our processor.
    base: u64,
    version: Option<LibraryVersion>,
    needed: Vec<String>,
    run_paths: Vec<String>,
    /// The offset in the slice and the length.
    exports: Option<(u64, u64)>,
}

impl MachO {
    /// Returns true if a file that starts with `head` is Mach-O, alone or in a universal file.
    pub(super) fn is(head: &[u8]) -> bool {
        let slices = head.get(4..8).and_then(|count| Order::Big.u32(count, 0).ok());
        let is_universal =
            head.starts_with(&MAGIC_UNIVERSAL) && slices.is_some_and(|count| count <= MAX_SLICES);
        head.starts_with(&MAGIC_64) || is_universal
    }

    /// Reads the load commands of the slice for `processor`, a `cputype`.
    pub(super) fn parse(reader: Reader, processor: u32) -> Result<Self, Fault> {
        let base = slice(&reader, processor)?;
        let header = reader.bytes(base, 32)?;
        if !header.starts_with(&MAGIC_64) || ORDER.u32(&header, 4)? != processor {
            return Err(Fault::other("is made for another kind of machine"));
        }
        if ORDER.u32(&header, 12)? != DYLIB {
            return Err(Fault::other("is not a shared library"));
        }
        let commands = reader.bytes(base + 32, ORDER.u32(&header, 20)? as usize)?;
        let (needed, run_paths) = (Vec::new(), Vec::new());
        let mut image = Self { reader, base, version: None, needed, run_paths, exports: None };
        image.read_commands(&commands, ORDER.u32(&header, 16)?)?;
        Ok(image)
    }

    fn read_commands(&mut self, commands: &[u8], count: u32) -> Result<(), Fault> {
        let mut rest = commands;
        for _ in 0..count {
            let length = ORDER.u32(rest, 4)? as usize;
            let (command, behind) = rest.split_at_checked(length).ok_or(Fault::Truncated)?;
            if command.len() < 8 {
                return Err(Fault::Truncated);
            }
            self.read_command(command)?;
            rest = behind;
        }
        Ok(())
    }

    fn read_command(&mut self, command: &[u8]) -> Result<(), Fault> {
        match ORDER.u32(command, 0)? {
            LC_ID_DYLIB => self.version = packed_version(ORDER.u32(command, 16)?),
            LC_LOAD_DYLIB => self.needed.push(text(command)?),
            LC_RPATH => self.run_paths.push(text(command)?),
            LC_DYLD_INFO | LC_DYLD_INFO_ONLY => self.exports = Some(range(command, 40)?),
            LC_DYLD_EXPORTS_TRIE => self.exports = Some(range(command, 8)?),
            _ => {}
        }
        Ok(())
    }

    pub(super) const fn version(&self) -> Option<LibraryVersion> {
        self.version
    }

    pub(super) fn needed(&self) -> Vec<String> {
        self.needed.clone()
    }

    pub(super) fn run_paths(&self) -> Vec<String> {
        self.run_paths.clone()
    }

    /// Returns true if it exports `name`, a C name without the leading underscore used in the file.
    pub(super) fn exports(&self, name: &str) -> Result<bool, Fault> {
        let Some((start, length)) = self.exports else { return Ok(false) };
        let symbol = format!("_{name}");
        let mut rest = symbol.as_bytes();
        let mut node = 0;
        // Every step except the first takes at least one byte of the name.
        for _ in 0..=symbol.len() {
            if node >= length {
                return Err(Fault::Truncated);
            }
            let window = usize::try_from(length - node).unwrap_or(NODE_LENGTH).min(NODE_LENGTH);
            let bytes = self.reader.up_to(self.base + start + node, window)?;
            let mut cursor = Cursor { bytes: &bytes, at: 0 };
            let terminal = cursor.uleb()?;
            if rest.is_empty() {
                return Ok(terminal != 0);
            }
            cursor.skip(terminal)?;
            match cursor.child(rest)? {
                Some((behind, child)) => (rest, node) = (behind, child),
                None => return Ok(false),
            }
        }
        Ok(false)
    }
}

fn slice(reader: &Reader, processor: u32) -> Result<u64, Fault> {
    let head = reader.bytes(0, 8)?;
    if !head.starts_with(&MAGIC_UNIVERSAL) {
        return Ok(0);
    }
    let count = Order::Big.u32(&head, 4)?.min(MAX_SLICES) as usize;
    let table = reader.bytes(8, count * 20)?;
    for slice in table.chunks_exact(20) {
        if Order::Big.u32(slice, 0)? == processor {
            return Order::Big.u32(slice, 8).map(u64::from);
        }
    }
    Err(Fault::other("is made for other kinds of machine"))
}

/// Decodes `X.Y.Z` in 16, 8 and 8 bits.
fn packed_version(packed: u32) -> Option<LibraryVersion> {
    let [patch, minor, ..] = packed.to_le_bytes();
    let major = packed >> 16;
    // 0 and 1 are the defaults of a build that sets no version.
    (major > 1).then_some(LibraryVersion { major, minor: minor.into(), patch: Some(patch.into()) })
}

/// Returns the string whose offset follows the head of the command.
fn text(command: &[u8]) -> Result<String, Fault> {
    let start = ORDER.u32(command, 8)? as usize;
    let bytes = command.get(start..).ok_or(Fault::Truncated)?;
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    Ok(String::from_utf8_lossy(text).into_owned())
}

fn range(command: &[u8], at: usize) -> Result<(u64, u64), Fault> {
    Ok((ORDER.u32(command, at)?.into(), ORDER.u32(command, at + 4)?.into()))
}

struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Cursor<'_> {
    fn byte(&mut self) -> Result<u8, Fault> {
        let byte = self.bytes.get(self.at).copied().ok_or(Fault::Truncated)?;
        self.at += 1;
        Ok(byte)
    }

    fn uleb(&mut self) -> Result<u64, Fault> {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28, 35, 42, 49, 56] {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Fault::other("has a number in its exports that is too large"))
    }

    fn skip(&mut self, length: u64) -> Result<(), Fault> {
        let length = usize::try_from(length).map_err(|_| Fault::Truncated)?;
        self.at = self.at.checked_add(length).ok_or(Fault::Truncated)?;
        Ok(())
    }

    /// Returns the child whose edge is a prefix of `name`: the rest of the name and the child's position.
    fn child<'n>(&mut self, name: &'n [u8]) -> Result<Option<(&'n [u8], u64)>, Fault> {
        for _ in 0..self.byte()? {
            let rest = self.bytes.get(self.at..).ok_or(Fault::Truncated)?;
            let length = rest.iter().position(|byte| *byte == 0).ok_or(Fault::Truncated)?;
            let edge = rest.get(..length).unwrap_or_default();
            self.at += length + 1;
            let offset = self.uleb()?;
            if let Some(behind) = name.strip_prefix(edge).filter(|_| !edge.is_empty()) {
                return Ok(Some((behind, offset)));
            }
        }
        Ok(None)
    }
}
