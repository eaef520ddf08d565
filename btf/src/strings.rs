//! The string table of `.BTF`: NUL-terminated strings, identified by their byte offset.
//!
//! Types have offsets instead of owned names, so that an unchanged table is written back byte for byte. New strings
//! are appended; [`compact`](super::compact) rewrites the whole table once, at the end.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::{
    borrow::Cow,
    ffi::CStr,
    fmt,
    hash::{BuildHasher as _, RandomState},
};

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
    index: Index,
}

impl Default for Strings {
    fn default() -> Self {
        Self { bytes: vec![0], index: Index::default() }
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
        framed.then(|| Self { bytes, index: Index::default() })
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
        string_at(&self.bytes, offset)
    }

    /// Returns the string at `offset` as text, with replacement characters for bytes that are not UTF-8.
    #[must_use]
    pub fn text(&self, offset: StrOff) -> Cow<'_, str> {
        String::from_utf8_lossy(self.get(offset))
    }

    /// Returns the offset of `string`, appending it if no whole string of the table equals it. A NUL inside ends it.
    pub fn intern(&mut self, string: &[u8]) -> StrOff {
        let string = CStr::from_bytes_until_nul(string).map_or(string, CStr::to_bytes);
        if string.is_empty() {
            return StrOff::EMPTY;
        }
        self.ensure_index();
        let hash = self.index.hash(string);
        if let Some(offset) = self.index.find(hash, string, &self.bytes) {
            return offset;
        }
        let offset = StrOff(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        self.bytes.extend_from_slice(string);
        self.bytes.push(0);
        self.index.insert(hash, offset);
        offset
    }

    /// Frees the memory that only [`intern`](Self::intern) needs; it is filled again when it is needed again.
    pub(crate) fn forget_index(&mut self) {
        self.index = Index::default();
    }

    fn ensure_index(&mut self) {
        if !self.index.slots.is_empty() {
            return;
        }
        let mut offset: usize = 0;
        while let Some(rest) = self.bytes.get(offset..).filter(|rest| !rest.is_empty()) {
            let string = CStr::from_bytes_until_nul(rest).map_or(rest, CStr::to_bytes);
            let hash = self.index.hash(string);
            let here = StrOff(u32::try_from(offset).unwrap_or(u32::MAX));
            if !string.is_empty() && self.index.find(hash, string, &self.bytes).is_none() {
                self.index.insert(hash, here);
            }
            offset = offset.saturating_add(string.len()).saturating_add(1);
        }
    }
}

/// The strings of one table in another, each looked up once.
pub(crate) struct Renamed<'a> {
    old: &'a Strings,
    /// The new offset for each old one; the empty one where it is unknown.
    new: Vec<StrOff>,
}

impl<'a> Renamed<'a> {
    /// Creates the mapping of `old`; the memory of a former mapping is used again.
    pub(crate) fn new(old: &'a Strings, mut memory: Vec<StrOff>) -> Self {
        memory.clear();
        memory.resize(old.bytes.len(), StrOff::EMPTY);
        Self { old, new: memory }
    }

    /// Returns the offset in `strings` of the string at `name`, adding it if necessary.
    pub(crate) fn get(&mut self, name: StrOff, strings: &mut Strings) -> StrOff {
        let Some(new) = self.new.get_mut(name.0 as usize) else { return StrOff::EMPTY };
        if new.is_empty() && !name.is_empty() {
            *new = strings.intern(self.old.get(name));
        }
        *new
    }

    /// Returns the memory for the next mapping.
    pub(crate) fn into_memory(self) -> Vec<StrOff> {
        self.new
    }
}

/// Returns the string at `offset` of `bytes`, without its NUL.
fn string_at(bytes: &[u8], offset: StrOff) -> &[u8] {
    let rest = bytes.get(offset.0 as usize..).unwrap_or_default();
    CStr::from_bytes_until_nul(rest).map_or(rest, CStr::to_bytes)
}

/// An open hash table of the offsets of strings. A map with owned strings as keys would hold each one twice.
#[derive(Clone, Default)]
struct Index {
    /// Hash and offset of each string; the empty offset marks a free slot. The length is a power of two.
    slots: Vec<(u32, StrOff)>,
    used: usize,
    keys: Keys,
}

/// The keys of the hash: nobody can prepare names with equal hashes.
#[derive(Clone)]
struct Keys([u64; 2]);

impl Default for Keys {
    fn default() -> Self {
        let random = RandomState::new();
        Self([random.hash_one(0), random.hash_one(1) | 1])
    }
}

impl Index {
    /// Returns a hash of `string`: each eight bytes are multiplied into the state, whose halves are then added up.
    ///
    /// Names are short and many, and the hash of the standard library takes twice as long.
    fn hash(&self, string: &[u8]) -> u32 {
        let Keys([mut state, factor]) = self.keys;
        state ^= string.len() as u64;
        let mut add = |word: u64| {
            let product = u128::from(state ^ word).wrapping_mul(factor.into());
            state = (product as u64) ^ (product >> 64) as u64;
        };
        let words = string.chunks_exact(8);
        let rest = words.remainder();
        words
            .filter_map(|word| word.try_into().ok())
            .for_each(|word| add(u64::from_le_bytes(word)));
        add(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        (state ^ state >> 32) as u32
    }

    fn find(&self, hash: u32, string: &[u8], bytes: &[u8]) -> Option<StrOff> {
        let mut slots = self.probe(hash).take_while(|(_, offset)| !offset.is_empty());
        let found =
            slots.find(|(other, offset)| *other == hash && string_at(bytes, *offset) == string);
        found.map(|(_, offset)| offset)
    }

    fn start(&self, hash: u32) -> usize {
        hash as usize & self.slots.len().saturating_sub(1)
    }

    /// Returns the slots in the order in which a hash takes them.
    fn probe(&self, hash: u32) -> impl Iterator<Item = (u32, StrOff)> {
        let start = self.start(hash);
        let (before, after) = self.slots.split_at_checked(start).unwrap_or_default();
        after.iter().chain(before).copied()
    }

    fn insert(&mut self, hash: u32, offset: StrOff) {
        if self.used.saturating_mul(2) >= self.slots.len() {
            self.grow();
        }
        let start = self.start(hash);
        if let Some((before, after)) = self.slots.split_at_mut_checked(start) {
            if let Some(free) = after.iter_mut().chain(before).find(|(_, offset)| offset.is_empty())
            {
                *free = (hash, offset);
                self.used = self.used.saturating_add(1);
            }
        }
    }

    fn grow(&mut self) {
        let length = self.slots.len().saturating_mul(2).max(64);
        let old = std::mem::replace(&mut self.slots, vec![(0, StrOff::EMPTY); length]);
        self.used = 0;
        for (hash, offset) in old.into_iter().filter(|(_, offset)| !offset.is_empty()) {
            self.insert(hash, offset);
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
