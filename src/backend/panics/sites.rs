//! Finds and rewrites the places where a program is left.

use std::collections::HashSet;

use super::{endless, names};
use crate::{
    backend::session::Session,
    llvm::{Attribute, Block, Global, Instruction, Linkage, Module, Use},
    plan::Traps,
};

/// Puts a call of `leave` at the end of each loop in `module` without an exit.
pub(super) fn cut<'ctx>(session: &'ctx Session<'_>, module: &Module<'ctx>, leave: Global<'ctx>) {
    for function in bodies(module) {
        endless::cut(session, function, leave);
    }
}

/// Puts a call of `leave` after each call in `module` that never returns.
pub(super) fn mark<'ctx>(session: &'ctx Session<'_>, module: &Module<'ctx>, leave: Global<'ctx>) {
    for function in bodies(module) {
        for block in function.blocks().collect::<Vec<_>>() {
            mark_block(session, block, leave);
        }
    }
    // A function without a `ret` may lack the `noreturn` attribute.
    while let Some(call) = bodies(module).find_map(|function| unmarked(function, leave)) {
        call.end_with_call(&session.context, leave);
    }
}

pub(super) fn bodies<'ctx>(module: &Module<'ctx>) -> impl Iterator<Item = Global<'ctx>> {
    module.defined_functions()
}

fn mark_block<'ctx>(session: &'ctx Session<'_>, block: Block<'ctx>, leave: Global<'ctx>) {
    let Some(end) = block.terminator().filter(|end| end.is_unreachable()) else { return };
    let Some(call) = end.previous().filter(|call| call.never_returns()) else { return };
    // Assembly that never returns contains its own `exit`; code after it would be unreachable, which every kernel
    // rejects.
    if call.is_assembly() {
        return;
    }
    let aborts = call
        .callee()
        .is_some_and(|callee| callee.is_declaration() && names::is_abort(&callee.name()));
    if aborts && session.plan.codegen.traps == Traps::Disallow {
        call.call_before(&session.context, leave);
        call.take_out();
    } else {
        end.call_before(&session.context, leave);
    }
}

/// Returns a call of `function`, which never returns, that is not followed by a mark.
fn unmarked<'ctx>(function: Global<'ctx>, leave: Global<'ctx>) -> Option<Instruction<'ctx>> {
    if function.can_return() || !leaves(function, leave) {
        return None;
    }
    let calls = function.calls().into_iter();
    let mut open =
        calls.filter(|call| call.next_one().and_then(Instruction::callee) != Some(leave));
    open.next()
}

/// Returns true if `function` itself has a place where the program is left.
pub(super) fn leaves<'ctx>(function: Global<'ctx>, leave: Global<'ctx>) -> bool {
    function.blocks().any(|block| left_at(block, leave).is_some())
}

/// Returns the terminator of `block` if the program is left there.
pub(super) fn left_at<'ctx>(block: Block<'ctx>, leave: Global<'ctx>) -> Option<Instruction<'ctx>> {
    let end = block.terminator().filter(|end| end.is_unreachable())?;
    end.previous().and_then(Instruction::callee).filter(|callee| *callee == leave)?;
    Some(end)
}

/// Returns the calls of `leave` at the places in `function` where the program is left.
pub(super) fn marks<'ctx>(function: Global<'ctx>, leave: Global<'ctx>) -> Vec<Instruction<'ctx>> {
    let ends = function.blocks().filter_map(|block| left_at(block, leave));
    ends.filter_map(Instruction::previous).collect()
}

/// Makes `function` return `value` at each place where the program is left.
pub(super) fn return_at<'ctx>(
    session: &'ctx Session<'_>,
    function: Global<'ctx>,
    leave: Global<'ctx>,
    value: i64,
    throw: Option<Global<'ctx>>,
) {
    for block in function.blocks().collect::<Vec<_>>() {
        let Some(end) = left_at(block, leave) else { continue };
        if let Some(throw) = throw {
            end.call_with_number_before(&session.context, throw, value as u64);
        }
        let mut former = std::iter::successors(end.previous(), |one| one.previous());
        if let Some(call) = former.find(|one| one.callee() == Some(leave)) {
            call.take_out();
        }
        end.return_instead(&session.context, function, value as u64);
    }
    function.remove(Attribute::NoReturn);
    function.calls().into_iter().for_each(|call| call.remove(Attribute::NoReturn));
    function.forget_return_promises();
}

/// The functions that may leave the program, themselves or through what they call.
pub(super) fn leaving<'ctx>(module: &Module<'ctx>, leave: Global<'ctx>) -> HashSet<Global<'ctx>> {
    let mut open: Vec<_> = bodies(module).filter(|function| leaves(*function, leave)).collect();
    let mut found: HashSet<_> = open.iter().copied().collect();
    while let Some(function) = open.pop() {
        let callers = function.calls().into_iter().filter_map(Instruction::function);
        open.extend(callers.filter(|caller| found.insert(*caller)));
    }
    found
}

/// Returns true for what a loader or the kernel calls, or that something calls by its address.
pub(super) fn is_root(function: Global<'_>) -> bool {
    function.linkage() != Linkage::Local && function.linkage() != Linkage::LinkOnce
        || function.uses().into_iter().any(|one| !matches!(one, Use::Call(_)))
}
