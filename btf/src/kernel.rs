//! Versions of the kernel, and their features.

use std::fmt;

/// A kernel version, as (major, minor).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kernel(pub u16, pub u16);

/// A feature that only some kernels support.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// The description, used before "came with kernel 5.3".
    pub what: &'static str,
    /// The first kernel that supports it.
    pub since: Kernel,
    /// The remedy for an older kernel; empty if there is none.
    pub remedy: &'static str,
    /// The kernel commit or name that introduced it.
    pub source: &'static str,
}

impl Kernel {
    /// A kernel that supports every feature.
    pub const NEWEST: Self = Self(u16::MAX, u16::MAX);

    /// Returns true if it supports `feature`.
    #[must_use]
    pub fn knows(self, feature: &Feature) -> bool {
        self >= feature.since
    }
}

impl Default for Kernel {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}
