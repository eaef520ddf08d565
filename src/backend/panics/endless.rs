//! Cuts loops without an exit: the end of nearly every panic handler, but infinite to the verifier ("infinite loop
//! detected", or "last insn is not an exit or jmp").
//!
//! Such a loop runs once, and then the program is left: its back edges lead to a block that leaves.

use std::collections::{HashMap, HashSet};

use crate::{
    backend::session::Session,
    llvm::{Block, Global},
};

/// Makes every loop of `function` without an exit end, after one round, in a call of `leave`.
pub(super) fn cut<'ctx>(session: &'ctx Session<'_>, function: Global<'ctx>, leave: Global<'ctx>) {
    let edges = edges_back(function);
    if edges.is_empty() {
        return;
    }
    let exit = function.append_block(&session.context);
    exit.end_with(&session.context, leave);
    for (latch, header) in edges {
        let Some(jump) = latch.terminator() else { continue };
        for (index, successor) in latch.successors().into_iter().enumerate() {
            if successor == header {
                jump.set_successor(index, exit);
            }
        }
        header.forget_predecessor(&session.context, latch);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open,
    Done,
}

/// Returns the back edges of all loops without an exit, each once.
fn edges_back<'ctx>(function: Global<'ctx>) -> Vec<(Block<'ctx>, Block<'ctx>)> {
    let leaving = leaving(function);
    let (mut edges, mut marks, mut path) = (Vec::new(), HashMap::new(), Vec::new());
    if let Some(entry) = function.blocks().next() {
        marks.insert(entry, Mark::Open);
        path.push((entry, entry.successors()));
    }
    while let Some((block, rest)) = path.last_mut() {
        let (block, next) = (*block, rest.pop());
        let Some(next) = next else {
            marks.insert(block, Mark::Done);
            path.pop();
            continue;
        };
        match marks.get(&next) {
            Some(Mark::Open) if !leaving.contains(&next) => {
                if !edges.contains(&(block, next)) {
                    edges.push((block, next));
                }
            }
            Some(_) => {}
            None => {
                marks.insert(next, Mark::Open);
                path.push((next, next.successors()));
            }
        }
    }
    edges
}

/// Returns the blocks from which an end of the function can be reached.
fn leaving<'ctx>(function: Global<'ctx>) -> HashSet<Block<'ctx>> {
    let mut before: HashMap<_, Vec<_>> = HashMap::new();
    let mut open = Vec::new();
    for block in function.blocks() {
        let successors = block.successors();
        if successors.is_empty() {
            open.push(block);
        }
        for next in successors {
            before.entry(next).or_default().push(block);
        }
    }
    let mut found: HashSet<_> = open.iter().copied().collect();
    while let Some(block) = open.pop() {
        let predecessors = before.get(&block).into_iter().flatten();
        open.extend(predecessors.copied().filter(|former| found.insert(*former)));
    }
    found
}
