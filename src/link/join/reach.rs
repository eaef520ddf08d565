//! Marks the pieces that a loader looks for, and those that they refer to.

use super::{
    JUMP_TABLES, SINGLE,
    names::{SymbolRef, is_shared},
    pieces::Piece,
    references::{Inputs, Target, relocations_in},
};
use crate::{
    elf::{Binding, Section, Symbol, SymbolKind},
    object::{Object, Role, SUBPROGRAMS},
    plan::{LinkMode, Requested},
    report::{Origin, Result},
};

/// Sections of which loaders need only what something refers to.
const GENERAL: [&str; 4] = [SUBPROGRAMS, ".data", ".rodata", ".bss"];

/// The pieces to keep, by index.
#[derive(Debug)]
pub(super) struct Reached(Vec<bool>);

impl Reached {
    /// Finds the pieces that a loader looks for, and those that they refer to.
    ///
    /// # Errors
    /// Returns an error if a piece refers to a place that does not exist.
    pub(super) fn find(inputs: &Inputs<'_>) -> Result<Self> {
        let mut reached = Self(vec![false; inputs.pieces.list.len()]);
        let mut waiting = Vec::new();
        for (index, piece) in inputs.pieces.list.iter().enumerate() {
            if is_root(inputs, piece) {
                reached.enter(index, &mut waiting);
            }
        }
        while let Some(index) = waiting.pop() {
            for next in references(inputs, index)? {
                reached.enter(next, &mut waiting);
            }
        }
        Ok(reached)
    }

    fn enter(&mut self, index: usize, waiting: &mut Vec<usize>) {
        if let Some(mark) = self.0.get_mut(index).filter(|mark| !**mark) {
            *mark = true;
            waiting.push(index);
        }
    }

    /// Returns true if piece number `index` is kept.
    pub(super) fn contains(&self, index: usize) -> bool {
        self.0.get(index).copied().unwrap_or(false)
    }

    /// Returns the functions and variables that are not kept, with their origins, in order.
    pub(super) fn dropped(&self, inputs: &Inputs<'_>) -> Vec<(Origin, String)> {
        let mut dropped = Vec::new();
        for (index, piece) in inputs.pieces.list.iter().enumerate() {
            let Some(object) = inputs.objects.get(piece.object) else { continue };
            let is_single = SINGLE.contains(&piece.home);
            if self.contains(index) || object.role == Role::Emitted || is_single {
                continue;
            }
            let symbols = piece.symbols.iter().filter_map(|id| object.elf.symbols.get(id));
            let named =
                symbols.filter(|it| matches!(it.kind, SymbolKind::Function | SymbolKind::Object));
            dropped.extend(named.map(|symbol| (object.origin.clone(), symbol.name.clone())));
        }
        dropped
    }
}

fn is_root(inputs: &Inputs<'_>, piece: &Piece<'_>) -> bool {
    let Some(object) = inputs.objects.get(piece.object) else { return false };
    let Some(section) = object.elf.sections.get(&piece.section) else { return false };
    let name = section.name.as_str();
    let keeps_all = inputs.mode == LinkMode::Relocatable;
    if name == JUMP_TABLES {
        return keeps_all;
    }
    if SINGLE.contains(&name) {
        let mut objects = inputs.objects.iter();
        return objects.position(|it| it.elf.section_named(name).is_some()) == Some(piece.object);
    }
    let mut symbols =
        piece.symbols.iter().filter_map(|&symbol| Some((symbol, object.elf.symbols.get(&symbol)?)));
    if section.is_code() && name != SUBPROGRAMS && !keeps_all {
        return symbols.any(|(id, symbol)| {
            symbol.binding != Binding::Local
                && wins(inputs, SymbolRef { object: piece.object, symbol: id }, symbol)
        });
    }
    if keeps_all || !is_general(section) {
        // The bytes of an overridden variable may still be among others.
        let is_lost = |(id, symbol): (_, &Symbol)| {
            is_shared(object, symbol)
                && !wins(inputs, SymbolRef { object: piece.object, symbol: id }, symbol)
        };
        return piece.symbols.is_empty() || !symbols.all(is_lost);
    }
    symbols.any(|(id, symbol)| {
        is_exported(inputs, object, symbol)
            && wins(inputs, SymbolRef { object: piece.object, symbol: id }, symbol)
    })
}

fn is_general(section: &Section) -> bool {
    is_general_name(&section.name)
}

/// Returns true for the name of a section that a compiler chose, not a user.
pub(super) fn is_general_name(name: &str) -> bool {
    GENERAL.contains(&name)
}

/// Returns true if `symbol`, at `place`, is the definition of its name.
fn wins(inputs: &Inputs<'_>, place: SymbolRef, symbol: &Symbol) -> bool {
    inputs.names.definitions.get(symbol.name.as_str()) == Some(&place)
}

/// Returns true if `symbol` of `object` stays visible whether something refers to it or not, by the rule for bitcode:
/// what is exported or, without any wish, what is not static in the source of a given object.
pub(super) fn is_exported(inputs: &Inputs<'_>, object: &Object, symbol: &Symbol) -> bool {
    let name = symbol.name.as_str();
    if !is_shared(object, symbol) || object.declared.linked_only.contains(name) {
        return false;
    }
    if inputs.mode == LinkMode::Relocatable {
        return true;
    }
    match inputs.exports.requested {
        Requested::Explicit => inputs.exports.contains(name),
        Requested::Inferred => {
            !matches!(object.role, Role::Member | Role::Own) && !inputs.names.hidden.contains(name)
        }
    }
}

/// Returns the pieces that piece number `index` refers to.
fn references(inputs: &Inputs<'_>, index: usize) -> Result<Vec<usize>> {
    let mut found = Vec::new();
    let Some(piece) = inputs.pieces.list.get(index) else { return Ok(found) };
    let elf = inputs.objects.get(piece.object).map(|object| &object.elf);
    let Some(section) = elf.and_then(|elf| elf.sections.get(&piece.section)) else {
        return Ok(found);
    };
    for relocation in relocations_in(section, piece.range.clone()) {
        if let Target::Place(spot, _) = inputs.target(piece.object, section, relocation)? {
            let next = inputs.pieces.at(spot.object, spot.section, spot.offset);
            let lost = || inputs.malformed(piece.object, section, relocation.offset);
            found.push(next.ok_or_else(lost)?);
        }
    }
    if section.is_code() {
        for (_, _, callee) in inputs.direct_calls(index)? {
            found.extend(inputs.pieces.at(piece.object, piece.section, callee));
        }
    }
    Ok(found)
}
