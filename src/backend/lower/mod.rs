//! Rewrites of what LLVM made, for what kernels refuse in it: after all optimization, since the passes would undo them.
//!
//! Each pass changes only code that no kernel loads as it is, so that what loads stays the same.

mod choice;
mod contexts;
mod copies;
mod flow;
mod offsets;
mod sets;

use super::session::Session;
use crate::llvm::Module;

/// Rewrites `module`, which is optimized.
pub(super) fn lower<'s>(session: &'s Session<'_>, module: &Module<'s>) {
    if session.plan.is_for_a_kernel() {
        contexts::lower(session, module);
    }
}
