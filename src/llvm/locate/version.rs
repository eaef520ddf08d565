//! The version of a libLLVM, read from its file.
//!
//! Names contain major and minor: the soname is `libLLVM.so.22.1` (since 18), `libLLVM-14.so.1` (before), or
//! `libLLVM.so.22.1-rust-1.95.0-stable`. The patch is found only in the code of `LLVMGetVersion`, which is three stores
//! of a constant: short enough to be decoded. It is used only if it agrees with the names.

use std::fmt;

use crate::input::LlvmVersion;

use super::reader::Order;

/// The number of bytes read of `LLVMGetVersion`, which has 33 on x86-64 and 40 on AArch64.
pub(super) const CODE_LENGTH: usize = 64;

const EM_X86_64: u16 = 62;
const EM_AARCH64: u16 = 183;

/// The version of a library, as far as it can be read from its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LibraryVersion {
    /// The major version, such as 22.
    pub major: u32,
    /// The minor version, such as 1.
    pub minor: u32,
    /// The patch version, such as 8, if known.
    pub patch: Option<u32>,
}

impl fmt::Display for LibraryVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        self.patch.map_or(Ok(()), |patch| write!(f, ".{patch}"))
    }
}

impl LibraryVersion {
    /// Returns true if it is at least `version`; an unknown patch is taken to be high enough.
    #[must_use]
    pub fn reaches(&self, version: LlvmVersion) -> bool {
        let patch = self.patch.unwrap_or(u32::MAX);
        (self.major, self.minor, patch) >= (version.major, version.minor, version.patch)
    }

    /// Parses `name`, a soname or file name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let rest = name.strip_prefix("libLLVM")?;
        let rest = rest.strip_prefix(".so.").or_else(|| rest.strip_prefix(['-', '.']))?;
        let rest = rest.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
        let numbers = rest.trim_end_matches('.').split('.').map(str::parse);
        let numbers: Vec<u32> = numbers.collect::<Result<_, _>>().ok()?;
        let is_interface = numbers == [1];
        let (&major, rest) = numbers.split_first().filter(|_| !is_interface)?;
        Some(Self { major, minor: rest.first().copied().unwrap_or(0), patch: rest.get(1).copied() })
    }

    /// Reads the version from the machine code of `LLVMGetVersion` for the ELF machine number `machine`.
    pub(super) fn from_code(code: &[u8], machine: u16) -> Option<Self> {
        let [major, minor, patch] = match machine {
            EM_X86_64 => stores_on_x86_64(code)?,
            EM_AARCH64 => stores_on_aarch64(code)?,
            _ => return None,
        };
        let is_plausible = (1..1000).contains(&major) && minor < 100 && patch < 1000;
        is_plausible.then_some(Self { major, minor, patch: Some(patch) })
    }
}

/// Decodes `mov dword ptr [rdi], MAJOR`, the same through `rsi` for the minor and through `rdx` for the patch.
fn stores_on_x86_64(code: &[u8]) -> Option<[u32; 3]> {
    let mut rest = code;
    let mut stored = [0; 3];
    for (value, register) in stored.iter_mut().zip([0x07, 0x06, 0x02]) {
        let at = rest.windows(2).position(|pair| pair == [0xc7, register])?;
        rest = rest.get(at + 2..)?;
        *value = u32::from_le_bytes(*rest.first_chunk()?);
    }
    Some(stored)
}

/// Decodes `mov wN, #MAJOR` and `str wN, [x0]`, the same through `x1` for the minor and through `x2` for the patch.
fn stores_on_aarch64(code: &[u8]) -> Option<[u32; 3]> {
    const RETURN: u32 = 0xd65f_03c0;
    const ZERO_REGISTER: usize = 31;
    let mut registers: [Option<u32>; 32] = [None; 32];
    *registers.get_mut(ZERO_REGISTER)? = Some(0);
    let mut stored = [None; 3];
    let words = code.chunks_exact(4).filter_map(|word| Order::Little.u32(word, 0).ok());
    for word in words.take_while(|word| *word != RETURN) {
        let target = (word & 31) as usize;
        if word & 0xffe0_0000 == 0x5280_0000 {
            *registers.get_mut(target)? = Some((word >> 5) & 0xffff);
        } else if word & 0xffff_fc00 == 0xb900_0000 {
            let slot = stored.get_mut(((word >> 5) & 31) as usize)?;
            *slot = *registers.get(target)?;
        }
    }
    let [major, minor, patch] = stored;
    Some([major?, minor?, patch?])
}
