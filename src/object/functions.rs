//! Functions, their instructions, and the call graph.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    bpf::insn::{self, INSN_SIZE, Insn},
    elf::{Binding, Elf, Place, Relocation, Section, SectionId, SymbolId, SymbolKind},
};

/// The section of subprograms; functions elsewhere are programs.
pub const SUBPROGRAMS: &str = ".text";

/// A function of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The symbol.
    pub symbol: SymbolId,
    /// The name in the symbol table.
    pub name: String,
    /// The section that contains it.
    pub section: SectionId,
    /// The name of that section, which determines a program's type.
    pub section_name: String,
    /// The offset of its start, in bytes.
    pub offset: u64,
    /// The size in bytes.
    pub size: u64,
    /// The binding of its symbol.
    pub binding: Binding,
    /// The calls and the functions whose address it takes, in order.
    pub references: Vec<Reference>,
}

/// A location in a function that refers to another function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Instruction slots from the function's start.
    pub instruction: u64,
    /// The function referred to.
    pub callee: Callee,
}

/// The callee of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A function of the object.
    Function(SymbolId),
    /// A function of the object whose address is taken, for a callback.
    Callback(SymbolId),
    /// A symbol that is undefined here.
    Undefined(SymbolId),
    /// A helper, by number.
    Helper(i32),
    /// The value of a register.
    Indirect,
}

impl Function {
    /// Returns true if a loader loads it as a program: its section names a program type.
    #[must_use]
    pub fn is_program(&self) -> bool {
        self.section_name != SUBPROGRAMS
    }

    /// Returns its size in instruction slots, as the verifier counts them.
    #[must_use]
    pub const fn instructions(&self) -> u64 {
        self.size / INSN_SIZE
    }
}

/// Returns `starts` and all their direct and indirect callees and callbacks, each once, as a loader puts them together;
/// `function` finds a function by its symbol.
#[must_use]
pub fn reached<'f>(
    starts: impl IntoIterator<Item = &'f Function>,
    function: impl Fn(SymbolId) -> Option<&'f Function>,
) -> Vec<&'f Function> {
    let mut reached: Vec<&Function> = starts.into_iter().collect();
    let mut seen: BTreeSet<SymbolId> = reached.iter().map(|it| it.symbol).collect();
    let mut at = 0;
    while let Some(&caller) = reached.get(at) {
        for reference in &caller.references {
            if let Callee::Function(symbol) | Callee::Callback(symbol) = reference.callee {
                if seen.insert(symbol) {
                    reached.extend(function(symbol));
                }
            }
        }
        at += 1;
    }
    reached
}

/// Returns the functions of `elf`: by section, then by address.
#[must_use]
pub fn functions(elf: &Elf) -> Vec<Function> {
    let mut found = Vec::new();
    let symbols = elf.symbols_by_section();
    for (id, section) in elf.code() {
        for &(symbol_id, symbol) in symbols.of(id) {
            if symbol.kind == SymbolKind::Function {
                found.push(Function {
                    symbol: symbol_id,
                    name: symbol.name.clone(),
                    section: id,
                    section_name: section.name.clone(),
                    offset: symbol.value,
                    size: symbol.size,
                    binding: symbol.binding,
                    references: Vec::new(),
                });
            }
        }
    }
    let index = Index::of(&found);
    let mut all = Vec::with_capacity(found.len());
    for functions in found.chunk_by(|one, next| one.section == next.section) {
        let section = functions.first().and_then(|function| elf.sections.get(&function.section));
        let Some(section) = section else { continue };
        let relocations = by_offset(section);
        all.extend(
            functions
                .iter()
                .map(|function| references(elf, (section, &relocations), function, &index)),
        );
    }
    for (function, references) in found.iter_mut().zip(all) {
        function.references = references;
    }
    found
}

/// The relocations of a section, by offset.
type Relocations<'elf> = BTreeMap<u64, &'elf Relocation>;

fn by_offset(section: &Section) -> Relocations<'_> {
    section.relocations.iter().map(|relocation| (relocation.offset, relocation)).collect()
}

/// Functions by their start; the first one if several start at the same offset.
struct Index(BTreeMap<(SectionId, u64), SymbolId>);

impl Index {
    fn of(functions: &[Function]) -> Self {
        let places = functions
            .iter()
            .rev()
            .map(|function| ((function.section, function.offset), function.symbol));
        Self(places.collect())
    }

    fn at(&self, section: SectionId, offset: Option<u64>) -> Option<SymbolId> {
        self.0.get(&(section, offset?)).copied()
    }
}

/// Returns the instructions of `function`; none if the section has no such bytes.
pub fn instructions<'a>(elf: &'a Elf, function: &Function) -> impl Iterator<Item = Insn> + 'a {
    let bytes = elf.sections.get(&function.section).and_then(|section| {
        let bytes = section.bytes();
        let start = usize::try_from(function.offset).ok()?;
        let size = usize::try_from(function.size).ok()?;
        bytes.get(start..start.saturating_add(size).min(bytes.len()))
    });
    insn::decode(bytes.unwrap_or_default(), elf.endian)
}

fn references(
    elf: &Elf,
    (section, relocations): (&Section, &Relocations<'_>),
    function: &Function,
    index: &Index,
) -> Vec<Reference> {
    let mut references = Vec::new();
    for insn in instructions(elf, function) {
        let at = function.offset + insn.slot * INSN_SIZE;
        let callee = match relocations.get(&at) {
            Some(relocation) => relocated(elf, section, relocation, &insn, index),
            None => callee(&insn, function.section, at, index),
        };
        references.extend(callee.map(|callee| Reference { instruction: insn.slot, callee }));
    }
    references
}

fn relocated(
    elf: &Elf,
    section: &Section,
    relocation: &Relocation,
    insn: &Insn,
    index: &Index,
) -> Option<Callee> {
    let symbol = elf.symbols.get(&relocation.symbol)?;
    match symbol.place {
        Place::Undefined => Some(Callee::Undefined(relocation.symbol)),
        Place::Absolute => None,
        Place::Section(target) => {
            let addend = match symbol.kind {
                SymbolKind::Section => {
                    section.addend(elf.endian, relocation.kind, relocation.offset).ok()?
                }
                _ => 0,
            };
            let function = index.at(target, symbol.value.checked_add_signed(addend))?;
            Some(if insn.code == insn::LDIMM64 {
                Callee::Callback(function)
            } else {
                Callee::Function(function)
            })
        }
    }
}

fn callee(insn: &Insn, section: SectionId, at: u64, index: &Index) -> Option<Callee> {
    match (insn.code, insn.source) {
        (insn::CALL, 0) => Some(Callee::Helper(insn.immediate)),
        (insn::CALL, insn::PSEUDO_CALL) => {
            let distance = (i64::from(insn.immediate) + 1) * (INSN_SIZE as i64);
            index.at(section, at.checked_add_signed(distance)).map(Callee::Function)
        }
        (insn::CALL, insn::PSEUDO_KFUNC_CALL) => None,
        (insn::CALL | insn::CALLX, _) => Some(Callee::Indirect),
        _ => None,
    }
}
