//! Collects the source text that debug information embeds (`clang -gembed-source`).
//!
//! LLVM prefers it to the file on disk, but the emitted object no longer shows which of the two a line came from.

use std::collections::{BTreeMap, BTreeSet};

use crate::llvm::{Module, SourceFile};

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
    for function in module.functions().filter(|function| !function.is_declaration()) {
        function.source_file().into_iter().for_each(&mut add);
        function.instructions().filter_map(|it| it.source_file()).for_each(&mut add);
    }
    texts
}
