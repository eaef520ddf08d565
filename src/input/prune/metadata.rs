//! The metadata graph of a module, read from its bits.
//!
//! Nodes are numbered in order, strings first; a reference is a number plus one, and 0 means none. A function has its
//! own nodes, whose numbers follow those of the module, starting over in each function. Here all share one numbering.
//! Codes and fields are those of LLVM's `BitcodeWriter`.

use std::{collections::BTreeMap, ops::Range};

use super::{
    super::{
        Reading,
        bits::Bits,
        bitstream::{Abbreviation, Block, BlockHeader, Item, Record},
    },
    code::{self, numbers},
    values::{self, Body, Part},
};

/// Blocks (`bitc::BlockIDs` and BLOCKINFO) and the BLOCKINFO record that names the block that definitions are for.
mod block {
    pub(super) const INFO: u64 = 0;
    pub(super) const FUNCTION: u64 = 12;
    pub(super) const METADATA: u64 = 15;
    pub(super) const ATTACHMENT: u64 = 16;
    pub(super) const SET_ID: u64 = 1;
}

/// The bits of a node that stays unchanged.
const NOWHERE: Range<u64> = 0..0;

/// The languages to which C's rules for types apply (`DW_LANG_C89`, `C`, `C99`, `C11`, `C17`, `C23`).
const C: [u32; 6] = [0x01, 0x02, 0x0c, 0x1d, 0x2c, 0x3e];

/// A node; a module has tens of thousands, so it is small.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The record code; for a string, that of the record of all strings.
    pub(super) code: u8,
    /// The index of its first field among all fields, and their number.
    fields: (u32, u32),
    /// The difference between a reference beyond the module's nodes and the number used here.
    shift: u32,
    /// The record: its start, in bits from the start of the module's block of metadata, and its length in bits. A
    /// function's nodes, which stay unchanged, take none.
    bits: (u32, u32),
}

impl Node {
    /// Returns the range of the record; `None` for a function's own node, and for a string.
    pub(super) fn bits(&self) -> Option<Range<u64>> {
        let (start, len) = (u64::from(self.bits.0), u64::from(self.bits.1));
        (len > 0).then_some(start..start.saturating_add(len))
    }

    /// Returns true if it belongs to the module rather than to a function.
    pub(super) const fn is_own(&self) -> bool {
        self.bits.1 > 0
    }
}

/// An item of the module's block other than a node, in bits from the start of the block.
#[derive(Clone, Debug)]
pub(super) enum Rest {
    /// An item that may be placed anywhere.
    Free(Range<u64>),
    /// An item with bytes that must stay aligned.
    Aligned(Range<u64>),
}

impl Rest {
    /// Returns its range.
    pub(super) const fn bits(&self) -> &Range<u64> {
        match self {
            Self::Free(bits) | Self::Aligned(bits) => bits,
        }
    }
}

/// All metadata of a module.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub(super) nodes: Vec<Node>,
    /// The fields. A value over 32 bits is not a reference; a record where it may matter is rejected.
    fields: Vec<u32>,
    /// The nodes attached to functions, variables and instructions.
    pub(super) attached: Vec<usize>,
    /// The strings `type`, the name of a member of a map definition.
    pub(super) type_names: Vec<usize>,
    /// The module's block: its header, and its body in bytes from the start of the module's.
    pub(super) block: Option<(BlockHeader, usize)>,
    /// All items of the block other than nodes, except the index.
    pub(super) rest: Vec<Rest>,
    /// The bodies of functions, in order.
    pub(super) bodies: Vec<Body>,
    /// True if everything described was written in C.
    pub(super) is_c: bool,
    /// The number of nodes of the module itself.
    own: usize,
}

impl Metadata {
    /// Reads the metadata of `module`, whose body is `bytes`. Of a module in another language than C only the bodies of
    /// functions are complete, and they are read only if LLVM reads them all.
    pub(super) fn read(mut module: Block<'_>, bytes: &[u8], reading: Reading) -> Option<Self> {
        let mut found = Self::default();
        let mut forms = BTreeMap::<u64, Vec<Abbreviation>>::new();
        let mut functions = Vec::new();
        loop {
            let (header, body) = match module.item()?.1 {
                Item::End => break,
                Item::Block(header, body) => (header, body),
                Item::Record(record) => {
                    module.reuse(record);
                    continue;
                }
                Item::Definition(_) => continue,
            };
            let inner = inner(bytes, header, body)?;
            match header.id {
                block::INFO => read_forms(header, inner, &mut forms)?,
                block::METADATA if found.block.is_none() => {
                    let given = forms.get(&header.id).cloned().unwrap_or_default();
                    found.block = Some((header, body));
                    // A field takes about seven bits; untouched memory costs nothing.
                    found.fields.reserve(inner.len().saturating_mul(5) / 4);
                    found.nodes.reserve(inner.len() / 16);
                    let own = found.read_own(Block::with_abbreviations(header, inner, given));
                    found.is_c = own.is_some() && found.describes_c();
                    (found.is_c || reading == Reading::Whole).then_some(())?;
                }
                block::METADATA => return None,
                block::FUNCTION => functions.push((header, body)),
                _ => {}
            }
        }
        found.block?;
        for (header, body) in functions {
            found.read_function(header, body, bytes, &forms)?;
        }
        Some(found)
    }

