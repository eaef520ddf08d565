//! Clears what subprograms without a result leave in r0.
//!
//! The kernel looks at r0 when any function returns: "cannot return stack pointer to the caller". A function that is given
//! an address in its caller's frame, such as that of the structure to fill, may have used r0 for it.

use super::offsets::base;
use crate::llvm::{Context, Instruction, Linkage, Module, Opcode, Value};

/// Clears r0 at the ends of such functions in `module`.
pub(super) fn clear<'c>(context: &'c Context, module: &Module<'c>) {
    for function in module.defined_functions() {
        let is_given = function.linkage() == Linkage::Local
            && function.returns_nothing()
            && function.calls().into_iter().any(is_given_frame);
        let returns = function.instructions().filter(|one| is_given && one.is_return());
        returns.collect::<Vec<_>>().into_iter().for_each(|one| one.zero_result_before(context));
    }
}

/// Returns true if `call` passes an address that may be in a frame.
fn is_given_frame(call: Instruction<'_>) -> bool {
    let is_frame =
        |value: Value<'_>| base(value).is_some_and(|base| base.opcode() == Opcode::Alloca);
    call.value().operands().into_iter().any(|value| value.is_pointer() && is_frame(value))
}
