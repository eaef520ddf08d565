//! Unrolls loops (`--unroll-loops`) and warns about those that remain.
//!
//! Kernels older than 5.3 reject every cycle of jumps. LLVM's pipelines unroll loops with a known trip count, but three
//! kinds of bounded loops survive them: loops that a front end marked (clang -O1 marks each), loops with only a known
//! upper bound (`i < length && i < 64`), since for a processor such copies rarely pay off, and inner loops whose count
//! is known only once the outer one is unrolled. So the marks are dropped first, and afterwards rounds of unrolling by
//! upper bounds follow, each with a little cleanup, until a round changes nothing. Loops whose copies have more
//! instructions than old kernels accept are unrolled last, if there are few, since LLVM takes seconds for each.
//!
//! Blocks are then ordered so that every jump that closes no cycle leads forward, and code generation is kept from
//! moving them: a linear reader of the instructions then need not distinguish two kinds of backward jumps.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::session::Session;
use crate::{
    llvm::{Attribute, Block, Global, Machine, Module, SourceLine},
    report::{Error, Result, Warning, WarningKind, quoted},
};

const ROUND: &str = "loop-unroll<O3;no-partial;no-runtime;no-peeling;upperbound>,\
                     sroa,early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg";

/// The most rounds; of loops nested deeper, the innermost stay.
const MOST_ROUNDS: usize = 8;

/// Drops a front end's requests not to unroll the loops of `function`: clang -O0 marks functions, -O1 loops.
pub(in crate::backend) fn remove_unroll_hints(session: &Session<'_>, function: Global<'_>) {
    function.remove(Attribute::OptimizeNone);
    for instruction in function.instructions() {
        instruction.drop_metadata(&session.context, c"llvm.loop");
    }
}

/// The limit on the copies of large loops together, in instructions, as an option.
const LARGE: &str = "--unroll-threshold=32768";

/// The most loops that are unrolled under that limit: their copies could end up in one block.
const MOST_LARGE: usize = 4;

/// Unrolls the bounded loops that the optimizer's own passes left in `module`; large ones only if there are few.
///
/// # Errors
/// LLVM refuses the passes.
pub(in crate::backend) fn unroll(
    session: &Session<'_>,
    machine: &Machine,
    module: &Module<'_>,
) -> Result<()> {
    rounds(session, machine, module)?;
    if !(1..=MOST_LARGE).contains(&count(module)) {
        return Ok(());
    }
    with_large(session, || rounds(session, machine, module))
}

/// Runs `passes` with the limit of [`LARGE`], unless the plan sets another, or this libLLVM cannot take it back.
fn with_large(session: &Session<'_>, passes: impl FnOnce() -> Result<()>) -> Result<()> {
    if session.plan.llvm_args.iter().any(|option| option.contains("unroll-threshold")) {
        return Ok(());
    }
    session.with_option(LARGE, passes).unwrap_or_else(|error| {
        log::debug!("large loops stay: {error}");
        Ok(())
    })
}

/// Unrolls the bounded loops of the functions that the plan names, and warns about those that remain.
///
/// # Errors
/// LLVM refuses the passes, or a block becomes too large.
pub(in crate::backend) fn unroll_named(
    session: &Session<'_>,
    machine: &Machine,
    module: &Module<'_>,
) -> Result<()> {
    let names = &session.plan.codegen.unrolled;
    if names.is_empty() {
        return Ok(());
    }
    let is_named = |function: &Global<'_>| names.contains(&function.name());
    let unroll_all = || {
        let mut named = bodies(module).filter(is_named);
        named.try_for_each(|function| unroll_in(session, machine, function))
    };
    unroll_all()?;
    if bodies(module).filter(is_named).any(|function| !Flow::of(function).cycles.is_empty()) {
        with_large(session, unroll_all)?;
    }
    check_size(module)?;
    bodies(module).filter(is_named).for_each(|function| report_in(session, function));
    Ok(())
}

fn unroll_in(session: &Session<'_>, machine: &Machine, function: Global<'_>) -> Result<()> {
    let mut left = Flow::of(function).cycles.len();
    for _ in 0..MOST_ROUNDS {
        if left == 0 {
            break;
        }
        remove_unroll_hints(session, function);
        machine.run_passes_on(function, ROUND)?;
        let before = std::mem::replace(&mut left, Flow::of(function).cycles.len());
        if left == before {
            break;
        }
    }
    Ok(())
}

fn rounds(session: &Session<'_>, machine: &Machine, module: &Module<'_>) -> Result<()> {
    let mut left = count(module);
    for _ in 0..MOST_ROUNDS {
        if left == 0 {
            break;
        }
        bodies(module).for_each(|function| remove_unroll_hints(session, function));
        machine.run_passes(module, &format!("function({ROUND})"))?;
        let before = std::mem::replace(&mut left, count(module));
        if left == before {
            break;
        }
    }
    Ok(())
}

/// The most instructions of a block of unrolled loops: LLVM's time grows with the square of their number.
const MOST_IN_BLOCK: usize = 16_384;

