//! Copies pieces to the output, with their symbols and relocations, and adjusts what refers to a moved place.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    JUMP_TABLES,
    layout::{Layout, Placed},
    names::{SymbolRef, is_shared, symbol_at},
    reach::is_exported,
    references::{Inputs, Spot, Target, relocations_in},
};
use crate::{
    bpf::{
        insn::{INSN_SIZE, Insn},
        target::Endian,
    },
    elf::{
        Binding, Contents, Elf, Place, Relocation, RelocationKind, Section, SectionId, Symbol,
        SymbolId, SymbolKind,
    },
    object::SUBPROGRAMS,
    plan::LinkMode,
    report::{Error, Result},
};

/// `SHT_PROGBITS`, `SHT_NOBITS`.
const PROGBITS: u32 = 1;
const NOBITS: u32 = 8;
/// The size of an entry of a jump table.
const ENTRY: u64 = 8;

/// Writes the pieces that `layout` places as one object.
///
/// # Errors
/// Returns an error if a reference leads nowhere, or a distance does not fit its instruction.
pub(super) fn write(inputs: &Inputs<'_>, layout: &Layout<'_>) -> Result<Elf> {
    let mut writer = Writer::new(inputs, layout);
    writer.add_sections();
    writer.add_symbols();
    for index in 0..inputs.pieces.list.len() {
        if let Some(Some(placed)) = layout.places.get(index) {
            writer.add_references(index, *placed)?;
        }
    }
    writer.move_jump_tables()?;
    Ok(writer.elf)
}

struct Writer<'w, 'a> {
    inputs: &'w Inputs<'a>,
    layout: &'w Layout<'a>,
    elf: Elf,
    /// The section of each output.
    sections: Vec<SectionId>,
    section_symbols: BTreeMap<usize, SymbolId>,
    symbols: BTreeMap<SymbolRef, SymbolId>,
    externs: BTreeMap<&'a str, SymbolId>,
    /// The jump tables: the piece, with the section that its entries count in.
    tables: BTreeMap<usize, (usize, SectionId)>,
}

impl<'w, 'a> Writer<'w, 'a> {
    fn new(inputs: &'w Inputs<'a>, layout: &'w Layout<'a>) -> Self {
        let first = inputs.objects.first();
        let endian = first.map_or(Endian::Little, |object| object.elf.endian);
        Self {
            inputs,
            layout,
            elf: Elf { endian, flags: 0, sections: BTreeMap::new(), symbols: BTreeMap::new() },
            sections: Vec::new(),
            section_symbols: BTreeMap::new(),
            symbols: BTreeMap::new(),
            externs: BTreeMap::new(),
            tables: BTreeMap::new(),
        }
    }

    fn add_sections(&mut self) {
        for output in &self.layout.outputs {
            let contents = match usize::try_from(output.size) {
                Ok(size) if output.kind != NOBITS => Contents::Bytes(vec![0; size]),
                _ => Contents::Zero(output.size),
            };
            self.sections.push(self.elf.add_section(Section {
                name: output.name.to_owned(),
                kind: output.kind,
                flags: output.flags,
                align: output.align,
                entry_size: output.entry_size,
                contents,
                relocations: Vec::new(),
            }));
        }
        for (index, piece) in self.inputs.pieces.list.iter().enumerate() {
            let Some(Some(placed)) = self.layout.places.get(index) else { continue };
            let bytes = self.section_of(index).and_then(|section| {
                let range = usize::try_from(piece.range.start).ok()?
                    ..usize::try_from(piece.range.end).ok()?;
                section.bytes().get(range)
            });
            let output =
                self.sections.get(placed.output).and_then(|id| self.elf.sections.get_mut(id));
            if let (Some(bytes), Some(output)) = (bytes, output) {
                if output.kind != NOBITS {
                    output.kind = PROGBITS;
                }
                output.overwrite(placed.offset, bytes);
            }
        }
    }

