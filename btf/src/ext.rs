//! `.BTF.ext`: links from instructions to types and source lines (`Documentation/bpf/btf.rst`, section 4).
//!
//! The section has three tables, each grouped by ELF section; `insn_off` is in bytes from the start of that section,
//! and every string offset refers to the table of `.BTF`. Bytes after the tables are kept unchanged.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use super::{
    cursor::{Reader, Writer, endian_of, malformed, region},
    model::{Btf, TypeId},
    strings::StrOff,
};
use crate::{endian::Endian, error::Result};

/// A decoded `.BTF.ext` section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ext {
    /// The starts of functions.
    pub func_info: Vec<SecTable<FuncInfo>>,
    /// The source lines of instructions.
    pub line_info: Vec<SecTable<LineInfo>>,
    /// The instructions that a loader patches for the running kernel.
    pub core_relos: Vec<SecTable<CoreRelo>>,
    /// The bytes after the three tables, of unknown meaning.
    pub tail: Vec<u8>,
}

/// The records of one ELF section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecTable<R> {
    /// The section's name.
    pub section: StrOff,
    /// The records, in stored order.
    pub records: Vec<R>,
}

/// The start of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FuncInfo {
    /// Bytes from the start of the section.
    pub insn_off: u32,
    /// The `FUNC`.
    pub ty: TypeId,
}

/// The start of a source line's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineInfo {
    /// Bytes from the start of the section.
    pub insn_off: u32,
    /// The path of the source file.
    pub file: StrOff,
    /// The text of the line.
    pub text: StrOff,
    /// Line number in the upper 22 bits, column in the lower 10.
    pub line_col: u32,
}

impl LineInfo {
    /// Returns the line number, counted from 1; 0 if unknown.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.line_col >> 10
    }

    /// Returns the column, counted from 1; 0 if unknown.
    #[must_use]
    pub const fn column(&self) -> u32 {
        self.line_col & 0x3ff
    }
}

/// An instruction that depends on the kernel's layout of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoreRelo {
    /// Bytes from the start of the section.
    pub insn_off: u32,
    /// The root of the access.
    pub ty: TypeId,
    /// The path from the root: numbers separated by `:`.
    pub access: StrOff,
    /// `enum bpf_core_relo_kind`.
    pub kind: u32,
}

/// The number of words in the longest record.
const MAX_WORDS: usize = 4;

/// A record of fixed size.
trait Record: Sized {
    /// The number of words in a record.
    const WORDS: usize;
    /// The number of bytes in a record.
    const LEN: usize = Self::WORDS.saturating_mul(4);
    const WHAT: &'static str;
    fn from_words(words: &[u32]) -> Option<Self>;
    fn words(&self) -> impl IntoIterator<Item = u32>;
}

impl Record for FuncInfo {
    const WORDS: usize = 2;
    const WHAT: &'static str = "func_info";

    fn from_words(words: &[u32]) -> Option<Self> {
        let &[insn_off, ty, ..] = words else { return None };
        Some(Self { insn_off, ty: TypeId(ty) })
    }

    fn words(&self) -> impl IntoIterator<Item = u32> {
        [self.insn_off, self.ty.0]
    }
}

impl Record for LineInfo {
    const WORDS: usize = 4;
    const WHAT: &'static str = "line_info";

    fn from_words(words: &[u32]) -> Option<Self> {
        let &[insn_off, file, text, line_col, ..] = words else { return None };
        Some(Self { insn_off, file: StrOff(file), text: StrOff(text), line_col })
    }

    fn words(&self) -> impl IntoIterator<Item = u32> {
        [self.insn_off, self.file.0, self.text.0, self.line_col]
    }
}

impl Record for CoreRelo {
    const WORDS: usize = 4;
    const WHAT: &'static str = "core_relo";

    fn from_words(words: &[u32]) -> Option<Self> {
        let &[insn_off, ty, access, kind, ..] = words else { return None };
        Some(Self { insn_off, ty: TypeId(ty), access: StrOff(access), kind })
    }

