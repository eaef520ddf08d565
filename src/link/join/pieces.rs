//! The pieces of sections that are linked, moved and dropped one by one.
//!
//! A section is cut at the start and end of each function or variable, except where the cut would separate what belongs
//! together: code that jumps or runs across, a variable within another, data that is addressed by its distance from
//! the start of the section and may be a neighbor's.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{JUMP_TABLES, addends::SectionAddends, producers::Producers};
use crate::{
    bpf::{
        insn::{self, CALL, EXIT, INSN_SIZE, Insn, JA, JA32},
        sections::MAPS,
    },
    elf::{Binding, Section, SectionId, Symbol, SymbolId, SymbolKind},
    object::{Object, SUBPROGRAMS},
    report::Result,
};

/// `BPF_JMP | BPF_JA | BPF_X`: a jump to the address in a register.
const JAX: u8 = 0x0d;

/// A piece of a section of one of the objects.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    /// The index of the object.
    pub(super) object: usize,
    /// The section.
    pub(super) section: SectionId,
    /// The bytes of the section.
    pub(super) range: Range<u64>,
    /// The name of the section of the output that it belongs in.
    pub(super) home: &'a str,
    /// The symbols other than section symbols that start in it.
    pub(super) symbols: Vec<SymbolId>,
}

/// The pieces of all objects: by object, then by section, then by start.
#[derive(Debug, Default)]
pub(super) struct Pieces<'a> {
    pub(super) list: Vec<Piece<'a>>,
    of_section: BTreeMap<(usize, SectionId), Range<usize>>,
}

impl<'a> Pieces<'a> {
    /// Cuts the sections of `objects`, made by `producers`.
    ///
    /// # Errors
    /// Returns an error if a relocation is outside its section.
    pub(super) fn cut(objects: &'a [Object], producers: &[Producers]) -> Result<Self> {
        let mut pieces = Self::default();
        for (index, object) in objects.iter().enumerate() {
            let addends = SectionAddends::of(&object.elf)?;
            let folds = producers.get(index).is_none_or(|it| it.gcc);
            let mut symbols: BTreeMap<SectionId, Vec<(SymbolId, &Symbol)>> = BTreeMap::new();
            for (&id, symbol) in &object.elf.symbols {
                if let crate::elf::Place::Section(section) = symbol.place {
                    if symbol.kind != SymbolKind::Section {
                        symbols.entry(section).or_default().push((id, symbol));
                    }
                }
            }
            for (&id, section) in &object.elf.sections {
                let symbols = symbols.remove(&id).unwrap_or_default();
                let cuts = if section.is_code() {
                    code_cuts(object, section, &symbols)
                } else {
                    data_cuts(section, &symbols, addends.of_section(id), folds)
                };
                pieces.add(index, id, section, &cuts, &symbols);
            }
        }
        Ok(pieces)
    }

    fn add(
        &mut self,
        object: usize,
        id: SectionId,
        section: &'a Section,
        cuts: &BTreeSet<u64>,
        symbols: &[(SymbolId, &Symbol)],
    ) {
        let first = self.list.len();
        let ends = cuts.iter().copied().chain([section.size()]);
        let mut start = 0;
        for end in ends {
            self.list.push(Piece {
                object,
                section: id,
                range: start..end,
                home: &section.name,
                symbols: Vec::new(),
            });
            start = end;
        }
        self.of_section.insert((object, id), first..self.list.len());
        for &(symbol, it) in symbols {
            if let Some(piece) =
                self.at(object, id, it.value).and_then(|index| self.list.get_mut(index))
            {
                piece.symbols.push(symbol);
            }
        }
        if section.is_code() && section.name != SUBPROGRAMS {
            self.move_statics(first, symbols);
        }
    }

    /// Moves static functions beside a program to the section of subprograms: loaders take each function of a
    /// program's section for a program, and refuse static ones (`bpf_object__add_programs` in libbpf).
    fn move_statics(&mut self, first: usize, symbols: &[(SymbolId, &Symbol)]) {
        let symbols: BTreeMap<SymbolId, &Symbol> = symbols.iter().copied().collect();
        for piece in self.list.iter_mut().skip(first) {
            let mut functions = piece
                .symbols
                .iter()
                .filter_map(|id| symbols.get(id))
                .filter(|symbol| symbol.kind == SymbolKind::Function)
                .peekable();
            let has_some = functions.peek().is_some();
            if has_some && functions.all(|symbol| symbol.binding == Binding::Local) {
                piece.home = SUBPROGRAMS;
            }
        }
    }

