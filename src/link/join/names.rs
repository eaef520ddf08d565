//! The definition of each global symbol.

use std::collections::{BTreeMap, BTreeSet};

use super::{JUMP_TABLES, SINGLE};
use crate::{
    elf::{Binding, Place, Symbol, SymbolId, SymbolKind},
    object::Object,
    report::{Error, Result, quoted},
};

/// A symbol of one of the objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SymbolRef {
    /// The index of the object.
    pub(super) object: usize,
    /// The symbol.
    pub(super) symbol: SymbolId,
}

/// The global symbols of all objects.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    /// The definition that each name means.
    pub(super) definitions: BTreeMap<&'a str, SymbolRef>,
    /// The names that no object defines; true if one of the references must be resolved.
    pub(super) externs: BTreeMap<&'a str, bool>,
    /// The names that an object hides from loaders and other objects (`__hidden`).
    pub(super) hidden: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    /// Finds the definition of each global symbol: a strong one before a weak one, then the first.
    ///
    /// # Errors
    /// Returns an error if there are two strong ones; the message names both objects.
    pub(super) fn resolve(objects: &'a [Object]) -> Result<Self> {
        let mut names = Self::default();
        for (object, it) in objects.iter().enumerate() {
            for (&symbol, found) in &it.elf.symbols {
                if is_shared(it, found) {
                    names.add(objects, SymbolRef { object, symbol }, found)?;
                }
            }
        }
        let Self { definitions, externs, .. } = &mut names;
        externs.retain(|name, _| !definitions.contains_key(name));
        Ok(names)
    }

    fn add(&mut self, objects: &[Object], place: SymbolRef, symbol: &'a Symbol) -> Result<()> {
        let name = symbol.name.as_str();
        if symbol.is_hidden() {
            self.hidden.insert(name);
        }
        if symbol.place == Place::Undefined {
            *self.externs.entry(name).or_default() |= symbol.binding != Binding::Weak;
            return Ok(());
        }
        let Some(former) = self.definitions.get(name).copied() else {
            self.definitions.insert(name, place);
            return Ok(());
        };
        let is_strong = |at: SymbolRef| {
            symbol_at(objects, at).is_some_and(|symbol| symbol.binding == Binding::Global)
        };
        match (is_strong(former), is_strong(place)) {
            (true, true) => Err(defined_twice(name, objects, former, place)),
            (false, true) => {
                self.definitions.insert(name, place);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Returns the symbol at `place`.
pub(super) fn symbol_at(objects: &[Object], place: SymbolRef) -> Option<&Symbol> {
    objects.get(place.object)?.elf.symbols.get(&place.symbol)
}

/// Returns true if other objects see the symbol. Every object has jump tables and a license of the same names.
pub(super) fn is_shared(object: &Object, symbol: &Symbol) -> bool {
    if symbol.binding == Binding::Local
        || symbol.name.is_empty()
        || matches!(symbol.kind, SymbolKind::Section | SymbolKind::File)
    {
        return false;
    }
    let Place::Section(section) = symbol.place else { return true };
    let name = object.elf.sections.get(&section).map_or("", |section| section.name.as_str());
    name != JUMP_TABLES && !SINGLE.contains(&name)
}

fn defined_twice(name: &str, objects: &[Object], first: SymbolRef, second: SymbolRef) -> Error {
    let sentence = |word: &str, place: SymbolRef| {
        let origin = objects.get(place.object).map(|object| object.origin.to_string());
        format!("{word} in {}", origin.unwrap_or_default())
    };
    Error::link(format!("{} is defined twice", quoted(name)))
        .because(sentence("first", first))
        .because(sentence("again", second))
        .help("make one of them static, weak, or leave one input out")
}
