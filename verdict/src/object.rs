//! An object to be loaded, and how.

use std::{path::PathBuf, str::FromStr};

use anyhow::{Error, bail};

/// A library that loads objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loader {
    /// The Rust library aya.
    Aya,
    /// The C library libbpf.
    Libbpf,
}

impl Loader {
    /// The loaders that this build has, the most capable first.
    pub const BUILT_IN: &[Self] = &[
        #[cfg(feature = "libbpf")]
        Self::Libbpf,
        #[cfg(feature = "aya")]
        Self::Aya,
    ];

    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aya => "aya",
            Self::Libbpf => "libbpf",
        }
    }
}

impl FromStr for Loader {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "aya" => Ok(Self::Aya),
            "libbpf" => Ok(Self::Libbpf),
            _ => bail!("there are aya and libbpf"),
        }
    }
}

/// The part of the verifier's log that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Whatever the loader asks for by itself: the whole log of what was refused.
    Loader,
    /// Errors and sums (`BPF_LOG_STATS` of `include/linux/bpf_verifier.h`).
    Statistics,
    /// Each instruction on the way to the error as well (`BPF_LOG_LEVEL1`).
    Instructions,
}

/// An object to be loaded.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its file.
    pub object: PathBuf,
    /// Bytes for global variables, before loading.
    pub globals: Vec<(String, Vec<u8>)>,
    /// Programs that are loaded by themselves.
    pub alone: Vec<String>,
    /// The part of the log that is asked for.
    pub detail: Detail,
}

impl Request {
    /// Returns the request to load all programs of `object`.
    #[must_use]
    pub fn new(object: impl Into<PathBuf>) -> Self {
        let (globals, alone) = (Vec::new(), Vec::new());
        Self { object: object.into(), globals, alone, detail: Detail::Statistics }
    }
}
