//! Reading and writing of integers in either byte order; reading never goes past the end.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use crate::{
    endian::Endian,
    error::{Error, Result},
};

/// A reader of one region of a section.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    endian: Endian,
    /// The name of the data, for messages.
    what: &'static str,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(rest: &'a [u8], endian: Endian, what: &'static str) -> Self {
        Self { rest, endian, what }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) const fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn bytes(&mut self, len: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(len).ok_or_else(|| self.truncated())?;
        self.rest = rest;
        Ok(head)
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        let bytes = self.array()?;
        Ok(match self.endian {
            Endian::Little => u16::from_le_bytes(bytes),
            Endian::Big => u16::from_be_bytes(bytes),
        })
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        let bytes = self.array()?;
        Ok(match self.endian {
            Endian::Little => u32::from_le_bytes(bytes),
            Endian::Big => u32::from_be_bytes(bytes),
        })
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk().ok_or_else(|| self.truncated())?;
        self.rest = rest;
        Ok(*head)
    }

    fn truncated(&self) -> Error {
        malformed(format!("{} ends in the middle of a record", self.what))
    }
}

/// A writer of a section.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    endian: Endian,
}

impl Writer {
    pub(super) const fn new(endian: Endian) -> Self {
        Self { bytes: Vec::new(), endian }
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.bytes.extend(match self.endian {
            Endian::Little => value.to_le_bytes(),
            Endian::Big => value.to_be_bytes(),
        });
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.bytes.extend(match self.endian {
            Endian::Little => value.to_le_bytes(),
            Endian::Big => value.to_be_bytes(),
        });
    }

    /// Writes a length or offset, which the format stores in 32 bits.
    pub(super) fn len(&mut self, value: usize, what: &str) -> Result<()> {
        self.u32(u32::try_from(value).map_err(|_| too_large(what))?);
        Ok(())
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Returns the byte order of the magic number `0xeB9F` at the start of `bytes`.
pub(super) fn endian_of(bytes: &[u8], section: &str) -> Result<Endian> {
    match bytes.first_chunk() {
        Some([0x9f, 0xeb]) => Ok(Endian::Little),
        Some([0xeb, 0x9f]) => Ok(Endian::Big),
        _ => Err(malformed(format!("{section} does not start with the magic number 0xeb9f"))),
    }
}

/// Returns the bytes `offset..offset + len` after the header.
pub(super) fn region<'a>(body: &'a [u8], offset: u32, len: u32, what: &str) -> Result<&'a [u8]> {
    let start = offset as usize;
    start
        .checked_add(len as usize)
        .and_then(|end| body.get(start..end))
        .ok_or_else(|| malformed(format!("{what} lie outside the section")))
}

/// Returns an error for bytes that are not BTF.
pub(super) fn malformed(fact: impl Into<String>) -> Error {
    Error::Malformed { fact: fact.into(), place: None }
}

/// Returns an error for a value that exceeds the format's limits.
pub(super) fn too_large(what: impl std::fmt::Display) -> Error {
    Error::TooLarge { what: what.to_string(), place: None }
}
