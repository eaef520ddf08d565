//! Symbols that an object needs and does not define.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use super::{Object, place::SourceLines};
use crate::{
    bpf::{insn::INSN_SIZE, sections::EXTERNS},
    btf::{Btf, Info, Kind},
    elf::{Binding, Elf, Place, Relocation, Section, Symbol, SymbolId, SymbolKind},
};

/// A symbol that an object needs and does not define.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undefined {
    /// The name in the symbol table.
    pub name: String,
    /// The locations that need it, in file order.
    pub referrers: Vec<Referrer>,
    /// True if it may stay undefined.
    pub weak: bool,
    /// The section its declaration names (`.ksyms`, `.kconfig`), if known from `.BTF` or the backend.
    pub section: Option<String>,
}

/// A location that needs an undefined symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrer {
    /// The function that needs it; `None` in data.
    pub function: Option<String>,
    /// The section that contains it.
    pub section: String,
    /// Bytes from the section's start.
    pub offset: u64,
    /// Instruction slots from the function's start, bytes from the section's start in data.
    pub position: u64,
    /// The source as `file:line`, if the object has debug info for the location.
    pub source: Option<String>,
}

/// Finds the symbols that `object` needs and does not define, sorted by name.
pub(super) fn find(object: &Object) -> Vec<Undefined> {
    let mut found = undefined(&object.elf);
    if let Some(info) = &object.btf {
        locate(&mut found, info);
    }
    found
}

/// Records the sections in which `info` lists `undefined` symbols, and the source lines that need them.
fn locate(undefined: &mut [Undefined], info: &Info) {
    if undefined.is_empty() {
        return;
    }
    let (externs, lines) = (listed_externs(&info.btf), SourceLines::of(info));
    for symbol in undefined {
        symbol.section = externs.get(symbol.name.as_str()).map(|section| (**section).to_owned());
        for place in symbol.referrers.iter_mut().filter(|place| place.function.is_some()) {
            place.source = lines.source_of(&place.section, place.offset);
        }
    }
}

/// Returns the externs that `.BTF` lists, each with its section.
#[must_use]
pub fn listed_externs(btf: &Btf) -> HashMap<Cow<'_, str>, Cow<'_, str>> {
    let mut listed = HashMap::new();
    for (id, ty) in btf.iter() {
        let Kind::Datasec(section) = &ty.kind else { continue };
        let name = btf.name(id);
        if EXTERNS.contains(&name.as_ref()) {
            for entry in &section.entries {
                listed.entry(btf.name(entry.ty)).or_insert_with(|| name.clone());
            }
        }
    }
    listed
}

fn undefined(elf: &Elf) -> Vec<Undefined> {
    let mut needed: BTreeMap<&str, (SymbolId, Vec<Referrer>)> = BTreeMap::new();
    let symbols = elf.symbols_by_section();
    for (&id, section) in elf.sections.iter().filter(|(_, section)| section.is_alloc()) {
        let functions = Functions::of(symbols.of(id));
        for relocation in &section.relocations {
            let Some(symbol) = elf.symbols.get(&relocation.symbol) else { continue };
            if symbol.place == Place::Undefined {
                let (_, referrers) =
                    needed.entry(&symbol.name).or_insert((relocation.symbol, Vec::new()));
                referrers.push(functions.referrer(section, relocation));
            }
        }
    }
    needed.into_iter().map(|(name, (id, referrers))| entry(elf, name, id, referrers)).collect()
}

fn entry(elf: &Elf, name: &str, id: SymbolId, referrers: Vec<Referrer>) -> Undefined {
    let weak = elf.symbols.get(&id).is_some_and(|symbol| symbol.binding == Binding::Weak);
    Undefined { name: name.to_owned(), referrers, weak, section: None }
}

/// The functions of one section, by their start.
struct Functions<'elf>(BTreeMap<u64, &'elf str>);

impl<'elf> Functions<'elf> {
    fn of(symbols: &[(SymbolId, &'elf Symbol)]) -> Self {
        let functions = symbols.iter().filter(|(_, symbol)| symbol.kind == SymbolKind::Function);
        Self(functions.map(|(_, symbol)| (symbol.value, symbol.name.as_str())).collect())
    }

    fn referrer(&self, section: &Section, relocation: &Relocation) -> Referrer {
        let function = self.0.range(..=relocation.offset).next_back();
        Referrer {
            function: function.map(|(_, &name)| name.to_owned()),
            section: section.name.clone(),
            offset: relocation.offset,
            source: None,
            position: function
                .map_or(relocation.offset, |(start, _)| (relocation.offset - start) / INSN_SIZE),
        }
    }
}
