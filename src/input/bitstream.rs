//! LLVM's bitstream container (`llvm/docs/BitCodeFormat.rst`), as far as headers, symbol tables, global declarations
//! and metadata need it.
//!
//! The bytes may be hostile: every length is checked against what is left, allocations are bounded by the number of
//! input bits, and malformed data reads as an end.

use std::{ops::Range, rc::Rc};

use super::bits::Bits;

/// The first four bytes of bitcode.
pub(super) const MAGIC: [u8; 4] = [0x42, 0x43, 0xC0, 0xDE];

/// The encoding of an operand of an abbreviated record.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand {
    Literal(u64),
    Fixed(u64),
    Vbr(u64),
    Array,
    Char6,
    Blob,
}

/// The form of a record.
pub(super) type Abbreviation = Rc<[Operand]>;

/// An item of a block.
#[derive(Debug)]
pub(super) enum Item<'a> {
    /// A nested block, and the start of its body, in bytes from the start of this block's body.
    Block(BlockHeader, usize),
    /// A form that records of this block may have from here on.
    Definition(Abbreviation),
    /// A record.
    Record(Record<'a>),
    /// The end of the block.
    End,
}

/// An iterator over the records of a block. Nested blocks are skipped, including the one that describes abbreviations
/// of other blocks (BLOCKINFO): LLVM writes it only for blocks inside a module.
///
/// Ends early where it is malformed.
#[derive(Debug)]
pub(super) struct Block<'a> {
    bits: Bits<'a>,
    width: u64,
    abbreviations: Vec<Abbreviation>,
    /// Memory for the operands of the next record.
    spare: Vec<u64>,
}

/// A record: a code and operands, and bytes when it ends with a blob.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// The code of the record.
    pub(super) code: u64,
    /// The operands; the elements of an array are listed one by one.
    pub(super) operands: Vec<u64>,
    /// The bytes of its blob.
    pub(super) blob: Option<&'a [u8]>,
}

/// The header of a block, with the length of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockHeader {
    /// The kind of block.
    pub(super) id: u64,
    /// The width of its abbreviation ids, in bits.
    pub(super) width: u64,
    /// The length of the header, in bytes.
    pub(super) header_len: u64,
    /// The length of the body, in bytes.
    pub(super) body_len: u64,
}

impl BlockHeader {
    /// The maximum length of a header in bytes.
    pub(super) const MAX_LEN: usize = 24;

    /// Reads the header of a block at the top level, where ids are two bits wide.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(bytes, 0);
        (bits.fixed(2)? == 1).then_some(())?;
        Self::parse_after_id(&mut bits)
    }

    fn parse_after_id(bits: &mut Bits<'_>) -> Option<Self> {
        let id = bits.vbr(8)?;
        let width = bits.vbr(4)?;
        bits.align();
        let words = bits.fixed(32)?;
        (2..=32).contains(&width).then_some(Self {
            id,
            width,
            header_len: bits.at() / 8,
            body_len: words.checked_mul(4)?,
        })
    }
}

impl<'a> Block<'a> {
    /// Creates a block with `header`, whose body is the start of `bytes`; the body may be incomplete.
    pub(super) fn new(header: BlockHeader, bytes: &'a [u8]) -> Self {
        Self::with_abbreviations(header, bytes, Vec::new())
    }

    /// Creates such a block, of a kind for which BLOCKINFO describes `abbreviations`.
    pub(super) fn with_abbreviations(
        header: BlockHeader,
        bytes: &'a [u8],
        abbreviations: Vec<Abbreviation>,
    ) -> Self {
        let bits = Bits::new(bytes, 0);
        Self { bits, width: header.width, abbreviations, spare: Vec::new() }
    }

    /// Returns the next item and its range of bits, from the start of the body; `None` if the block is malformed.
    pub(super) fn item(&mut self) -> Option<(Range<u64>, Item<'a>)> {
        let start = self.bits.at();
        let item = match self.bits.fixed(self.width)? {
            0 => Item::End,
            1 => {
                let header = BlockHeader::parse_after_id(&mut self.bits)?;
                let body = usize::try_from(self.bits.at() / 8).ok()?;
                self.bits.take(header.body_len)?;
                Item::Block(header, body)
            }
            2 => {
                let abbreviation = self.definition()?;
                self.abbreviations.push(Rc::clone(&abbreviation));
                Item::Definition(abbreviation)
            }
            3 => Item::Record(self.unabbreviated()?),
            id => {
                let index = usize::try_from(id.checked_sub(4)?).ok()?;
                let abbreviation = Rc::clone(self.abbreviations.get(index)?);
                Item::Record(self.abbreviated(&abbreviation)?)
            }
        };
        Some((start..self.bits.at(), item))
    }

