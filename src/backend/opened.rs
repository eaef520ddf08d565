//! An input as LLVM sees it.

use crate::{llvm::Module, report::Origin};

/// A module and where it came from.
pub(super) struct Opened<'s> {
    pub(super) origin: Origin,
    pub(super) module: Module<'s>,
}
