//! `--print-memory-usage`: what programs and maps take, against the kernel's limits.

use std::fmt::Write;

use super::program_report::table;
use crate::{
    bpf::kernel::{LARGE_PROGRAM, LARGE_PROGRAMS, SMALL_PROGRAM},
    check::stack::{Count, Map, ProgramStats, Role, STACK_LIMIT, Target},
    report::{count, demangled},
};

/// Returns the summary: a row for each program with all that it calls, and the bytes of maps and data.
pub(super) fn summary(survey: &ProgramStats) -> String {
    let header = ["program", "instructions", "of 4096", "of a million", "stack", "of 512"];
    let deepest = survey.heaviest(|function| Count::NEW.frame(function));
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for (function, index) in survey.functions.iter().zip(0..) {
        if function.role == Role::Program {
            let instructions = with_callees(survey, index);
            let stack = deepest.from(index).stack(survey, Count::NEW);
            rows.push(vec![
                demangled(&function.name),
                instructions.to_string(),
                share(instructions, SMALL_PROGRAM),
                share(instructions, LARGE_PROGRAM),
                stack.to_string(),
                share(stack, STACK_LIMIT),
            ]);
        }
    }
    let mut text = table(&rows);
    let maps: u64 = survey.maps.iter().filter_map(Map::bytes).sum();
    let _ = writeln!(
        text,
        "\n{}: {}; data: {}\nkernels before {} take {SMALL_PROGRAM} instructions, later ones as many without CAP_BPF",
        count(survey.maps.len(), "map"),
        count(maps, "byte"),
        count(survey.data, "byte"),
        LARGE_PROGRAMS.since,
    );
    text
}

/// Counts the instructions of the function at `index` and of all functions that it reaches, each once, as the kernel
/// counts them.
fn with_callees(survey: &ProgramStats, index: usize) -> u64 {
    let mut seen = std::collections::BTreeSet::from([index]);
    let mut open = vec![index];
    let mut sum = 0_u64;
    while let Some(function) = open.pop().and_then(|index| survey.functions.get(index)) {
        sum = sum.saturating_add(function.instructions);
        for call in &function.calls {
            if let Target::Function(to) | Target::Callback(to) | Target::Deferred(to) = call.target
            {
                if seen.insert(to) {
                    open.push(to);
                }
            }
        }
    }
    sum
}

/// Formats `part` of `whole` as a percentage with one decimal.
fn share(part: u64, whole: u64) -> String {
    let tenths = part.saturating_mul(1000).div_ceil(whole.max(1));
    format!("{}.{}%", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_are_rounded_up() {
        assert_eq!(share(0, 4096), "0.0%");
        assert_eq!(share(1, 4096), "0.1%");
        assert_eq!(share(4096, 4096), "100.0%");
        assert_eq!(share(1024, 512), "200.0%");
    }
}
