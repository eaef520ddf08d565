//! Requirements of each whole program: its type, its size with all callees, and tail calls mixed with calls.

use super::{
    View, is_loaded,
    unknown::{Certainty, Unknown},
};
use crate::{
    bpf::kernel::{
        CALLS, LARGE_PROGRAM, LARGE_PROGRAMS, TAIL_CALLS_BESIDE_CALLS, program_size, program_type,
    },
    object::{Callee, Function, place::quoted, reached},
};

/// The number of `bpf_tail_call`.
const TAIL_CALL: i32 = 12;

/// Returns the unsupported properties of each program.
pub(super) fn unknown(view: &View<'_>) -> Vec<Unknown> {
    let programs = view.functions.iter().filter(|it| it.is_program() && is_loaded(it));
    programs
        .flat_map(|program| {
            let parts = reached([program], |symbol| view.function(symbol));
            let mut found: Vec<Unknown> = kind(view, program).into_iter().collect();
            found.extend(size(view, program, &parts));
            found.extend(mixture(view, program, &parts));
            found
        })
        .collect()
}

fn kind(view: &View<'_>, program: &Function) -> Option<Unknown> {
    let row = program_type(&program.section_name).filter(|row| row.since > view.kernel)?;
    let what = format!("programs of type `{}`", row.section);
    Some(Unknown::entry(quoted(&program.name), what, Some(row.since)).with(
        Certainty::Certain,
        "a section such as `?xdp` has libbpf load a program only where user space asks for it",
    ))
}

fn size(view: &View<'_>, program: &Function, parts: &[&Function]) -> Option<Unknown> {
    let size: u64 = parts.iter().map(|part| part.instructions()).sum();
    let limit = program_size(view.kernel);
    if size <= limit {
        return None;
    }
    let subject = format!("{} has {size} instructions and", quoted(&program.name));
    Some(if limit == LARGE_PROGRAM {
        let what = format!("programs of more than {LARGE_PROGRAM}");
        Unknown::entry(subject, what, None).with(Certainty::Certain, LARGE_PROGRAMS.remedy)
    } else {
        Unknown::feature(subject, &LARGE_PROGRAMS)
    })
}

fn mixture(view: &View<'_>, program: &Function, parts: &[&Function]) -> Option<Unknown> {
    let kernel = view.kernel;
    // On a kernel without calls, the calls themselves are the error.
    if parts.len() < 2 || kernel.knows(&TAIL_CALLS_BESIDE_CALLS) || !kernel.knows(&CALLS) {
        return None;
    }
    let (part, reference) = parts.iter().find_map(|part| {
        let tail = part.references.iter().find(|it| it.callee == Callee::Helper(TAIL_CALL))?;
        Some((part, tail))
    })?;
    let place = view.place(part, reference.instruction);
    let subject = format!("{}: {place}", quoted(&program.name));
    Some(Unknown::feature(subject, &TAIL_CALLS_BESIDE_CALLS))
}
