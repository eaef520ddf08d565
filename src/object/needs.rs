//! Refuses an object that needs what nobody defines: no loader would take it, or the wrong thing would run.

use rustc_demangle::demangle;

use super::{
    Facts,
    inspect::{Referrer, Undefined},
};
use crate::{
    plan::AllowUndefined,
    report::{Error, Result},
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
    match &place.function {
        Some(function) => {
            format!(
                "{name} is needed by {} at instruction {at} (section {section})",
                quoted(function)
            )
        }
        None => format!("{name} is needed at byte {at} of section {section}"),
    }
}

/// The name as its source writes it, with the mangled one, which options take, where they differ.
fn quoted(name: &str) -> String {
    let plain = format!("{:#}", demangle(name));
    if plain == name { format!("`{name}`") } else { format!("`{plain}` ({name})") }
}
