//! Chains of calls: the one that needs the most stack, the longest one, and recursion.
//!
//! The kernel walks all calls of a program, including dead ones (`check_max_stack_depth_subprog` of
//! `kernel/bpf/verifier.c`): static and global functions alike, and callbacks that a helper calls before it returns.
//! A function that a timer, a work queue or the like calls later starts on a separate stack and is walked separately.
//! The best chain of a function is its own frame plus the best chain of its callees, so each function is visited
//! once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Function, ProgramStats, Role, Target, components};

/// Helpers that call their callback before they return: `bpf_for_each_map_elem`, `bpf_find_vma`, `bpf_loop` and
/// `bpf_user_ringbuf_drain` (`is_sync_callback_calling_function`). Other helpers are assumed to call later, so that
/// no chain is refused that kernels accept.
pub const SYNCHRONOUS: [i32; 4] = [164, 180, 181, 209];

/// The kind of function that starts a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// A program.
    Program,
    /// A function that is called later.
    Deferred,
}

/// A chain of calls, by the indices of functions, the caller first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// The functions.
    pub functions: Vec<usize>,
    /// The function in the chain that the last one calls again, if any.
    pub recursive: Option<usize>,
}

impl Chain {
    /// Returns the bytes of stack that kernels with the counting rule `count` see.
    #[must_use]
    pub fn stack(&self, survey: &ProgramStats, count: Count) -> u64 {
        let frames = self.functions.iter().filter_map(|&index| survey.functions.get(index));
        frames.map(|function| count.frame(function)).sum()
    }
}

/// A kernel's rule for counting frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The number of bytes to whose multiple frames are rounded up.
    step: u64,
    /// The minimum size of a frame before rounding.
    least: u64,
}

impl Count {
    /// The rule with a JIT compiler since 6.9 (`round_up_stack_depth`).
    pub const NEW: Self = Self { step: 16, least: 0 };
    /// The rule before 6.9, and without a JIT compiler.
    pub const OLD: Self = Self { step: 32, least: 1 };

    /// Returns the bytes of the function's frame.
    #[must_use]
    pub fn frame(self, function: &Function) -> u64 {
        function.stack.max(self.least).next_multiple_of(self.step)
    }
}

impl ProgramStats {
    /// Returns the functions that start chains, by index.
    #[must_use]
    pub fn roots(&self) -> Vec<(usize, Root)> {
        let programs = self.functions.iter().enumerate();
        let programs = programs.filter(|(_, function)| function.role == Role::Program);
        let mut roots: Vec<_> = programs.map(|(index, _)| (index, Root::Program)).collect();
        let calls = self.functions.iter().flat_map(|function| &function.calls);
        let mut deferred: Vec<usize> = calls
            .filter_map(|call| match call.target {
                Target::Deferred(index) => Some(index),
                _ => None,
            })
            .collect();
        deferred.sort_unstable();
        deferred.dedup();
        roots.extend(deferred.into_iter().map(|index| (index, Root::Deferred)));
        roots
    }

    /// Returns the heaviest chain from each function, by index. In recursion, calls of functions on the current path
    /// weigh nothing.
    #[must_use]
    pub fn heaviest(&self, weigh: impl Fn(&Function) -> u64) -> Heaviest {
        let mut walk = Walk { survey: self, states: vec![State::New; self.functions.len()] };
        for index in 0..self.functions.len() {
            walk.visit(index, &weigh);
        }
        Heaviest { states: walk.states }
    }

    /// Returns the call cycles that programs reach: for each set of mutually reachable functions, only the shortest
    /// cycle through the one that programs reach first.
    #[must_use]
    pub fn circles(&self) -> Vec<Circle> {
        let order: BTreeMap<usize, usize> = self.order().into_iter().zip(0..).collect();
        let components = components::find(self.functions.len(), |index| self.callees(index));
        let mut circles: Vec<(usize, Circle)> = components
            .iter()
            .filter_map(|component| {
                let place = |index: &usize| Some((*order.get(index)?, *index));
                let (place, first) = component.iter().filter_map(place).min()?;
                let functions = self.cycle_through(first, component)?;
                let chain = Chain { functions, recursive: Some(first) };
                Some((place, Circle { chain, members: component.len() }))
            })
            .collect();
        circles.sort_by_key(|(place, _)| *place);
        circles.into_iter().map(|(_, circle)| circle).collect()
    }

    /// Returns the indices of the functions that programs reach, in the order of their calls.
    fn order(&self) -> Vec<usize> {
        let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
        let mut open: Vec<usize> = self.roots().into_iter().rev().map(|(root, _)| root).collect();
        while let Some(index) = open.pop() {
            if seen.insert(index) {
                order.push(index);
                open.extend(self.callees(index).into_iter().rev());
            }
        }
        order
    }

