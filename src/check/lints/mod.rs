//! Lints of contents that the kernel accepts but loaders refuse or misread: sections and names without meaning to
//! them, static programs, licenses, and code or data that is never run or read.
//!
//! A problem for every loader is [`Finding::Refused`], one that a loader other than libbpf and aya may accept is
//! [`Finding::Doubtful`].

mod aliases;
mod arena;
mod constructors;
mod data;
mod license;
mod names;

use std::collections::BTreeMap;

use super::{CheckOptions, Finding, Findings};
use crate::{
    bpf::{insn::INSN_SIZE, section_names},
    btf::Info,
    elf::{Elf, Place, SectionId, SymbolId},
    object::{Callee, Function, Object, Undefined, externs::Declared, place::source_of},
    plan::Btf,
    report::{Audience, Error, quoted},
};

/// The maximum number of locations in one message.
const SHOWN: usize = 3;

/// An object and the data that all lints need.
struct Subject<'a> {
    elf: &'a Elf,
    info: Option<&'a Info>,
    undefined: Vec<Undefined>,
    declared: &'a Declared,
    audience: Audience,
    btf: Btf,
    functions: Vec<Function>,
    /// The index of each function in that list.
    places: BTreeMap<SymbolId, usize>,
}

/// Checks that loaders understand `object`.
#[must_use]
pub fn check(object: &Object, options: &CheckOptions<'_>) -> Findings {
    let functions = object.functions();
    let places = functions.iter().map(|it| it.symbol).zip(0..).collect();
    let subject = Subject {
        elf: &object.elf,
        info: object.btf.as_ref(),
        undefined: object.undefined(),
        declared: &object.declared,
        audience: options.audience,
        btf: options.plan.debug_info.btf,
        functions,
        places,
    };
    let rules = [
        constructors::find,
        data::find,
        names::find,
        calls,
        license::find,
        arena::find,
        aliases::find,
    ];
    rules.iter().flat_map(|rule| rule(&subject)).collect()
}

impl Subject<'_> {
    /// Returns the source location of the instruction `slot` slots after the start of `function`.
    fn source(&self, function: &Function, slot: u64) -> Option<String> {
        let offset = function.offset.saturating_add(slot.saturating_mul(INSN_SIZE));
        source_of(self.info?, &function.section_name, offset)
    }

    fn function(&self, symbol: SymbolId) -> Option<&Function> {
        self.functions.get(*self.places.get(&symbol)?)
    }

    /// Returns the function that starts at, or contains, byte `offset` of `section`.
    fn function_at(&self, section: SectionId, offset: u64) -> Option<&Function> {
        self.functions.iter().find(|function| {
            let end = function.offset.saturating_add(function.size);
            function.section == section && (function.offset..end).contains(&offset)
        })
    }

    /// Returns the functions in code that refer to `section`, each with its first reference, in order.
    fn users(&self, section: SectionId) -> Vec<String> {
        let mut found = Vec::new();
        for (id, code) in self.elf.code() {
            for relocation in &code.relocations {
                let symbol = self.elf.symbols.get(&relocation.symbol);
                if symbol.is_none_or(|symbol| symbol.place != Place::Section(section)) {
                    continue;
                }
                let Some(function) = self.function_at(id, relocation.offset) else { continue };
                let slot = relocation.offset.saturating_sub(function.offset) / INSN_SIZE;
                let place = self.source(function, slot).map(|place| format!(" at {place}"));
                let user = format!("{}{}", quoted(&function.name), place.unwrap_or_default());
                if !found.contains(&user) {
                    found.push(user);
                }
            }
        }
        found
    }
}

/// Finds programs that call, or pass to a helper, another program: libbpf looks for callees in `.text` only
/// (`bpf_program__record_reloc`).
fn calls(object: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for caller in &object.functions {
        for reference in &caller.references {
            let (Callee::Function(symbol) | Callee::Callback(symbol)) = reference.callee else {
                continue;
            };
            let is_other = |other: &&Function| {
                other.symbol != caller.symbol && section_names::is_program(&other.section_name)
            };
            let Some(callee) = object.function(symbol).filter(is_other) else { continue };
            let (name, other) = (quoted(&caller.name), quoted(&callee.name));
            found.push(Finding::Refused(
                Error::link(format!("{name} calls {other}, which is a program"))
                    .at(object.source(caller, reference.instruction))
                    .because(format!(
                        "it is in section `{}`, and loaders look for callees in `.text` only",
                        callee.section_name
                    ))
                    .help("put what both need into a function without a section, and call that"),
            ));
        }
    }
    found
}
