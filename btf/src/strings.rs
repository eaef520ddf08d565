//! The string table of `.BTF`: NUL-terminated strings, identified by their byte offset.
//!
//! Types have offsets instead of owned names, so that an unchanged table is written back byte for byte. New strings
//! are appended; [`compact`](super::compact) rewrites the whole table once, at the end.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::{borrow::Cow, collections::HashMap, fmt};

/// The offset of a string in the table; 0 is the empty string, that is, no name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StrOff(pub u32);

impl StrOff {
    /// The empty string: anonymous.
    pub const EMPTY: Self = Self(0);

    /// Returns true for the offset of the empty string at the start of the table.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The table: always with its leading empty string, always NUL-terminated.
#[derive(Clone)]
pub struct Strings {
    bytes: Vec<u8>,
    /// The offsets of whole strings; filled when the first string is added.
    index: HashMap<Vec<u8>, StrOff>,
}

impl Default for Strings {
    fn default() -> Self {
        Self { bytes: vec![0], index: HashMap::new() }
    }
}

impl fmt::Debug for Strings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.bytes))
    }
}

impl PartialEq for Strings {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Strings {}

impl Strings {
    /// Creates the table from `bytes`; returns `None` if they lack the NUL at either end.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let framed = bytes.first() == Some(&0) && bytes.last() == Some(&0);
        framed.then(|| Self { bytes, index: HashMap::new() })
    }

    /// Returns the table as encoded in `.BTF`.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns true if `offset` is inside the table.
    #[must_use]
    pub fn contains(&self, offset: StrOff) -> bool {
        (offset.0 as usize) < self.bytes.len()
    }

    /// Returns the string at `offset`, without its NUL; empty if the offset is outside.
    #[must_use]
    pub fn get(&self, offset: StrOff) -> &[u8] {
        let rest = self.bytes.get(offset.0 as usize..).unwrap_or_default();
        rest.split(|&byte| byte == 0).next().unwrap_or_default()
    }

    /// Returns the string at `offset` as text, with replacement characters for bytes that are not UTF-8.
    #[must_use]
    pub fn text(&self, offset: StrOff) -> Cow<'_, str> {
        String::from_utf8_lossy(self.get(offset))
    }

    /// Returns the offset of `string`, appending it if no whole string of the table equals it. A NUL inside ends it.
    pub fn intern(&mut self, string: &[u8]) -> StrOff {
        let string = string.split(|&byte| byte == 0).next().unwrap_or_default();
        if string.is_empty() {
            return StrOff::EMPTY;
        }
        self.ensure_index();
        if let Some(&offset) = self.index.get(string) {
            return offset;
        }
        let offset = StrOff(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        self.bytes.extend_from_slice(string);
        self.bytes.push(0);
        self.index.insert(string.to_vec(), offset);
        offset
    }

    fn ensure_index(&mut self) {
        if !self.index.is_empty() {
            return;
        }
        let mut offset = 0;
        for string in self.bytes.split(|&byte| byte == 0) {
            let here = StrOff(u32::try_from(offset).unwrap_or(u32::MAX));
            self.index.entry(string.to_vec()).or_insert(here);
            offset = string.len().saturating_add(1).saturating_add(offset);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{StrOff, Strings};

    #[test]
    fn a_string_is_stored_once() {
        let mut strings = Strings::from_bytes(b"\0int\0char\0".to_vec()).expect("framed by NULs");
        assert_eq!(strings.intern(b"char"), StrOff(5));
        assert_eq!(strings.intern(b"u32"), StrOff(10));
        assert_eq!(strings.intern(b"u32"), StrOff(10));
        assert_eq!(strings.intern(b""), StrOff::EMPTY);
        assert_eq!(strings.as_bytes(), b"\0int\0char\0u32\0");
    }

    #[test]
    fn an_offset_into_a_string_reads_its_tail() {
        let strings = Strings::from_bytes(b"\0int\0".to_vec()).expect("framed by NULs");
        assert_eq!(strings.get(StrOff(2)), b"nt");
        assert_eq!(strings.get(StrOff(99)), b"");
        assert!(Strings::from_bytes(b"int\0".to_vec()).is_none());
        assert!(Strings::from_bytes(b"\0int".to_vec()).is_none());
    }
}
