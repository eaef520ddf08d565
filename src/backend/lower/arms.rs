//! Computes an address only where the comparison that bounds its index has been made.
//!
//! `values.get(i).unwrap_or(&6)` becomes `select i < 3, &values[i], &6`, of which both addresses are computed first, the
//! one with an index that the verifier does not know yet ("invalid unbounded variable-offset read from stack R2").
//! Such a select becomes a branch, with the address computed behind it.

use crate::llvm::{Builder, Context, Global, Instruction, Layout, Module, Opcode, Value};

/// Turns such selects of `module` into branches.
pub(super) fn sink<'c>(context: &'c Context, module: &Module<'c>) {
    let layout = module.layout();
    let bodies = module.defined_functions();
    for select in bodies.flat_map(Global::instructions).collect::<Vec<_>>() {
        branch(context, layout, select);
    }
}

fn branch<'c>(context: &'c Context, layout: Layout<'_>, select: Instruction<'c>) -> Option<()> {
    let value = select.value();
    if value.opcode() != Opcode::Select || !value.is_pointer() {
        return None;
    }
    let (condition, arms) = (value.operand(0)?, [value.operand(1)?, value.operand(2)?]);
    let is_bounded = |arm: &Value<'c>| is_bounded_by(layout, *arm, condition);
    if !arms.iter().any(is_bounded) || condition.bits() != Some(1) {
        return None;
    }
    let tail = select.block()?;
    let head = tail.split_before(context, select)?;
    let mut blocks = Vec::new();
    for arm in arms {
        let block = head.add_after(context)?;
        let builder = Builder::at_end(context, block);
        let copy = match arm.instruction().filter(|_| is_bounded(&arm)) {
            Some(address) => builder.copy_of(address)?.value(),
            None => arm,
        };
        builder.jump(tail);
        blocks.push((copy, block));
    }
    let [(_, yes), (_, no)] = blocks.as_slice() else { return None };
    Builder::at_end(context, head).branch(condition, *yes, *no);
    let phi = Builder::for_phis(context, select).phi_like(value);
    blocks.iter().for_each(|(copy, block)| phi.add_incoming(*copy, *block));
    value.replace_uses_with(phi);
    select.discard();
    for arm in arms.into_iter().filter_map(Value::instruction).filter(|arm| !arm.is_used()) {
        if arm.value().opcode() == Opcode::Element {
            arm.discard();
        }
    }
    Some(())
}

/// Returns true if `arm` is an address with an index that `condition` compares.
fn is_bounded_by<'c>(layout: Layout<'_>, arm: Value<'c>, condition: Value<'c>) -> bool {
    let Opcode::Compare(_) = condition.opcode() else { return false };
    let sides: Vec<_> = condition.operands().into_iter().map(narrow).collect();
    let distance = arm.instruction().and_then(|_| layout.distance(arm));
    distance.is_some_and(|distance| {
        distance.variable.iter().any(|(index, _)| sides.contains(&narrow(*index)))
    })
}

/// Returns the value that `value` is an extension of, else `value`.
fn narrow(value: Value<'_>) -> Value<'_> {
    match value.opcode() {
        Opcode::Resize(_) | Opcode::Freeze => value.operand(0).map_or(value, narrow),
        _ => value,
    }
}
