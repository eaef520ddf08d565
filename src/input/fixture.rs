//! Inputs made for tests, bit by bit.

use super::bitstream::MAGIC;

/// A writer of bitstreams.
#[derive(Default)]
pub(super) struct Writer {
    bits: Vec<bool>,
    /// The widths outside the open blocks, and the position of each block's length.
    open: Vec<(u32, usize)>,
    width: u32,
}

impl Writer {
    pub(super) fn new() -> Self {
        let mut writer = Self { width: 2, ..Self::default() };
        MAGIC.iter().for_each(|&byte| writer.fixed(u64::from(byte), 8));
        writer
    }

    pub(super) fn fixed(&mut self, value: u64, width: u32) {
        self.bits.extend((0..width).map(|bit| value >> bit & 1 == 1));
    }

    pub(super) fn vbr(&mut self, mut value: u64, width: u32) {
        let more = 1 << (width - 1);
        while value >= more {
            self.fixed(value & (more - 1) | more, width);
            value >>= width - 1;
        }
        self.fixed(value, width);
    }

    pub(super) fn align(&mut self) {
        self.bits.resize(self.bits.len().next_multiple_of(32), false);
    }

    pub(super) fn id(&mut self, id: u64) {
        self.fixed(id, self.width);
    }

    pub(super) fn enter(&mut self, block: u64, width: u32) {
        self.id(1);
        self.vbr(block, 8);
        self.vbr(u64::from(width), 4);
        self.align();
        self.open.push((self.width, self.bits.len()));
        self.fixed(0, 32);
        self.width = width;
    }

    pub(super) fn end(&mut self) {
        self.id(0);
        self.align();
        let (width, length_at) = self.open.pop().unwrap();
        let words = (self.bits.len() - length_at) / 32 - 1;
        for bit in 0..32 {
            self.bits[length_at + bit] = words >> bit & 1 == 1;
        }
        self.width = width;
    }

    pub(super) fn record(&mut self, code: u64, operands: &[u64]) {
        self.id(3);
        self.vbr(code, 6);
        self.vbr(operands.len() as u64, 6);
        operands.iter().for_each(|&operand| self.vbr(operand, 6));
    }

    /// Writes a block whose only record is a blob, as LLVM does.
    pub(super) fn blob_block(&mut self, block: u64, blob: &[u8]) {
        self.enter(block, 3);
        // DEFINE_ABBREV of two operands: the literal 1, and a blob.
        self.id(2);
        self.vbr(2, 5);
        self.fixed(1, 1);
        self.vbr(1, 8);
        self.fixed(0, 1);
        self.fixed(5, 3);
        self.id(4);
        self.vbr(blob.len() as u64, 6);
        self.align();
        blob.iter().for_each(|&byte| self.fixed(u64::from(byte), 8));
        self.align();
        self.end();
    }

    /// Writes the identification block as LLVM does: the string as an array of char6 if it fits, else of bytes.
    pub(super) fn identification(&mut self, producer: &str, epoch: u64) {
        self.enter(13, 5);
        self.id(2);
        self.vbr(3, 5);
        self.fixed(1, 1);
        self.vbr(1, 8);
        self.fixed(0, 1);
        self.fixed(3, 3);
        self.fixed(0, 1);
        self.fixed(1, 3);
        self.vbr(8, 5);
        self.id(4);
        self.vbr(producer.len() as u64, 6);
        producer.bytes().for_each(|byte| self.fixed(u64::from(byte), 8));
        self.record(2, &[epoch]);
        self.end();
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.bits
            .chunks(8)
            .map(|bits| bits.iter().rev().fold(0, |byte, &bit| byte << 1 | u8::from(bit)))
            .collect()
    }
}

/// Flags of irsymtab: global, and further ones.
pub(super) const GLOBAL: u32 = 1 << 10;
pub(super) const UNDEFINED: u32 = GLOBAL | 1 << 3;
pub(super) const WEAK: u32 = GLOBAL | 1 << 4;

/// Returns bitcode of `producer` with a symbol table, laid out as by LLVM.
pub(super) fn bitcode(producer: &str, symbols: &[(&str, u32)]) -> Vec<u8> {
    let mut names = Vec::new();
    let mut table: Vec<u32> = vec![0; 21];
    table[0] = 3;
    table[7] = 21 * 4;
    table[8] = symbols.len() as u32;
    for (name, flags) in symbols {
        let (start, len) = (names.len() as u32, name.len() as u32);
        table.extend([start, len, start, len, u32::MAX, *flags]);
        names.extend(name.bytes());
    }
    let mut writer = Writer::new();
    writer.identification(producer, 0);
    writer.enter(8, 3);
    writer.record(1, &[2]);
    writer.end();
    writer.blob_block(25, &table.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>());
    writer.blob_block(23, &names);
    writer.bytes()
}

/// Returns bitcode that defines `name`.
pub(super) fn defining(name: &str) -> Vec<u8> {
    bitcode("LLVM22.1.8", &[(name, GLOBAL)])
}

/// Returns `bitcode` with a wrapper.
pub(super) fn wrapped(bitcode: &[u8]) -> Vec<u8> {
    let words = [0x0B17_C0DE, 0, 20, bitcode.len() as u32, 7];
    let mut bytes: Vec<u8> = words.iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
    bytes.extend(bitcode);
    bytes
}

/// Returns an archive in GNU's format, without an index.
pub(super) fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let names = members.iter().map(|(name, _)| name.as_bytes().to_vec()).collect();
    let mut builder = ar::GnuBuilder::new(Vec::new(), names);
    for (name, bytes) in members {
        builder
            .append(&ar::Header::new(name.as_bytes().to_vec(), bytes.len() as u64), *bytes)
            .unwrap();
    }
    builder.into_inner().unwrap()
}

/// Returns an archive in BSD's format, without an index.
pub(super) fn bsd_archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ar::Builder::new(Vec::new());
    for (name, bytes) in members {
        builder
            .append(&ar::Header::new(name.as_bytes().to_vec(), bytes.len() as u64), *bytes)
            .unwrap();
    }
    builder.into_inner().unwrap()
}

/// Returns an ELF object for BPF with `sections` and undefined symbols.
pub(super) fn elf(sections: &[(&str, &[u8])], undefined: &[&str]) -> Vec<u8> {
    use object::write::{Object, Symbol, SymbolSection};
    let mut elf = Object::new(
        object::BinaryFormat::Elf,
        object::Architecture::Bpf,
        object::Endianness::Little,
    );
    for (name, bytes) in sections {
        let id = elf.add_section(
            Vec::new(),
            name.as_bytes().to_vec(),
            object::SectionKind::ReadOnlyData,
        );
        elf.append_section_data(id, bytes, 1);
    }
    for name in undefined {
        elf.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value: 0,
            size: 0,
            kind: object::SymbolKind::Unknown,
            scope: object::SymbolScope::Unknown,
            weak: false,
            section: SymbolSection::Undefined,
            flags: object::SymbolFlags::None,
        });
    }
    elf.write().unwrap()
}
