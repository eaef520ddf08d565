//! The sections of the output, and the place of each piece in them.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{
    pieces::Piece,
    reach::Reached,
    references::{Inputs, Spot},
};
use crate::{
    bpf::insn::INSN_SIZE,
    elf::{Contents, Section},
    report::{Error, Result},
};

/// `SHT_NOBITS`, `SHF_MERGE | SHF_STRINGS`, `SHF_EXECINSTR`.
const NOBITS: u32 = 8;
const MERGEABLE: u64 = 0x30;
const EXECUTABLE: u64 = 0x4;

/// The most zero bytes that are written to the file because other bytes of the same section are not zero.
const MOST_ZEROS: u64 = 256 << 20;

/// A section of the output.
#[derive(Debug)]
pub(super) struct Output<'a> {
    /// The name.
    pub(super) name: &'a str,
    /// `sh_type`, `sh_flags`, `sh_addralign` and `sh_entsize`.
    pub(super) kind: u32,
    pub(super) flags: u64,
    pub(super) align: u64,
    pub(super) entry_size: u64,
    /// The size in bytes.
    pub(super) size: u64,
    /// The number of bytes of inputs without bytes in the file.
    zeros: u64,
    /// The index of the object whose section came first.
    first: usize,
}

/// A byte of a section of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// The index of the section.
    pub(super) output: usize,
    /// The bytes from its start.
    pub(super) offset: u64,
}

/// The sections of the output.
#[derive(Debug, Default)]
pub(super) struct Layout<'a> {
    pub(super) outputs: Vec<Output<'a>>,
    /// The place of each piece; `None` for those that are dropped.
    pub(super) places: Vec<Option<Placed>>,
}

impl<'a> Layout<'a> {
    /// Places the pieces that are `reached`, in order, each at the distance from an aligned address that it had.
    ///
    /// # Errors
    /// Returns an error if sections of one name hold code and data, or are too large.
    pub(super) fn of(inputs: &Inputs<'a>, reached: &Reached) -> Result<Self> {
        let mut layout = Self::default();
        let mut indices: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, piece) in inputs.pieces.list.iter().enumerate() {
            let section = inputs
                .objects
                .get(piece.object)
                .and_then(|object| object.elf.sections.get(&piece.section));
            let placed = match section.filter(|_| reached.contains(index)) {
                Some(section) => Some(layout.place(inputs, piece, section, &mut indices)?),
                None => None,
            };
            layout.places.push(placed);
        }
        for output in &layout.outputs {
            if output.kind != NOBITS && output.zeros > MOST_ZEROS {
                return Err(too_large(output.name));
            }
        }
        Ok(layout)
    }

    fn place(
        &mut self,
        inputs: &Inputs<'a>,
        piece: &Piece<'a>,
        section: &Section,
        indices: &mut BTreeMap<&'a str, usize>,
    ) -> Result<Placed> {
        let index = match indices.entry(piece.home) {
            Entry::Occupied(found) => *found.get(),
            Entry::Vacant(free) => {
                self.outputs.push(Output::new(piece, section));
                *free.insert(self.outputs.len().saturating_sub(1))
            }
        };
        let output = self.outputs.get_mut(index).ok_or_else(|| too_large(piece.home))?;
        if (output.flags ^ section.flags) & EXECUTABLE != 0 {
            let origin = |index: usize| {
                inputs.objects.get(index).map_or_else(String::new, |it| it.origin.to_string())
            };
            let word = |flags: u64| if flags & EXECUTABLE == 0 { "data" } else { "code" };
            return Err(Error::link(format!("section {} is code and data", piece.home))
                .because(format!("in {} it holds {}", origin(output.first), word(output.flags)))
                .because(format!("in {} it holds {}", origin(piece.object), word(section.flags)))
                .help("name one of them differently"));
        }
        Ok(Placed { output: index, offset: output.append(piece, section)? })
    }

    /// Returns the place of `spot` in the output; `None` if it was dropped.
    pub(super) fn find(&self, inputs: &Inputs<'_>, spot: Spot) -> Option<Placed> {
        let index = inputs.pieces.at(spot.object, spot.section, spot.offset)?;
        let piece = inputs.pieces.list.get(index)?;
        let Placed { output, offset } = (*self.places.get(index)?)?;
        let within = spot.offset.checked_sub(piece.range.start)?;
        Some(Placed { output, offset: offset.checked_add(within)? })
    }
}

impl<'a> Output<'a> {
    fn new(piece: &Piece<'a>, section: &Section) -> Self {
        Self {
            name: piece.home,
            kind: section.kind,
            flags: section.flags,
            align: if section.is_code() { INSN_SIZE } else { 1 },
            entry_size: section.entry_size,
            size: 0,
            zeros: 0,
            first: piece.object,
        }
    }

    /// Makes room for `piece` of `section`, and returns its offset.
    fn append(&mut self, piece: &Piece<'_>, section: &Section) -> Result<u64> {
        let large = || too_large(piece.home);
        if self.kind == NOBITS {
            self.kind = section.kind;
        }
        if (self.flags, self.entry_size) != (section.flags, section.entry_size) {
            self.flags = (self.flags | section.flags) & !MERGEABLE;
            self.entry_size = 0;
        }
        self.align = self.align.max(section.align);
        // The start of the piece keeps its distance from an aligned address: it may hold variables of any alignment.
        let wanted = piece.range.start.checked_rem(section.align).unwrap_or(0);
        let present = self.size.checked_rem(section.align).unwrap_or(0);
        let padding = match wanted.checked_sub(present) {
            Some(padding) => padding,
            None => section.align.saturating_sub(present).saturating_add(wanted),
        };
        let start = self.size.checked_add(padding).ok_or_else(large)?;
        let len = piece.range.end.saturating_sub(piece.range.start);
        self.size = start.checked_add(len).ok_or_else(large)?;
        if matches!(section.contents, Contents::Zero(_)) {
            self.zeros = self.zeros.saturating_add(len);
        }
        if self.size > u64::from(u32::MAX) {
            return Err(large());
        }
        Ok(start)
    }
}

fn too_large(section: &str) -> Error {
    Error::link(format!("section {section} is too large"))
        .because("BPF data must be smaller than 4 GiB, and zeros that are in the file than 256 MiB")
        .help("give large variables without a value a section of their own")
}
