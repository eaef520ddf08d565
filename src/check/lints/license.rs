//! Lints of the license: unreadable text, and features that the kernel reserves for GPL programs.

use std::collections::BTreeSet;

use super::{Finding, SHOWN, Subject};
use crate::{
    bpf::kernel::{helper, is_gpl_compatible, is_gpl_only},
    elf::SymbolId,
    object::{Callee, Function, reached},
    report::{Audience, Error, WarningKind, quoted},
};

const SECTION: &str = "license";
const HELP: [&str; 2] = [
    "in C: `char LICENSE[] SEC(\"license\") = \"GPL\";`",
    "in Rust: `#[unsafe(no_mangle)] #[unsafe(link_section = \"license\")] static LICENSE: [u8; 4] = *b\"GPL\\0\";`",
];

/// Types of programs that must be licensed under the GPL as a whole (`bpf_lsm_verify_prog`,
/// `check_struct_ops_btf_id`).
const GPL_TYPES: [&str; 2] = ["lsm", "struct_ops"];

/// Finds both kinds of problem.
pub(super) fn find(object: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let license = match read(object) {
        Ok(license) => license,
        Err(error) => {
            found.push(Finding::Doubtful(WarningKind::BadLicense, error));
            return found;
        }
    };
    if !license.as_deref().is_some_and(is_gpl_compatible) {
        let kept = restricted(object);
        if let Some(error) = forbidden(license.as_deref(), &kept) {
            found.push(Finding::Doubtful(WarningKind::GplHelper, error));
        }
    }
    found
}

/// Returns the text of the license, or `None` if there is no license section.
fn read(object: &Subject<'_>) -> Result<Option<String>, Error> {
    let Some(id) = object.elf.section_named(SECTION) else { return Ok(None) };
    let Some(section) = object.elf.sections.get(&id) else { return Ok(None) };
    let symbols = object.elf.symbols_in(id);
    let name = symbols.iter().map(|(_, symbol)| symbol.name.as_str()).find(|name| !name.is_empty());
    let bad = |why: &str| {
        let name = quoted(name.unwrap_or("license"));
        let error = Error::link(format!("loaders cannot read the license {name}")).because(why);
        HELP.iter().fold(error, |error, help| error.help(*help))
    };
    if !section.relocations.is_empty() {
        return Err(bad("it is a pointer to text: it must be the bytes themselves"));
    }
    let bytes = section.bytes();
    let Some(end) = bytes.iter().position(|byte| *byte == 0) else {
        return Err(bad("its text does not end in a NUL byte"));
    };
    let text = bytes.get(..end).unwrap_or_default();
    Ok(Some(String::from_utf8_lossy(text).into_owned()))
}

/// A use that only GPL programs may make: the subject, the use and the location.
struct Restricted {
    subject: String,
    what: String,
    source: Option<String>,
}

fn restricted(object: &Subject<'_>) -> Vec<Restricted> {
    let mut found = Vec::new();
    let mut named = BTreeSet::new();
    let programs: Vec<_> = object.functions.iter().filter(|it| is_loaded(it)).collect();
    for program in &programs {
        let word = program.section_name.split(['/', '.']).next().unwrap_or_default();
        if GPL_TYPES.contains(&word) && named.insert(word.to_owned()) {
            found.push(Restricted {
                subject: quoted(&program.name),
                what: format!("is a program of type `{word}`"),
                source: object.source(program, 0),
            });
        }
    }
    for function in reached(programs, |symbol| object.function(symbol)) {
        for reference in &function.references {
            let callee = match reference.callee {
                Callee::Helper(number) => restricted_helper(number),
                Callee::Undefined(symbol) => kernel_function(object, symbol),
                _ => None,
            };
            if let Some(callee) = callee.filter(|callee| named.insert(callee.clone())) {
                found.push(Restricted {
                    subject: quoted(&function.name),
                    what: format!("calls {callee}"),
                    source: object.source(function, reference.instruction),
                });
            }
        }
    }
    found
}

fn forbidden(license: Option<&str>, kept: &[Restricted]) -> Option<Error> {
    let first = kept.first()?;
    let (subject, what) = (&first.subject, &first.what);
    let error = Error::link(format!("{subject} {what}, which takes a license of the GPL"))
        .at(first.source.as_ref());
    let error = kept.iter().skip(1).take(SHOWN).fold(error, |error, it| {
        let place = it.source.as_ref().map(|source| format!(" at {source}")).unwrap_or_default();
        error.because(format!("so does {}: it {}{place}", it.subject, it.what))
    });
    let error = match kept.len().saturating_sub(SHOWN.saturating_add(1)) {
        0 => error,
        more => error.because(format!("and {more} more")),
    };
    let error = error.because(match license {
        None => "the object has no license".to_owned(),
        Some(text) => format!("the kernel does not count `{text}` as compatible with the GPL"),
    });
    let error = HELP.iter().fold(error, |error, help| error.help(*help));
    Some(error.help("`-W no-gpl-helper` if another loader supplies the license"))
}

fn restricted_helper(number: i32) -> Option<String> {
    let (name, _) = helper(u32::try_from(number).ok()?)?;
    is_gpl_only(name).then(|| format!("the helper `bpf_{name}`"))
}

/// Returns the kernel function that `symbol` names. All of them are for GPL programs (`add_kfunc_call` of
/// `kernel/bpf/verifier.c`).
fn kernel_function(object: &Subject<'_>, symbol: SymbolId) -> Option<String> {
    let name = &object.elf.symbols.get(&symbol)?.name;
    // Sorted by name.
    let place = object.undefined.binary_search_by(|it| it.name.cmp(name)).ok()?;
    let extern_ = object.undefined.get(place)?;
    let section = extern_.section.as_deref().or_else(|| object.declared.extern_section(name));
    let is_function = object.declared.externs.get(name)?.signature.is_some();
    // In C the caller declared it `__ksym`, and loaders other than libbpf take the license from elsewhere.
    let is_kernels = object.audience == Audience::Rustc
        && section == Some(".ksyms")
        && is_function
        && !extern_.weak;
    is_kernels.then(|| format!("the kernel function `{name}`"))
}

fn is_loaded(function: &Function) -> bool {
    function.is_program() && !function.section_name.starts_with('?')
}
