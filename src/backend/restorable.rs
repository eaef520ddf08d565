//! A module that outlives code generation.

use std::cell::OnceCell;

use super::session::Session;
use crate::{llvm::Module, report::Result};

/// A module that may be used up and asked for again: it comes back from bitcode then, which is written in a third of the
/// time that copying the module takes. Few links ask: those that lack a routine, or fail.
#[derive(Debug)]
pub(super) struct RestorableModule<'s> {
    module: OnceCell<Module<'s>>,
    bitcode: Vec<u8>,
}

impl<'s> RestorableModule<'s> {
    pub(super) fn new(module: Module<'s>) -> Self {
        Self { module: OnceCell::from(module), bitcode: Vec::new() }
    }

    /// The module, read again if it was used up.
    ///
    /// # Errors
    /// LLVM cannot read what it wrote.
    pub(super) fn get(&self, session: &'s Session<'_>) -> Result<&Module<'s>> {
        match self.module.get() {
            Some(module) => Ok(module),
            None => {
                let module = self.read(session)?;
                Ok(self.module.get_or_init(|| module))
            }
        }
    }

    /// The module, for whoever changes it beyond use.
    ///
    /// # Errors
    /// LLVM cannot write it, or cannot read what it wrote.
    pub(super) fn take(&mut self, session: &'s Session<'_>) -> Result<Module<'s>> {
        let module = match self.module.take() {
            Some(module) => module,
            None => self.read(session)?,
        };
        self.bitcode = module.to_bitcode()?;
        Ok(module)
    }

    fn read(&self, session: &'s Session<'_>) -> Result<Module<'s>> {
        Module::parse(&session.context, &self.bitcode, "bpf-linker")
    }
}
