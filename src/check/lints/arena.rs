//! Arena variables in an object without an arena.

use super::{Finding, Subject};
use crate::{
    check::stack,
    elf::SymbolKind,
    report::{Error, quoted},
};

/// The section in which LLVM puts the variables of address space 1 (libbpf's `ARENA_SEC`).
const SECTION: &str = ".addr_space.1";
/// `BPF_MAP_TYPE_ARENA`.
const ARENA: u32 = 33;

/// Finds such variables if the definitions of all maps are known: libbpf refuses the object then.
pub(super) fn find(object: &Subject<'_>) -> Vec<Finding> {
    let Some(section) = object.elf.section_named(SECTION) else { return Vec::new() };
    let maps = stack::maps_of(object.elf, object.info);
    if maps.iter().any(|map| map.kind.is_none_or(|kind| kind == ARENA)) {
        return Vec::new();
    }
    let symbols = object.elf.symbols_in(section).into_iter();
    let mut variables = symbols.filter(|(_, symbol)| symbol.kind == SymbolKind::Object);
    let name = variables.next().map_or("data", |(_, symbol)| symbol.name.as_str());
    vec![Finding::Refused(
        Error::link(format!("{} is in address space 1, and no map is an arena", quoted(name)))
            .because("variables of address space 1 live in the arena of their object")
            .help("define a map of type BPF_MAP_TYPE_ARENA, or leave the address space out"),
    )]
}
