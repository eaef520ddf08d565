//! Traps, which LLVM emits for `__builtin_trap` and for an abort in Rust.
//!
//! LLVM up to 20 calls `abort` there, which is undefined; later versions call the kernel's `__bpf_trap`, weakly.
//! Kernels with it and kernels without it (before 6.16) both refuse the program if the verifier reaches the call
//! (`do_check_insn`), and accept the program otherwise. So a trap is not an error, but it is no way to stop a program
//! either.

use super::{ProgramStats, Target};
use crate::{
    check::Findings,
    plan::Traps,
    report::{Warning, WarningKind, quoted},
};

const TRAP: &str = "__bpf_trap";
const HELP: &str = "`__builtin_trap` and an abort in Rust become a call of `__bpf_trap`: return from the program \
                    instead, or test values so that the verifier sees that it is never reached";

impl ProgramStats {
    /// Warns about each function with a trap, unless traps for unreachable code were requested.
    pub(super) fn check_traps(&self, traps: Traps, findings: &mut Findings) {
        if traps == Traps::Allow {
            return;
        }
        for function in self.reached().into_iter().filter_map(|index| self.functions.get(index)) {
            let is_trap = |target: &Target| matches!(target, Target::Extern(name) if name == TRAP);
            let Some(call) = function.calls.iter().find(|call| is_trap(&call.target)) else {
                continue;
            };
            let source = call.source.as_ref().or(function.source.as_ref());
            let place = source.map(|source| format!(" ({source})")).unwrap_or_default();
            let message = format!(
                "{} has a trap{place}: every kernel refuses the program if its verifier gets there",
                quoted(&function.name)
            );
            findings.note(Warning::new(WarningKind::Trap, message).help(HELP));
        }
    }
}
