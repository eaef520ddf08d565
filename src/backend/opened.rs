//! An input opened by LLVM.

use crate::{llvm::Module, report::Origin};

/// A module and its origin.
pub(super) struct Opened<'s> {
    pub(super) origin: Origin,
    pub(super) module: Module<'s>,
}
