//! Accesses through the context of a program at offsets that are known when the program is linked.
//!
//! The kernel translates an access of a context by its offset, so it takes none but constants, from the pointer it gave
//! ("dereference of modified ctx ptr", "variable ctx access var_off=..."; `check_ptr_off_reg` and `check_ctx_access` in
//! `kernel/bpf/verifier.c`). rustc and LLVM make two loads of `if c.mark == 2 { c.len } else { c.hash }` one load from
//! `ctx + (mark == 2 ? 0 : 68)`, and `c.cb[i]` is one to begin with.
//!
//! Here each such access becomes a switch over the offsets that it may have, with an access at a constant offset in each
//! case. What the offset is follows from how it is computed; where one is left out because nothing limits it, the access
//! as it was is the last case, which the verifier does not get to if it knows better. clang's way, to mark the accesses
//! (`llvm.preserve.static.offset`) before the passes run, does not help with what rustc merged before, nor with indices,
//! and changes the code of accesses that load as they are.

use super::{
    choice::Choice,
    copies,
    flow::Flow,
    offsets::{self, Offsets},
};
use crate::{
    backend::session::Session,
    bpf::kernel::program_type,
    llvm::{Builder, Context, Global, Instruction, Module, Opcode, Value},
};

/// The most accesses that are put in the place of those of one function: more would be no gain.
const MOST_CASES: usize = 512;

/// Program types whose context is memory that may be read at any offset.
const PLAIN: [&str; 1] = ["syscall"];

/// Splits the accesses through contexts in `module` that are not at one constant offset.
pub(super) fn lower<'s>(session: &'s Session<'_>, module: &Module<'s>, contexts: &[Value<'s>]) {
    let bodies = module.functions().filter(|function| !function.is_declaration());
    for function in bodies.collect::<Vec<_>>() {
        if function.parameters().iter().any(|parameter| contexts.contains(parameter)) {
            let mut offsets = Offsets::new(&session.context, module.layout());
            copies::spell_out(&session.context, function, contexts, &offsets);
            in_function(&session.context, function, contexts, &mut offsets);
            localize(&session.context, function, contexts, &offsets);
        }
    }
}

/// Returns the parameters that are contexts: the first one of each program, and those that are given one.
pub(super) fn contexts<'c>(module: &Module<'c>) -> Vec<Value<'c>> {
    let programs = module.functions().filter(|function| is_program(*function));
    let mut found: Vec<Value<'c>> =
        programs.filter_map(|program| program.parameters().first().copied()).collect();
    let mut next = 0;
    while let Some(context) = found.get(next).copied() {
        next += 1;
        for call in context.users() {
            let Some(callee) = call.instruction().and_then(Instruction::callee) else { continue };
            if callee.is_declaration() {
                continue;
            }
            let given = call.operands().into_iter().zip(callee.parameters());
            let given = given.filter(|(argument, _)| *argument == context);
            for (_, parameter) in given {
                if !found.contains(&parameter) {
                    found.push(parameter);
                }
            }
        }
    }
    found
}

fn is_program(function: Global<'_>) -> bool {
    let known = program_type(&function.section());
    !function.is_declaration() && known.is_some_and(|known| !PLAIN.contains(&known.section))
}

/// An access of memory, and the operand that is its address.
fn address<'c>(instruction: Instruction<'c>) -> Option<(u32, Value<'c>)> {
    let index = match instruction.value().opcode() {
        Opcode::Load => 0,
        Opcode::Store => 1,
        _ => return None,
    };
    Some((index, instruction.value().operand(index)?))
}

fn in_function<'c>(
    context: &'c Context,
    function: Global<'c>,
    contexts: &[Value<'c>],
    offsets: &mut Offsets<'_, 'c>,
) {
    let accesses: Vec<_> = function
        .instructions()
        .filter_map(|one| Some((one, address(one)?)))
        .filter_map(|(one, (_, place))| Some((one, place, offsets::base(place)?)))
        .filter(|(_, place, base)| contexts.contains(base) && offsets.constant(*place).is_none())
        .collect();
    let mut places = Vec::new();
    for (access, place, base) in &accesses {
        places.extend(offsets.of(*place, *base).map(|offset| (*access, *base, offset)));
    }
    compare_offsets(context, &accesses, offsets);
    let mut left = MOST_CASES;
    for (access, base, offset) in places {
        let (flow, Some(block)) = (Flow::of(function), access.block()) else { continue };
        let choice = Choice::of(&flow, block, offset).filter(|choice| choice.cases.len() <= left);
        if let Some(choice) = choice {
            left -= choice.cases.len();
            split(context, access, base, &choice);
        }
    }
}

