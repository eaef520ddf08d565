//! Prepares panics before optimization.
//!
//! The checks for undefined behavior are removed, since optimization could not recover their cost. The handler is
//! changed so that it cannot panic itself: in a debug build, even `unreachable_unchecked` does, so each panic would
//! recurse.

use super::{graph::Graph, lower::LEAVE, names};
use crate::{
    backend::{passes::inline, session::Session},
    llvm::{Attribute, Block, Global, Instruction, Machine, Module},
    plan::PanicWay,
    report::Result,
};

/// The most rounds of inlining: a handler calls functions that call others that panic, and each round inlines one
/// level.
const MOST_ROUNDS: usize = 16;

/// Prepares `module` for optimization.
///
/// # Errors
/// LLVM refuses a pass.
pub(in crate::backend) fn prepare(
    session: &Session<'_>,
    module: &Module<'_>,
    machine: &Machine,
) -> Result<()> {
    if session.plan.panic_way() == PanicWay::Keep {
        return Ok(());
    }
    // While the handler is a separate function, a panic is a call with a source line of its own.
    if let Some(handler) = handler(module) {
        if !handler.has(Attribute::AlwaysInline) {
            handler.add(&session.context, Attribute::NoInline);
        }
        end_at(session, handler, |callee| names::is_unreachable(&callee.name()));
    }
    drop_checks(session, module);
    break_handler_recursion(session, module, machine)?;
    observe(session, module);
    Ok(())
}

/// Makes the handler call an unknown function: otherwise the optimizer drops writes to a map before a panic if nothing
/// reads them afterward. A handler that ends in undefined behavior promises that no panic ever happens.
fn observe(session: &Session<'_>, module: &Module<'_>) {
    let Some(handler) = handler(module) else { return };
    let is_undefined = |block: Block<'_>| {
        let end = block.terminator().filter(|end| end.is_unreachable());
        end.is_some_and(|end| !end.previous().is_some_and(Instruction::never_returns))
    };
    if handler.blocks().any(is_undefined) {
        return;
    }
    let first = handler.blocks().next().and_then(|block| block.instructions().next());
    let leave = module.declare_procedure(&session.context, LEAVE);
    if let (Some(first), Some(leave)) = (first, leave) {
        handler.forget_effects();
        first.call_before(&session.context, leave);
    }
}

/// Returns the user's panic handler.
pub(super) fn handler<'ctx>(module: &Module<'ctx>) -> Option<Global<'ctx>> {
    bodies(module).find(|function| names::is_handler(&function.name()))
}

fn bodies<'ctx>(module: &Module<'ctx>) -> impl Iterator<Item = Global<'ctx>> {
    module.defined_functions()
}

/// Drops the checks for undefined behavior.
fn drop_checks(session: &Session<'_>, module: &Module<'_>) {
    for function in bodies(module) {
        let name = function.name();
        if names::is_precondition(&name) && !function.returns_anything() {
            function.return_at_once(&session.context);
        } else if names::is_undefined_behavior(&name) {
            remove_calls(function);
        }
    }
}

/// Removes each call of `panic`, which reports undefined behavior, so that only `unreachable` remains.
fn remove_calls(panic: Global<'_>) {
    for call in panic.calls() {
        if call.next_one().is_some_and(Instruction::is_unreachable) {
            call.take_out();
        }
    }
}

/// Keeps the handler from reaching itself.
fn break_handler_recursion<'ctx>(
    session: &'ctx Session<'_>,
    module: &Module<'ctx>,
    machine: &Machine,
) -> Result<()> {
    for _ in 0..MOST_ROUNDS {
        let Some(handler) = handler(module) else { break };
        let graph = Graph::of(module);
        let reaches = |callee: Global<'_>| graph.reaches(callee, handler);
        end_at(session, handler, |callee| reaches(callee) && never_returns(callee));
        let others: Vec<_> = callees(handler).filter(|callee| reaches(*callee)).collect();
        if others.is_empty() {
            break;
        }
        others.into_iter().for_each(|callee| inline::force_calls_of(session, callee));
        machine.run_passes(module, "always-inline")?;
    }
    Ok(())
}

fn callees<'ctx>(function: Global<'ctx>) -> impl Iterator<Item = Global<'ctx>> {
    function.instructions().filter_map(Instruction::callee)
}

fn never_returns(function: Global<'_>) -> bool {
    function.has(Attribute::NoReturn) || names::is_panic(&function.name())
}

/// Replaces each call in `function` that satisfies `ends` with an endless loop, as handlers have it.
fn end_at<'ctx>(
    session: &'ctx Session<'_>,
    function: Global<'ctx>,
    ends: impl Fn(Global<'ctx>) -> bool,
) {
    for block in function.blocks().collect::<Vec<_>>() {
        let call = block.instructions().find(|one| one.callee().is_some_and(&ends));
        if let Some(call) = call {
            call.replace_with_endless_loop(&session.context, function);
        }
    }
}