    fn words(&self) -> impl IntoIterator<Item = u32> {
        [self.insn_off, self.ty.0, self.access.0, self.kind]
    }
}

impl Ext {
    /// Decodes a `.BTF.ext` section that belongs to `btf`.
    ///
    /// # Errors
    /// Returns an error if `bytes` is not a `.BTF.ext` of version 1, or refers to data outside `btf`.
    pub fn decode(bytes: &[u8], btf: &Btf) -> Result<Self> {
        let endian = endian_of(bytes, ".BTF.ext")?;
        if endian != btf.endian {
            return Err(malformed(".BTF and .BTF.ext differ in byte order"));
        }
        let header = Header::decode(bytes, endian)?;
        let mut ext = Self {
            func_info: decode_table(header.part(0)?, endian)?,
            line_info: decode_table(header.part(1)?, endian)?,
            core_relos: decode_table(header.part(2)?, endian)?,
            tail: header.tail().to_vec(),
        };
        ext.check_references(btf)?;
        Ok(ext)
    }

    /// Encodes a `.BTF.ext` section in the byte order `endian`.
    ///
    /// # Errors
    /// Returns an error if a table would exceed 4 GiB.
    pub fn encode(&self, endian: Endian) -> Result<Vec<u8>> {
        let tables = [
            encode_table(&self.func_info, endian)?,
            encode_table(&self.line_info, endian)?,
            encode_table(&self.core_relos, endian)?,
        ];
        let mut writer = Writer::new(endian);
        writer.u16(0xeb9f);
        writer.bytes(&[1, 0]);
        writer.u32(HEADER_LEN);
        let mut offset = 0;
        for table in &tables {
            writer.len(offset, ".BTF.ext")?;
            writer.len(table.len(), ".BTF.ext")?;
            offset = offset.saturating_add(table.len());
        }
        tables.iter().for_each(|table| writer.bytes(table));
        writer.bytes(&self.tail);
        Ok(writer.finish())
    }

    /// Returns true if all tables are empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.func_info.is_empty() && self.line_info.is_empty() && self.core_relos.is_empty()
    }

    /// Calls `visit` with a mutable reference to every type number.
    pub fn refs_mut(&mut self, mut visit: impl FnMut(&mut TypeId)) {
        records_mut(&mut self.func_info).for_each(|info| visit(&mut info.ty));
        records_mut(&mut self.core_relos).for_each(|relo| visit(&mut relo.ty));
    }

    /// Calls `visit` with a mutable reference to every string offset.
    pub fn names_mut(&mut self, mut visit: impl FnMut(&mut StrOff)) {
        self.func_info.iter_mut().for_each(|table| visit(&mut table.section));
        for table in &mut self.line_info {
            visit(&mut table.section);
            for info in &mut table.records {
                visit(&mut info.file);
                visit(&mut info.text);
            }
        }
        for table in &mut self.core_relos {
            visit(&mut table.section);
            table.records.iter_mut().for_each(|relo| visit(&mut relo.access));
        }
    }

    fn check_references(&mut self, btf: &Btf) -> Result<()> {
        let mut fault = None;
        self.refs_mut(|id| {
            if *id > btf.last_id() {
                fault = Some(format!(
                    ".BTF.ext refers to type [{}], but the last is [{}]",
                    id.0,
                    btf.last_id().0
                ));
            }
        });
        self.names_mut(|name| {
            if !btf.strings.contains(*name) {
                fault = Some(".BTF.ext has a name outside the string table".to_owned());
            }
        });
        fault.map_or(Ok(()), |fault| Err(malformed(fault)))
    }
}

/// Returns mutable references to all records of all sections.
pub fn records_mut<R>(tables: &mut [SecTable<R>]) -> impl Iterator<Item = &mut R> {
    tables.iter_mut().flat_map(|table| &mut table.records)
}