/// Has comparisons of addresses whose offsets are known compare those: the verifier knows numbers, not addresses.
fn compare_offsets<'c>(
    context: &'c Context,
    accesses: &[(Instruction<'c>, Value<'c>, Value<'c>)],
    offsets: &mut Offsets<'_, 'c>,
) {
    for (_, place, base) in accesses {
        let walked = place.users().into_iter().chain([*place]);
        let near: Vec<_> = walked.flat_map(Value::users).chain(place.users()).collect();
        for comparison in near {
            let Opcode::Compare(predicate) = comparison.opcode() else { continue };
            let operands = comparison.operands();
            let [left, right] = operands.as_slice() else { continue };
            if ![left, right].iter().all(|side| offsets::base(**side) == Some(*base)) {
                continue;
            }
            let (Some(left), Some(right)) = (offsets.of(*left, *base), offsets.of(*right, *base))
            else {
                continue;
            };
            if let Some(instruction) = comparison.instruction() {
                let made = Builder::before(context, instruction).compare(predicate, left, right);
                comparison.replace_uses_with(made);
            }
        }
    }
}

/// Computes each address at a constant offset next to its access: one that is kept in a register from another block is
/// a modified pointer to the kernel.
fn localize<'c>(
    context: &'c Context,
    function: Global<'c>,
    contexts: &[Value<'c>],
    offsets: &Offsets<'_, 'c>,
) {
    for access in function.instructions().collect::<Vec<_>>() {
        let Some((index, place)) = address(access) else { continue };
        let is_here = place.instruction().and_then(Instruction::block) == access.block();
        let base = offsets::base(place).filter(|base| contexts.contains(base) && *base != place);
        if let (false, Some(base), Some(distance)) = (is_here, base, offsets.constant(place)) {
            let builder = Builder::before(context, access);
            access.set_operand(index, builder.element(base, builder.integer(64, distance)));
        }
    }
    discard_dead_addresses(function);
}

/// Erases addresses that nothing uses any more.
fn discard_dead_addresses(function: Global<'_>) {
    let is_dead = |one: &Instruction<'_>| {
        let kinds = [Opcode::Element, Opcode::Select, Opcode::Freeze, Opcode::Phi];
        kinds.contains(&one.value().opcode()) && one.value().is_pointer() && !one.is_used()
    };
    loop {
        let dead: Vec<_> = function.instructions().filter(is_dead).collect();
        if dead.is_empty() {
            break;
        }
        dead.into_iter().for_each(Instruction::discard);
    }
}

/// Replaces `access` by one for each case of `choice`, the distance from `base`.
fn split<'c>(
    context: &'c Context,
    access: Instruction<'c>,
    base: Value<'c>,
    choice: &Choice<'c>,
) -> Option<()> {
    let tail = access.block()?;
    let (index, _) = address(access)?;
    let head = tail.split_before(context, access)?;
    let mut loaded = Vec::new();
    let mut blocks = Vec::new();
    for (case, distance) in &choice.cases {
        let block = head.add_after(context)?;
        let builder = Builder::at_end(context, block);
        let place = builder.element(base, builder.integer(64, *distance));
        let copy = builder.copy_of(access)?;
        copy.set_operand(index, place);
        builder.jump(tail);
        loaded.push((copy.value(), block));
        blocks.push((*case, block));
    }
    if choice.is_open {
        let block = head.add_after(context)?;
        let builder = Builder::at_end(context, block);
        loaded.push((builder.copy_of(access)?.value(), block));
        builder.jump(tail);
        Builder::at_end(context, head).switch(choice.by, &blocks, block);
    } else {
        let (_, last) = blocks.pop()?;
        Builder::at_end(context, head).switch(choice.by, &blocks, last);
    }
    if access.value().opcode() == Opcode::Load {
        let phi = Builder::before(context, access).phi_like(access.value());
        loaded.into_iter().for_each(|(value, from)| phi.add_incoming(value, from));
        access.value().replace_uses_with(phi);
    }
    access.discard();
    Some(())
}
