//! Checks the finished object against one kernel, by the table of [`bpf::kernel`](crate::bpf::kernel).
//!
//! A kernel refuses a program either for its contents or for a path that the verifier walks. Only the former can be
//! checked here; the number of instructions walked and the accesses proved safe depend on the verifier. Errors are
//! certain, with one exception: the verifier skips code that is unreachable for values the loader fills in, so a
//! helper behind a test of the running kernel is no reason to refuse. In a function that makes such a test, a helper
//! that is too new is a warning.

mod instructions;
mod loops;
mod maps;
mod programs;
mod references;
mod unknown;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    bpf::kernel::Kernel,
    check::Findings,
    elf::{SectionId, Symbol, SymbolId},
    object::{Function, Object, place::place, reached},
    report::{Error, Warning, WarningKind},
};
use unknown::{Certainty, Unknown};

/// The maximum number of items in one message.
const SHOWN: usize = 10;

/// The data that the checks use.
struct View<'a> {
    object: &'a Object,
    /// The section of each extern, by name.
    externs: BTreeMap<String, String>,
    functions: Vec<Function>,
    /// The index of each function in that list.
    places: BTreeMap<SymbolId, usize>,
    /// The symbols that instructions refer to, by section and offset in bytes.
    relocated: BTreeMap<(SectionId, u64), &'a Symbol>,
    /// Instructions that CO-RE turns into a test for existence, by section and offset in bytes.
    existence: BTreeSet<(String, u64)>,
    /// Functions that test at load time for kernel features, and all their callees.
    guarded: BTreeSet<SymbolId>,
    kernel: Kernel,
}

/// Checks that `kernel` supports everything that `object` uses. Of the findings one is an error at most, which names
/// each item, its location and the remedy.
#[must_use]
pub fn check(object: &Object, kernel: Kernel) -> Findings {
    let view = View::new(object, kernel);
    let (certain, guarded): (Vec<_>, Vec<_>) =
        view.unknown().into_iter().partition(|it| it.certainty == Certainty::Certain);
    let mut findings = Findings::default();
    for unknown in &guarded {
        findings.note(warning(unknown, kernel));
    }
    if !certain.is_empty() {
        findings.refuse(error(&certain, kernel));
    }
    findings
}

fn error(unknown: &[Unknown], kernel: Kernel) -> Error {
    let subject = format!("kernel {kernel} would refuse the object");
    let error = unknown
        .iter()
        .take(SHOWN)
        .fold(Error::link(subject), |error, it| error.because(it.sentence()));
    let error = match unknown.len().saturating_sub(SHOWN) {
        0 => error,
        more => error.because(format!("{more} more of the kind")),
    };
    let mut remedies: Vec<&str> = Vec::new();
    for it in unknown.iter().take(SHOWN) {
        if !it.remedy.is_empty() && !remedies.contains(&it.remedy.as_str()) {
            remedies.push(&it.remedy);
        }
    }
    remedies.into_iter().fold(error, Error::help)
}

fn warning(unknown: &Unknown, kernel: Kernel) -> Warning {
    let message = format!(
        "kernel {kernel} takes this only where a test of the kernel keeps it from being reached: {}",
        unknown.sentence()
    );
    Warning::new(WarningKind::KernelGuarded, message)
}

impl<'a> View<'a> {
    fn new(object: &'a Object, kernel: Kernel) -> Self {
        let externs = object.undefined().into_iter().filter_map(|symbol| {
            let declared = || object.declared.extern_section(&symbol.name).map(str::to_owned);
            let section = symbol.section.clone().or_else(declared)?;
            Some((symbol.name, section))
        });
        let functions = object.functions();
        let mut view = Self {
            object,
            externs: externs.collect(),
            places: functions.iter().map(|it| it.symbol).zip(0..).collect(),
            functions,
            relocated: references::relocated(&object.elf),
            existence: references::existence(object.btf.as_ref()),
            guarded: BTreeSet::new(),
            kernel,
        };
        let asking = view.functions.iter().filter(|it| references::asks(&view, it));
        view.guarded = reached(asking, |symbol| view.function(symbol))
            .into_iter()
            .map(|it| it.symbol)
            .collect();
        view
    }

    fn unknown(&self) -> Vec<Unknown> {
        let mut found = maps::unknown(self);
        found.extend(programs::unknown(self));
        for function in self.functions.iter().filter(|function| is_loaded(function)) {
            found.extend(loops::unknown(self, function));
            found.extend(instructions::unknown(self, function));
        }
        found
    }

    /// Returns `Guarded` if the calls of `function` may be unreachable on a kernel that lacks the callee.
    fn certainty(&self, function: &Function) -> Certainty {
        if self.guarded.contains(&function.symbol) {
            Certainty::Guarded
        } else {
            Certainty::Certain
        }
    }

    /// Formats the location of an instruction for a message.
    fn place(&self, function: &Function, slot: u64) -> String {
        place(self.object, function, slot)
    }

    fn function(&self, symbol: SymbolId) -> Option<&Function> {
        self.functions.get(*self.places.get(&symbol)?)
    }
}

/// Returns true if loaders load the function by default: programs of a section such as `?xdp` are left to the user.
fn is_loaded(function: &Function) -> bool {
    !function.section_name.starts_with('?')
}
