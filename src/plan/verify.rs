//! Verification of the finished object by kernels (`--verify`).

use std::{path::PathBuf, time::Duration};

/// The kernels that must load the finished object before it is written, and the program that asks them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verify {
    /// The kernels; none turns verification off.
    pub kernels: Vec<Judge>,
    /// The reaction to a refusal.
    pub refused: Refused,
    /// The absolute path of `bpf-verdict`; `None` is the one in the folder of the running program.
    pub program: Option<PathBuf>,
    /// The time after which that program is ended.
    pub timeout: Duration,
}

/// A kernel that judges the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judge {
    /// The running kernel.
    Running,
    /// A kernel image, which is booted in an emulator.
    Image(PathBuf),
}

/// The reaction to a refusal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refused {
    /// The link fails with the explanation.
    #[default]
    Explain,
    /// The link fails too, and names options that make the object load, if a short list of forms has one.
    Search,
}

impl Default for Verify {
    fn default() -> Self {
        Self {
            kernels: Vec::new(),
            refused: Refused::default(),
            program: None,
            timeout: Duration::from_secs(600),
        }
    }
}

impl Verify {
    /// Returns true if a kernel is to be asked.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        !self.kernels.is_empty()
    }

    /// Returns true if links of other forms may follow in this process, or this is one of them.
    #[must_use]
    pub fn may_link_again(&self) -> bool {
        self.refused == Refused::Search
    }
}
