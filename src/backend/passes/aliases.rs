//! Resolves aliases of local definitions.
//!
//! Zig 0.16 emits each export as an alias of a private function. In an object, an alias is a symbol without size, and
//! its target has no symbol at all, so loaders find no program there. If an alias stands for the whole of a definition
//! that is local to its module, the definition takes over the alias's name, and the alias is removed.

use crate::llvm::{Global, Linkage, Module};

/// Gives local definitions the names of their aliases.
pub(in crate::backend) fn resolve_aliases(module: &Module<'_>) {
    let aliases: Vec<Global<'_>> = module.aliases().collect();
    for alias in aliases.into_iter().filter(|alias| alias.linkage() != Linkage::Local) {
        if let Some(definition) = alias.aliased().filter(|it| it.linkage() == Linkage::Local) {
            definition.take_place_of(alias);
        }
    }
}
