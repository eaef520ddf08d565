//! What the program leaves for the loader to resolve.

use super::{codegen::Optimized, llvm::Signature};

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
    /// The declarations that something refers to, in module order.
    #[must_use]
    pub fn declarations(&self) -> Vec<Declaration> {
        let globals = self.module.functions().chain(self.module.variables());
        let left = globals
            .filter(|global| global.is_declaration() && global.is_used() && !global.is_llvm_own());
        left.map(|global| Declaration {
            name: global.name(),
            section: global.section(),
            signature: global.signature(),
        })
        .collect()
    }
}
