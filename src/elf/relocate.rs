//! Semantics of BPF relocations.
//!
//! Source: LLVM's `BPFELFObjectWriter` and the kernel's Documentation/bpf/llvm_reloc.rst. All have their addend in
//! place.

use super::{Contents, Section};
use crate::{
    bpf::{
        insn::INSN_SIZE,
        target::{Endian, u32_of, u64_of},
    },
    report::{Error, Result},
};

/// The type of a relocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelocationKind {
    /// `R_BPF_64_64`: the 64-bit immediate of an `ldimm64`, in bytes; the addend is the low 32 bits.
    Imm64,
    /// `R_BPF_64_ABS64`: eight bytes of data.
    Data64,
    /// `R_BPF_64_ABS32`: four bytes of data.
    Data32,
    /// `R_BPF_64_NODYLD32`: four bytes of data that run-time loaders ignore (`.BTF`, `.BTF.ext`).
    Metadata32,
    /// `R_BPF_64_32`: the target of a call, in instructions after the next one.
    Call,
}

impl RelocationKind {
    /// Returns the kind with the ELF number `raw`.
    #[must_use]
    pub const fn from_raw(raw: u32) -> Option<Self> {
        match raw {
            1 => Some(Self::Imm64),
            2 => Some(Self::Data64),
            // Before 2.41, GNU binutils numbered these two differently.
            3 | 11 => Some(Self::Data32),
            12 => Some(Self::Data64),
            4 => Some(Self::Metadata32),
            10 => Some(Self::Call),
            _ => None,
        }
    }

    /// Returns the ELF number.
    #[must_use]
    pub const fn raw(self) -> u32 {
        match self {
            Self::Imm64 => 1,
            Self::Data64 => 2,
            Self::Data32 => 3,
            Self::Metadata32 => 4,
            Self::Call => 10,
        }
    }

    /// Returns the position of the addend, in bytes from the relocation's offset.
    const fn field(self) -> u64 {
        match self {
            Self::Imm64 | Self::Call => 4,
            Self::Data64 | Self::Data32 | Self::Metadata32 => 0,
        }
    }
}

impl Section {
    /// Returns the addend of a relocation of `kind` at `offset`, in bytes.
    ///
    /// # Errors
    /// Returns an error if `offset` is outside the section.
    pub fn addend(&self, endian: Endian, kind: RelocationKind, offset: u64) -> Result<i64> {
        let at = offset.saturating_add(kind.field());
        Ok(match kind {
            RelocationKind::Data64 => u64_of(endian, self.array(at)?) as i64,
            RelocationKind::Call => {
                let distance = i64::from(u32_of(endian, self.array(at)?) as i32);
                distance.saturating_add(1).saturating_mul(INSN_SIZE as i64)
            }
            _ => i64::from(u32_of(endian, self.array(at)?) as i32),
        })
    }

    /// Adds `delta` bytes to the addend of a relocation of `kind` at `offset`.
    ///
    /// # Errors
    /// Returns an error if `offset` is outside the section.
    pub fn add_to_addend(
        &mut self,
        endian: Endian,
        kind: RelocationKind,
        offset: u64,
        delta: u64,
    ) -> Result<()> {
        let at = offset.saturating_add(kind.field());
        match kind {
            RelocationKind::Data64 => {
                let value = u64_of(endian, self.array(at)?).wrapping_add(delta);
                self.store(at, &bytes_of_u64(endian, value))
            }
            RelocationKind::Call => self.add_u32(endian, at, delta / INSN_SIZE),
            _ => self.add_u32(endian, at, delta),
        }
    }

    /// Replaces the addend of a relocation of `kind` at `offset` with `addend`, in bytes.
    ///
    /// # Errors
    /// Returns an error if `offset` is outside the section, or the addend does not fit 32 bits where it must.
    pub fn set_addend(
        &mut self,
        endian: Endian,
        kind: RelocationKind,
        offset: u64,
        addend: i64,
    ) -> Result<()> {
        let at = offset.saturating_add(kind.field());
        let value = match kind {
            RelocationKind::Data64 => {
                return self.store(at, &bytes_of_u64(endian, addend as u64));
            }
            RelocationKind::Call => addend.div_euclid(INSN_SIZE as i64).saturating_sub(1),
            _ => addend,
        };
        let value = i32::try_from(value).map_err(|_| self.outside(at))?;
        self.store(at, &bytes_of_u32(endian, value as u32))
    }

    fn add_u32(&mut self, endian: Endian, at: u64, delta: u64) -> Result<()> {
        // Addends are 32 bits wide here: LLVM's value wraps as the loader's own sum does.
        let value = u32_of(endian, self.array(at)?).wrapping_add(delta as u32);
        self.store(at, &bytes_of_u32(endian, value))
    }

    fn array<const N: usize>(&self, at: u64) -> Result<[u8; N]> {
        usize::try_from(at)
            .ok()
            .and_then(|at| self.bytes().get(at..)?.first_chunk().copied())
            .ok_or_else(|| self.outside(at))
    }

    fn store(&mut self, at: u64, value: &[u8]) -> Result<()> {
        let error = self.outside(at);
        let Contents::Bytes(bytes) = &mut self.contents else { return Err(error) };
        let place =
            usize::try_from(at).ok().and_then(|at| bytes.get_mut(at..)?.get_mut(..value.len()));
        place.ok_or(error)?.iter_mut().zip(value).for_each(|(byte, value)| *byte = *value);
        Ok(())
    }

    fn outside(&self, at: u64) -> Error {
        Error::input(format!("section {} is malformed", self.name))
            .because(format!("a relocation at byte {at} is outside its {} bytes", self.size()))
    }
}

const fn bytes_of_u32(endian: Endian, value: u32) -> [u8; 4] {
    match endian {
        Endian::Little => value.to_le_bytes(),
        Endian::Big => value.to_be_bytes(),
    }
}

const fn bytes_of_u64(endian: Endian, value: u64) -> [u8; 8] {
    match endian {
        Endian::Little => value.to_le_bytes(),
        Endian::Big => value.to_be_bytes(),
    }
}
