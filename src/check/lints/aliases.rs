//! Programs with two names.

use super::{Finding, Subject};
use crate::{
    elf::Binding,
    object::Function,
    report::{Error, quoted},
};

/// Finds programs that are another name of one with relocations: libbpf gives all of them to one of the two
/// (`find_prog_by_sec_insn`), so the other calls nothing and reads no map. Without relocations both load.
pub(super) fn find(object: &Subject<'_>) -> Vec<Finding> {
    let is_visible = |it: &&Function| it.is_program() && it.binding != Binding::Local;
    let programs: Vec<&Function> = object.functions.iter().filter(is_visible).collect();
    let same = |one: &Function, two: &Function| {
        (one.section, one.offset) == (two.section, two.offset) && is_relocated(object, one)
    };
    let pairs = programs.iter().zip(programs.iter().skip(1)).filter(|(one, two)| same(one, two));
    pairs.map(|(one, two)| Finding::Refused(error(object, one, two))).collect()
}

fn is_relocated(object: &Subject<'_>, function: &Function) -> bool {
    let range = function.offset..function.offset.saturating_add(function.size);
    let section = object.elf.sections.get(&function.section);
    section.is_some_and(|it| it.relocations.iter().any(|it| range.contains(&it.offset)))
}

fn error(object: &Subject<'_>, one: &Function, two: &Function) -> Error {
    let (name, other) = (quoted(&two.name), quoted(&one.name));
    Error::link(format!("{name} and {other} are two names of one program"))
        .at(object.source(one, 0))
        .because("libbpf fills in maps, variables and calls for one of them, and refuses the other")
        .help("define one that calls a function which both share, or export one of the names")
}
