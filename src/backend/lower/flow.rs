//! Derives the facts that hold at a place from the branches that lead there.

use std::collections::{HashMap, HashSet};

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

impl Fact<'_> {
    /// Returns the greatest unsigned value that it allows.
    pub(super) fn greatest(&self) -> Option<i64> {
        match self.predicate {
            Predicate::Ult => self.bound.checked_sub(1),
            Predicate::Ule | Predicate::Eq => Some(self.bound),
            _ => None,
        }
    }
}

/// A natural loop: what can be reached from its only entrance and leads back there.
#[derive(Debug)]
pub(super) struct Loop<'c> {
    /// The block through which control enters.
    pub(super) header: Block<'c>,
    /// The blocks that jump back to the header.
    pub(super) latches: Vec<Block<'c>>,
    /// All blocks.
    pub(super) blocks: HashSet<Block<'c>>,
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

    /// Returns the loops, in the order of their headers.
    pub(super) fn loops(&self) -> Vec<Loop<'c>> {
        let back = self.blocks.iter().zip(&self.predecessors).filter_map(|(header, before)| {
            let before = before.iter().filter_map(|position| self.blocks.get(*position).copied());
            let latches: Vec<_> = before.filter(|latch| self.dominates(*header, *latch)).collect();
            (!latches.is_empty()).then_some((*header, latches))
        });
        let of = |(header, latches): (Block<'c>, Vec<Block<'c>>)| {
            let (mut blocks, mut open) = (HashSet::from([header]), latches.clone());
            while let Some(block) = open.pop() {
                if blocks.insert(block) {
                    open.extend(self.before(block));
                }
            }
            Loop { header, latches, blocks }
        };
        back.map(of).collect()
    }

    /// Returns the blocks from which control comes to `block`.
    fn before(&self, block: Block<'c>) -> impl Iterator<Item = Block<'c>> {
        let position = self.order.get(&block);
        let before = position.and_then(|position| self.predecessors.get(*position));
        before.into_iter().flatten().filter_map(|position| self.blocks.get(*position).copied())
    }

    /// Returns true if control comes to `block` only through `other`.
    pub(super) fn dominates(&self, other: Block<'c>, block: Block<'c>) -> bool {
        let (Some(other), Some(block)) = (self.order.get(&other), self.order.get(&block)) else {
            return false;
        };
        let mut position = *block;
        while position > *other {
            match self.dominators.get(position) {
                Some(up) if *up < position => position = *up,
                _ => return false,
            }
        }
        position == *other
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
pub(super) fn fact_of_edge<'c>(from: Block<'c>, to: Block<'c>) -> Option<Fact<'c>> {
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
    let mut seen = HashSet::from([entry]);
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