    fn section_of(&self, piece: usize) -> Option<&'a Section> {
        let piece = self.inputs.pieces.list.get(piece)?;
        self.inputs.objects.get(piece.object)?.elf.sections.get(&piece.section)
    }

    /// Adds the symbols of all pieces: in order, so that the output does not depend on who refers to whom.
    fn add_symbols(&mut self) {
        let mut named = BTreeSet::new();
        for (object, it) in self.inputs.objects.iter().enumerate() {
            for (&id, symbol) in &it.elf.symbols {
                let Place::Section(section) = symbol.place else { continue };
                let is_label =
                    symbol.kind == SymbolKind::Untyped && symbol.binding == Binding::Local;
                if matches!(symbol.kind, SymbolKind::Section | SymbolKind::File) || is_label {
                    continue;
                }
                let place = SymbolRef { object, symbol: id };
                let is_other =
                    self.inputs.names.definitions.get(symbol.name.as_str()) != Some(&place);
                if is_shared(it, symbol) && is_other {
                    continue;
                }
                let spot = Spot { object, section, offset: symbol.value };
                let Some(placed) = self.layout.find(self.inputs, spot) else { continue };
                let Some(&output) = self.sections.get(placed.output) else { continue };
                let binding = self.binding(place, symbol, placed);
                // Licenses of several objects: one name each is enough.
                if binding != Binding::Local && !named.insert(symbol.name.as_str()) {
                    continue;
                }
                let mut added = Symbol {
                    place: Place::Section(output),
                    value: placed.offset,
                    binding,
                    ..symbol.clone()
                };
                match self.inputs.mode {
                    LinkMode::Final => added.show(),
                    LinkMode::Relocatable
                        if self.inputs.names.hidden.contains(symbol.name.as_str()) =>
                    {
                        added.hide();
                    }
                    LinkMode::Relocatable => {}
                }
                let added = self.elf.add_symbol(added);
                self.symbols.insert(place, added);
            }
        }
    }

    /// Returns the binding of a symbol in the output. What loaders look up in a section of its own stays global: they
    /// refuse static programs and maps.
    fn binding(&self, place: SymbolRef, symbol: &Symbol, placed: Placed) -> Binding {
        let home = self.layout.outputs.get(placed.output).map_or("", |output| output.name);
        if symbol.binding == Binding::Local || home == JUMP_TABLES {
            return Binding::Local;
        }
        let is_visible = !super::reach::is_general_name(home)
            || self
                .inputs
                .objects
                .get(place.object)
                .is_some_and(|object| is_exported(self.inputs, object, symbol));
        if is_visible { symbol.binding } else { Binding::Local }
    }

    fn section_symbol(&mut self, output: usize) -> Option<SymbolId> {
        if let Some(&symbol) = self.section_symbols.get(&output) {
            return Some(symbol);
        }
        let symbol = self.elf.add_section_symbol(*self.sections.get(output)?);
        self.section_symbols.insert(output, symbol);
        Some(symbol)
    }

    fn extern_symbol(&mut self, name: &'a str) -> SymbolId {
        if let Some(&symbol) = self.externs.get(name) {
            return symbol;
        }
        let is_needed = self.inputs.names.externs.get(name).copied().unwrap_or(true);
        let symbol = self.elf.add_symbol(Symbol {
            name: name.to_owned(),
            place: Place::Undefined,
            value: 0,
            size: 0,
            kind: SymbolKind::Untyped,
            binding: if is_needed { Binding::Global } else { Binding::Weak },
            other: 0,
        });
        self.externs.insert(name, symbol);
        symbol
    }

    /// Adds the relocations of piece number `index` at `placed`, and adjusts its calls without one.
    fn add_references(&mut self, index: usize, placed: Placed) -> Result<()> {
        let (inputs, Some(section)) = (self.inputs, self.section_of(index)) else { return Ok(()) };
        let Some(piece) = inputs.pieces.list.get(index) else { return Ok(()) };
        for relocation in relocations_in(section, piece.range.clone()) {
            let lost = || inputs.malformed(piece.object, section, relocation.offset);
            let within = relocation.offset.saturating_sub(piece.range.start);
            let at = Placed { offset: placed.offset.saturating_add(within), ..placed };
            match inputs.target(piece.object, section, relocation)? {
                Target::Extern(name) => {
                    let symbol = self.extern_symbol(name);
                    self.relocate(at, relocation.kind, symbol);
                }
                Target::Absolute(symbol) => {
                    let symbol = self.absolute(symbol).ok_or_else(lost)?;
                    self.relocate(at, relocation.kind, symbol);
                }
                Target::Place(spot, symbol) => {
                    let to = self.layout.find(inputs, spot).ok_or_else(lost)?;
                    let is_table =
                        self.layout.outputs.get(to.output).is_some_and(|it| it.name == JUMP_TABLES);
                    if let Some(table) = inputs
                        .pieces
                        .at(spot.object, spot.section, spot.offset)
                        .filter(|_| is_table)
                    {
                        self.tables.insert(table, (piece.object, piece.section));
                    }
                    self.refer(at, relocation, to, symbol)?;
                }
            }
        }
        if section.is_code() {
            for (offset, insn, callee) in inputs.direct_calls(index)? {
                let within = offset.saturating_sub(piece.range.start);
                let at = Placed { offset: placed.offset.saturating_add(within), ..placed };
                let spot = Spot { object: piece.object, section: piece.section, offset: callee };
                let lost = || inputs.malformed(piece.object, section, offset);
                let to = self.layout.find(inputs, spot).ok_or_else(lost)?;
                self.call(at, &insn, to)?;
            }
        }
        Ok(())
    }

    /// Makes the relocation at `at` refer to `to`, which `symbol` names if the input's relocation did by name.
    fn refer(
        &mut self,
        at: Placed,
        relocation: &Relocation,
        to: Placed,
        symbol: Option<SymbolRef>,
    ) -> Result<()> {
        let kind = relocation.kind;
        let named = symbol.and_then(|symbol| self.symbols.get(&symbol).copied());
        let is_code = self.output(to.output).is_some_and(Section::is_code);
        let named = named.filter(|id| {
            // Loaders know functions by global symbols, or by their section (`sym_is_subprog` in libbpf).
            !is_code
                || self.elf.symbols.get(id).is_some_and(|symbol| {
                    symbol.kind == SymbolKind::Function
                        && (symbol.binding != Binding::Local || is_data(kind))
                })
        });
        let named = named.or_else(|| self.program_at(to).filter(|_| is_data(kind)));
        if let Some(named) = named {
            match kind {
                // GNU binutils before 2.41 store the callee's position here, which loaders would add.
                RelocationKind::Call => self.set_addend(at, kind, 0)?,
                _ if is_data(kind) && is_code => self.set_addend(at, kind, 0)?,
                _ => {}
            }
            self.relocate(at, kind, named);
            return Ok(());
        }
        let Some(symbol) = self.section_symbol(to.output) else { return Ok(()) };
        self.set_addend(at, kind, to.offset)?;
        self.relocate(at, kind, symbol);
        Ok(())
    }

    /// Returns the function that starts at `at`, by name: `.maps` and `struct_ops` refer to programs, which libbpf finds
    /// by symbol.
    fn program_at(&self, at: Placed) -> Option<SymbolId> {
        let section = *self.sections.get(at.output)?;
        self.output(at.output).filter(|section| section.is_code())?;
        // Data refers to few functions: no index is needed.
        let found = self.elf.symbols.iter().find(|(_, symbol)| {
            symbol.place == Place::Section(section)
                && symbol.value == at.offset
                && symbol.kind == SymbolKind::Function
        });
        found.map(|(&id, _)| id)
    }

    fn output(&self, output: usize) -> Option<&Section> {
        self.elf.sections.get(self.sections.get(output)?)
    }

    fn output_mut(&mut self, output: usize) -> Option<&mut Section> {
        self.elf.sections.get_mut(self.sections.get(output)?)
    }

    fn set_addend(&mut self, at: Placed, kind: RelocationKind, addend: u64) -> Result<()> {
        let endian = self.elf.endian;
        match self.output_mut(at.output) {
            Some(section) => section.set_addend(endian, kind, at.offset, addend as i64),
            None => Ok(()),
        }
    }

    fn relocate(&mut self, at: Placed, kind: RelocationKind, symbol: SymbolId) {
        if let Some(section) = self.output_mut(at.output) {
            section.relocations.push(Relocation { offset: at.offset, symbol, kind });
        }
    }

    /// Adjusts a call of a function of the same section, whose caller and callee may have moved apart.
    fn call(&mut self, at: Placed, insn: &Insn, to: Placed) -> Result<()> {
        if at.output != to.output {
            let Some(symbol) = self.section_symbol(to.output) else { return Ok(()) };
            self.set_addend(at, RelocationKind::Call, to.offset)?;
            self.relocate(at, RelocationKind::Call, symbol);
            return Ok(());
        }
        let size = INSN_SIZE as i64;
        let distance = (to.offset as i64).saturating_sub(at.offset as i64);
        let immediate = i32::try_from((distance / size).saturating_sub(1))
            .map_err(|_| Error::link(format!("section {SUBPROGRAMS} is too large")))?;
        let bytes = Insn { immediate, ..*insn }.encode(self.elf.endian);
        if let Some(section) = self.output_mut(at.output) {
            section.overwrite(at.offset, &bytes);
        }
        Ok(())
    }

    fn absolute(&mut self, place: SymbolRef) -> Option<SymbolId> {
        if let Some(&symbol) = self.symbols.get(&place) {
            return Some(symbol);
        }
        let symbol = symbol_at(self.inputs.objects, place)?.clone();
        let added = self.elf.add_symbol(symbol);
        self.symbols.insert(place, added);
        Some(added)
    }

    /// Moves the entries of jump tables with the functions that they lead into.
    fn move_jump_tables(&mut self) -> Result<()> {
        let inputs = self.inputs;
        for (table, (object, code)) in std::mem::take(&mut self.tables) {
            let Some(piece) = inputs.pieces.list.get(table) else { continue };
            let Some(Some(placed)) = self.layout.places.get(table).copied() else { continue };
            let Some(section) = self.section_of(table) else { continue };
            let mut entry = 0;
            while piece.range.start.saturating_add(entry) < piece.range.end {
                let from = piece.range.start.saturating_add(entry);
                let lost = || inputs.malformed(piece.object, section, from);
                let target = section
                    .addend(self.elf.endian, RelocationKind::Data64, from)
                    .map_err(|_| lost())?;
                let offset = u64::try_from(target).map_err(|_| lost())?;
                let spot = Spot { object, section: code, offset };
                let to = self.layout.find(inputs, spot).ok_or_else(lost)?;
                let at = Placed { offset: placed.offset.saturating_add(entry), ..placed };
                self.set_addend(at, RelocationKind::Data64, to.offset)?;
                entry = entry.saturating_add(ENTRY);
            }
        }
        Ok(())
    }
}

const fn is_data(kind: RelocationKind) -> bool {
    matches!(kind, RelocationKind::Data64 | RelocationKind::Data32)
}
