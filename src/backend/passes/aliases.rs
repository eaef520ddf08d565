//! Definitions that are known by another name only.
//!
//! Zig 0.16 writes what it exports as an alias of a private function. In an object an alias is one more symbol, of
//! no size, and what it stands for has none at all: no loader finds a program there. Where an alias stands for the
//! whole of something that no other module sees, that takes over the alias's name, and the alias goes.

use crate::llvm::{Global, Linkage, Module};

/// Gives local definitions the names of their aliases.
pub(in crate::backend) fn settle(module: &Module<'_>) {
    let aliases: Vec<Global<'_>> = module.aliases().collect();
    for alias in aliases.into_iter().filter(|alias| alias.linkage() != Linkage::Local) {
        if let Some(definition) = alias.aliased().filter(|it| it.linkage() == Linkage::Local) {
            definition.take_place_of(alias);
        }
    }
}
