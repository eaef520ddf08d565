//! Puts functions where loaders expect them: programs into the section of their type, others into `.text`.
//!
//! A loader treats every function outside of `.text` as a program. libbpf rejects the whole object if one of these is
//! static, or if a program calls another one ("bad call relo", `bpf_program__record_reloc`): functions that programs
//! call must be in `.text`.

use std::collections::BTreeSet;

use super::inline;
use crate::{
    backend::session::Session,
    bpf::section_names,
    llvm::{Attribute, Global, Instruction, Linkage, Module},
    report::{Warning, WarningKind, quoted},
};

/// Moves every function of `module` in a named section to the place that its callers and its linkage require.
pub(in crate::backend) fn place_functions(session: &Session<'_>, module: &Module<'_>) {
    let placed: Vec<_> = module.functions().filter(is_placed).collect();
    if placed.is_empty() {
        return;
    }
    let calls = Calls::of(module);
    for function in placed {
        let (name, section) = (function.name(), function.section());
        let is_static = function.linkage() == Linkage::Local;
        match (calls.callees.contains(&name), section_names::is_program(&section)) {
            (true, false) => function.forget_section(),
            (true, true) if is_static => function.forget_section(),
            (true, true) => {
                inline::force(session, function);
                calls.let_inline(&name);
            }
            (false, true) if is_static => {
                function.export();
                session.warnings.push(local(&function.name()));
            }
            (false, _) => {}
        }
        let is_program = section_names::is_program(&section) && !function.section().is_empty();
        if is_program && !section_names::is_operation(&section) && function.returns_nothing() {
            return_zero(session, function);
        }
    }
}

/// Returns true if `function` is in a named section.
fn is_placed(function: &Global<'_>) -> bool {
    let section = function.section();
    !function.is_declaration() && !section.is_empty() && !section.starts_with(".text")
}

/// The calls of functions in named sections.
struct Calls<'ctx> {
    /// The functions that code calls, or passes to a helper to call.
    callees: BTreeSet<String>,
    /// The calls by name.
    all: Vec<(Instruction<'ctx>, Global<'ctx>)>,
}

impl<'ctx> Calls<'ctx> {
    fn of(module: &Module<'ctx>) -> Self {
        let (mut callees, mut all) = (BTreeSet::new(), Vec::new());
        for instruction in module.functions().flat_map(Global::instructions) {
            let named = instruction.functions().filter(is_placed);
            callees.extend(named.map(Global::name));
            all.extend(instruction.callee().filter(is_placed).map(|callee| (instruction, callee)));
        }
        Self { callees, all }
    }

    /// Allows inlining of the calls of function `name`, whatever the calls specify.
    fn let_inline(&self, name: &str) {
        let calls = self.all.iter().filter(|(_, callee)| callee.name() == name);
        calls.for_each(|(call, _)| call.remove(Attribute::NoInline));
    }
}

/// Makes `program` return zero: the kernel reads the result of every program, and rejects one that never sets it
/// ("R0 !read_ok").
fn return_zero(session: &Session<'_>, program: Global<'_>) {
    let returns: Vec<_> = program.instructions().filter(|it| it.is_return()).collect();
    returns.into_iter().for_each(|it| it.zero_result_before(&session.context));
}

fn local(name: &str) -> Warning {
    Warning {
        kind: WarningKind::LocalProgram,
        message: format!(
            "the program {} is static, and loaders refuse static programs: it is made global",
            quoted(name)
        ),
        help: vec!["drop `static` from its definition".to_owned()],
    }
}
