//! The places that relocations refer to.

use super::{
    SINGLE,
    names::{Names, SymbolRef, is_shared, symbol_at},
    pieces::Pieces,
};
use crate::{
    bpf::insn::{self, INSN_SIZE, Insn},
    elf::{Place, Relocation, Section, SectionId, SymbolKind},
    object::Object,
    plan::{Exports, LinkMode},
    report::{Error, Result},
};

/// The objects to join, and all that was found about them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inputs<'a> {
    /// The objects.
    pub(super) objects: &'a [Object],
    /// The global symbols.
    pub(super) names: &'a Names<'a>,
    /// The pieces.
    pub(super) pieces: &'a Pieces<'a>,
    /// The symbols to export.
    pub(super) exports: &'a Exports,
    /// The kind of link.
    pub(super) mode: LinkMode,
}

/// The referent of a relocation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'a> {
    /// A place in one of the objects.
    Place(Spot, Option<SymbolRef>),
    /// A symbol that no object defines.
    Extern(&'a str),
    /// A symbol with an absolute value.
    Absolute(SymbolRef),
}

/// A byte of a section of one of the objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    /// The index of the object.
    pub(super) object: usize,
    /// The section.
    pub(super) section: SectionId,
    /// The bytes from its start.
    pub(super) offset: u64,
}

impl<'a> Inputs<'a> {
    /// Returns the referent of a `relocation` of `section` in object number `object`.
    ///
    /// # Errors
    /// Returns an error if the relocation is outside its section, or refers to a place outside another.
    pub(super) fn target(
        &self,
        object: usize,
        section: &Section,
        relocation: &Relocation,
    ) -> Result<Target<'a>> {
        let place = SymbolRef { object, symbol: relocation.symbol };
        let lost = || self.malformed(object, section, relocation.offset);
        let symbol = symbol_at(self.objects, place).ok_or_else(lost)?;
        if symbol.kind == SymbolKind::Section {
            let Place::Section(target) = symbol.place else { return Err(lost()) };
            let elf = &self.objects.get(object).ok_or_else(lost)?.elf;
            let addend = section.addend(elf.endian, relocation.kind, relocation.offset)?;
            let offset = u64::try_from(addend).map_err(|_| lost())?;
            let spot = Spot { object, section: target, offset };
            return Ok(Target::Place(self.only(spot), None));
        }
        let is_shared = self.objects.get(object).is_some_and(|object| is_shared(object, symbol));
        let definition = match self.names.definitions.get(symbol.name.as_str()) {
            Some(&definition) if is_shared => definition,
            None if symbol.place == Place::Undefined => return Ok(Target::Extern(&symbol.name)),
            _ => place,
        };
        let defined = symbol_at(self.objects, definition).ok_or_else(lost)?;
        match defined.place {
            Place::Section(section) => {
                let spot = Spot { object: definition.object, section, offset: defined.value };
                let only = self.only(spot);
                Ok(Target::Place(only, (only == spot).then_some(definition)))
            }
            Place::Absolute => Ok(Target::Absolute(definition)),
            Place::Undefined => Ok(Target::Extern(&defined.name)),
        }
    }

    /// Returns the place that is kept for `spot`: of licenses and versions, which are equal, the first.
    fn only(&self, spot: Spot) -> Spot {
        let name = |object: &Object| {
            object.elf.sections.get(&spot.section).map(|section| section.name.clone())
        };
        let Some(name) = self.objects.get(spot.object).and_then(name) else { return spot };
        if !SINGLE.contains(&name.as_str()) {
            return spot;
        }
        let first = self.objects.iter().enumerate().find_map(|(object, it)| {
            it.elf.section_named(&name).map(|section| Spot { object, section, ..spot })
        });
        first.unwrap_or(spot)
    }

    /// Returns the calls of functions of the same section without a relocation, in `range` of a section of code, with
    /// the offset of each callee.
    ///
    /// # Errors
    /// Returns an error if a callee is outside the section.
    pub(super) fn direct_calls(&self, piece: usize) -> Result<Vec<(u64, Insn, u64)>> {
        let mut calls = Vec::new();
        let Some(piece) = self.pieces.list.get(piece) else { return Ok(calls) };
        let Some(object) = self.objects.get(piece.object) else { return Ok(calls) };
        let Some(section) = object.elf.sections.get(&piece.section) else { return Ok(calls) };
        let range = usize::try_from(piece.range.start).unwrap_or(usize::MAX)
            ..usize::try_from(piece.range.end).unwrap_or(usize::MAX);
        let code = section.bytes().get(range).unwrap_or_default();
        for insn in insn::decode(code, object.elf.endian).filter(Insn::is_local_call) {
            let at = piece.range.start.saturating_add(insn.slot.saturating_mul(INSN_SIZE));
            if section.relocations.binary_search_by_key(&at, |it| it.offset).is_ok() {
                continue;
            }
            let distance = i64::from(insn.immediate).saturating_add(1).saturating_mul(8);
            let callee = at.checked_add_signed(distance).filter(|&callee| callee < section.size());
            let callee = callee.ok_or_else(|| self.malformed(piece.object, section, at))?;
            calls.push((at, insn, callee));
        }
        Ok(calls)
    }

    /// Returns the error about a reference at `offset` of `section` to a place that does not exist.
    pub(super) fn malformed(&self, object: usize, section: &Section, offset: u64) -> Error {
        let origin = self.objects.get(object).map(|object| object.origin.to_string());
        Error::input(format!("{} is malformed", origin.unwrap_or_default()))
            .because(format!(
                "byte {offset} of section {} refers to a place that does not exist",
                section.name
            ))
            .help("build it again")
    }
}

/// Returns the relocations of `section` in `range`, which are sorted by offset.
pub(super) fn relocations_in(section: &Section, range: std::ops::Range<u64>) -> &[Relocation] {
    let start = section.relocations.partition_point(|it| it.offset < range.start);
    let end = section.relocations.partition_point(|it| it.offset < range.end);
    section.relocations.get(start..end).unwrap_or_default()
}
