//! Who wrote a bitcode file, read without LLVM.

use std::fmt;

/// A version of LLVM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LlvmVersion {
    /// Major, such as 22.
    pub major: u32,
    /// Minor, such as 1.
    pub minor: u32,
    /// Patch, such as 8.
    pub patch: u32,
}

impl fmt::Display for LlvmVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The producer string of a bitcode file's identification block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Producer {
    /// As written, such as `LLVM22.1.2-rust-1.95.0-stable` or `zig 0.16.0`.
    pub text: String,
    /// The LLVM it stands for, when known.
    pub version: Option<LlvmVersion>,
}
