//! Workarounds and settings that an LLVM version, or BPF itself, requires. Each has a reason and an expiry.

use std::ops::RangeInclusive;

use crate::{
    bpf::target::OptLevel,
    input::LlvmVersion,
    llvm::Attribute,
    plan::{LinkPlan, Loops, MemcpyExpansion, Traps},
};

/// An option for LLVM's command line.
struct Setting {
    /// The LLVM major versions that it applies to.
    majors: RangeInclusive<u32>,
    /// The option, given the plan; every link sets all applicable ones.
    option: fn(&LinkPlan) -> String,
    /// The reason.
    #[expect(dead_code, reason = "for the reader")]
    reason: &'static str,
    /// The condition under which it can be removed.
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
        option: |plan| in_order(plan.codegen.memcpy),
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
    Setting {
        majors: 22..=u32::MAX,
        option: |_| "--disable-gotox".to_owned(),
        reason: "from v4 on a large switch becomes an indirect jump, which kernels before 6.19 refuse; and code \
                 generation then drops every private table of addresses, used or not (BPFAsmPrinter::doFinalization)",
        remove_when: "no supported kernel lacks indirect jumps",
    },
];

/// The presence of values that a loader fills in by CO-RE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relocations {
    /// The program has such values.
    Some,
    /// The program has no such values.
    None,
}

/// The options that keep CO-RE values in place. A value that a loader fills in is an immediate to LLVM, which moves it
/// out of loops, ahead of the check that guards it. If the kernel lacks the field, the loader puts an instruction there
/// that every kernel rejects. Remove when LLVM keeps such values in their blocks.
const MOVERS: &[&str] = &["--disable-machine-licm", "--disable-postra-machine-licm"];

/// Options that unroll every bounded loop, for kernels older than 5.3, which reject any cycle.
///
/// Kernels older than 5.2 accept 4096 instructions, and no jump spans more than 32,767. LLVM's time to schedule a block
/// grows with the square of its size, so the copies of a loop together have at most 8192 instructions, of which those
/// that count rounds vanish; few loops may be larger: see [`unroll`](super::passes::unroll). A larger one is also
/// unrolled if most of its instructions vanish because their operands become constants; LLVM must make the copies to
/// find out, so it makes at most 128 of such a loop.
///
/// Unrolled code would become a loop again if consecutive stores were recognized as a large `memset`. Blocks stay in the
/// order in which they are put.
const UNROLL: &[&str] = &[
    "--unroll-threshold=8192",
    "--unroll-partial-threshold=0",
    "--unroll-max-upperbound=4096",
    "--unroll-max-iteration-count-to-analyze=128",
    "--unroll-max-percent-threshold-boost=100",
    "--disable-loop-idiom-all",
    "--disable-block-placement",
    "--disable-branch-fold",
];

/// Returns the memcpy setting under which machines are created.
pub(super) fn in_order(memcpy: MemcpyExpansion) -> String {
    format!("--bpf-expand-memcpy-in-order={}", memcpy == MemcpyExpansion::InOrder)
}

/// Returns the options for LLVM's command line, the user's last.
pub(super) fn options(
    plan: &LinkPlan,
    version: LlvmVersion,
    relocations: Relocations,
) -> Vec<String> {
    let fixed = SETTINGS.iter().filter(|setting| setting.majors.contains(&version.major));
    let mut all = fixed.map(|setting| (setting.option)(plan)).collect::<Vec<_>>();
    if plan.codegen.loops == Loops::Unroll {
        all.extend(UNROLL.iter().map(ToString::to_string));
    }
    // Set in both cases: some libLLVMs cannot take an option back.
    let stays = relocations == Relocations::Some;
    all.extend(MOVERS.iter().map(|option| format!("{option}={stays}")));
    all.extend(plan.llvm_args.iter().cloned());
    all
}

/// The pipeline and attributes for an optimization level.
#[derive(Debug)]
pub(super) struct Optimisation {
    /// The passes.
    pub(super) pipeline: &'static str,
    /// The attributes that every function gets before the passes run.
    pub(super) attributes: &'static [Attribute],
}

/// Returns the pipeline and attributes for `level`. `-O0` is `-O1`: code generation for BPF needs inlining and
/// promotion to registers.
///
/// From 23 on, LLVM has no pipelines for size (LLVMRunPasses ends the process when asked for one); function attributes,
/// which clang sets too, request it instead. Up to 22, the pipelines are used, since they set their own thresholds.
/// Remove `Os` and `Oz` when LLVM 22 is no longer supported.
pub(super) const fn optimisation(level: OptLevel, version: LlvmVersion) -> Optimisation {
    let has_size_levels = version.major < 23;
    let (pipeline, attributes): (_, &[Attribute]) = match level {
        OptLevel::None | OptLevel::Less => ("default<O1>", &[]),
        OptLevel::Default => ("default<O2>", &[]),
        OptLevel::Aggressive => ("default<O3>", &[]),
        OptLevel::Size if has_size_levels => ("default<Os>", &[]),
        OptLevel::SizeMin if has_size_levels => ("default<Oz>", &[]),
        OptLevel::Size => ("default<O2>", &[Attribute::OptimizeForSize]),
        OptLevel::SizeMin => {
            ("default<O2>", &[Attribute::OptimizeForSize, Attribute::MinimizeSize])
        }
    };
    Optimisation { pipeline, attributes }
}

/// Returns true for an error that LLVM reports although the object is correct.
///
/// Up to LLVM 22, the BPF back end reports every call to a memory or arithmetic routine that it inserts ("A call to
/// built-in function 'memcpy' is not supported."), even if the program defines the routine. Undefined symbols are
/// detected in the finished object instead. Remove when LLVM 22 is no longer supported.
pub(super) fn is_spurious(text: &str) -> bool {
    text.contains("A call to built-in function '")
}

/// Returns true for module-level assembly to drop: compiler_builtins carries stack probes for other machines.
pub(super) fn is_foreign_assembly(assembly: &str) -> bool {
    assembly.contains("__rust_probestack")
}
