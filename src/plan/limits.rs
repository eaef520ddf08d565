//! How large a program may get.

use super::LinkPlan;

/// Limits that the user sets, in place of the kernel's or beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The bytes of stack of a chain of calls; `None` is the kernel's own limit.
    pub stack: Option<u64>,
    /// The instructions of a program with all that it calls; `None` is no limit.
    pub instructions: Option<u64>,
}

impl LinkPlan {
    /// Whether the kernel is to load the object: a stack that LLVM was told to enlarge is no kernel's.
    #[must_use]
    pub fn is_for_a_kernel(&self) -> bool {
        !self.llvm_args.iter().any(|option| option.contains("bpf-stack-size"))
    }
}
