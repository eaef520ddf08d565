//! Calls from BPF to BPF that are to go (`--ignore-inline-never`), and those that stay.
//!
//! Kernels before 4.16 know no such call. Every function is marked to be inlined wherever it is called, programs and
//! exports too: their own bodies stay all the same. What cannot be inlined is recursion, which no kernel takes, and a
//! few shapes that LLVM leaves alone.

use std::collections::{BTreeMap, BTreeSet};

use super::super::session::Session;
use crate::{
    llvm::{Attribute, Global, Module, SourceLine},
    report::{Warning, WarningKind, quoted},
};

/// Marks `function`, and the calls in it, to be inlined whatever the source says.
pub(in crate::backend) fn force(session: &Session<'_>, function: Global<'_>) {
    function.remove(Attribute::OptimizeNone);
    function.remove(Attribute::NoInline);
    function.add(&session.context, Attribute::AlwaysInline);
    let calls = function.instructions().filter(|instruction| instruction.callee().is_some());
    calls.for_each(|call| call.remove(Attribute::NoInline));
}

/// Warns of every pair of caller and callee that is left in `module`.
pub(in crate::backend) fn report(session: &Session<'_>, module: &Module<'_>) {
    let calls = Calls::of(module);
    for ((caller, callee), line) in &calls.0 {
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

/// Caller and callee by name, with a line where the one calls the other.
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

    /// Whether `function` calls itself, directly or through others.
    fn is_recursive(&self, function: &str) -> bool {
        let mut reached = BTreeSet::new();
        let mut open = vec![function];
        while let Some(caller) = open.pop() {
            let of_caller = self.0.keys().filter(|(from, _)| from == caller);
            for (_, callee) in of_caller {
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

/// Marks `function`, and the calls of it, to be inlined whatever the source says.
pub(in crate::backend) fn force_calls_of(session: &Session<'_>, function: Global<'_>) {
    function.remove(Attribute::OptimizeNone);
    function.remove(Attribute::NoInline);
    function.add(&session.context, Attribute::AlwaysInline);
    function.calls().into_iter().for_each(|call| call.remove(Attribute::NoInline));
}
