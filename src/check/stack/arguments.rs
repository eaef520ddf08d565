//! Arguments beyond the fifth.
//!
//! LLVM 23 passes them in memory at `r11`. Linux 7.2 supports that register; it lets static functions and kernel
//! functions take up to twelve arguments (`MAX_BPF_FUNC_ARGS` of `include/linux/bpf.h`) with the JIT compilers of
//! x86-64 and arm64, while a program, or a function that is verified separately, is limited to five
//! (`btf_prepare_func_args` of `kernel/bpf/btf.c`). `tests/system/kernels` tests all of these cases.

use super::{Excess, Function, ProgramStats, Role};
use crate::{
    bpf::{
        insn::StackArgument,
        kernel::{Kernel, STACK_ARGUMENTS},
    },
    check::Findings,
    report::{Error, Warning, WarningKind, quoted},
};

/// The maximum number of a function's arguments (`MAX_BPF_FUNC_ARGS`).
const MOST: u16 = 12;

const STATIC: &str =
    "make it `static`, or leave it out of the exports; or pass a structure by pointer";
const FEWER: &str =
    "pass fewer, or a pointer to a structure that holds them; or let the function be inlined";

impl ProgramStats {
    /// Refuses functions with more arguments than any kernel passes, and warns about other functions with stack
    /// arguments unless the object is checked against a `kernel`.
    pub(super) fn check_arguments(&self, kernel: Option<Kernel>, findings: &mut Findings) {
        let (mut refused, mut lines) = (Vec::new(), Vec::new());
        for function in self.reached().into_iter().filter_map(|index| self.functions.get(index)) {
            for excess in &function.excess {
                match refusal(function, excess) {
                    Some(error) => refused.push(error),
                    None => lines.push(line(function, excess)),
                }
            }
        }
        if refused.is_empty() && !lines.is_empty() && kernel.is_none() {
            let message = format!(
                "more than five arguments are passed: only kernels from {} on, on x86-64 and arm64, allow it",
                STACK_ARGUMENTS.since
            );
            let warning = Warning::new(WarningKind::StackArguments, message);
            findings.note(lines.into_iter().fold(warning, Warning::help).help(FEWER));
        }
        refused.into_iter().for_each(|error| findings.limit(error));
    }
}

fn refusal(function: &Function, excess: &Excess) -> Option<Error> {
    let StackArgument::Taken(count) = excess.argument else { return None };
    let name = quoted(&function.name);
    let error = if function.is_global || function.role == Role::Program {
        Error::link(format!("{name} takes more than five arguments"))
            .because("only a static function may, which is verified with its caller")
            .help(STATIC)
    } else if count > MOST {
        Error::link(format!("{name} takes {count} arguments, {MOST} are allowed"))
            .because("no kernel passes more")
            .help(FEWER)
    } else {
        return None;
    };
    Some(error.at(function.source.as_ref().or(excess.source.as_ref())))
}

fn line(function: &Function, excess: &Excess) -> String {
    let place = excess.source.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
    match excess.argument {
        StackArgument::Taken(count) => format!("{} takes {count}{place}", quoted(&function.name)),
        StackArgument::Passed(count) => format!("{} passes {count}{place}", quoted(&function.name)),
    }
}
