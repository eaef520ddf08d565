//! What the program leaves for the loader to resolve.

use super::codegen::Optimized;
use crate::{
    input::Archive,
    llvm::{Module, Signature},
};

/// A declaration without a definition: a kfunc, a ksym, a configuration value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The symbol.
    pub name: String,
    /// The section that it names, such as `.ksyms`; empty for none.
    pub section: String,
    /// The type of a function; `None` for a variable.
    pub signature: Option<Signature>,
}

impl Optimized<'_> {
    /// What the inputs define and what members of archives offer, sorted; nothing when nothing else is needed.
    #[must_use]
    pub fn linkable(&self) -> Vec<String> {
        let mut names = self.session.account.borrow().defined.clone();
        if !names.is_empty() {
            let offered = self.archives.iter().flat_map(Archive::symbols);
            names.extend(offered.map(|(name, _)| name.to_owned()));
        }
        names.into_iter().collect()
    }

    /// The declarations that something refers to, in module order; none before code is generated.
    #[must_use]
    pub fn declarations(&self) -> &[Declaration] {
        &self.declarations
    }

    /// Returns the functions whose debug information tells no signature; none before code is generated.
    #[must_use]
    pub fn without_signature(&self) -> &[String] {
        &self.unsigned
    }
}

/// The declarations of `module` that something refers to.
pub(super) fn left(module: &Module<'_>) -> Vec<Declaration> {
    let globals = module.functions().chain(module.variables());
    let left = globals
        .filter(|global| global.is_declaration() && global.is_used() && !global.is_llvm_own());
    left.map(|global| Declaration {
        name: global.name(),
        section: global.section(),
        signature: global.signature(),
    })
    .collect()
}
