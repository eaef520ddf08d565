//! Refuses an object with undefined symbols: no loader would accept it, or the wrong code would run.

use std::collections::{BTreeMap, BTreeSet};

use super::{CheckOptions, Finding, Findings};
use crate::{
    bpf::{
        kernel::kernel_functions,
        section_names,
        sections::{self, EXTERNS},
    },
    btf::Info,
    object::{Callee, Object, Referrer, Undefined, place::quoted},
    plan::AllowUndefined,
    report::{Audience, Error, WarningKind, demangled, nearest},
};

/// The maximum number of locations in one message.
const SHOWN: usize = 3;

/// Checks that every undefined symbol of `object` is resolved by the loader, weak, or allowed. The one finding names
/// all that are not, and their users.
#[must_use]
pub fn check(object: &Object, options: &CheckOptions<'_>) -> Findings {
    let mut findings = Findings::default();
    if let Some(error) = missing(object, options) {
        findings.refuse(error);
    }
    findings
}

fn missing(object: &Object, options: &CheckOptions<'_>) -> Option<Error> {
    let mut missing = object.undefined();
    missing.retain(|symbol| {
        !may_stay(symbol, object, &options.plan.undefined)
            && !options.left_open.contains(&symbol.name.as_str())
    });
    let (floats, others): (Vec<&Undefined>, Vec<&Undefined>) =
        missing.iter().partition(|symbol| is_float(&symbol.name));
    let mut errors = others.iter().map(|symbol| error(symbol, object, options)).collect::<Vec<_>>();
    errors.extend(float_errors(&floats));
    let whole = match errors.pop() {
        None => return None,
        Some(only) if errors.is_empty() => only,
        Some(last) => Error::link(format!("{} undefined symbols", missing.len()))
            .with_parts(errors.into_iter().chain([last])),
    };
    if others.is_empty() {
        return Some(whole);
    }
    let names: Vec<&str> = others.iter().map(|symbol| symbol.name.as_str()).collect();
    let option = match options.audience {
        Audience::Person => "",
        Audience::Rustc => "-C link-arg=",
    };
    let option =
        format!("if the loader provides it: {option}--allow-undefined={}", names.join(","));
    Some(whole.help(LINK).help(option))
}

/// Returns one error for each function that uses floating point, for which `symbols` would be routines.
fn float_errors(symbols: &[&Undefined]) -> Vec<Error> {
    let mut users = BTreeMap::<&str, (Option<&String>, Vec<String>)>::new();
    for symbol in symbols {
        for place in &symbol.referrers {
            let name = place.function.as_deref().unwrap_or(&place.section);
            let (line, routines) = users.entry(name).or_default();
            *line = line.or(place.source.as_ref());
            if !routines.contains(&quoted(&symbol.name)) {
                routines.push(quoted(&symbol.name));
            }
        }
    }
    let errors = users.into_iter().map(|(function, (line, routines))| {
        Error::link(format!("{} computes with floating point", quoted(function)))
            .at(line)
            .because("BPF has none, and nothing defines routines for it")
            .because(format!("it needs {}", routines.join(", ")))
            .help("compute with integers, such as thousandths (fixed point)")
    });
    errors.collect()
}

const LINK: &str = "link what defines it; in C a function or variable of the kernel needs the section `.ksyms` (`__ksym`)";

/// Returns the error for one symbol: its users, and the name that was probably meant.
fn error(symbol: &Undefined, object: &Object, options: &CheckOptions<'_>) -> Error {
    let error = Error::link(format!("undefined symbol {}", quoted(&symbol.name)));
    let place = symbol.referrers.iter().find_map(|place| place.source.as_ref());
    let places = symbol.referrers.iter().take(SHOWN);
    let error = places.fold(error.at(place), |error, place| error.because(sentence(symbol, place)));
    let error = match symbol.referrers.len().saturating_sub(SHOWN) {
        0 => error,
        more => error.because(format!("and at {more} more places")),
    };
    if let Some(meaning) = routine(&symbol.name) {
        return error.because(meaning);
    }
    let section = object.declared.extern_section(&symbol.name).and_then(section_names::near_data);
    if let Some(section) = section.filter(|section| EXTERNS.contains(section)) {
        return error
            .help(format!("its declaration names another section: did you mean `{section}`?"));
    }
    let near = near_miss(&symbol.name, options.linkable)
        .or_else(|| nearest(&symbol.name, kernel_functions().map(str::to_owned)));
    match near {
        Some(other) => error.help(format!("did you mean {}?", quoted(&other))),
        None => error,
    }
}