    /// Returns the index of the piece that holds the byte at `offset`, or that ends there at the end of its section.
    pub(super) fn at(&self, object: usize, section: SectionId, offset: u64) -> Option<usize> {
        let range = self.of_section.get(&(object, section))?;
        let pieces = self.list.get(range.clone())?;
        let after = pieces.partition_point(|piece| piece.range.start <= offset);
        let index = after.checked_sub(1)?;
        let piece = pieces.get(index)?;
        (offset <= piece.range.end).then_some(range.start.saturating_add(index))
    }
}

/// Returns the starts and ends of the functions of `section` that no code jumps or runs across.
fn code_cuts(object: &Object, section: &Section, symbols: &[(SymbolId, &Symbol)]) -> BTreeSet<u64> {
    let functions = symbols.iter().filter(|(_, symbol)| symbol.kind == SymbolKind::Function);
    let mut cuts: BTreeSet<u64> = functions
        .flat_map(|(_, symbol)| [symbol.value, symbol.value.saturating_add(symbol.size)])
        .collect();
    keep_inside(&mut cuts, section);
    for insn in insn::decode(section.bytes(), object.elf.endian) {
        let start = insn.slot.saturating_mul(INSN_SIZE);
        let end = insn.slot.saturating_add(insn.slots()).saturating_mul(INSN_SIZE);
        remove(&mut cuts, start.saturating_add(1)..end);
        if cuts.contains(&end) && runs_on(&insn) {
            cuts.remove(&end);
        }
        if let Some(target) = insn.jump_target().and_then(|target| u64::try_from(target).ok()) {
            let target = target.saturating_mul(INSN_SIZE);
            let (low, high) = (start.min(target), start.max(target));
            remove(&mut cuts, low.saturating_add(1)..high.saturating_add(1));
        }
    }
    cuts
}

/// Returns true if execution continues with the next instruction. A call at the end of a function does not return.
const fn runs_on(insn: &Insn) -> bool {
    !matches!(insn.code, EXIT | JA | JA32 | JAX | CALL)
}

/// Returns the starts and ends of the variables of `section`, if all addresses in `addends`, relative to the section,
/// are those of a whole variable or of data without a name.
fn data_cuts(
    section: &Section,
    symbols: &[(SymbolId, &Symbol)],
    addends: &[i64],
    folds: bool,
) -> BTreeSet<u64> {
    if !is_divisible(&section.name) || folds && !addends.is_empty() {
        return BTreeSet::new();
    }
    let variables: Vec<Range<u64>> = symbols
        .iter()
        .filter(|(_, symbol)| symbol.kind == SymbolKind::Object && symbol.size > 0)
        .map(|(_, symbol)| symbol.value..symbol.value.saturating_add(symbol.size))
        .collect();
    let mut cuts: BTreeSet<u64> =
        variables.iter().flat_map(|range| [range.start, range.end]).collect();
    keep_inside(&mut cuts, section);
    for range in &variables {
        remove(&mut cuts, range.start.saturating_add(1)..range.end);
    }
    let by_start: BTreeMap<u64, u64> =
        variables.iter().map(|range| (range.start, range.end)).collect();
    let is_clear = |addend: &i64| {
        u64::try_from(*addend).is_ok_and(|offset| {
            let before = by_start.range(..=offset).next_back();
            let is_within = before.is_some_and(|(&start, &end)| start < offset && offset < end);
            offset < section.size() && !is_within
        })
    };
    if addends.iter().all(is_clear) { cuts } else { BTreeSet::new() }
}

/// Returns true for sections whose variables are found by symbol, not by position.
fn is_divisible(name: &str) -> bool {
    const GENERAL: [&str; 3] = [".data", ".rodata", ".bss"];
    let is_of = |home: &&str| {
        name.strip_prefix(*home).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    name == MAPS || name == JUMP_TABLES || GENERAL.iter().any(is_of)
}

fn keep_inside(cuts: &mut BTreeSet<u64>, section: &Section) {
    cuts.remove(&0);
    remove(cuts, section.size()..u64::MAX);
    cuts.remove(&u64::MAX);
}

fn remove(cuts: &mut BTreeSet<u64>, range: Range<u64>) {
    while let Some(cut) =
        (range.start < range.end).then(|| cuts.range(range.clone()).next().copied()).flatten()
    {
        cuts.remove(&cut);
    }
}
