//! Inlines BPF-to-BPF calls (`--ignore-inline-never`) and warns about those that remain.
//!
//! Kernels older than 4.16 do not support such calls. Every function is marked to be inlined at every call, including
//! programs and exports, whose own bodies stay. Recursion, which no kernel supports, and a few shapes that LLVM does
//! not inline remain.

use std::collections::{BTreeMap, BTreeSet};

use super::super::session::Session;
use crate::{
    llvm::{Attribute, Global, Module, SourceLine},
    report::{Error, Result, Warning, WarningKind, nearest, quoted},
};

/// The most calls reported one by one.
const MOST_REPORTED: usize = 10;

/// Marks `function`, and the calls in it, to be inlined regardless of the source.
pub(in crate::backend) fn force(session: &Session<'_>, function: Global<'_>) {
    function.remove(Attribute::OptimizeNone);
    function.remove(Attribute::NoInline);
    function.add(&session.context, Attribute::AlwaysInline);
    let calls = function.instructions().filter(|instruction| instruction.callee().is_some());
    calls.for_each(|call| call.remove(Attribute::NoInline));
}

/// Warns about every pair of caller and callee that remains in `module`.
pub(in crate::backend) fn report(session: &Session<'_>, module: &Module<'_>) {
    let calls = Calls::of(module);
    for ((caller, callee), line) in calls.0.iter().take(MOST_REPORTED) {
        let place = line.as_ref().map_or_else(String::new, |line| format!(" at {line}"));
        let (caller, name) = (quoted(caller), quoted(callee));
        let (why, help) = if calls.is_recursive(callee) {
            ("which calls itself", "no kernel takes recursion: use a loop with a constant bound")
        } else {
            (
                "which LLVM does not inline",
                "kernels before 4.16 know no calls between BPF functions: make it a plain function, or a macro",
            )
        };
        session.warnings.push(Warning {
            kind: WarningKind::CallsLeft,
            message: format!("{caller} still calls {name}{place}, {why}"),
            help: vec![help.to_owned()],
        });
    }
    if let Some(more @ 1..) = calls.0.len().checked_sub(MOST_REPORTED) {
        session.warnings.push(Warning {
            kind: WarningKind::CallsLeft,
            message: format!("{more} more calls are left in the program"),
            help: Vec::new(),
        });
    }
}

/// Warns that code generation calls `routine`.
pub(in crate::backend) fn report_routine(session: &Session<'_>, routine: &str) {
    session.warnings.push(Warning {
        kind: WarningKind::CallsLeft,
        message: format!("code generation calls `{routine}`, which cannot be inlined"),
        help: vec![
            "kernels before 4.16 know no calls between BPF functions: copy, fill and compare constant numbers of bytes, \
             and compute with at most 64 bits"
                .to_owned(),
        ],
    });
}

/// The callers and callees by name, with the line of one call.
struct Calls(BTreeMap<(String, String), Option<SourceLine>>);

impl Calls {
    fn of(module: &Module<'_>) -> Self {
        let mut calls = BTreeMap::new();
        for caller in module.functions() {
            for call in caller.instructions() {
                if let Some(callee) = call.callee().filter(|callee| !callee.is_declaration()) {
                    let pair = (caller.name(), callee.name());
                    calls.entry(pair).or_insert_with(|| call.source_line());
                }
            }
        }
        Self(calls)
    }

    /// Returns true if `function` calls itself, directly or through others.
    fn is_recursive(&self, function: &str) -> bool {
        let mut reached = BTreeSet::new();
        let mut open = vec![function];
        while let Some(caller) = open.pop() {
            let of_caller = self.0.range((caller.to_owned(), String::new())..);
            for ((_, callee), _) in of_caller.take_while(|((from, _), _)| from == caller) {
                if callee == function {
                    return true;
                }
                if reached.insert(callee.as_str()) {
                    open.push(callee);
                }
            }
        }
        false
    }
}

/// Marks `function`, and the calls of it, to be inlined regardless of the source.
pub(in crate::backend) fn force_calls_of(session: &Session<'_>, function: Global<'_>) {
    function.remove(Attribute::OptimizeNone);
    function.remove(Attribute::NoInline);
    function.add(&session.context, Attribute::AlwaysInline);
    function.calls().into_iter().for_each(|call| call.remove(Attribute::NoInline));
}

/// Marks the functions that the plan names to be inlined at every call.
///
/// # Errors
/// No input defines one of them.
pub(in crate::backend) fn force_named(session: &Session<'_>, module: &Module<'_>) -> Result<()> {
    let codegen = &session.plan.codegen;
    for name in &codegen.inlined {
        force_calls_of(session, defined(module, name, "--ignore-inline-never")?);
    }
    // Its loops are unrolled after all other passes; whether it is there is known now.
    codegen.unrolled.iter().try_for_each(|name| defined(module, name, "--unroll-loops").map(drop))
}

fn defined<'ctx>(module: &Module<'ctx>, name: &str, option: &str) -> Result<Global<'ctx>> {
    module.defined_functions().find(|function| function.name() == name).ok_or_else(|| {
        let names = module.defined_functions().map(|function| function.name());
        let error = Error::link(format!("{} of {option} is not defined", quoted(name)))
            .because("no input has a function of that name");
        match nearest(name, names) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        }
    })
}
