//! Refuses an object that needs what nobody defines: no loader would take it, or the wrong thing would run.

use rustc_demangle::demangle;

use super::{
    Facts,
    elf::Elf,
    inspect::{Referrer, Undefined},
    maps,
};
use crate::{
    plan::AllowUndefined,
    report::{Error, Result, Warning, Warnings},
};

/// Sections whose externs the loader resolves.
pub const EXTERN_SECTIONS: [&str; 2] = [".ksyms", ".kconfig"];

/// How many places one message names.
const SHOWN: usize = 3;

/// Checks that every one of `undefined` is resolved by the loader, weak, or allowed.
///
/// # Errors
/// One that is not; the message names all of them and who needs them.
pub fn check(undefined: &[Undefined], facts: &Facts, allow: &AllowUndefined) -> Result<()> {
    let missing: Vec<_> =
        undefined.iter().filter(|symbol| !may_stay(symbol, facts, allow)).collect();
    let Some(first) = missing.first() else { return Ok(()) };
    let subject = match missing.len() {
        1 => format!("undefined symbol {}", quoted(&first.name)),
        count => format!("{count} undefined symbols"),
    };
    let error = missing.iter().fold(Error::link(subject), |error, symbol| {
        symbol
            .referrers
            .iter()
            .take(SHOWN)
            .fold(error, |error, place| error.because(sentence(symbol, place)))
    });
    Err(error
        .help(
            "link what defines it; a function or variable of the kernel needs the section `.ksyms`",
        )
        .help(format!("if the loader provides it: --allow-undefined={}", first.name)))
}

/// Warns of what loaders find through BTF only, in an object that will have none.
///
/// What the user allowed to stay undefined is for somebody they know, and not warned of.
pub fn warn_without_btf(elf: &Elf, undefined: &[Undefined], facts: &Facts, warnings: &Warnings) {
    let externs =
        undefined.iter().filter(|symbol| may_stay(symbol, facts, &AllowUndefined::Nothing));
    let externs = externs.map(|symbol| format!("`{}`", symbol.name));
    let maps = elf.section_named(maps::MAPS).map(|_| format!("section {}", maps::MAPS));
    let subjects = maps.into_iter().chain(externs).collect::<Vec<_>>();
    if !subjects.is_empty() {
        warnings.push(Warning {
            name: "needs-btf",
            message: format!("no loader will understand {} without BTF", subjects.join(", ")),
            help: vec!["link with --btf, and compile with debug info".to_owned()],
        });
    }
}

fn may_stay(symbol: &Undefined, facts: &Facts, allow: &AllowUndefined) -> bool {
    let section = symbol.section.as_deref().or_else(|| facts.extern_section(&symbol.name));
    symbol.weak
        || section.is_some_and(|section| EXTERN_SECTIONS.contains(&section))
        || match allow {
            AllowUndefined::Nothing => false,
            AllowUndefined::Named(names) => names.contains(&symbol.name),
            AllowUndefined::Anything => true,
        }
}

fn sentence(symbol: &Undefined, place: &Referrer) -> String {
    let (name, at, section) = (quoted(&symbol.name), place.position, &place.section);
    let source = place.source.as_ref().map(|source| format!(", {source}")).unwrap_or_default();
    match &place.function {
        Some(function) => {
            let function = quoted(function);
            format!(
                "{name} is needed by {function} at instruction {at} (section {section}{source})"
            )
        }
        None => format!("{name} is needed at byte {at} of section {section}"),
    }
}

/// The name as its source writes it, with the mangled one, which options take, where they differ.
pub(super) fn quoted(name: &str) -> String {
    let plain = format!("{:#}", demangle(name));
    if plain == name { format!("`{name}`") } else { format!("`{plain}` ({name})") }
}
