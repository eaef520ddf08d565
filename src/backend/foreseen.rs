//! Predicts which memory routines code generation will call.
//!
//! Code generation turns a memory operation into a call if it would take too many stores. Generating code to find out,
//! linking the routine and generating again would take twice the time, so LLVM's limits are applied beforehand. A wrong
//! prediction costs only time: see [`Program::provide`](super::program::Program) and
//! [`Program::withdraw`](super::program::Program).

use std::collections::BTreeSet;

use crate::{
    llvm::{Global, Instruction, Module},
    plan::MemcpyExpansion,
};

/// The most stores into which LLVM expands one operation (`BPFSelectionDAGInfo::getCommonMaxStoresPerMemFunc`).
const MOST_STORES: u64 = 128;

/// The width of a store in bytes, whatever the alignment (`BPFTargetLowering::getOptimalMemOpType`); the rest of the
/// memory takes ever smaller ones (`TargetLowering::findOptimalMemOpLowering`).
const STORE: u64 = 8;

/// A memory routine and the operations that LLVM turns into calls of it.
struct Routine {
    name: &'static str,
    /// The beginning of the names of the intrinsics.
    intrinsics: &'static str,
    /// Returns true if LLVM expands an operation of this constant length in order, too (`EmitTargetCodeForMemcpy`).
    is_expanded_in_order: fn(Instruction<'_>, u64) -> bool,
}

const ROUTINES: [Routine; 3] = [
    Routine { name: "memcpy", intrinsics: "llvm.memcpy.p", is_expanded_in_order: is_short_copy },
    Routine { name: "memmove", intrinsics: "llvm.memmove.p", is_expanded_in_order: |_, _| false },
    Routine { name: "memset", intrinsics: "llvm.memset.p", is_expanded_in_order: |_, _| false },
];

/// Returns the memory routines that code generation for `module` will call and that `module` does not define.
pub(super) fn routines(module: &Module<'_>, expansion: MemcpyExpansion) -> BTreeSet<String> {
    let bodies = module.defined_functions();
    let called = bodies
        .flat_map(Global::instructions)
        .filter_map(|instruction| Some((routine(instruction)?, instruction)))
        .filter(|(routine, operation)| routine.is_called_for(*operation, expansion));
    let called = called.map(|(routine, _)| routine.name).collect::<BTreeSet<_>>();
    let is_missing = |name: &&str| module.find(name).is_none_or(Global::is_declaration);
    called.into_iter().filter(is_missing).map(str::to_owned).collect()
}

/// Returns the routine for `instruction` if it is a memory operation.
fn routine(instruction: Instruction<'_>) -> Option<&'static Routine> {
    let name = instruction.callee().filter(|callee| callee.is_llvm_own())?.name();
    ROUTINES.iter().find(|routine| name.starts_with(routine.intrinsics))
}

impl Routine {
    /// Returns true if LLVM turns `operation` into a call.
    fn is_called_for(&self, operation: Instruction<'_>, expansion: MemcpyExpansion) -> bool {
        let Some(bytes) = operation.constant_operand(2) else { return true };
        let is_expanded = match expansion {
            // All other limits are zero.
            MemcpyExpansion::InOrder => false,
            MemcpyExpansion::AnyOrder => stores(bytes) <= MOST_STORES,
        };
        bytes > 0 && !is_expanded && !(self.is_expanded_in_order)(operation, bytes)
    }
}

/// Returns the number of stores into which LLVM expands an operation on `bytes` bytes.
const fn stores(bytes: u64) -> u64 {
    (bytes / STORE).saturating_add((bytes % STORE).count_ones() as u64)
}

/// Returns true if a copy takes few enough words of the alignment that both places have.
fn is_short_copy(copy: Instruction<'_>, bytes: u64) -> bool {
    let alignment =
        |index| copy.argument_alignment(index).max(copy.variable_alignment(index)).max(1);
    bytes.div_ceil(alignment(0).min(alignment(1)).min(STORE)) <= MOST_STORES
}

#[cfg(test)]
mod tests {
    use super::stores;

    #[test]
    fn the_rest_takes_smaller_stores() {
        assert_eq!([0, 1, 7, 8, 15, 1016, 1023, 1024].map(stores), [0, 1, 3, 1, 4, 127, 130, 128]);
    }
}
