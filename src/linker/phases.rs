//! Timing of the phases of a link.

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use crate::crash_handler;

/// Timer of consecutive phases.
#[derive(Debug)]
pub(super) struct Clock {
    start: Instant,
    phases: RefCell<Vec<Phase>>,
}

/// A timed phase.
#[derive(Clone, Debug)]
pub(super) struct Phase {
    /// Name of the phase.
    pub(super) name: &'static str,
    /// Start time, relative to the clock's start.
    pub(super) began: Duration,
    /// Duration.
    pub(super) took: Duration,
}

impl Clock {
    /// Starts a new clock.
    pub(super) fn start() -> Self {
        Self { start: Instant::now(), phases: RefCell::default() }
    }

    /// Runs `work` as the phase called `name`.
    pub(super) fn run<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        crash_handler::set_phase(name);
        let began = self.start.elapsed();
        let result = work();
        let took = self.start.elapsed().saturating_sub(began);
        self.phases.borrow_mut().push(Phase { name, began, took });
        result
    }

    /// Returns the phases timed so far, in the order they ended.
    pub(super) fn phases(&self) -> Vec<Phase> {
        self.phases.borrow().clone()
    }
}
