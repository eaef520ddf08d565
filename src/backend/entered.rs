//! Finds functions that nothing in the program calls, but that a loader or the kernel enters; and the license and version
//! that a loader reads.
//!
//! A loader treats the functions as programs of their own, looked up by name: the entries of a program array, the members
//! of a `struct_ops`, and the exception callback that a program names in a tag. An export of the one implies the others.

use std::collections::HashSet;

use super::debuginfo::tags;
use crate::{
    bpf::sections::TYPED,
    llvm::{Context, Global, Module},
};

/// Sections that a loader reads by name (libbpf's `bpf_object__elf_collect`): without a license the kernel refuses
/// most programs.
const READ: [&str; 2] = ["license", "version"];

/// The tag prefix by which a program names its callback (libbpf's `exception_callback:`, `bpf_object_fixup_btf`).
const CALLBACK: &str = "exception_callback:";

/// Returns the functions and variables of `module` that a loader looks for.
pub(super) fn find<'s>(context: &'s Context, module: &Module<'s>) -> HashSet<Global<'s>> {
    let is_named = |variable: &Global<'_>| {
        !variable.is_declaration() && TYPED.contains(&variable.section().as_str())
    };
    let variables = module.variables().filter(is_named);
    let mut entered = variables.flat_map(Global::initial_functions).collect::<HashSet<_>>();
    let is_read = |variable: &Global<'_>| {
        !variable.is_declaration() && READ.contains(&variable.section().as_str())
    };
    entered.extend(module.variables().filter(is_read));
    let is_program =
        |function: &Global<'_>| !function.is_declaration() && !function.section().is_empty();
    for program in module.functions().filter(is_program) {
        let tags = tags::of(context, program);
        let names = tags.iter().filter_map(|tag| tag.strip_prefix(CALLBACK));
        entered.extend(names.filter_map(|name| module.find(name)));
    }
    entered
}
