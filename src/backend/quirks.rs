//! Workarounds and settings that a version of LLVM, or BPF itself, makes necessary. Each has a reason and an expiry.

use std::ops::RangeInclusive;

use crate::{
    input::LlvmVersion,
    plan::{LinkPlan, Loops, MemcpyExpansion, Traps},
};

/// An option for LLVM's command line.
struct Setting {
    /// The LLVM majors it is for.
    majors: RangeInclusive<u32>,
    /// The option, given the plan; every link sets all of them, since they belong to the process.
    option: fn(&LinkPlan) -> String,
    /// Why.
    #[expect(dead_code, reason = "for the reader")]
    reason: &'static str,
    /// What makes it go away.
    #[expect(dead_code, reason = "for the reader")]
    remove_when: &'static str,
}

const ALL: RangeInclusive<u32> = 19..=u32::MAX;

const SETTINGS: &[Setting] = &[
    Setting {
        majors: ALL,
        option: |_| "--cold-callsite-rel-freq=0".to_owned(),
        reason: "accessors of aya return values wider than 64 bits and must be inlined; call sites classed as cold \
                 are not, and code generation then fails",
        remove_when: "the BPF ABI returns such values",
    },
    Setting {
        majors: ALL,
        option: |plan| {
            format!(
                "--bpf-expand-memcpy-in-order={}",
                plan.codegen.memcpy == MemcpyExpansion::InOrder
            )
        },
        reason: "the verifier follows loads and stores in ascending order with fewer states",
        remove_when: "never: a choice of the user",
    },
    Setting {
        majors: ALL,
        option: |plan| {
            format!("--bpf-disable-trap-unreachable={}", plan.codegen.traps == Traps::Disallow)
        },
        reason: "unreachable code becomes a call of the kfunc __bpf_trap, which only kernels from 6.16 on have",
        remove_when: "no supported kernel lacks __bpf_trap",
    },
];

/// Options that unroll every loop of known trip count, for kernels before 5.3 that refuse any backward jump.
const UNROLL: &[&str] = &[
    "--unroll-threshold=1000000000",
    "--unroll-partial-threshold=0",
    "--unroll-max-upperbound=1000000",
    "--unroll-max-iteration-count-to-analyze=1000000",
];

/// What the options of [`UNROLL`] are when nobody sets them, for a link that follows one that did.
const UNROLL_DEFAULTS: &[&str] = &[
    "--unroll-threshold=150",
    "--unroll-partial-threshold=150",
    "--unroll-max-upperbound=8",
    "--unroll-max-iteration-count-to-analyze=10",
];

/// The options for LLVM's command line, the user's last.
pub(super) fn options(plan: &LinkPlan, version: LlvmVersion) -> Options {
    let fixed = SETTINGS.iter().filter(|setting| setting.majors.contains(&version.major));
    let mut all = fixed.map(|setting| (setting.option)(plan)).collect::<Vec<_>>();
    let unrolls = plan.codegen.loops == Loops::Unroll;
    if unrolls {
        all.extend(UNROLL.iter().map(ToString::to_string));
    }
    all.extend(plan.llvm_args.iter().cloned());
    Options { all, undo: if unrolls { UNROLL_DEFAULTS } else { &[] } }
}

/// Options to set, and those that undo what would otherwise reach the next link of the process.
#[derive(Debug)]
pub struct Options {
    /// What to set.
    pub(super) all: Vec<String>,
    /// What to set afterwards.
    pub(super) undo: &'static [&'static str],
}

/// Errors that LLVM reports although the object comes out right.
///
/// Up to LLVM 22 the BPF back end reports every call that it invents of a memory or arithmetic routine ("A call to
/// built-in function 'memcpy' is not supported."), whether or not the program defines the routine. Undefined
/// symbols are looked for in the finished object instead. Remove when LLVM 22 is no longer supported.
pub(super) fn is_bogus(text: &str) -> bool {
    text.contains("A call to built-in function '")
}

/// Whether assembly outside of functions is to be dropped: compiler_builtins carries stack probes for other machines.
pub(super) fn is_foreign_assembly(assembly: &str) -> bool {
    assembly.contains("__rust_probestack")
}

/// What LLVM's words on an operation mean that BPF lacks, and what to do instead.
const ADVICE: [(&str, &str); 2] = [
    (
        "only small returns supported",
        "a function returns at most 64 bits; products and quotients of 128 bits call such functions: compute with 64",
    ),
    (
        "unsupported signed division",
        "signed division needs the instructions of `--cpu v4`, for kernels from 6.6 on; or divide without signs",
    ),
];

/// A help line for an error that LLVM reports as `text`, if there is one.
pub(super) fn advice(text: &str) -> Option<&'static str> {
    ADVICE.iter().find(|(words, _)| text.contains(words)).map(|(_, advice)| *advice)
}
