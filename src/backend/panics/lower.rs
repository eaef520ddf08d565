//! Lowers the panics that remain once a program is optimized.

use std::collections::HashSet;

use super::{
    callbacks, flags,
    graph::Graph,
    held, remaining,
    sites::{bodies, cut, is_root, leaves, leaving, mark, return_at},
    throw,
};
use crate::{
    backend::{
        passes::{inline, pipeline},
        session::Session,
    },
    bpf::kernel::STACK_ARGUMENTS,
    llvm::{Attribute, Global, Instruction, Linkage, Machine, Module},
    plan::{LinkMode, PanicWay, Traps},
    report::{Error, Result, quoted},
};

/// The placeholder for the instructions that leave the program, until their form is known.
pub(super) const LEAVE: &str = "bpf_linker.leave";

/// The most instructions that copies of never-returning functions may take in total. Beyond that, they stay separate
/// functions.
const MOST_COPIED: usize = 2048;

/// The most parameters that registers hold.
const MOST_PARAMETERS: usize = 5;

/// Makes every panic in `module` end its program.
///
/// # Errors
/// A panic cannot end its program, or LLVM refuses a pass.
pub(in crate::backend) fn lower<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    machine: &Machine,
) -> Result<()> {
    if session.plan.panic_way() == PanicWay::Keep {
        return Ok(());
    }
    let declared = module.find(LEAVE);
    let leave = declared.or_else(|| module.declare_procedure(&session.context, LEAVE));
    let Some(leave) = leave else { return Ok(()) };
    // Remove the calls that hid the handler's effects from the optimizer.
    leave.calls().into_iter().for_each(Instruction::take_out);
    cut(session, module, leave);
    let found = remaining::panics(session, module, &remaining::sites(module, leave));
    if session.plan.panic_way() == PanicWay::Error && !found.is_empty() {
        return Err(remaining::error(&found));
    }
    session.panics.replace(found);
    mark(session, module, leave);
    let wide = bodies(module).any(|function| needs_inlining(session, function));
    let leaving = leave.is_used();
    if leaving {
        take_in(session, module, leave)?;
        callbacks::note_panics(session, module, leave)?;
    }
    if leaving || wide {
        inline(session, module, machine, leave)?;
    }
    // The pass deletes functions that it inlined everywhere, but not declarations.
    if let Some(leave) = module.find(LEAVE) {
        finish(session, module, leave)?;
        leave.delete_function();
    }
    if leaving || wide {
        module.verify()?;
        pipeline::run(session, machine, module)?;
    }
    Ok(())
}

/// Terminates blocks that still end in `unreachable`: undefined behavior that the optimizer left, such as a function
/// that consists of nothing else. The verifier never reaches them, but rejects the program.
pub(in crate::backend) fn end_blocks<'s>(session: &'s Session<'_>, module: &Module<'s>) {
    if session.plan.panic_way() == PanicWay::Keep {
        return;
    }
    for function in bodies(module).filter(|function| function.linkage() == Linkage::Local) {
        function.forget_structure_return();
    }
    if session.plan.codegen.traps == Traps::Allow {
        return;
    }
    for function in bodies(module) {
        let entry = function.blocks().next();
        for block in function.blocks().collect::<Vec<_>>() {
            let Some(end) = block.terminator().filter(|end| end.is_unreachable()) else { continue };
            // Alone in its block, it is a `switch` case that never occurs, for which code generation emits nothing.
            let falls_off = end.previous().is_some_and(|last| !last.is_assembly());
            if falls_off || (entry == Some(block) && end.previous().is_none()) {
                end.return_instead(&session.context, function, 0);
            }
        }
    }
}

/// Makes functions that leave and that only this object calls local to it: those outside of program sections.
///
/// # Errors
/// The output is to be linked again, so that unknown code may call such a function.
fn take_in<'ctx>(session: &Session<'_>, module: &Module<'ctx>, leave: Global<'ctx>) -> Result<()> {
    let leaving = leaving(module, leave);
    for function in bodies(module).filter(|function| leaving.contains(function)) {
        let section = function.section();
        let is_plain = section.is_empty() || section == ".text" || section.starts_with(".text.");
        if !is_plain || function.linkage() == Linkage::Local {
            continue;
        }
        if session.plan.mode == LinkMode::Relocatable {
            return Err(stuck(function, "the next link may add code that calls it")
                .help("make it static, or link all inputs at once, without -r"));
        }
        if !function.calls().is_empty() {
            log::debug!("{} becomes static, since it may panic", function.name());
            function.internalize();
        }
    }
    Ok(())
}

