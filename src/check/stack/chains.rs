//! Chains of calls: which one needs most stack, which one is longest, and which come back to where they were.
//!
//! The kernel walks all calls of a program, dead ones too (`check_max_stack_depth_subprog` of `kernel/bpf/verifier.c`):
//! static and global functions alike, and callbacks that a helper calls before it returns. What a timer, a work queue
//! or the like calls later starts on a stack of its own, and is walked by itself. The best chain of a function is its
//! own frame and the best of what it calls, so each function is visited once.

use super::{Function, Role, Survey, Target};

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

    /// The chain from each function that weighs most, by index; empty for functions that come back to themselves, of
    /// which the first circle found is given.
    #[must_use]
    pub fn heaviest(&self, weigh: impl Fn(&Function) -> u64) -> Heaviest {
        let count = self.functions.len();
        let mut walk = Walk {
            survey: self,
            weigh: &weigh,
            states: vec![State::New; count],
            path: Vec::new(),
            circles: Vec::new(),
        };
        // What no program reaches no loader loads: it comes last, and its circles harm nobody.
        for (root, _) in self.roots() {
            walk.visit(root);
        }
        let circles = walk.circles.clone();
        for index in 0..count {
            walk.visit(index);
        }
        Heaviest { states: walk.states, circles }
    }
}

/// What [`Survey::heaviest`] found.
#[derive(Clone, Debug)]
pub struct Heaviest {
    states: Vec<State>,
    /// Chains that come back to where they were.
    pub circles: Vec<Chain>,
}

impl Heaviest {
    /// The chain from the function at `index`.
    #[must_use]
    pub fn from(&self, index: usize) -> Chain {
        let mut chain = Chain::default();
        let mut at = Some(index);
        while let Some(index) = at.filter(|index| !chain.functions.contains(index)) {
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
    weigh: &'a dyn Fn(&Function) -> u64,
    states: Vec<State>,
    path: Vec<usize>,
    circles: Vec<Chain>,
}

impl Walk<'_> {
    /// The weight of the heaviest chain from the function at `index`.
    fn visit(&mut self, index: usize) -> u64 {
        let survey = self.survey;
        let (Some(function), Some(state)) =
            (survey.functions.get(index), self.states.get_mut(index))
        else {
            return 0;
        };
        match *state {
            State::Done { weight, .. } => return weight,
            State::Open => {
                self.note_circle(index);
                return 0;
            }
            State::New => {}
        }
        *state = State::Open;
        self.path.push(index);
        let (mut best, mut next) = (0, None);
        for call in &function.calls {
            if let Target::Function(callee) | Target::Callback(callee) = call.target {
                let weight = self.visit(callee);
                if weight > best {
                    (best, next) = (weight, Some(callee));
                }
            }
        }
        self.path.pop();
        let weight = (self.weigh)(function).saturating_add(best);
        if let Some(state) = self.states.get_mut(index) {
            *state = State::Done { weight, next };
        }
        weight
    }

    fn note_circle(&mut self, index: usize) {
        let circle = self.path.iter().copied().skip_while(|&other| other != index).collect();
        let circle = Chain { functions: circle, recursive: Some(index) };
        if !self.circles.contains(&circle) {
            self.circles.push(circle);
        }
    }
}
