//! Collects the symbols that the program leaves for the loader to resolve.

use std::collections::BTreeMap;

use super::program::{Optimized, Program};
use crate::{input::Archive, llvm::Module, object::externs::Extern};

impl Program<'_, Optimized> {
    /// Returns the names that the inputs define or that archive members offer, sorted; returns nothing if no symbol is
    /// undefined.
    #[must_use]
    pub fn linkable(&self) -> Vec<String> {
        let mut names = self.session.link_trace.borrow().defined.clone();
        if !names.is_empty() {
            let offered = self.archives.iter().flat_map(Archive::symbols);
            names.extend(offered.map(|(name, _)| name.to_owned()));
        }
        names.into_iter().collect()
    }
}

/// Returns the declarations of `module` that something refers to.
pub(super) fn left(module: &Module<'_>) -> BTreeMap<String, Extern> {
    let globals = module.functions().chain(module.variables());
    let left = globals
        .filter(|global| global.is_declaration() && global.is_used() && !global.is_llvm_own());
    left.map(|global| {
        let section = Some(global.section()).filter(|section| !section.is_empty());
        (global.name(), Extern { section, signature: global.signature() })
    })
    .collect()
}