/// Returns true for a function that BPF can express only inlined: it returns more than one register, or takes more
/// arguments than there are registers.
fn needs_inlining(session: &Session<'_>, function: Global<'_>) -> bool {
    let kernel = session.plan.kernel;
    let takes_many = !kernel.is_some_and(|kernel| kernel.knows(&STACK_ARGUMENTS))
        && function.signature().is_some_and(|own| own.parameters.len() > MOST_PARAMETERS);
    (takes_many || function.returns_wide()) && !is_root(function) && !function.is_variadic()
}

/// Inlines functions that return or panic, unless they are too large, and functions that BPF cannot express otherwise.
fn inline<'ctx>(
    session: &'ctx Session<'_>,
    module: &Module<'ctx>,
    machine: &Machine,
    leave: Global<'ctx>,
) -> Result<()> {
    let leaving = leaving(module, leave);
    let copied = copies_of_ends(module, &leaving);
    let kept = flags::too_large(session, module, &leaving)?;
    for function in bodies(module) {
        let leaves = leaving.contains(&function) && !is_root(function);
        let is_end = leaves && !function.can_return();
        if is_end && copied > MOST_COPIED {
            function.remove(Attribute::NoInline);
            function.calls().into_iter().for_each(|call| call.remove(Attribute::NoInline));
        } else if (leaves && !kept.contains(&function)) || needs_inlining(session, function) {
            inline::force_calls_of(session, function);
        }
    }
    machine.run_passes(module, "always-inline")?;
    flags::keep(session, module, machine, leave, kept)
}

/// Returns the number of instructions that inlining the never-returning functions takes.
fn copies_of_ends<'ctx>(module: &Module<'ctx>, leaving: &HashSet<Global<'ctx>>) -> usize {
    let ends =
        bodies(module).filter(|function| leaving.contains(function) && !function.can_return());
    ends.map(|function| function.instructions().count().saturating_mul(function.calls().len()))
        .sum()
}

/// Turns all places where the program is left into returns.
fn finish<'ctx>(
    session: &'ctx Session<'_>,
    module: &Module<'ctx>,
    leave: Global<'ctx>,
) -> Result<()> {
    for function in bodies(module) {
        if !leaves(function, leave) {
            continue;
        }
        held::check(session, function, leave)?;
        if let Some(callback) = callbacks::kind(function) {
            callbacks::finish(session, function, leave, callback);
        } else if flags::is_flagged(function) {
            flags::finish(session, function, leave);
        } else if is_root(function) {
            let throws = throw::throws(session, &function.section());
            let throw = throws.then(|| throw::declaration(session, module)).flatten();
            return_at(session, function, leave, value(session, function)?, throw);
        } else if function.can_return() {
            return Err(not_inlined(module, function));
        } else {
            return_at(session, function, leave, 0, None);
        }
    }
    Ok(())
}

/// Returns the value that program `function` returns when it panics.
fn value(session: &Session<'_>, function: Global<'_>) -> Result<i64> {
    let section = function.section();
    let value = session.plan.codegen.panics.value(&section);
    let returns = crate::plan::returns(&section);
    if returns.accepts(value) || !function.returns_anything() {
        return Ok(value);
    }
    let (low, high) = returns.bounds();
    Err(Error::link(format!("{} cannot return {value} when it panics", quoted(&function.name())))
        .at(function.place().map(|place| place.to_string()))
        .because(format!("the kernel takes {low} to {high} from programs of section `{section}`"))
        .help("give `--panic-value` a value that the kernel takes"))
}

/// Returns the error about a function that returns or panics and could not be inlined.
fn not_inlined(module: &Module<'_>, function: Global<'_>) -> Error {
    if Graph::of(module).is_recursive(function) {
        return stuck(function, "it calls itself, and no kernel takes recursion")
            .help("make the recursion a loop with a bound");
    }
    stuck(function, "LLVM cannot inline it into the program that calls it")
        .help("make it a plain function, without a variable number of arguments and computed jumps")
}

/// Returns the error about `function`, whose panic cannot end the program because of `cause`.
fn stuck(function: Global<'_>, cause: &str) -> Error {
    Error::link(format!("a panic in {} cannot end the program", quoted(&function.name())))
        .at(function.place().map(|place| place.to_string()))
        .because(cause)
}
