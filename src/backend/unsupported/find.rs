//! Finds unsupported constructs in IR before code generation, where LLVM would end the process or give no useful
//! message.

use std::collections::BTreeSet;

use super::{super::cpu::CpuChoice, Finding, construct::Construct};
use crate::{
    bpf::target::Cpu,
    input::LlvmVersion,
    llvm::{Global, Instruction, Module, Operation, Ordering, Scope, Update},
    plan::LinkPlan,
};

/// The abilities of the target that decide which constructs can be expressed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Abilities {
    /// Set if the level is known and below v3, without 32-bit registers.
    narrow: bool,
    /// Set if there are ordered loads and stores.
    ordered: bool,
    /// Set if functions may return two registers.
    wide: bool,
    /// Set if there are computed jumps.
    jumps: bool,
}

impl Abilities {
    /// Returns the abilities of `version` for `choice` and `plan`; abilities that depend on the host machine are
    /// assumed to be present.
    ///
    /// Measured with LLVM 19, 22 and 23 at the levels v1, v3 and v4: everything rejected here ends the process there,
    /// except two registers, which LLVM 23 returns, but kernels up to 7.2 do not read ("R2 !read_ok").
    pub(super) fn of(choice: &CpuChoice, version: LlvmVersion, plan: &LinkPlan) -> Self {
        let (cpu, major) = (choice.cpu, version.major);
        let low = matches!(cpu, Cpu::Generic | Cpu::V1 | Cpu::V2);
        let newest = matches!(cpu, Cpu::V4 | Cpu::Probe);
        Self {
            narrow: low && !choice.features.contains("alu32"),
            ordered: newest && major >= 20,
            wide: major >= 23 && !plan.is_for_a_kernel(),
            jumps: newest && major >= 20,
        }
    }
}

/// Returns all unsupported constructs in `module`.
pub(super) fn search(module: &Module<'_>, abilities: Abilities) -> Vec<Finding> {
    let mut found = Vec::new();
    for function in module.defined_functions() {
        let mut note = |construct, place| {
            found.push(Finding { function: function.name(), place, construct });
        };
        if !abilities.wide && function.returns_wide() {
            note(Construct::WideReturn, function.place());
        }
        for instruction in function.instructions() {
            if let Some(construct) = judge(instruction, abilities) {
                note(construct, instruction.user_place());
            }
        }
    }
    found
}

/// Finds floating-point computations in functions of `module` except `routines`: one place in each, a product if there
/// is one.
pub(super) fn floats(module: &Module<'_>, routines: &BTreeSet<String>) -> Vec<Finding> {
    let mut found = Vec::new();
    for function in module.defined_functions() {
        let name = function.name();
        let first = |wanted| function.instructions().find(|it| it.operation() == wanted);
        let place = first(Operation::FloatProduct).or_else(|| first(Operation::Float));
        if let Some(place) = place.filter(|_| !routines.contains(&name)) {
            found.push(Finding {
                function: name,
                place: place.user_place(),
                construct: Construct::Float,
            });
        }
    }
    found
}

/// Removes the constructs that [`search`] finds from `module`; returns true if none remain.
pub(super) fn repair(module: &Module<'_>, abilities: Abilities) -> bool {
    let bodies = module.defined_functions();
    let culprits = bodies
        .flat_map(Global::instructions)
        .filter(|instruction| judge(*instruction, abilities).is_some())
        .collect::<Vec<_>>();
    let (ends, others): (Vec<_>, Vec<_>) = culprits
        .into_iter()
        .partition(|instruction| instruction.operation() == Operation::IndirectJump);
    others.into_iter().for_each(Instruction::take_out);
    let mut bodies = module.defined_functions();
    // A block must end in a jump, and types cannot be changed.
    ends.is_empty() && (abilities.wide || !bodies.any(Global::returns_wide))
}

fn judge(instruction: Instruction<'_>, abilities: Abilities) -> Option<Construct> {
    match instruction.operation() {
        Operation::Fence(Scope::System) => Some(Construct::Fence),
        Operation::AtomicLoad(ordering) | Operation::AtomicStore(ordering) => match ordering {
            Ordering::Sequential => Some(Construct::SequentialAccess),
            Ordering::Weaker => (!abilities.ordered).then_some(Construct::AtomicAccess),
        },
        Operation::Update { bits, .. } | Operation::CompareExchange(bits) if bits < 32 => {
            Some(Construct::AtomicWidth(bits))
        }
        Operation::Update { update: Update::Compound, .. } => Some(Construct::AtomicUpdate),
        Operation::Update { update, bits: 32 } => {
            let adds = update == Update::Add && !instruction.is_used();
            (abilities.narrow && !adds).then_some(Construct::AtomicNarrow)
        }
        Operation::CompareExchange(32) => abilities.narrow.then_some(Construct::AtomicNarrow),
        Operation::IndirectJump => (!abilities.jumps).then_some(Construct::IndirectJump),
        Operation::VariableArgument => Some(Construct::Variadic),
        Operation::Call => match instruction.callee() {
            Some(callee) if callee.is_llvm_own() => intrinsic(callee),
            _ => (!abilities.wide && instruction.is_wide_call()).then_some(Construct::WideResult),
        },
        _ => None,
    }
}

/// Returns the construct of an intrinsic that BPF has no code for; names are from `llvm/IR/Intrinsics.td`, some with a
/// type suffix.
fn intrinsic(callee: Global<'_>) -> Option<Construct> {
    const NONE: [(&str, Construct); 5] = [
        ("llvm.va_start", Construct::Variadic),
        ("llvm.va_end", Construct::Variadic),
        ("llvm.va_copy", Construct::Variadic),
        ("llvm.returnaddress", Construct::ReturnAddress),
        ("llvm.frameaddress", Construct::ReturnAddress),
    ];
    let name = callee.name();
    let found = NONE.iter().find(|(begin, _)| name.starts_with(begin));
    found.map(|(_, construct)| construct.clone())
}
