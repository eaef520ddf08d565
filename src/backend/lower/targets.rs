//! Lowers indirect calls to choices between direct ones.
//!
//! No kernel accepts an indirect call, and no loader puts the address of a function into data, so neither a table of
//! functions (`static F: [fn(u32) -> u32; 2]`) nor a trait object works as compiled. But all functions that such a call can
//! reach are known here: those whose address this module takes, and that have the type of the call. So a small number
//! stands for the address of each of them, in code and in data alike, and a call becomes a switch over those numbers.
//! If the verifier knows the number, as it does for a table in `.rodata`, it walks only through that case.
//!
//! It is not done by the constant at each call alone: an address travels through memory, arguments and results, and
//! the number must be the same everywhere. What receives a real address stays: a helper's callback, a member of a
//! struct_ops, a kernel function.

use std::collections::BTreeSet;

use super::{contexts, offsets};
use crate::{
    backend::{panics, session::Session},
    llvm::{Block, Builder, Context, Global, Instruction, Module, Opcode, Use, Value},
};

/// The most functions that a call may choose between.
const MOST_TARGETS: usize = 32;

/// Sections whose variables hold real addresses of functions, which loaders relocate.
const RELOCATED: [&str; 5] = [".maps", "maps", ".struct_ops", "?.struct_ops", ".init_array"];

/// The formatting of `core`, whose functions call each other through tables with every type that can be shown: as
/// choices, they would be recursive.
const FORMATTING: (&str, &str) = ("4core3fmt", "core/src/fmt/");

/// Lowers the indirect calls in `module` whose targets are known; returns true if there was one.
pub(in crate::backend) fn resolve<'s>(session: &'s Session<'_>, module: &Module<'s>) -> bool {
    let context = &session.context;
    let contexts = contexts::contexts(module);
    let calls: Vec<_> =
        indirect_calls(module).into_iter().filter(|call| !is_foreign(*call, &contexts)).collect();
    if !session.plan.is_for_a_kernel() || calls.is_empty() || panics::takes_unknown_callback(module)
    {
        return false;
    }
    let candidates = candidates(module);
    let choices: Vec<_> = calls
        .into_iter()
        .map(|call| {
            let fitting = candidates.iter().copied().filter(|function| call.fits(*function));
            (call, fitting.collect::<Vec<_>>())
        })
        .filter(|(_, targets)| (1..=MOST_TARGETS).contains(&targets.len()))
        .collect();
    let chosen: BTreeSet<String> =
        choices.iter().flat_map(|(_, targets)| targets).map(|target| target.name()).collect();
    let numbered: Vec<_> =
        candidates.into_iter().filter(|function| chosen.contains(&function.name())).collect();
    for (function, number) in numbered.iter().zip(1..) {
        module.put_number_for(context, *function, number);
    }
    let number = |function: Global<'_>| {
        let position = numbered.iter().position(|other| *other == function);
        position.and_then(|position| i64::try_from(position).ok()).map_or(0, |it| it + 1)
    };
    for (call, targets) in &choices {
        let targets: Vec<_> = targets.iter().map(|target| (number(*target), *target)).collect();
        choose(context, *call, &targets);
    }
    !choices.is_empty()
}

/// Returns the indirect calls outside of formatting.
fn indirect_calls<'c>(module: &Module<'c>) -> Vec<Instruction<'c>> {
    let (symbol, file) = FORMATTING;
    let bodies = module
        .functions()
        .filter(|function| !function.is_declaration() && !function.name().contains(symbol));
    let calls = bodies.flat_map(Global::instructions);
    let calls = calls.filter(|call| call.indirect_callee().is_some());
    calls
        .filter(|call| !call.inlined_places().iter().any(|place| place.file.contains(file)))
        .collect()
}

/// Returns true if `call` goes to an address that the kernel passed, in one of `contexts`.
fn is_foreign<'c>(call: Instruction<'c>, contexts: &[Value<'c>]) -> bool {
    let Some(callee) = call.indirect_callee() else { return true };
    let from = if callee.opcode() == Opcode::Load { callee.operand(0) } else { Some(callee) };
    from.and_then(offsets::base).is_some_and(|base| contexts.contains(&base))
}

/// Returns the functions of `module` whose address is taken and that only this module calls.
fn candidates<'c>(module: &Module<'c>) -> Vec<Global<'c>> {
    let variables = module.variables().filter(|variable| !variable.is_declaration());
    let relocated = variables.filter(|variable| is_relocated(&variable.section()));
    let kept = module.kept();
    let real: Vec<_> = relocated.flat_map(Global::initial_functions).collect();
    let is_taken =
        |function: Global<'_>| function.uses().iter().any(|one| !matches!(one, Use::Call(_)));
    let found = module.functions().filter(|function| {
        !function.is_declaration()
            && !function.is_variadic()
            && function.section().is_empty()
            && !kept.contains(&function.name())
            && !real.contains(function)
            && is_taken(*function)
    });
    found.collect()
}

fn is_relocated(section: &str) -> bool {
    RELOCATED.iter().any(|known| {
        section.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Replaces `call` by a choice between calls of `targets`, each with its number. The last one needs no number: the
/// address of no other function can be there.
fn choose<'c>(
    context: &'c Context,
    call: Instruction<'c>,
    targets: &[(i64, Global<'c>)],
) -> Option<()> {
    let ((_, last), others) = targets.split_last()?;
    if others.is_empty() {
        call.set_callee(*last);
        return Some(());
    }
    let (tail, callee) = (call.block()?, call.indirect_callee()?);
    let head = tail.split_before(context, call)?;
    let mut results = Vec::new();
    let mut add = |target: Global<'c>| -> Option<Block<'c>> {
        let block = head.add_after(context)?;
        let builder = Builder::at_end(context, block);
        let copy = builder.copy_of(call)?;
        copy.set_callee(target);
        builder.jump(tail);
        results.push((copy.value(), block));
        Some(block)
    };
    let default = add(*last)?;
    let cases: Option<Vec<_>> =
        others.iter().map(|(number, target)| Some((*number, add(*target)?))).collect();
    let builder = Builder::at_end(context, head);
    builder.switch(builder.address(callee), &cases?, default);
    if call.is_used() {
        let phi = Builder::for_phis(context, call).phi_like(call.value());
        results.into_iter().for_each(|(value, from)| phi.add_incoming(value, from));
        call.value().replace_uses_with(phi);
    }
    call.discard();
    Some(())
}