    /// Returns the indices of the functions that the one at `index` calls before it returns.
    fn callees(&self, index: usize) -> Vec<usize> {
        let calls = self.functions.get(index).map(|function| function.calls.as_slice());
        let callees = calls.unwrap_or_default().iter().filter_map(|call| match call.target {
            Target::Function(callee) | Target::Callback(callee) => Some(callee),
            _ => None,
        });
        callees.collect()
    }

    /// Returns the shortest path from `start` back to it within `component`, without the return, or `None`.
    fn cycle_through(&self, start: usize, component: &[usize]) -> Option<Vec<usize>> {
        let mut from: BTreeMap<usize, usize> = BTreeMap::new();
        let mut open = VecDeque::from([start]);
        while let Some(index) = open.pop_front() {
            for callee in self.callees(index) {
                if callee == start {
                    let mut way = vec![index];
                    while let Some(&former) = way.last().and_then(|last| from.get(last)) {
                        way.push(former);
                    }
                    way.reverse();
                    return Some(way);
                }
                if component.binary_search(&callee).is_ok() && !from.contains_key(&callee) {
                    from.insert(callee, index);
                    open.push_back(callee);
                }
            }
        }
        None
    }
}

/// A recursive set of functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    /// One cycle of calls.
    pub chain: Chain,
    /// The number of functions that all reach each other, including the chain's.
    pub members: usize,
}

/// The result of [`ProgramStats::heaviest`].
#[derive(Clone, Debug)]
pub struct Heaviest {
    states: Vec<State>,
}

impl Heaviest {
    /// Returns the chain from the function at `index`.
    #[must_use]
    pub fn from(&self, index: usize) -> Chain {
        let mut chain = Chain::default();
        let mut at = Some(index);
        // Each next function was finished earlier, so this ends.
        while let Some(index) = at {
            chain.functions.push(index);
            at = match self.states.get(index) {
                Some(State::Done { next, .. }) => *next,
                _ => None,
            };
        }
        chain
    }

    /// Returns at most `most` functions of that chain, from its start, and the weight of the whole chain.
    #[must_use]
    pub fn start(&self, index: usize, most: usize) -> (Vec<usize>, u64) {
        let next = |index: &usize| match self.states.get(*index) {
            Some(State::Done { next, .. }) => *next,
            _ => None,
        };
        let weight = match self.states.get(index) {
            Some(State::Done { weight, .. }) => *weight,
            _ => 0,
        };
        (std::iter::successors(Some(index), next).take(most).collect(), weight)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    /// A function on the current path.
    Open,
    Done {
        weight: u64,
        next: Option<usize>,
    },
}

struct Walk<'a> {
    survey: &'a ProgramStats,
    states: Vec<State>,
}

/// A function on the path: its index, its callees that are yet to be visited, and the best of those already visited.
struct Step {
    index: usize,
    rest: std::vec::IntoIter<usize>,
    best: u64,
    next: Option<usize>,
}

impl Walk<'_> {
    /// Finds the heaviest chain from the function at `start` and from all its callees, without recursion: a chain may
    /// have any length.
    fn visit(&mut self, start: usize, weigh: impl Fn(&Function) -> u64) {
        let mut path: Vec<Step> = self.enter(start).into_iter().collect();
        while let Some(step) = path.last_mut() {
            let Some(callee) = step.rest.next() else {
                let own = self.survey.functions.get(step.index).map_or(0, &weigh);
                let weight = own.saturating_add(step.best);
                let done = State::Done { weight, next: step.next };
                let index = step.index;
                if let Some(state) = self.states.get_mut(index) {
                    *state = done;
                }
                path.pop();
                if let Some(caller) = path.last_mut() {
                    caller.consider(index, weight);
                }
                continue;
            };
            match self.states.get(callee) {
                Some(State::Done { weight, .. }) => step.consider(callee, *weight),
                Some(State::New) => path.extend(self.enter(callee)),
                Some(State::Open) | None => {}
            }
        }
    }

    fn enter(&mut self, index: usize) -> Option<Step> {
        let state = self.states.get_mut(index).filter(|state| **state == State::New)?;
        *state = State::Open;
        let rest = self.survey.callees(index).into_iter();
        Some(Step { index, rest, best: 0, next: None })
    }
}

impl Step {
    fn consider(&mut self, callee: usize, weight: u64) {
        if weight > self.best {
            (self.best, self.next) = (weight, Some(callee));
        }
    }
}
