//! A program on its way through the phases.

use std::collections::BTreeSet;

use super::{machines::Machines, restorable::RestorableModule, session::Session, triple::Triple};
use crate::input::Archive;

/// A program in one module, after `Phase`. Each phase takes the former one by value, so that a wrong order does not compile.
#[derive(Debug)]
pub struct Program<'s, Phase> {
    pub(super) session: &'s Session<'s>,
    pub(super) module: RestorableModule<'s>,
    pub(super) archives: Vec<Archive>,
    pub(super) target: Triple,
    pub(super) phase: Phase,
}

/// All that takes part in the link is in one module.
#[derive(Debug)]
pub struct Merged;

/// The module says what BPF needs it to say.
#[derive(Debug)]
pub struct Prepared {
    pub(super) machines: Machines,
}

/// Only exports can be seen from outside.
#[derive(Debug)]
pub struct Internalized {
    pub(super) machines: Machines,
}

/// The module is ready for code generation.
#[derive(Debug)]
pub struct Optimized {
    pub(super) machines: Machines,
    /// The functions that were linked since code generation calls them.
    pub(super) routines: BTreeSet<String>,
}

impl<'s, Phase> Program<'s, Phase> {
    /// Says that the `next` phase is done.
    pub(super) fn after<Next>(self, next: impl FnOnce(Phase) -> Next) -> Program<'s, Next> {
        let Self { session, module, archives, target, phase } = self;
        Program { session, module, archives, target, phase: next(phase) }
    }
}
