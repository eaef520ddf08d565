//! Reads the parts of a file that hold some of its sections.
//!
//! Most of an object is DWARF, which links of native objects leave out. Of many objects, reading it would take as long as
//! parsing the rest.

use std::{fmt::Debug, ops::Range};

use super::read::malformed;
use crate::{
    bpf::target::{Endian, u32_of, u64_of},
    report::Result,
};

/// A file that can be opened again: its bytes need not stay in memory.
pub trait Bytes: Debug + Send + Sync {
    /// Opens it.
    ///
    /// # Errors
    /// It can no longer be read.
    fn open(&self) -> Result<Box<dyn Open + '_>>;
}

/// An open file.
pub trait Open {
    /// Returns its length in bytes.
    fn size(&self) -> u64;

    /// Fills `bytes` from `offset`.
    ///
    /// # Errors
    /// It can no longer be read.
    fn fill(&self, offset: u64, bytes: &mut [u8]) -> Result<()>;
}

/// The length of a header, and of the header of a section.
const HEADER: usize = 64;
/// A file of at most that many bytes is read at once, and so are parts that far apart.
const SMALL: usize = 16 << 10;
const APART: usize = 2 << 10;

/// `SHT_SYMTAB`, `SHT_STRTAB`, `SHT_NOBITS`, `SHT_REL`.
const SYMTAB: u32 = 2;
const STRTAB: u32 = 3;
const NOBITS: u32 = 8;
const REL: u32 = 9;

/// Reads into `buffer` what [`Elf::parse_some`](super::Elf::parse_some) needs of `file` for the sections that are
/// `wanted`; the rest of `buffer`, which becomes as long as the file, is zero.
///
/// # Errors
/// Returns an error if the file cannot be read.
pub fn read(file: &dyn Bytes, buffer: &mut Vec<u8>, wanted: &dyn Fn(&str) -> bool) -> Result<()> {
    let file = file.open()?;
    let len = usize::try_from(file.size()).map_err(|_| malformed("it is larger than memory"))?;
    buffer.clear();
    buffer.resize(len, 0);
    if len <= SMALL {
        return file.fill(0, buffer);
    }
    match parts(&*file, buffer, wanted)? {
        // The parser finds out what is wrong.
        None => file.fill(0, buffer),
        Some(parts) => parts.into_iter().try_for_each(|part| fill(&*file, buffer, part)),
    }
}

fn fill(file: &dyn Open, buffer: &mut [u8], part: Range<usize>) -> Result<()> {
    let offset = part.start as u64;
    buffer.get_mut(part).map_or(Ok(()), |bytes| file.fill(offset, bytes))
}

/// Returns the parts to read, in order; `None` if the headers are not as expected.
fn parts(
    file: &dyn Open,
    buffer: &mut [u8],
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Option<Vec<Range<usize>>>> {
    fill(file, buffer, 0..HEADER)?;
    let Some((table, names)) = Table::find(buffer) else { return Ok(None) };
    fill(file, buffer, table.range.clone())?;
    let Some(names) = table.header(buffer, names).and_then(|header| header.range(buffer)) else {
        return Ok(None);
    };
    fill(file, buffer, names.clone())?;
    let (buffer, mut parts) = (&*buffer, Vec::new());
    let is_wanted = |header: &Header| {
        let name = buffer.get(names.clone()).and_then(|names| names.get(header.name..));
        let name = name.and_then(|rest| rest.split(|byte| *byte == 0).next()).unwrap_or_default();
        std::str::from_utf8(name).is_ok_and(wanted)
    };
    for index in 0..table.count {
        let Some(header) = table.header(buffer, index) else { return Ok(None) };
        let is_needed = match header.kind {
            NOBITS => false,
            SYMTAB | STRTAB => true,
            REL => table.header(buffer, header.info).is_none_or(|target| is_wanted(&target)),
            _ => is_wanted(&header),
        };
        if is_needed {
            let Some(range) = header.range(buffer) else { return Ok(None) };
            parts.push(range);
        }
    }
    parts.sort_by_key(|part| part.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(last) if part.start <= last.end.saturating_add(APART) => {
                last.end = last.end.max(part.end);
            }
            _ => joined.push(part),
        }
    }
    Ok(Some(joined))
}

/// The headers of the sections.
struct Table {
    range: Range<usize>,
    count: usize,
    endian: Endian,
}

/// The header of a section, as far as it counts.
struct Header {
    name: usize,
    kind: u32,
    start: usize,
    size: usize,
    info: usize,
}

impl Table {
    /// Returns the table, and the number of the section that holds names.
    fn find(bytes: &[u8]) -> Option<(Self, usize)> {
        let endian = match bytes.get(..6)? {
            [0x7f, b'E', b'L', b'F', 2, 1] => Endian::Little,
            [0x7f, b'E', b'L', b'F', 2, 2] => Endian::Big,
            _ => return None,
        };
        let start = usize::try_from(u64_of(endian, *bytes.get(0x28..)?.first_chunk()?)).ok()?;
        let half = |at: usize| {
            let [one, two] = *bytes.get(at..)?.first_chunk()?;
            Some(usize::from(match endian {
                Endian::Little => u16::from_le_bytes([one, two]),
                Endian::Big => u16::from_be_bytes([one, two]),
            }))
        };
        let (size, count, names) = (half(0x3a)?, half(0x3c)?, half(0x3e)?);
        let end = start.checked_add(count.checked_mul(HEADER)?)?;
        let is_sound = size == HEADER && names < count && end <= bytes.len();
        is_sound.then_some((Self { range: start..end, count, endian }, names))
    }

    fn header(&self, bytes: &[u8], index: usize) -> Option<Header> {
        let start = index.checked_mul(HEADER)?;
        let header = bytes.get(self.range.clone())?.get(start..)?.get(..HEADER)?;
        let word = |at: usize| Some(u32_of(self.endian, *header.get(at..)?.first_chunk()?));
        let wide = |at: usize| {
            usize::try_from(u64_of(self.endian, *header.get(at..)?.first_chunk()?)).ok()
        };
        let (name, info) = (word(0)? as usize, word(0x2c)? as usize);
        Some(Header { name, kind: word(4)?, start: wide(0x18)?, size: wide(0x20)?, info })
    }
}

impl Header {
    /// Returns its contents, if `bytes` hold them.
    fn range(&self, bytes: &[u8]) -> Option<Range<usize>> {
        let end = self.start.checked_add(self.size).filter(|end| *end <= bytes.len())?;
        Some(self.start..end)
    }
}
