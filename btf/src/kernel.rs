//! Versions of the kernel, and what they introduced.

use std::fmt;

/// A kernel version, as (major, minor).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kernel(pub u16, pub u16);

/// Something that not every kernel knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// What it is, to stand before "came with kernel 5.3".
    pub what: &'static str,
    /// The first kernel that knows it.
    pub since: Kernel,
    /// What to do for an older one; empty where nothing helps.
    pub remedy: &'static str,
    /// The commit of the kernel that introduced it, or what it introduced.
    pub source: &'static str,
}

impl Kernel {
    /// A kernel that knows everything.
    pub const NEWEST: Self = Self(u16::MAX, u16::MAX);

    /// Returns true if it knows `feature`.
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