/// Checks that code generation can handle the blocks of unrolled loops.
///
/// # Errors
/// A block is too large; the message names its function and the line that was copied most.
pub(in crate::backend) fn check_size(module: &Module<'_>) -> Result<()> {
    for function in bodies(module) {
        for block in function.blocks() {
            let size = block.instructions().count();
            if size > MOST_IN_BLOCK {
                return Err(too_large(function, block, size));
            }
        }
    }
    Ok(())
}

fn too_large(function: Global<'_>, block: Block<'_>, size: usize) -> Error {
    let mut lines = BTreeMap::new();
    for line in block.instructions().filter_map(|instruction| instruction.source_line()) {
        *lines.entry(line).or_insert(0_usize) += 1;
    }
    let most = lines.into_iter().max_by_key(|(_, count)| *count);
    let name = quoted(&function.name());
    let error = Error::link(format!("{name} becomes too large with its loops unrolled"))
        .because(format!("{size} instructions in a row; at most {MOST_IN_BLOCK} can be"));
    let error = match most {
        Some((line, count)) => error
            .at(Some(line.to_string()))
            .because(format!("{count} of them are copies of that line")),
        None => error,
    };
    error
        .help("kernels without loops accept 4096 instructions: give the loops fewer rounds")
        .help("for kernels from 5.3 on leave --unroll-loops out")
}

/// Warns about every loop in `module`.
pub(in crate::backend) fn report(session: &Session<'_>, module: &Module<'_>) {
    bodies(module).for_each(|function| report_in(session, function));
}

fn report_in(session: &Session<'_>, function: Global<'_>) {
    let mut lines: Vec<_> = Flow::of(function).cycles.iter().map(Cycle::line).collect();
    lines.sort();
    lines.into_iter().for_each(|line| session.warnings.push(warning(function, line)));
}

fn warning(function: Global<'_>, line: Option<SourceLine>) -> Warning {
    let name = function.name();
    let place = line.map_or_else(String::new, |line| format!(" at {line}"));
    Warning {
        kind: WarningKind::RolledLoops,
        message: format!(
            "the loop of {}{place} cannot be unrolled: no bound of its iterations is known, or too large a one",
            quoted(&name)
        ),
        help: vec![
            "kernels before 5.3 refuse loops: give it a constant bound of at most 4096 iterations, fewer if it is long or \
             nested: all copies together have at most 32768 instructions; where the bound is an argument, have the \
             function inlined"
                .to_owned(),
        ],
    }
}

fn bodies<'ctx>(module: &Module<'ctx>) -> impl Iterator<Item = Global<'ctx>> {
    module.defined_functions()
}

fn count(module: &Module<'_>) -> usize {
    bodies(module).map(|function| Flow::of(function).cycles.len()).sum()
}

/// Puts the blocks of every function in reverse postorder; no later pass may create blocks.
pub(in crate::backend) fn sort(module: &Module<'_>) {
    for function in bodies(module) {
        let order = Flow::of(function).order;
        order
            .iter()
            .zip(order.iter().skip(1))
            .for_each(|(former, block)| block.move_after(*former));
    }
}

/// A cycle of blocks.
struct Cycle<'ctx> {
    /// The first block.
    header: Block<'ctx>,
    /// The block that jumps back to the header, the first one found.
    latch: Block<'ctx>,
}

impl Cycle<'_> {
    /// Returns the source line that closes the loop, or else one at its start.
    fn line(&self) -> Option<SourceLine> {
        let closing = self.latch.terminator().and_then(|jump| jump.source_line());
        closing.or_else(|| self.header.instructions().find_map(|first| first.source_line()))
    }
}

/// The reachable blocks of a function, and its cycles.
struct Flow<'ctx> {
    /// The blocks in reverse postorder: the entry first, and each block before its successors, except in cycles.
    order: Vec<Block<'ctx>>,
    /// The cycles, one per header, in the order in which they were found.
    cycles: Vec<Cycle<'ctx>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open,
    Done,
}

impl<'ctx> Flow<'ctx> {
    /// Walks `function` depth first, without recursion: unrolled functions have thousands of blocks in a row.
    fn of(function: Global<'ctx>) -> Self {
        let (mut order, mut cycles) = (Vec::new(), Vec::new());
        let (mut marks, mut headers) = (HashMap::new(), HashSet::new());
        let mut path = Vec::new();
        if let Some(entry) = function.blocks().next() {
            marks.insert(entry, Mark::Open);
            path.push((entry, entry.successors()));
        }
        while let Some((block, rest)) = path.last_mut() {
            let (block, next) = (*block, rest.pop());
            match next.map(|next| (next, marks.get(&next))) {
                Some((header, Some(Mark::Open))) => {
                    if headers.insert(header) {
                        cycles.push(Cycle { header, latch: block });
                    }
                }
                Some((_, Some(Mark::Done))) => {}
                Some((next, None)) => {
                    marks.insert(next, Mark::Open);
                    path.push((next, next.successors()));
                }
                None => {
                    marks.insert(block, Mark::Done);
                    order.push(block);
                    path.pop();
                }
            }
        }
        order.reverse();
        Self { order, cycles }
    }
}
