//! How long the phases of a link take.

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use crate::crash_handler;

/// Times phases, one after the other.
#[derive(Debug)]
pub(super) struct Clock {
    start: Instant,
    phases: RefCell<Vec<Phase>>,
}

/// What was timed.
#[derive(Clone, Debug)]
pub(super) struct Phase {
    /// Its name.
    pub(super) name: &'static str,
    /// When it began, since the clock was started.
    pub(super) began: Duration,
    /// How long it took.
    pub(super) took: Duration,
}

impl Clock {
    /// A clock that starts now.
    pub(super) fn start() -> Self {
        Self { start: Instant::now(), phases: RefCell::default() }
    }

    /// Does `work` as the phase called `name`.
    pub(super) fn run<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        crash_handler::enter(name);
        let began = self.start.elapsed();
        let result = work();
        let took = self.start.elapsed().saturating_sub(began);
        self.phases.borrow_mut().push(Phase { name, began, took });
        result
    }

    /// What was timed so far, in the order it ended.
    pub(super) fn phases(&self) -> Vec<Phase> {
        self.phases.borrow().clone()
    }
}