    /// Returns true if everything described was written in C.
    fn describes_c(&self) -> bool {
        let units = || self.nodes.iter().filter(|node| node.code == code::UNIT);
        units().next().is_some()
            && units().all(|unit| self.field(unit, 1).is_some_and(|language| C.contains(&language)))
    }

    /// Returns the number in field `index` of `node`.
    pub(super) fn field(&self, node: &Node, index: usize) -> Option<u32> {
        self.raw(node).get(index).copied()
    }

    /// Returns the fields of `node`, references and other numbers.
    pub(super) fn raw(&self, node: &Node) -> &[u32] {
        let (start, len) = (node.fields.0 as usize, node.fields.1 as usize);
        self.fields.get(start..start.saturating_add(len)).unwrap_or_default()
    }

    /// Returns the node that field `index` of `node` refers to.
    pub(super) fn reference(&self, node: &Node, index: usize) -> Option<usize> {
        self.resolve(node, self.field(node, index)?)
    }

    /// Returns the nodes that `node` could refer to: fields of records not listed in [`numbers`] may be plain numbers.
    pub(super) fn references<'a>(
        &'a self,
        node: &'a Node,
    ) -> impl Iterator<Item = (usize, usize)> + 'a {
        let numbers = numbers(node.code);
        let fields = self.raw(node).iter().enumerate();
        let fields = fields.filter(move |(index, _)| *index >= 32 || numbers >> index & 1 == 0);
        fields.filter_map(|(index, &field)| Some((index, self.resolve(node, field)?)))
    }

    fn resolve(&self, node: &Node, reference: u32) -> Option<usize> {
        self.numbered(reference.checked_sub(1)? as usize, node.shift as usize)
    }

    fn numbered(&self, number: usize, shift: usize) -> Option<usize> {
        let number = if number < self.own { number } else { number.checked_add(shift)? };
        (number < self.nodes.len()).then_some(number)
    }

    fn read_own(&mut self, mut block: Block<'_>) -> Option<()> {
        let mut attached = Vec::new();
        loop {
            let (bits, item) = block.item()?;
            let record = match item {
                Item::Record(record) => record,
                Item::End => break,
                Item::Block(..) => return None,
                Item::Definition(_) => {
                    self.rest.push(Rest::Free(bits));
                    continue;
                }
            };
            match u8::try_from(record.code).ok()? {
                code::INDEX | code::INDEX_OFFSET => {}
                code::STRINGS => {
                    self.rest.push(Rest::Aligned(bits));
                    self.add_strings(&record)?;
                }
                code::GLOBAL_ATTACHMENT => {
                    self.rest.push(Rest::Free(bits));
                    // A variable or function, followed by pairs of kind and node.
                    attached.extend(seconds(record.operands.get(1..)?));
                }
                code::NAME | code::KIND | code::NAMED => self.rest.push(Rest::Free(bits)),
                _ => self.add(&record, 0, &bits)?,
            }
            block.reuse(record);
        }
        self.own = self.nodes.len();
        self.attach(&attached, 0)
    }

    fn read_function(
        &mut self,
        header: BlockHeader,
        start: usize,
        module: &[u8],
        forms: &BTreeMap<u64, Vec<Abbreviation>>,
    ) -> Option<()> {
        let given = |id| forms.get(&id).cloned().unwrap_or_default();
        let bytes = inner(module, header, start)?;
        let mut function = Block::with_abbreviations(header, bytes, given(header.id));
        let shift = self.nodes.len().saturating_sub(self.own);
        let mut parts = Vec::new();
        loop {
            let (bits, item) = function.item()?;
            match item {
                Item::End => {
                    let end = bits.start;
                    let (width, len) = (header.width, bytes.len());
                    self.bodies.push(Body { width, start, len, parts, end });
                    return Some(());
                }
                Item::Definition(_) => {}
                Item::Record(record) => {
                    record.blob.is_none().then_some(())?;
                    if values::is_value(record.code) {
                        parts.push(Part::Value(bits));
                    }
                    function.reuse(record);
                }
                Item::Block(header, body) => {
                    parts.push(Part::Block(header, bits));
                    if !self.is_c {
                        continue;
                    }
                    let inner = inner(bytes, header, body)?;
                    let inner = Block::with_abbreviations(header, inner, given(header.id));
                    match header.id {
                        block::METADATA => self.read_nodes(inner, shift)?,
                        block::ATTACHMENT => self.read_attachments(inner, shift)?,
                        _ => {}
                    }
                }
            }
        }
    }

    fn read_nodes(&mut self, mut block: Block<'_>, shift: usize) -> Option<()> {
        loop {
            match block.item()?.1 {
                Item::End => return Some(()),
                Item::Record(record) if record.code == u64::from(code::STRINGS) => {
                    self.add_strings(&record)?
                }
                Item::Record(record) => {
                    self.add(&record, shift, &NOWHERE)?;
                    block.reuse(record);
                }
                Item::Definition(_) => {}
                Item::Block(..) => return None,
            }
        }
    }

    /// Reads pairs of kind and node, preceded by the number of an instruction unless they belong to the function.
    fn read_attachments(&mut self, mut block: Block<'_>, shift: usize) -> Option<()> {
        loop {
            match block.item()?.1 {
                Item::End => return Some(()),
                Item::Record(record) if record.code == u64::from(code::ATTACHMENT) => {
                    let pairs = record.operands.get(record.operands.len() % 2..)?;
                    self.attach(&seconds(pairs).collect::<Vec<_>>(), shift)?;
                }
                _ => return None,
            }
        }
    }

    fn attach(&mut self, numbers: &[u64], shift: usize) -> Option<()> {
        for &number in numbers {
            let number = self.numbered(usize::try_from(number).ok()?, shift)?;
            self.attached.push(number);
        }
        Some(())
    }

    /// Adds a node; fails for an unknown kind, whose fields could mean anything.
    fn add(&mut self, record: &Record<'_>, shift: usize, bits: &Range<u64>) -> Option<()> {
        let code = u8::try_from(record.code).ok()?;
        let known = matches!(
            code,
            code::VALUE | code::TUPLE | code::DISTINCT_TUPLE | code::LOCATION | code::GENERIC
                ..=code::MACRO_FILE
                    | code::GLOBAL_EXPRESSION
                    | code::LABEL
                    | code::GENERIC_SUBRANGE
                    | code::ARGUMENTS
                    | code::ASSIGNMENT
        );
        (known && record.blob.is_none()).then_some(())?;
        let start = self.fields.len();
        let is_written_anew = matches!(code, code::FILE | code::COMPOSITE | code::UNIT);
        for &field in &record.operands {
            let small = u32::try_from(field).ok();
            if small.is_none() && is_written_anew {
                return None;
            }
            self.fields.push(small.unwrap_or(u32::MAX));
        }
        let fields = (u32::try_from(start).ok()?, u32::try_from(record.operands.len()).ok()?);
        let len = bits.end.saturating_sub(bits.start);
        let bits = (u32::try_from(bits.start).ok()?, u32::try_from(len).ok()?);
        self.nodes.push(Node { code, fields, shift: u32::try_from(shift).ok()?, bits });
        Some(())
    }

    /// Adds the strings of a record: their number and the offset of their bytes in the blob, which starts with the
    /// lengths.
    fn add_strings(&mut self, record: &Record<'_>) -> Option<()> {
        let (&[count, start], Some(blob)) = (record.operands.as_slice(), record.blob) else {
            return None;
        };
        let mut at = usize::try_from(start).ok()?;
        let mut lengths = Bits::new(blob.get(..at)?, 0);
        for _ in 0..count {
            let end = at.checked_add(usize::try_from(lengths.vbr(6)?).ok()?)?;
            if blob.get(at..end)? == b"type" {
                self.type_names.push(self.nodes.len());
            }
            self.nodes.push(Node { code: code::STRINGS, fields: (0, 0), shift: 0, bits: (0, 0) });
            at = end;
        }
        Some(())
    }
}

/// Returns the nodes of pairs of kind and node.
fn seconds(pairs: &[u64]) -> impl Iterator<Item = u64> {
    pairs.chunks_exact(2).filter_map(|pair| pair.get(1).copied())
}

fn inner(bytes: &[u8], header: BlockHeader, body: usize) -> Option<&[u8]> {
    bytes.get(body..body.checked_add(usize::try_from(header.body_len).ok()?)?)
}

/// Reads the forms that BLOCKINFO defines for records of other blocks.
fn read_forms(
    header: BlockHeader,
    bytes: &[u8],
    forms: &mut BTreeMap<u64, Vec<Abbreviation>>,
) -> Option<()> {
    let mut block = Block::new(header, bytes);
    let mut of = None;
    loop {
        match block.item()?.1 {
            Item::End => return Some(()),
            Item::Record(record) if record.code == block::SET_ID => {
                of = record.operands.first().copied();
            }
            Item::Definition(form) => forms.entry(of?).or_default().push(form),
            Item::Record(_) => {}
            Item::Block(..) => return None,
        }
    }
}