/// The length of a header with all three tables; LLVM before 10 wrote 24 bytes if there were no CO-RE records.
const HEADER_LEN: u32 = 32;

struct Header<'a> {
    body: &'a [u8],
    /// The offset and length of each table, after the header.
    parts: [(u32, u32); 3],
}

impl<'a> Header<'a> {
    fn decode(bytes: &'a [u8], endian: Endian) -> Result<Self> {
        let mut reader = Reader::new(bytes, endian, "the header of .BTF.ext");
        let (_magic, version_and_flags) = (reader.u16()?, reader.bytes(2)?);
        if version_and_flags != [1, 0] {
            return Err(malformed("only version 1 of .BTF.ext without flags is known"));
        }
        let len = reader.u32()?;
        let body = match bytes.get(len as usize..) {
            Some(body) if len == 24 || len >= HEADER_LEN => body,
            _ => return Err(malformed(format!("a .BTF.ext header of {len} bytes"))),
        };
        let mut parts = [(0, 0); 3];
        for part in parts.iter_mut().take(if len == 24 { 2 } else { 3 }) {
            *part = (reader.u32()?, reader.u32()?);
        }
        Ok(Self { body, parts })
    }

    fn part(&self, index: usize) -> Result<&'a [u8]> {
        let (offset, len) = self.parts.get(index).copied().unwrap_or_default();
        region(self.body, offset, len, "the tables of .BTF.ext")
    }

    fn tail(&self) -> &'a [u8] {
        let ends =
            self.parts.iter().map(|&(offset, len)| (offset as usize).saturating_add(len as usize));
        self.body.get(ends.max().unwrap_or(0)..).unwrap_or_default()
    }
}

fn decode_table<R: Record>(bytes: &[u8], endian: Endian) -> Result<Vec<SecTable<R>>> {
    let mut reader = Reader::new(bytes, endian, R::WHAT);
    if reader.is_empty() {
        return Ok(Vec::new());
    }
    let record_len = reader.u32()? as usize;
    if record_len < R::LEN || record_len % 4 != 0 {
        return Err(malformed(format!("{} records of {record_len} bytes", R::WHAT)));
    }
    let mut tables = Vec::new();
    while !reader.is_empty() {
        let section = StrOff(reader.u32()?);
        let count = reader.u32()? as usize;
        let len = count.checked_mul(record_len).filter(|&len| len <= reader.remaining());
        let len = len.ok_or_else(|| malformed(format!("{} reaches past its table", R::WHAT)))?;
        let mut rows = Reader::new(reader.bytes(len)?, endian, R::WHAT);
        let mut records = Vec::with_capacity(count);
        for _ in 0..count {
            records.push(decode_record(&mut rows, record_len / 4)?);
        }
        tables.push(SecTable { section, records });
    }
    Ok(tables)
}

/// Reads one record; words that a later version added must be zero, because they would be lost.
fn decode_record<R: Record>(reader: &mut Reader<'_>, words: usize) -> Result<R> {
    let mut known = [0; MAX_WORDS];
    let mut is_known = true;
    for at in 0..words {
        let word = reader.u32()?;
        match known.get_mut(at).filter(|_| at < R::WORDS) {
            Some(slot) => *slot = word,
            None => is_known &= word == 0,
        }
    }
    R::from_words(&known)
        .filter(|_| is_known)
        .ok_or_else(|| malformed(format!("{} records of a later version", R::WHAT)))
}

fn encode_table<R: Record>(tables: &[SecTable<R>], endian: Endian) -> Result<Vec<u8>> {
    let mut writer = Writer::new(endian);
    if tables.is_empty() {
        return Ok(Vec::new());
    }
    writer.len(R::LEN, R::WHAT)?;
    for table in tables {
        writer.u32(table.section.0);
        writer.len(table.records.len(), R::WHAT)?;
        for record in &table.records {
            record.words().into_iter().for_each(|word| writer.u32(word));
        }
    }
    Ok(writer.finish())
}
