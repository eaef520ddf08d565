//! Rewrites the block of metadata.

use super::{
    code,
    metadata::{Metadata, Node, Rest},
    reach::{self, Need, field},
    writer::{Patch, UNABBREVIATED, Writer},
};

/// Returns the block of metadata with only the `needed` nodes, for the body of a module whose items start with `width`
/// bits; `None` if that saves nothing.
pub(super) fn rewrite(
    metadata: &Metadata,
    needed: &[Option<Need>],
    width: u64,
    module: &[u8],
) -> Option<Patch> {
    let (header, start) = metadata.block?;
    let end = start.checked_add(usize::try_from(header.body_len).ok()?)?;
    let body = Body { metadata, needed, from: module.get(start..end)?, width: header.width };
    let mut bits = body.write()?;
    // The block's length precedes the block.
    let words = u32::try_from(bits.len() / 32).ok()?;
    let length = (start.checked_sub(4)?, words.to_le_bytes().to_vec());
    bits.fill(width, end.checked_sub(start)?)?;
    Some(Patch(vec![length, (start, bits.finish())]))
}

struct Body<'a> {
    metadata: &'a Metadata,
    needed: &'a [Option<Need>],
    from: &'a [u8],
    width: u64,
}

impl Body<'_> {
    /// Writes all items in their order.
    fn write(&self) -> Option<Writer> {
        let own = self.metadata.nodes.iter().zip(self.needed);
        let mut nodes = own.filter(|(node, _)| node.is_own()).peekable();
        let mut bits = Writer::default();
        for rest in &self.metadata.rest {
            while let Some((node, need)) = nodes
                .next_if(|(node, _)| node.bits().is_some_and(|bits| bits.start < rest.bits().start))
            {
                self.write_node(&mut bits, node, *need)?;
            }
            // LLVM writes its strings first, so they keep their place.
            let moves = bits.len() % 32 != rest.bits().start % 32;
            if matches!(rest, Rest::Aligned(_)) && moves {
                return None;
            }
            bits.copy(self.from, rest.bits())?;
        }
        for (node, need) in nodes {
            self.write_node(&mut bits, node, *need)?;
        }
        bits.end(self.width);
        Some(bits)
    }

    fn write_node(&self, bits: &mut Writer, node: &Node, need: Option<Need>) -> Option<()> {
        let raw = self.metadata.raw(node);
        match node.code {
            _ if need.is_none() => self.write_record(bits, code::TUPLE, &[], &[]),
            code::UNIT => self.write_record(bits, node.code, raw, &field::UNIT_TYPES),
            code::FILE if raw.len() == field::FILE_SOURCE => {
                let name = raw.get(field::FILE_NAME).copied()?;
                let fields = raw.iter().copied().chain([name]).collect::<Vec<_>>();
                self.write_record(bits, node.code, &fields, &[]);
            }
            _ if reach::loses_elements(self.metadata, node, need) => {
                self.write_record(bits, node.code, raw, &[field::ELEMENTS]);
            }
            _ => bits.copy(self.from, &node.bits()?)?,
        }
        Some(())
    }

    /// Writes a record, with its fields `without` set to zero.
    fn write_record(&self, bits: &mut Writer, code: u8, fields: &[u32], without: &[usize]) {
        bits.fixed(UNABBREVIATED, self.width);
        bits.vbr(u64::from(code), 6);
        bits.vbr(fields.len() as u64, 6);
        for (index, &field) in fields.iter().enumerate() {
            bits.vbr(if without.contains(&index) { 0 } else { u64::from(field) }, 6);
        }
    }
}