/// Returns the linkable symbol that is most similar to `name`, spelled as in its source.
fn near_miss(name: &str, linkable: &[String]) -> Option<String> {
    let near = nearest(&demangled(name), linkable.iter().map(|symbol| demangled(symbol)))?;
    linkable.iter().find(|symbol| demangled(symbol) == near).cloned()
}

/// Returns the operation behind a routine that the source does not call; the names are those of compiler-rt and of C.
fn routine(name: &str) -> Option<&'static str> {
    if name == "abort" {
        return Some(
            "what must not be reached ends in it (`__builtin_trap`, an abort in Rust), and BPF has none",
        );
    }
    let (stem, computes) = parts(name)?;
    (computes && stem.ends_with("ti")).then_some(
        "it computes with 128 bits, which takes a routine that returns more than a BPF function can: use 64",
    )
}

/// Returns true for a routine that computes with floating point, or converts to or from it.
fn is_float(name: &str) -> bool {
    const FLOATS: [&str; 3] = ["sf", "df", "tf"];
    let Some((stem, computes)) = parts(name) else { return false };
    let converts = ["fix", "float", "extend", "trunc"].iter().any(|verb| stem.starts_with(verb));
    computes && FLOATS.iter().any(|float| stem.ends_with(float))
        || converts && FLOATS.iter().any(|float| name.contains(float))
}

/// Splits a routine's name from its marks; returns true with it if the name ends in the number of operand bits.
fn parts(name: &str) -> Option<(&str, bool)> {
    let rest = name.strip_prefix("__")?;
    let (stem, operands) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
    Some((stem, matches!(operands, "2" | "3")))
}

/// Finds symbols that loaders find only through BTF, in an object that will have none.
///
/// Symbols that the user allowed to stay undefined are not reported. CO-RE records alone are never an error: without
/// them the object still loads, and suits the kernel of its headers.
#[must_use]
pub fn check_without_btf(object: &Object) -> Findings {
    let externs = object.undefined().into_iter();
    let externs = externs.filter(|symbol| may_stay(symbol, object, &AllowUndefined::Nothing));
    let externs = externs.map(|symbol| format!("`{}`", symbol.name));
    let typed = sections::TYPED.into_iter();
    let typed = typed.filter(|name| object.elf.section_named(name).is_some());
    let typed = typed.map(|name| format!("section {name}"));
    let needed: Vec<String> = typed.chain(externs).chain(callbacks(object)).collect();
    let loads = needed.is_empty();
    let subjects: Vec<String> = needed.into_iter().chain(records(object.btf.as_ref())).collect();
    if subjects.is_empty() {
        return Findings::default();
    }
    let subjects = subjects.join(", ");
    let error = Error::link(format!("no loader will understand {subjects} without BTF"))
        .help("link with --btf, and compile with debug info");
    let finding = if loads {
        Finding::Noted(super::findings::warning(WarningKind::NeedsBtf, &error))
    } else {
        Finding::Doubtful(WarningKind::NeedsBtf, error)
    };
    Findings::from_iter([finding])
}

/// Returns the functions that helpers call: the kernel refuses a program whose callback has no record in BTF
/// (`missing btf func_info`).
fn callbacks(object: &Object) -> Vec<String> {
    let functions = object.functions();
    let references = functions.iter().flat_map(|function| &function.references);
    let callbacks = references.filter_map(|reference| match reference.callee {
        Callee::Callback(symbol) => object.elf.symbols.get(&symbol),
        _ => None,
    });
    let names: BTreeSet<&str> = callbacks.map(|symbol| symbol.name.as_str()).collect();
    names.into_iter().map(|name| format!("the callback {}", quoted(name))).collect()
}

/// Returns CO-RE queries that would be answered for the kernel of the headers, whatever kernel runs.
fn records(info: Option<&Info>) -> Option<String> {
    let tables = info?.ext.iter().flat_map(|ext| &ext.core_relos);
    let count: usize = tables.map(|table| table.records.len()).sum();
    match count {
        0 => None,
        1 => Some("the one CO-RE record".to_owned()),
        _ => Some(format!("the {count} CO-RE records")),
    }
}

fn may_stay(symbol: &Undefined, object: &Object, allow: &AllowUndefined) -> bool {
    let section =
        symbol.section.as_deref().or_else(|| object.declared.extern_section(&symbol.name));
    symbol.weak
        || section.is_some_and(|section| sections::EXTERNS.contains(&section))
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
