//! Limits on the size of a program.

use super::{LinkPlan, PanicWay};

/// Limits set by the user, in place of the kernel's or in addition to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Stack size in bytes of a chain of calls; `None` applies the kernel's own limit.
    pub stack: Option<u64>,
    /// Number of instructions of a program including its callees; `None` for no limit.
    pub instructions: Option<u64>,
}

impl LinkPlan {
    /// Returns true if the object is for the kernel: LLVM options that enlarge the stack target other runtimes.
    #[must_use]
    pub fn is_for_a_kernel(&self) -> bool {
        !self.llvm_args.iter().any(|option| option.contains("bpf-stack-size"))
    }

    /// Returns the effect of a panic. Other runtimes than the kernel end a program in ways of their own, often by a call
    /// that never returns, so that the compiler's code stays as it is unless another way is requested.
    #[must_use]
    pub fn panic_way(&self) -> PanicWay {
        match self.codegen.panics.way {
            PanicWay::Exit if !self.is_for_a_kernel() => PanicWay::Keep,
            way => way,
        }
    }
}
