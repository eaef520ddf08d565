//! Functions that run before a program on other systems, and never run in BPF.

use super::{Finding, Subject};
use crate::{
    elf::{Place, Relocation, Section, SymbolKind},
    report::{Error, quoted},
};

/// Sections that hold the addresses of constructors, up to a dot and a priority.
const SECTIONS: [&str; 5] = [".init_array", ".fini_array", ".preinit_array", ".ctors", ".dtors"];

/// Finds such functions.
pub(super) fn find(object: &Subject<'_>) -> Vec<Finding> {
    let lists = object.elf.sections.values().filter(|section| is_list(&section.name));
    let entries = lists.flat_map(|list| list.relocations.iter().map(move |entry| (list, entry)));
    entries.map(|(list, entry)| Finding::Refused(never(object, list, entry))).collect()
}

fn is_list(section: &str) -> bool {
    SECTIONS.iter().any(|list| {
        section.strip_prefix(list).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

fn never(object: &Subject<'_>, list: &Section, entry: &Relocation) -> Error {
    let symbol = object.elf.symbols.get(&entry.symbol);
    let function = symbol.and_then(|symbol| {
        let Place::Section(section) = symbol.place else { return None };
        let addend = match symbol.kind {
            SymbolKind::Section => {
                list.addend(object.elf.endian, entry.kind, entry.offset).unwrap_or(0)
            }
            _ => 0,
        };
        object.function_at(section, symbol.value.checked_add_signed(addend)?)
    });
    let name = function.map(|it| it.name.as_str()).or(symbol.map(|it| it.name.as_str()));
    Error::link(format!("nobody runs {}", quoted(name.unwrap_or("a constructor"))))
        .at(function.and_then(|function| object.source(function, 0)))
        .because(format!("section {} is for what starts a process, and BPF has none", list.name))
        .help("give variables constant values, or let user space set them before it loads the programs")
}
