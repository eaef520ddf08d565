//! Tracks which input defines each symbol, so that an error about a duplicate names both places.

use std::collections::BTreeMap;

use crate::{
    llvm::{Linkage, Module},
    report::{Error, Origin, Result, quoted},
};

/// The strong definitions of the objects linked so far.
#[derive(Debug, Default)]
pub(super) struct Definitions(BTreeMap<String, Origin>);

impl Definitions {
    /// Adds the strong definitions of `module`.
    ///
    /// # Errors
    /// A symbol is defined in two objects, or has a name that an object cannot hold.
    pub(super) fn add(&mut self, module: &Module<'_>, origin: &Origin) -> Result<()> {
        for global in module.globals() {
            if global.is_declaration()
                || global.linkage() != Linkage::External
                || global.is_llvm_own()
            {
                continue;
            }
            let name = global.name();
            if name.contains('\0') {
                return Err(nameless(origin));
            }
            if let Some(former) = self.0.insert(name.clone(), origin.clone()) {
                return Err(Error::link(format!("{} is defined twice", quoted(&name)))
                    .because(format!("first in {former}"))
                    .because(format!("again in {origin}"))
                    .help("make one of them static, weak, or leave one input out"));
            }
        }
        Ok(())
    }
}

/// Returns the error about a name with a zero byte: names in objects are zero-terminated, so loaders would not find it.
fn nameless(origin: &Origin) -> Error {
    Error::input(format!("{origin} is malformed"))
        .because("it defines a symbol with a zero byte in its name")
        .help("build it again")
}
