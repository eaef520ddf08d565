//! A module that outlives code generation.

use std::cell::OnceCell;

use super::session::Session;
use crate::{llvm::Module, report::Result};

/// A module that can be consumed and requested again, and is then restored from bitcode: writing that takes a third of
/// the time of copying the module. Few links need it: those that lack a routine, or fail.
#[derive(Debug)]
pub(super) struct RestorableModule<'s> {
    module: OnceCell<Module<'s>>,
    bitcode: Vec<u8>,
}

impl<'s> RestorableModule<'s> {
    pub(super) fn new(module: Module<'s>) -> Self {
        Self { module: OnceCell::from(module), bitcode: Vec::new() }
    }

    /// Returns the module, read again if it was consumed.
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

    /// Returns the module for a caller that consumes it.
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