    /// Recycles a record: the next one gets its memory.
    pub(super) fn reuse(&mut self, record: Record<'a>) {
        self.spare = record.operands;
    }

    fn operands(&mut self) -> Vec<u64> {
        let mut operands = std::mem::take(&mut self.spare);
        operands.clear();
        operands
    }

    fn record(&mut self) -> Option<Record<'a>> {
        loop {
            match self.item()?.1 {
                Item::Record(record) => return Some(record),
                Item::End => return None,
                Item::Block(..) | Item::Definition(_) => {}
            }
        }
    }

    fn definition(&mut self) -> Option<Abbreviation> {
        let count = self.bits.vbr(5)?;
        // Each operand takes at least four bits.
        if count == 0 || count > self.bits.left() / 4 {
            return None;
        }
        (0..count).map(|_| self.operand()).collect()
    }

    fn operand(&mut self) -> Option<Operand> {
        if self.bits.fixed(1)? == 1 {
            return self.bits.vbr(8).map(Operand::Literal);
        }
        match self.bits.fixed(3)? {
            1 => self.bits.vbr(5).map(Operand::Fixed),
            2 => self.bits.vbr(5).map(Operand::Vbr),
            3 => Some(Operand::Array),
            4 => Some(Operand::Char6),
            5 => Some(Operand::Blob),
            _ => None,
        }
    }

    fn unabbreviated(&mut self) -> Option<Record<'a>> {
        let code = self.bits.vbr(6)?;
        let count = self.bits.vbr(6)?;
        if count > self.bits.left() / 6 {
            return None;
        }
        let mut operands = self.operands();
        self.bits.vbrs(count, &mut operands)?;
        Some(Record { code, operands, blob: None })
    }

    fn abbreviated(&mut self, abbreviation: &[Operand]) -> Option<Record<'a>> {
        let (&first, rest) = abbreviation.split_first()?;
        let code = self.scalar(first)?;
        let mut record = Record { code, operands: self.operands(), blob: None };
        let mut rest = rest.iter();
        while let Some(&operand) = rest.next() {
            match operand {
                Operand::Array => self.array(*rest.next()?, &mut record.operands)?,
                Operand::Blob => record.blob = Some(self.blob()?),
                scalar => record.operands.push(self.scalar(scalar)?),
            }
        }
        Some(record)
    }

    fn array(&mut self, element: Operand, operands: &mut Vec<u64>) -> Option<()> {
        let count = self.bits.vbr(6)?;
        // An element without bits would allocate memory for no input.
        let costs_nothing =
            matches!(element, Operand::Literal(_) | Operand::Fixed(0) | Operand::Vbr(0));
        if count > self.bits.left() || costs_nothing && count > 0 {
            return None;
        }
        for _ in 0..count {
            operands.push(self.scalar(element)?);
        }
        Some(())
    }

    fn blob(&mut self) -> Option<&'a [u8]> {
        let len = self.bits.vbr(6)?;
        self.bits.align();
        let bytes = self.bits.take(len)?;
        self.bits.align();
        Some(bytes)
    }

    fn scalar(&mut self, operand: Operand) -> Option<u64> {
        const CHAR6: &[u8; 64] =
            b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";
        match operand {
            Operand::Literal(value) => Some(value),
            Operand::Fixed(0) | Operand::Vbr(0) => Some(0),
            Operand::Fixed(width) => self.bits.fixed(width),
            Operand::Vbr(width) => self.bits.vbr(width),
            Operand::Char6 => {
                let index = usize::try_from(self.bits.fixed(6)?).ok()?;
                CHAR6.get(index).copied().map(u64::from)
            }
            Operand::Array | Operand::Blob => None,
        }
    }
}

impl<'a> Iterator for Block<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let record = self.record();
        if record.is_none() {
            // Nothing after a malformed entry can be interpreted.
            self.bits.end();
        }
        record
    }
}
