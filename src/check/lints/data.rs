//! Data in sections that loaders do not expose to programs.

use super::{Finding, SHOWN, Subject};
use crate::{
    bpf::section_names,
    check::findings::warning,
    elf::{SectionId, SymbolKind},
    plan::Btf,
    report::{Error, WarningKind, quoted},
};

/// Coverage and profile counters, which a runtime library would write to a file.
const PROFILE: [&str; 2] = ["__llvm_prf_", "__llvm_cov"];

/// Finds data that code uses but loaders do not put into a map; libbpf and aya refuse the object for it.
pub(super) fn find(object: &Subject<'_>) -> Vec<Finding> {
    let sections = object.elf.sections.iter().filter(|(_, section)| !section.is_code());
    let strange = sections
        .filter(|(_, section)| section.is_alloc() && !section_names::is_readable(&section.name));
    let found = strange.filter_map(|(id, section)| {
        let error = unread(object, *id, &section.name)?;
        Some(if section_names::is_readable_by_aya(&section.name) {
            Finding::Noted(warning(WarningKind::UnknownSection, &error))
        } else if object.btf == Btf::Omit {
            // An object without BTF may be meant for a custom loader.
            Finding::Doubtful(WarningKind::UnknownSection, error)
        } else {
            Finding::Refused(error)
        })
    });
    found.collect()
}

fn unread(object: &Subject<'_>, id: SectionId, section: &str) -> Option<Error> {
    let users = object.users(id);
    if users.is_empty() {
        return None;
    }
    let symbols = object.elf.symbols_in(id).into_iter();
    let mut variables = symbols.filter(|(_, symbol)| symbol.kind == SymbolKind::Object);
    let name = variables.next().map_or("data", |(_, symbol)| symbol.name.as_str());
    let name = quoted(name);
    let error = if section_names::is_readable_by_aya(section) {
        Error::link(format!("{name} is in {section}, which libbpf does not read"))
    } else {
        Error::link(format!("{name} is in {section}, which no loader reads"))
    };
    let shown = users.iter().take(SHOWN);
    let error = shown.fold(error, |error, user| error.because(format!("{user} uses it")));
    let error = match users.len().saturating_sub(SHOWN) {
        0 => error,
        more => error.because(format!("and {more} more places")),
    };
    Some(if PROFILE.iter().any(|begin| section.starts_with(begin)) {
        error.help("compile without profiles and coverage: no runtime collects them in a kernel")
    } else if let Some(known) = section_names::near_data(section) {
        error.help(format!("did you mean `{known}`?"))
    } else {
        error.help(format!(
            "leave its section out, or let the name begin with `.data.`, `.rodata.` or `.bss.`: `.data.{}`",
            section.trim_start_matches('.')
        ))
    })
}
