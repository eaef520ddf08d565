//! An input as LLVM sees it.

use crate::{input::Origin, llvm::Module};

/// A module and where it came from.
pub(super) struct Opened<'s> {
    pub(super) origin: Origin,
    pub(super) module: Module<'s>,
}
