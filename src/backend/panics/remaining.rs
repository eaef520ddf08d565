//! Which panics remain in a program, for reports and errors.

use std::collections::HashSet;

use super::{callbacks, lower::is_root, names, sites::bodies};
use crate::{
    backend::session::Session,
    llvm::{Global, Instruction, Module, Place},
    report::{Error, quoted},
};

/// A panic that remains in a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// The symbol of the program.
    pub program: String,
    /// The function that panics, once the optimizer inlined what it likes.
    pub function: String,
    /// Where in the user's source, as `file:line:column`.
    pub source: Option<String>,
    /// What happens there.
    pub what: String,
    /// How it ends the program.
    pub way: Way,
    /// What the program returns, if that is known from its section.
    pub value: i64,
}

/// How a panic ends its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By a return of the program, into which the function is inlined.
    Return,
    /// By a flag that a callback sets, and whoever has it run tests.
    Flag,
    /// By `bpf_throw`.
    Throw,
}

impl Way {
    /// Its name in reports.
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

/// Collects the places in `module` where a program may panic, before they are marked: calls that never return, from
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

/// The panics of all programs in `module`, by program, in the order of its functions.
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
        }));
    }
    found
}

/// The error about programs that may panic.
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

/// `program`, what it calls, and the functions whose address is taken there.
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

/// The innermost place that is not in Rust's own library, where the user's code is to blame.
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
