//! What each program is as a whole: its type, its size with all functions it calls, and whether it mixes tail calls
//! with calls.

use super::{
    Object, is_loaded,
    unknown::{Certainty, Unknown},
};
use crate::{
    bpf::kernel::{CALLS, LARGE_PROGRAM, LARGE_PROGRAMS, TAIL_CALLS_BESIDE_CALLS, program_type},
    object::{Callee, Function, place::quoted},
};

/// The number of `bpf_tail_call`.
const TAIL_CALL: i32 = 12;

/// What is unknown of each program.
pub(super) fn unknown(object: &Object<'_>) -> Vec<Unknown> {
    let programs = object.functions.iter().filter(|it| it.is_program() && is_loaded(it));
    programs
        .flat_map(|program| {
            let parts = object.reached(std::iter::once(program));
            let mut found: Vec<Unknown> = kind(object, program).into_iter().collect();
            found.extend(size(object, program, &parts));
            found.extend(mixture(object, program, &parts));
            found
        })
        .collect()
}

fn kind(object: &Object<'_>, program: &Function) -> Option<Unknown> {
    let row = program_type(&program.section_name).filter(|row| row.since > object.kernel)?;
    let what = format!("programs of type `{}`", row.section);
    Some(Unknown::entry(quoted(&program.name), what, Some(row.since)).with(
        Certainty::Certain,
        "a section such as `?xdp` has libbpf load a program only where user space asks for it",
    ))
}

fn size(object: &Object<'_>, program: &Function, parts: &[&Function]) -> Option<Unknown> {
    let size: u64 = parts.iter().map(|part| part.instructions()).sum();
    let limit = object.kernel.program_size();
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

fn mixture(object: &Object<'_>, program: &Function, parts: &[&Function]) -> Option<Unknown> {
    let kernel = object.kernel;
    // Before there were calls, they are what is wrong.
    if parts.len() < 2 || kernel.knows(&TAIL_CALLS_BESIDE_CALLS) || !kernel.knows(&CALLS) {
        return None;
    }
    let (part, reference) = parts.iter().find_map(|part| {
        let tail = part.references.iter().find(|it| it.callee == Callee::Helper(TAIL_CALL))?;
        Some((part, tail))
    })?;
    let place = object.place(part, reference.instruction);
    let subject = format!("{}: {place}", quoted(&program.name));
    Some(Unknown::feature(subject, &TAIL_CALLS_BESIDE_CALLS))
}
