//! A program in one of the phases of the link.

use std::collections::BTreeSet;

use super::{machines::Machines, restorable::RestorableModule, session::Session, triple::Triple};
use crate::input::Archive;

/// A program in one module, after `Phase`. Each phase takes the previous one by value, so that a wrong order does not
/// compile.
#[derive(Debug)]
pub struct Program<'s, Phase> {
    pub(super) session: &'s Session<'s>,
    pub(super) module: RestorableModule<'s>,
    pub(super) archives: Vec<Archive>,
    pub(super) target: Triple,
    pub(super) phase: Phase,
}

/// The phase in which all inputs are in one module.
#[derive(Debug)]
pub struct Merged;

/// The phase in which the module has the attributes that BPF needs.
#[derive(Debug)]
pub struct Prepared {
    pub(super) machines: Machines,
}

/// The phase in which only exports are visible from outside.
#[derive(Debug)]
pub struct Internalized {
    pub(super) machines: Machines,
}

/// The phase in which the module is ready for code generation.
#[derive(Debug)]
pub struct Optimized {
    pub(super) machines: Machines,
    /// The functions that were linked because code generation calls them.
    pub(super) routines: BTreeSet<String>,
}

impl<'s, Phase> Program<'s, Phase> {
    /// Moves on to the `next` phase.
    pub(super) fn after<Next>(self, next: impl FnOnce(Phase) -> Next) -> Program<'s, Next> {
        let Self { session, module, archives, target, phase } = self;
        Program { session, module, archives, target, phase: next(phase) }
    }
}
