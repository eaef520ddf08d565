//! Passes over the module that LLVM lacks, or lacks for BPF.

pub(super) mod aliases;
pub(super) mod alignment;
pub(super) mod expand_memory;
pub(super) mod fences;
pub(super) mod inline;
pub(super) mod inline_size;
pub(super) mod license;
pub(super) mod noinline;
pub(super) mod pipeline;
pub(super) mod placement;
pub(super) mod preserve_access;
pub(super) mod products;
pub(super) mod stack_alignment;
pub(super) mod undefined;
pub(super) mod unroll;
