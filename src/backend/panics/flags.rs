//! Keeps functions that may panic and that would take too much room inlined: they set a flag in their caller's frame.

use std::collections::{HashMap, HashSet};

use super::{
    graph::Graph,
    sites::{is_root, marks, return_at},
};
use crate::{
    backend::{remaining_panic::Way, session::Session},
    bpf::signature::Scalar,
    llvm::{Flags, Global, Machine, Module},
    plan::InlineNever,
    report::{Error, Result, quoted},
};

/// The most LLVM instructions that the copies of one function may add to a program.
const MOST_ADDED: usize = 2048;

/// The most that copies may add where no register is left for the flag. Kernels follow a million BPF instructions.
const MOST_ADDED_AT_ALL: usize = 16_384;

/// The most parameters that leave a register for the flag.
const MOST_PARAMETERS: usize = 4;

/// The number of instructions of a call and the test of its flag.
const TESTED_CALL: usize = 8;

/// The attribute of a function that sets a flag when it panics.
const FLAGGED: &std::ffi::CStr = c"bpf-linker-flagged";

/// The functions in `leaving` that stay functions, and the sizes of all others once inlined.
struct Choice<'a, 'ctx> {
    session: &'a Session<'a>,
    leaving: &'a HashSet<Global<'ctx>>,
    /// The instructions that one call adds; `None` while it is computed.
    sizes: HashMap<Global<'ctx>, Option<usize>>,
    kept: Vec<Global<'ctx>>,
    too_large: Option<Global<'ctx>>,
}

impl<'ctx> Choice<'_, 'ctx> {
    /// Returns the number of instructions of `function` with all that is inlined into it.
    fn size(&mut self, function: Global<'ctx>) -> usize {
        match self.sizes.get(&function) {
            Some(known) => return known.unwrap_or(0),
            None => self.sizes.insert(function, None),
        };
        let mut size = 0_usize;
        for instruction in function.instructions() {
            let callee = instruction.callee().filter(|callee| self.leaving.contains(callee));
            let inlined = callee.filter(|callee| !is_root(*callee));
            size = size.saturating_add(1 + inlined.map_or(0, |callee| self.size(callee)));
        }
        let copies = function.calls().len().saturating_sub(1);
        let added = size.saturating_mul(copies);
        if added > MOST_ADDED && !is_root(function) && function.can_return() {
            if self.may_keep(function) {
                self.kept.push(function);
                size = TESTED_CALL;
            } else if added > MOST_ADDED_AT_ALL {
                self.too_large = self.too_large.or(Some(function));
            }
        }
        self.sizes.insert(function, Some(size));
        size
    }

    fn may_keep(&self, function: Global<'ctx>) -> bool {
        let codegen = &self.session.plan.codegen;
        let named = codegen.inlined.contains(&function.name());
        let scalars = function.signature().is_some_and(|own| {
            let narrow = |one: &Scalar| !matches!(one, Scalar::Integer(65..));
            own.parameters.len() <= MOST_PARAMETERS && own.parameters.iter().all(narrow)
        });
        let calls = codegen.inline_never == InlineNever::Honor && !named;
        calls && scalars && !function.returns_wide() && !function.is_variadic()
    }
}

/// Returns the functions in `leaving` that are too large to be inlined wherever they are called.
///
/// # Errors
/// One of them has no argument left for a flag.
pub(super) fn too_large<'ctx>(
    session: &Session<'_>,
    module: &Module<'ctx>,
    leaving: &HashSet<Global<'ctx>>,
) -> Result<Vec<Global<'ctx>>> {
    let mut choice =
        Choice { session, leaving, sizes: HashMap::new(), kept: Vec::new(), too_large: None };
    for function in module.defined_functions().filter(|function| leaving.contains(function)) {
        choice.size(function);
    }
    if let Some(function) = choice.too_large {
        return Err(no_argument_left(function));
    }
    note_way(session, module, &choice.kept);
    Ok(choice.kept)
}

/// Makes each function in `kept` set a flag, which its callers test.
///
/// # Errors
/// LLVM refuses a pass.
pub(super) fn keep<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    machine: &Machine,
    leave: Global<'s>,
    kept: Vec<Global<'s>>,
) -> Result<()> {
    if kept.is_empty() {
        return Ok(());
    }
    let (mut taking, mut flags) = (Vec::new(), Flags::default());
    for function in kept {
        let name = function.name();
        if let Some(made) = module.flag(&session.context, function, leave, &mut flags) {
            made.set_string_attribute(FLAGGED, "");
            taking.push((made, name));
        }
    }
    machine.run_passes(module, "always-inline")?;
    for (function, name) in taking {
        log::debug!("{name} sets a flag when it panics, since it is too large to be inlined");
        function.set_name(&name);
    }
    Ok(())
}

/// Notes for the reports which panics end their programs by a flag.
fn note_way<'s>(session: &Session<'_>, module: &Module<'s>, kept: &[Global<'s>]) {
    let graph = Graph::of(module);
    let reached = module.defined_functions().filter(|function| {
        kept.iter().any(|kept| graph.reaches(*kept, *function)) && !is_root(*function)
    });
    let reached: HashSet<_> = reached.map(Global::name).collect();
    for panic in session.panics.borrow_mut().iter_mut() {
        if reached.contains(&panic.function) {
            panic.way = Way::Flag;
        }
    }
}

/// Returns true if `function` sets a flag when it panics.
pub(super) fn is_flagged(function: Global<'_>) -> bool {
    function.string_attribute(FLAGGED).is_some()
}

/// Turns the places where `function` leaves into returns.
pub(super) fn finish<'ctx>(
    session: &'ctx Session<'_>,
    function: Global<'ctx>,
    leave: Global<'ctx>,
) {
    for mark in marks(function, leave) {
        mark.set_last_flag_before(&session.context, function);
    }
    return_at(session, function, leave, 0, None);
    function.remove_string_attribute(FLAGGED);
}

fn no_argument_left(function: Global<'_>) -> Error {
    Error::link(format!("a panic in {} cannot end the program", quoted(&function.name())))
        .at(function.place().map(|place| place.to_string()))
        .because("it is too large to be inlined wherever it is called")
        .because("no argument is left to tell its callers of the panic: registers hold five")
        .help(
            "pass fewer arguments, such as a reference to a structure, or call it in fewer places",
        )
}
