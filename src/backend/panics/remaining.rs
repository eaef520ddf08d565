//! Collects the panics that remain in a program, for reports and errors.

use std::collections::HashSet;

use super::{
    callbacks, names,
    sites::{bodies, is_root},
};
use crate::{
    backend::{
        remaining_panic::{Panic, Way},
        session::Session,
    },
    llvm::{Global, Instruction, Module, Place},
    report::{Error, quoted},
};

impl Way {
    /// Returns the name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Return => "return",
            Self::Flag => "flag",
            Self::Throw => "throw",
        }
    }
}

/// A place where a function ends its program.
pub(super) struct Site<'ctx> {
    function: Global<'ctx>,
    source: Option<Place>,
    what: String,
}

/// Collects the places in `module` where a program may panic, before they are marked: calls that never return, in
/// functions that do.
pub(super) fn sites<'ctx>(module: &Module<'ctx>, leave: Global<'ctx>) -> Vec<Site<'ctx>> {
    let mut found = Vec::new();
    for function in bodies(module).filter(|function| function.can_return() || is_root(*function)) {
        for block in function.blocks() {
            let end = block.terminator().filter(|end| end.is_unreachable());
            let call = end.and_then(Instruction::previous).filter(|call| {
                (call.never_returns() || call.callee() == Some(leave)) && !call.is_assembly()
            });
            if let Some(call) = call {
                let what = what(call, leave);
                found.push(Site { function, source: source(call), what });
            }
        }
    }
    found
}

/// Returns the panics of all programs in `module`, by program, in the order of its functions.
pub(super) fn panics<'ctx>(
    session: &Session<'_>,
    module: &Module<'ctx>,
    sites: &[Site<'ctx>],
) -> Vec<Panic> {
    let mut found = Vec::new();
    for program in bodies(module).filter(|function| is_entry(*function)) {
        let run = run_by(program);
        let section = program.section();
        let value = session.plan.codegen.panics.value(&section);
        let own = if super::throw::throws(session, &section) { Way::Throw } else { Way::Return };
        found.extend(sites.iter().filter(|site| run.contains(&site.function)).map(|site| Panic {
            program: program.name(),
            function: site.function.name(),
            source: site.source.as_ref().map(ToString::to_string),
            what: site.what.clone(),
            way: if callbacks::is_run(site.function) { Way::Flag } else { own },
            value,
            may_hold: None,
        }));
    }
    found
}

/// Returns the error about programs that may panic.
pub(super) fn error(panics: &[Panic]) -> Error {
    let parts = panics.iter().map(|panic| {
        Error::link(format!("{} may panic: {}", quoted(&panic.program), panic.what))
            .at(panic.source.clone())
    });
    Error::link("a program may panic, and --panic error is given")
        .with_parts(parts.collect::<Vec<_>>())
        .help("test the value before it is used, as `get`, `checked_add` and `if let` do")
        .help("or link with `--panic exit`, so that a panic ends the program")
}

fn is_entry(function: Global<'_>) -> bool {
    is_root(function) && !callbacks::is_run(function)
}

/// Returns `program`, its callees, and the functions whose address is taken there.
fn run_by<'ctx>(program: Global<'ctx>) -> HashSet<Global<'ctx>> {
    let (mut found, mut open) = (HashSet::from([program]), vec![program]);
    while let Some(function) = open.pop() {
        for instruction in function.instructions() {
            let called = instruction.callee().into_iter();
            let given = instruction.functions_given();
            let next = called.chain(given).filter(|callee| !callee.is_declaration());
            open.extend(next.filter(|callee| found.insert(*callee)));
        }
    }
    found
}

/// Returns the innermost place outside of Rust's own library, in the user's code.
pub(in crate::backend) fn source(instruction: Instruction<'_>) -> Option<Place> {
    let places = instruction.inlined_places();
    let own = places.iter().find(|place| !is_library(&place.file));
    own.or_else(|| places.last()).cloned()
}

fn is_library(file: &str) -> bool {
    file.starts_with("library/") || file.contains("/library/") || file.starts_with("/rustc/")
}

fn what(call: Instruction<'_>, leave: Global<'_>) -> String {
    match call.callee() {
        Some(callee) if callee == leave => "an endless loop".to_owned(),
        Some(callee) => names::what(&callee.name()),
        None => "a call that never returns".to_owned(),
    }
}
