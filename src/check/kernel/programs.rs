//! Requirements of each whole program: its type, its size with all callees, and tail calls mixed with calls.

use super::View;
use crate::{
    bpf::kernel::{
        LARGE_PROGRAM, LARGE_PROGRAMS, SMALL_PROGRAM, TAIL_CALLS_BESIDE_CALLS, program_type,
    },
    check::need::{Certainty, Need, NeedKind},
    object::{Callee, Function, place::quoted},
};

/// The number of `bpf_tail_call`.
const TAIL_CALL: i32 = 12;

/// Returns the unsupported properties of `program`, which consists of the functions `parts`.
pub(super) fn of(view: &View<'_>, program: &Function, parts: &[&Function]) -> Vec<Need> {
    let mut found: Vec<Need> = kind(view, program).into_iter().collect();
    found.extend(size(view, program, parts));
    found.extend(mixture(view, program, parts));
    found
}

fn kind(view: &View<'_>, program: &Function) -> Option<Need> {
    let section = program.section_name.trim_start_matches('?');
    let row = program_type(section).filter(|row| row.since > view.kernel)?;
    let what = format!("programs of type `{}`", row.section);
    let need = Need::entry(NeedKind::ProgramType, quoted(&program.name), what, Some(row.since))
        .with(
            Certainty::Certain,
            "a section such as `?xdp` has libbpf load a program only where user space asks for it",
        );
    Some(need.at(view.source(program, 0)))
}

fn size(view: &View<'_>, program: &Function, parts: &[&Function]) -> Option<Need> {
    let size: u64 = parts.iter().map(|part| part.instructions()).sum();
    let subject = format!("{} has {size} instructions and", quoted(&program.name));
    let need = if size > LARGE_PROGRAM {
        let what = format!("programs of more than {LARGE_PROGRAM}");
        Need::entry(NeedKind::Size, subject, what, None)
            .with(Certainty::Certain, LARGE_PROGRAMS.remedy)
    } else if size > SMALL_PROGRAM && !view.kernel.knows(&LARGE_PROGRAMS) {
        Need::feature(NeedKind::Size, subject, &LARGE_PROGRAMS)
    } else {
        return None;
    };
    Some(need.at(view.source(program, 0)))
}

fn mixture(view: &View<'_>, program: &Function, parts: &[&Function]) -> Option<Need> {
    if parts.len() < 2 || view.kernel.knows(&TAIL_CALLS_BESIDE_CALLS) {
        return None;
    }
    let (part, reference) = parts.iter().find_map(|part| {
        let tail = part.references.iter().find(|it| it.callee == Callee::Helper(TAIL_CALL))?;
        Some((part, tail))
    })?;
    let place = view.place(part, reference.instruction);
    let subject = format!("{}: {place}", quoted(&program.name));
    let need = Need::feature(NeedKind::Call, subject, &TAIL_CALLS_BESIDE_CALLS);
    Some(need.at(view.source(part, reference.instruction)))
}
