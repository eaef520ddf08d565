//! Chains of calls: which one needs most stack, which one is longest, and which come back to where they were.
//!
//! The kernel walks all calls of a program, dead ones too (`check_max_stack_depth_subprog` of `kernel/bpf/verifier.c`):
//! static and global functions alike, and callbacks that a helper calls before it returns. What a timer, a work queue
//! or the like calls later starts on a stack of its own, and is walked by itself. The best chain of a function is its
//! own frame and the best of what it calls, so each function is visited once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Function, Role, Survey, Target, components};

/// Helpers that call a function they are given before they return: `bpf_for_each_map_elem`, `bpf_find_vma`, `bpf_loop`
/// and `bpf_user_ringbuf_drain` (`is_sync_callback_calling_function`). Others are taken to call later, lest a chain be
/// refused that no kernel minds.
pub const SYNCHRONOUS: [i32; 4] = [164, 180, 181, 209];

/// Where a chain starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// With a program.
    Program,
    /// With a function that is called later.
    Deferred,
}

/// A chain of calls, by the indices of functions, the caller first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// The functions.
    pub functions: Vec<usize>,
    /// Whether the last one calls one of the others again.
    pub recursive: Option<usize>,
}

impl Chain {
    /// The bytes of stack that kernels of that `count` see.
    #[must_use]
    pub fn stack(&self, survey: &Survey, count: Count) -> u64 {
        let frames = self.functions.iter().filter_map(|&index| survey.functions.get(index));
        frames.map(|function| count.frame(function)).sum()
    }
}

/// How a kernel counts frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Frames are rounded up to a multiple of so many bytes.
    step: u64,
    /// What a frame takes, before it is rounded.
    least: u64,
}

impl Count {
    /// With a JIT compiler, from 6.9 on (`round_up_stack_depth`).
    pub const NEW: Self = Self { step: 16, least: 0 };
    /// Before 6.9, and without a JIT compiler.
    pub const OLD: Self = Self { step: 32, least: 1 };

    /// The bytes of the function's frame.
    #[must_use]
    pub fn frame(self, function: &Function) -> u64 {
        function.stack.max(self.least).next_multiple_of(self.step)
    }
}

impl Survey {
    /// Where chains start, by the index of the function.
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

    /// The chain from each function that weighs most, by index. Where functions come back to themselves, calls of those that
    /// are being walked weigh nothing.
    #[must_use]
    pub fn heaviest(&self, weigh: impl Fn(&Function) -> u64) -> Heaviest {
        let mut walk = Walk { survey: self, states: vec![State::New; self.functions.len()] };
        for index in 0..self.functions.len() {
            walk.visit(index, &weigh);
        }
        Heaviest { states: walk.states }
    }

    /// The circles of calls that programs reach: of functions that all reach each other only the shortest circle through the
    /// one that programs come to first.
    #[must_use]
    pub fn circles(&self) -> Vec<Circle> {
        let order: BTreeMap<usize, usize> = self.order().into_iter().zip(0..).collect();
        let components = components::find(self.functions.len(), |index| self.callees(index));
        let mut circles: Vec<(usize, Circle)> = components
            .iter()
            .filter_map(|component| {
                let place = |index: &usize| Some((*order.get(index)?, *index));
                let (place, first) = component.iter().filter_map(place).min()?;
                let functions = self.way_back(first, component)?;
                let chain = Chain { functions, recursive: Some(first) };
                Some((place, Circle { chain, members: component.len() }))
            })
            .collect();
        circles.sort_by_key(|(place, _)| *place);
        circles.into_iter().map(|(_, circle)| circle).collect()
    }

    /// What programs reach, by index, in the order of their calls.
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

    /// The functions that the one at `index` calls before it returns, by index.
    fn callees(&self, index: usize) -> Vec<usize> {
        let calls = self.functions.get(index).map(|function| function.calls.as_slice());
        let callees = calls.unwrap_or_default().iter().filter_map(|call| match call.target {
            Target::Function(callee) | Target::Callback(callee) => Some(callee),
            _ => None,
        });
        callees.collect()
    }

    /// The shortest way from `start` back to it within `component`, without the return; none if there is none.
    fn way_back(&self, start: usize, component: &[usize]) -> Option<Vec<usize>> {
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

/// Functions that come back to where they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    /// One way around.
    pub chain: Chain,
    /// How many functions all reach each other, those of the chain among them.
    pub members: usize,
}

/// What [`Survey::heaviest`] found.
#[derive(Clone, Debug)]
pub struct Heaviest {
    states: Vec<State>,
}

impl Heaviest {
    /// The chain from the function at `index`.
    #[must_use]
    pub fn from(&self, index: usize) -> Chain {
        let mut chain = Chain::default();
        let mut at = Some(index);
        // What comes next was done before, so this ends.
        while let Some(index) = at {
            chain.functions.push(index);
            at = match self.states.get(index) {
                Some(State::Done { next, .. }) => *next,
                _ => None,
            };
        }
        chain
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    /// On the path that is being walked.
    Open,
    Done {
        weight: u64,
        next: Option<usize>,
    },
}

struct Walk<'a> {
    survey: &'a Survey,
    states: Vec<State>,
}

/// A function on the path: its index, its callees that are still to be visited, and the best of those that were.
struct Step {
    index: usize,
    rest: std::vec::IntoIter<usize>,
    best: u64,
    next: Option<usize>,
}

impl Walk<'_> {
    /// Finds the heaviest chain from the function at `start` and from all that it calls, without recursion: a chain may have
    /// any length.
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
