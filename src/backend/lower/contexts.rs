//! Rewrites context accesses so that each has a constant offset.
//!
//! The kernel translates a context access by its offset, so it accepts only constant offsets from the pointer that it
//! passed ("dereference of modified ctx ptr", "variable ctx access var_off=..."; `check_ptr_off_reg` and
//! `check_ctx_access` in `kernel/bpf/verifier.c`). rustc and LLVM merge the two loads of
//! `if c.mark == 2 { c.len } else { c.hash }` into one load from `ctx + (mark == 2 ? 0 : 68)`, and `c.cb[i]` is
//! a single load to begin with.
//!
//! Each such access becomes a switch over its possible offsets, with an access at a constant offset in each case. The
//! possible offsets follow from the computation of the offset; if a loop bound is not proven, the original access stays
//! as the last case, which the verifier does not reach if it proves the bound. clang's way, marking the accesses
//! (`llvm.preserve.static.offset`) before the passes run, helps neither with accesses that rustc already merged nor
//! with indices, and changes the code of accesses that load as they are.

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

/// The most accesses that replace those of one function: more would be no gain.
const MOST_CASES: usize = 512;

/// The program types whose context is memory that may be read at any offset.
const PLAIN: [&str; 1] = ["syscall"];

/// Splits the accesses through `contexts` in `module` that are not at one constant offset.
pub(super) fn lower<'s>(session: &'s Session<'_>, module: &Module<'s>, contexts: &[Value<'s>]) {
    let bodies = module.defined_functions();
    for function in bodies.collect::<Vec<_>>() {
        if function.parameters().iter().any(|parameter| contexts.contains(parameter)) {
            let mut offsets = Offsets::new(&session.context, module.layout());
            copies::spell_out(&session.context, function, contexts, &offsets);
            in_function(&session.context, function, contexts, &mut offsets);
            localize(&session.context, function, contexts, &offsets);
        }
    }
}

/// Returns the parameters that are contexts: the first one of each program, and those that receive one.
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

/// Returns the address operand of a load or store, with its index.
pub(super) fn address<'c>(instruction: Instruction<'c>) -> Option<(u32, Value<'c>)> {
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

/// Replaces comparisons of addresses with known offsets by comparisons of the offsets: the verifier tracks numbers, not
/// addresses.
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

/// Computes each address at a constant offset next to its access: to the kernel, an address kept in a register from
/// another block is a modified pointer.
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

/// Erases addresses that are no longer used.
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

/// Replaces `access` with one access for each case of `choice`, the distance from `base`.
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
        let phi = Builder::for_phis(context, access).phi_like(access.value());
        loaded.into_iter().for_each(|(value, from)| phi.add_incoming(value, from));
        access.value().replace_uses_with(phi);
    }
    access.discard();
    Some(())
}
