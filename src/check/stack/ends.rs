//! Ends of functions.
//!
//! The kernel checks all instructions of a program before its verifier follows any (`check_subprogs` in
//! `kernel/bpf/verifier.c`): the last instruction of each function is an exit or an unconditional jump ("last insn is
//! not an exit or jmp"), and jumps stay inside the function ("jump out of range").

use std::collections::VecDeque;

use super::{Chain, ProgramStats, Root, Target};
use crate::{
    bpf::insn::{EXIT, Insn, JA, JA32},
    check::Findings,
    report::{Error, quoted},
};

/// A rule that a function breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A last instruction that is neither an exit nor a jump.
    End,
    /// A jump to a slot outside the function's instructions.
    Jump,
}

/// Returns the first instruction of `code`, all of a function, that breaks a rule: its slot, and the rule.
pub(super) fn fault(code: &[Insn]) -> Option<(u64, Fault)> {
    let last = code.last()?;
    let end = last.slot + last.slots();
    let leads_out = |insn: &&Insn| {
        let target = insn.jump_target().map(u64::try_from);
        target.is_some_and(|target| target.is_ok_and(|target| target >= end) || target.is_err())
    };
    let jump = code.iter().find(leads_out).map(|insn| (insn.slot, Fault::Jump));
    let is_end = matches!(last.code, EXIT | JA | JA32);
    jump.or_else(|| (!is_end).then_some((last.slot, Fault::End)))
}

impl ProgramStats {
    /// Refuses functions that break the rules.
    pub(super) fn check_ends(&self, findings: &mut Findings) {
        for index in self.reached() {
            let Some(function) = self.functions.get(index) else { continue };
            let Some((fault, source)) = &function.fault else { continue };
            let name = quoted(&function.name);
            let error = match fault {
                Fault::End => Error::link(format!("{name} ends in neither an exit nor a jump")),
                Fault::Jump => Error::link(format!("{name} jumps out of its instructions")),
            };
            let error = error.at(source.as_ref().or(function.source.as_ref()));
            let error = self.links(&self.path_to(index)).into_iter().fold(error, Error::because);
            findings.limit(
                error
                    .because("the kernel refuses such a function even where it is never called")
                    .help("a function that never returns needs an end: return from it, and from the program"),
            );
        }
    }

    /// Returns the shortest chain of calls from a program to `index`.
    fn path_to(&self, index: usize) -> Chain {
        let mut ways: VecDeque<Vec<usize>> =
            self.roots().into_iter().map(|(root, _): (usize, Root)| vec![root]).collect();
        let mut seen = vec![false; self.functions.len()];
        while let Some(way) = ways.pop_front() {
            let Some(&last) = way.last() else { continue };
            if last == index {
                return Chain { functions: way, recursive: None };
            }
            let Some(mark) = seen.get_mut(last) else { continue };
            if std::mem::replace(mark, true) {
                continue;
            }
            let calls = self.functions.get(last).into_iter().flat_map(|function| &function.calls);
            ways.extend(calls.filter_map(|call| match call.target {
                Target::Function(next) | Target::Callback(next) | Target::Deferred(next) => {
                    Some(way.iter().copied().chain([next]).collect())
                }
                _ => None,
            }));
        }
        Chain { functions: vec![index], recursive: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bpf::{insn as code, target::Endian};

    fn first_fault(program: &[(u8, i16)]) -> Option<(u64, Fault)> {
        let bytes: Vec<u8> = program
            .iter()
            .flat_map(|&(code, offset)| {
                let [low, high] = offset.to_le_bytes();
                [code, 0, low, high, 0, 0, 0, 0]
            })
            .collect();
        fault(&code::decode(&bytes, Endian::Little).collect::<Vec<_>>())
    }

    #[test]
    fn an_exit_or_a_jump_is_an_end() {
        assert_eq!(first_fault(&[(0xb7, 0), (EXIT, 0)]), None);
        assert_eq!(first_fault(&[(EXIT, 0), (JA, -2)]), None);
        assert_eq!(first_fault(&[(code::CALL, 0)]), Some((0, Fault::End)));
        assert_eq!(first_fault(&[(EXIT, 0), (0x15, -2)]), Some((1, Fault::End)));
    }

    #[test]
    fn jumps_stay_inside() {
        assert_eq!(first_fault(&[(0x15, 1), (EXIT, 0)]), Some((0, Fault::Jump)));
        assert_eq!(first_fault(&[(JA, -2), (EXIT, 0)]), Some((0, Fault::Jump)));
    }
}
