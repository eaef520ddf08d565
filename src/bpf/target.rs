//! Target, CPU and optimization levels.

use std::{fmt, str::FromStr};

pub use crate::btf::Endian;

/// Returns the integer encoded in `bytes`.
pub(crate) const fn u32_of(endian: Endian, bytes: [u8; 4]) -> u32 {
    match endian {
        Endian::Little => u32::from_le_bytes(bytes),
        Endian::Big => u32::from_be_bytes(bytes),
    }
}

/// Returns the integer encoded in `bytes`.
pub(crate) const fn u64_of(endian: Endian, bytes: [u8; 8]) -> u64 {
    match endian {
        Endian::Little => u64::from_le_bytes(bytes),
        Endian::Big => u64::from_be_bytes(bytes),
    }
}

/// A BPF target triple.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    triple: String,
    endian: Endian,
}

impl Target {
    /// Returns the target of `triple` (`bpf`, `bpfel`, `bpfeb`, with or without a vendor and system), or `None` if it
    /// is not a BPF triple.
    #[must_use]
    pub fn from_triple(triple: &str) -> Option<Self> {
        let endian = match triple.split('-').next()? {
            "bpf" => Endian::HOST,
            "bpfel" | "bpf_le" => Endian::Little,
            "bpfeb" | "bpf_be" => Endian::Big,
            _ => return None,
        };
        Some(Self { triple: triple.to_owned(), endian })
    }

    /// Returns the target of an input with this `triple` and data `layout`. Code for `bpf` has the byte order of the
    /// machine that compiled it, which the layout shows.
    #[must_use]
    pub fn of_input(triple: &str, layout: &str) -> Option<Self> {
        let target = Self::from_triple(triple)?;
        let is_any = triple.split('-').next() == Some("bpf");
        Some(if is_any { Self::of_layout(layout, target) } else { target })
    }

    /// Returns `usual`, or the target with the byte order of the data `layout` if that is another one.
    #[must_use]
    pub fn of_layout(layout: &str, usual: Self) -> Self {
        let (triple, endian) = match layout.split('-').next() {
            Some("e") => ("bpfel", Endian::Little),
            Some("E") => ("bpfeb", Endian::Big),
            _ => return usual,
        };
        if endian == usual.endian { usual } else { Self { triple: triple.to_owned(), endian } }
    }

    /// Returns `bpf`: the byte order of the host.
    #[must_use]
    pub fn host() -> Self {
        Self { triple: "bpf".to_owned(), endian: Endian::HOST }
    }

    /// Returns the triple, as given.
    #[must_use]
    pub fn triple(&self) -> &str {
        &self.triple
    }

    /// Returns its byte order.
    #[must_use]
    pub const fn endian(&self) -> Endian {
        self.endian
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.triple)
    }
}

/// A level of the BPF instruction set (`Documentation/bpf/standardization/instruction-set.rst`, LLVM's `BPF.td`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cpu {
    /// The level that the inputs request; v1 if they request none.
    Generic,
    /// The level that the running kernel supports.
    Probe,
    /// The base instruction set.
    V1,
    /// Adds unsigned less-than jumps.
    V2,
    /// Adds 32-bit jumps and 32-bit registers.
    V3,
    /// Adds sign extension, signed division, byte swaps, long jumps.
    V4,
}

impl Cpu {
    /// All levels, in the order `--help` lists them.
    pub const ALL: [Self; 6] = [Self::Generic, Self::Probe, Self::V1, Self::V2, Self::V3, Self::V4];

    /// Returns LLVM's name for the level.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Probe => "probe",
            Self::V1 => "v1",
            Self::V2 => "v2",
            Self::V3 => "v3",
            Self::V4 => "v4",
        }
    }
}

impl FromStr for Cpu {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|cpu| cpu.name() == name).ok_or(())
    }
}

/// The optimization level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OptLevel {
    /// The least that code generation for BPF allows: treated as [`OptLevel::Less`].
    None,
    /// `-O1`.
    Less,
    /// `-O2`.
    #[default]
    Default,
    /// `-O3`.
    Aggressive,
    /// `-Os`.
    Size,
    /// `-Oz`.
    SizeMin,
}

impl OptLevel {
    /// All levels, in the order `--help` lists them.
    pub const ALL: [Self; 6] =
        [Self::None, Self::Less, Self::Default, Self::Aggressive, Self::Size, Self::SizeMin];

    /// Returns the text after `-O`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Less => "1",
            Self::Default => "2",
            Self::Aggressive => "3",
            Self::Size => "s",
            Self::SizeMin => "z",
        }
    }
}

impl FromStr for OptLevel {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|level| level.name() == name).ok_or(())
    }
}
