//! Derives the facts that hold at a place from the branches that lead there.

use std::collections::HashMap;

use crate::llvm::{Block, Global, Opcode, Predicate, Value};

/// A comparison with a constant that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fact<'c> {
    /// The compared value.
    pub(super) value: Value<'c>,
    /// The comparison.
    pub(super) predicate: Predicate,
    /// The constant that it is compared with.
    pub(super) bound: i64,
}

/// The control flow of a function.
#[derive(Debug)]
pub(super) struct Flow<'c> {
    /// The position of each reachable block, in reverse postorder.
    order: HashMap<Block<'c>, usize>,
    blocks: Vec<Block<'c>>,
    /// The immediate dominator of each block, by position; the entry is its own.
    dominators: Vec<usize>,
    predecessors: Vec<Vec<usize>>,
}

impl<'c> Flow<'c> {
    /// Returns the control flow of `function`, which has a body.
    pub(super) fn of(function: Global<'c>) -> Self {
        let blocks = reverse_postorder(function);
        let order: HashMap<_, _> =
            blocks.iter().enumerate().map(|(position, block)| (*block, position)).collect();
        let mut predecessors = vec![Vec::new(); blocks.len()];
        for (position, block) in blocks.iter().enumerate() {
            for next in block.successors() {
                let list = order.get(&next).and_then(|next| predecessors.get_mut(*next));
                list.into_iter().for_each(|list: &mut Vec<usize>| list.push(position));
            }
        }
        let dominators = dominators(&predecessors);
        Self { order, blocks, dominators, predecessors }
    }

    /// Returns the facts that hold in `block`, the nearest first.
    pub(super) fn facts(&self, block: Block<'c>) -> Vec<Fact<'c>> {
        let mut facts = Vec::new();
        let Some(mut position) = self.order.get(&block).copied() else { return facts };
        loop {
            if let Some([only]) = self.predecessors.get(position).map(Vec::as_slice) {
                if let (Some(from), Some(to)) = (self.blocks.get(*only), self.blocks.get(position))
                {
                    facts.extend(fact_of_edge(*from, *to));
                }
            }
            match self.dominators.get(position) {
                Some(up) if *up != position => position = *up,
                _ => return facts,
            }
        }
    }
}

/// Returns the fact that holds on the edge from `from` to `to`.
fn fact_of_edge<'c>(from: Block<'c>, to: Block<'c>) -> Option<Fact<'c>> {
    let end = from.terminator()?;
    let successors = from.successors();
    let [yes, no] = successors.as_slice() else { return None };
    let condition = end.value().operand(0)?;
    if yes == no || end.value().opcode() == Opcode::Switch || condition.bits() != Some(1) {
        return None;
    }
    let fact = comparison(condition)?;
    let predicate = if *yes == to { fact.predicate } else { fact.predicate.inverse() };
    Some(Fact { predicate, ..fact })
}

/// Returns the fact that holds if `condition`, a comparison with a constant, is true.
pub(super) fn comparison(condition: Value<'_>) -> Option<Fact<'_>> {
    let Opcode::Compare(predicate) = condition.opcode() else { return None };
    let (left, right) = (condition.operand(0)?, condition.operand(1)?);
    match (left.integer(), right.integer()) {
        (None, Some(bound)) => Some(Fact { value: left, predicate, bound }),
        (Some(bound), None) => Some(Fact { value: right, predicate: predicate.swapped(), bound }),
        _ => None,
    }
}

fn reverse_postorder(function: Global<'_>) -> Vec<Block<'_>> {
    let Some(entry) = function.blocks().next() else { return Vec::new() };
    let mut seen = std::collections::HashSet::from([entry]);
    let (mut open, mut done) = (vec![(entry, entry.successors())], Vec::new());
    while let Some((block, left)) = open.last_mut() {
        match left.pop() {
            Some(next) if seen.insert(next) => open.push((next, next.successors())),
            Some(_) => {}
            None => {
                done.push(*block);
                open.pop();
            }
        }
    }
    done.reverse();
    done
}

/// Computes the immediate dominators: Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm (2001).
fn dominators(predecessors: &[Vec<usize>]) -> Vec<usize> {
    const UNKNOWN: usize = usize::MAX;
    let mut found = vec![UNKNOWN; predecessors.len()];
    found.first_mut().into_iter().for_each(|entry| *entry = 0);
    let mut changed = true;
    while changed {
        changed = false;
        for (position, before) in predecessors.iter().enumerate().skip(1) {
            let known = before.iter().filter(|one| found.get(**one) != Some(&UNKNOWN));
            let meet = known.copied().reduce(|left, right| intersect(&found, left, right));
            if let (Some(meet), Some(slot)) = (meet, found.get_mut(position)) {
                if *slot != meet {
                    *slot = meet;
                    changed = true;
                }
            }
        }
    }
    found
}

fn intersect(found: &[usize], mut left: usize, mut right: usize) -> usize {
    let up = |position: usize| found.get(position).copied().unwrap_or(0);
    while left != right {
        if left > right {
            left = up(left);
        } else {
            right = up(right);
        }
    }
    left
}
