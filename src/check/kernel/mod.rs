//! Would this kernel take the object: the finished object against the table of [`bpf::kernel`](crate::bpf::kernel).
//!
//! A kernel refuses a program for what it is or for what the verifier finds on its paths. Only the former can be told
//! here; how many instructions the verifier walks, and which accesses it can prove safe, it alone knows. What is told
//! is certain, with one exception: the verifier passes over code that cannot be reached for values the loader fills
//! in, so a helper behind a test of the kernel at hand is no reason to refuse. Where a function makes such a test, a
//! helper that is too new is a warning.

mod instructions;
mod loops;
mod maps;
mod programs;
mod references;
mod unknown;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    bpf::kernel::Kernel,
    elf::{SectionId, Symbol, SymbolId},
    object::{Callee, Function, Object, place::place},
    report::{Error, Result, Warning, WarningKind, Warnings},
};
use unknown::{Certainty, Unknown};

/// How many things one message names.
const SHOWN: usize = 10;

/// What the checks look at.
struct View<'a> {
    object: &'a Object,
    /// Where externs come from: their sections, by name.
    externs: BTreeMap<String, String>,
    functions: Vec<Function>,
    /// Where each function is in that list.
    places: BTreeMap<SymbolId, usize>,
    /// What instructions depend on, by section and offset in bytes.
    relocated: BTreeMap<(SectionId, u64), &'a Symbol>,
    /// Instructions that CO-RE makes a test of whether something exists, by section and offset in bytes.
    existence: BTreeSet<(String, u64)>,
    /// Functions that ask at load time what the kernel has, and all that they call.
    guarded: BTreeSet<SymbolId>,
    kernel: Kernel,
}

/// Checks that `kernel` knows all that `object` uses.
///
/// # Errors
/// It does not; the message names each thing, where it is, and what to do about it.
pub fn check(object: &Object, kernel: Kernel, warnings: &Warnings) -> Result<()> {
    let view = View::new(object, kernel);
    let (certain, guarded): (Vec<_>, Vec<_>) =
        view.unknown().into_iter().partition(|it| it.certainty == Certainty::Certain);
    for unknown in &guarded {
        warnings.push(warning(unknown, kernel));
    }
    if certain.is_empty() { Ok(()) } else { Err(error(&certain, kernel)) }
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
    Warning {
        kind: WarningKind::KernelGuarded,
        message: format!(
            "kernel {kernel} takes this only where a test of the kernel keeps it from being reached: {}",
            unknown.sentence()
        ),
        help: Vec::new(),
    }
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
        view.guarded = view.reached(asking).into_iter().map(|it| it.symbol).collect();
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

    /// These functions and all that they reach, as a loader puts them together.
    fn reached<'f>(&'f self, starts: impl Iterator<Item = &'f Function>) -> Vec<&'f Function> {
        let mut reached: Vec<&Function> = starts.collect();
        let mut seen: BTreeSet<SymbolId> = reached.iter().map(|it| it.symbol).collect();
        let mut at = 0;
        while let Some(&function) = reached.get(at) {
            for reference in &function.references {
                if let Callee::Function(symbol) | Callee::Callback(symbol) = reference.callee
                    && seen.insert(symbol)
                {
                    reached.extend(self.function(symbol));
                }
            }
            at += 1;
        }
        reached
    }

    /// Whether what `function` calls may be unreachable on a kernel that lacks it.
    fn certainty(&self, function: &Function) -> Certainty {
        if self.guarded.contains(&function.symbol) {
            Certainty::Guarded
        } else {
            Certainty::Certain
        }
    }

    /// The place of an instruction, as a message names it.
    fn place(&self, function: &Function, slot: u64) -> String {
        place(self.object, function, slot)
    }

    fn function(&self, symbol: SymbolId) -> Option<&Function> {
        self.functions.get(*self.places.get(&symbol)?)
    }
}

/// Whether loaders load it without being asked: those of a section such as `?xdp` they leave to the user.
fn is_loaded(function: &Function) -> bool {
    !function.section_name.starts_with('?')
}
