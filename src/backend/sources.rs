//! Source files: the text that debug information embeds (`clang -gembed-source`), and files that LLVM must not open.
//!
//! LLVM prefers embedded text to the file on disk, but the emitted object no longer shows which of the two a line came
//! from.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use crate::{
    btf::sources::is_source,
    llvm::{Context, Module, SourceFile},
    plan::{LinkPlan, SourceLines},
    report::Result,
};

/// Keeps code generation from opening source files that `plan` does not read: all of them, or devices and pipes, such as
/// the `/dev/stdin` of a compiler that read its source there.
///
/// DWARF would show the replacement, so with it only the latter are kept closed.
///
/// # Errors
/// LLVM does not take what replaces a file.
pub(super) fn close<'ctx>(
    plan: &LinkPlan,
    context: &'ctx Context,
    module: &Module<'ctx>,
) -> Result<()> {
    let reads = plan.debug_info.source_lines == SourceLines::Read || plan.shows_dwarf();
    let is_odd = |path: &str| fs::metadata(path).is_ok_and(|it| !is_source(&it));
    module.hide_sources(context, |path| !reads || is_odd(path))
}

/// Returns the embedded text of every source file of `module`, by path.
///
/// If a path has several texts, the first in code order counts.
pub(super) fn embedded(module: &Module<'_>) -> BTreeMap<String, String> {
    let (mut seen, mut texts) = (BTreeSet::new(), BTreeMap::new());
    let mut add = |file: SourceFile| {
        if !seen.insert(file) {
            return;
        }
        if let Some(text) = file.embedded_text() {
            texts.entry(file.path()).or_insert(text);
        }
    };
    for function in module.defined_functions() {
        function.source_file().into_iter().for_each(&mut add);
        function.instructions().filter_map(|it| it.source_file()).for_each(&mut add);
    }
    texts
}
