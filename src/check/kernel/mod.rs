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

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    bpf::{insn::INSN_SIZE, kernel::Kernel},
    check::{
        Findings,
        need::{Certainty, Need, NeedKind, Needs, ProgramNeeds},
    },
    elf::{SectionId, Symbol, SymbolId},
    object::{
        Function, Object,
        place::{SourceLines, place_at},
        reached,
    },
    report::{Error, Warning, WarningKind},
};

/// The maximum number of items in one message.
const SHOWN: usize = 10;

/// The data that the checks use.
struct View<'a> {
    object: &'a Object,
    lines: Option<SourceLines<'a>>,
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
    /// The kernel whose features nothing is reported of.
    kernel: Kernel,
}

/// Returns everything that the programs of `object` need of the kernel, including those that loaders do not load
/// unless asked, in no order.
#[must_use]
pub(super) fn needs(object: &Object) -> Needs {
    const NONE: Kernel = Kernel(0, 0);
    let view = View::new(object, NONE);
    let mut maps = maps::needs(&view);
    let own: BTreeMap<SymbolId, Vec<Need>> =
        view.functions.iter().map(|it| (it.symbol, view.of_function(it))).collect();
    let mut used = BTreeSet::new();
    let programs = view.functions.iter().filter(|it| it.is_program()).map(|program| {
        let parts = view.parts(program);
        let mut needs = programs::of(&view, program, &parts);
        for part in &parts {
            needs.extend(own.get(&part.symbol).into_iter().flatten().cloned());
            for (name, of_map) in maps::used(&view, part, &maps) {
                used.insert(name);
                needs.extend(of_map);
            }
        }
        ProgramNeeds { program: program.name.clone(), needs }
    });
    let programs = programs.collect();
    maps.retain(|name, _| !used.contains(name));
    Needs { programs, others: maps.into_values().flatten().collect() }
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

fn error(unknown: &[Need], kernel: Kernel) -> Error {
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

fn warning(unknown: &Need, kernel: Kernel) -> Warning {
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
            lines: object.btf.as_ref().map(SourceLines::of),
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

    /// Returns what the kernel lacks of what the object needs.
    fn unknown(&self) -> Vec<Need> {
        // A kernel takes a field whose type it does not know for bytes (`btf_find_field` of `kernel/bpf/btf.c`), and
        // libbpf skips tables in optional sections.
        let is_refused =
            |need: &Need| need.kind != NeedKind::MapField && need.certainty == Certainty::Certain;
        let of_maps = maps::needs(self).into_values().flatten();
        let mut found: Vec<Need> = of_maps.filter(is_refused).collect();
        for program in self.functions.iter().filter(|it| it.is_program() && is_loaded(it)) {
            let parts = self.parts(program);
            found.extend(programs::of(self, program, &parts));
        }
        for function in self.functions.iter().filter(|function| is_loaded(function)) {
            found.extend(self.of_function(function));
        }
        found
    }

    /// Returns `program` and all its direct and indirect callees and callbacks.
    fn parts<'f>(&'f self, program: &'f Function) -> Vec<&'f Function> {
        reached([program], |symbol| self.function(symbol))
    }

    /// Returns the requirements of the code of `function`.
    fn of_function(&self, function: &Function) -> Vec<Need> {
        let mut found = loops::needs(self, function);
        found.extend(instructions::needs(self, function));
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
        place_at(self.source(function, slot), function, slot)
    }

    /// Returns the source location of an instruction, as `file:line`.
    fn source(&self, function: &Function, slot: u64) -> Option<String> {
        let offset = function.offset.saturating_add(slot.saturating_mul(INSN_SIZE));
        self.lines.as_ref()?.source_of(&function.section_name, offset)
    }

    fn function(&self, symbol: SymbolId) -> Option<&Function> {
        self.functions.get(*self.places.get(&symbol)?)
    }
}

/// Returns true if loaders load the function by default: programs of a section such as `?xdp` are left to the user.
fn is_loaded(function: &Function) -> bool {
    !function.section_name.starts_with('?')
}
