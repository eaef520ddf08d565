//! CO-RE records: queries about types of the kernel, and the instructions that the loader patches.
//!
//! A record from clang is complete. A query from Rust has a text instead, `.se.load@src/main.rs:7:9`, and an
//! immediate of 0, since the backend knows neither the final numbers nor the final layout of BTF. So [`Queries::of`]
//! records those queries, [`fixes::paths`](super::fixes::paths) resolves the text, and once the types are final,
//! The linker writes the values for the types in this object: loaders compare them to verify that they patch the
//! expected instruction (`bpf_core_patch_insn`).

pub mod access;

use std::collections::BTreeMap;

use super::Info;

/// The separator between a path and its source location.
const AT: char = '@';

/// The locations of the queries from Rust: section, bytes from its start, and the source location.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queries(BTreeMap<(String, u32), String>);

impl Queries {
    /// Returns the queries of `info` whose paths are not yet resolved.
    #[must_use]
    pub fn of(info: &Info) -> Self {
        let mut queries = Self::default();
        for table in info.ext.iter().flat_map(|ext| &ext.core_relos) {
            let section = info.btf.strings.text(table.section);
            for record in &table.records {
                let text = info.btf.strings.text(record.access);
                if let (_, Some(place)) = split(&text) {
                    queries
                        .0
                        .insert((section.clone().into_owned(), record.insn_off), place.to_owned());
                }
            }
        }
        queries
    }

    /// Returns the source location of the record at `offset` of `section` if it is from Rust: file, line and column.
    #[must_use]
    pub fn place(&self, section: &str, offset: u32) -> Option<&str> {
        self.0.get(&(section.to_owned(), offset)).map(String::as_str)
    }
}

/// Splits an access text into its path and the source location, if there is one.
#[must_use]
pub fn split(text: &str) -> (&str, Option<&str>) {
    text.split_once(AT).map_or((text, None), |(path, place)| (path, Some(place)))
}

/// The kind of a query: `enum bpf_core_relo_kind` of `include/uapi/linux/bpf.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoreReloKind {
    /// The offset of a field, in bytes.
    FieldByteOffset,
    /// The size of a field, in bytes.
    FieldByteSize,
    /// The existence of a field.
    FieldExists,
    /// The signedness of a field.
    FieldSigned,
    /// The distance of the left shift within 64 bits.
    FieldLeftShift,
    /// The distance of the right shift after it.
    FieldRightShift,
    /// The number of a type in this object.
    TypeIdLocal,
    /// The number of a type in the kernel.
    TypeIdTarget,
    /// The existence of a type.
    TypeExists,
    /// The size of a type, in bytes.
    TypeSize,
    /// The existence of an enumerator.
    EnumValueExists,
    /// A value of an enumeration.
    EnumValue,
    /// The equality of a type with its definition in this object.
    TypeMatches,
}

/// The subject of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A member, at the end of a path of numbers.
    Field,
    /// A type as a whole.
    Type,
    /// An enumerator, by its number.
    EnumValue,
}

/// The queries in the order of their numbers, with the names that `bpftool` and libbpf print.
const CORE_RELO_KINDS: [(CoreReloKind, Subject, &str); 13] = [
    (CoreReloKind::FieldByteOffset, Subject::Field, "byte_off"),
    (CoreReloKind::FieldByteSize, Subject::Field, "byte_sz"),
    (CoreReloKind::FieldExists, Subject::Field, "field_exists"),
    (CoreReloKind::FieldSigned, Subject::Field, "signed"),
    (CoreReloKind::FieldLeftShift, Subject::Field, "lshift_u64"),
    (CoreReloKind::FieldRightShift, Subject::Field, "rshift_u64"),
    (CoreReloKind::TypeIdLocal, Subject::Type, "local_type_id"),
    (CoreReloKind::TypeIdTarget, Subject::Type, "target_type_id"),
    (CoreReloKind::TypeExists, Subject::Type, "type_exists"),
    (CoreReloKind::TypeSize, Subject::Type, "type_size"),
    (CoreReloKind::EnumValueExists, Subject::EnumValue, "enumval_exists"),
    (CoreReloKind::EnumValue, Subject::EnumValue, "enumval_value"),
    (CoreReloKind::TypeMatches, Subject::Type, "type_matches"),
];

/// [`CoreReloKind::row`] finds its row by the number.
#[expect(clippy::indexing_slicing, reason = "it is the compiler that would panic")]
const _: () = {
    let mut number = 0;
    while number < CORE_RELO_KINDS.len() {
        assert!(CORE_RELO_KINDS[number].0 as usize == number);
        number += 1;
    }
    assert!(CoreReloKind::TypeMatches as usize + 1 == number);
};

impl CoreReloKind {
    /// Returns the query with that number.
    #[must_use]
    pub fn from_raw(raw: u32) -> Option<Self> {
        CORE_RELO_KINDS.get(raw as usize).map(|(question, ..)| *question)
    }

    #[expect(clippy::indexing_slicing, reason = "it has a row, as is asserted above")]
    fn row(self) -> (Self, Subject, &'static str) {
        CORE_RELO_KINDS[self as usize]
    }

    /// Returns its subject.
    #[must_use]
    pub fn subject(self) -> Subject {
        self.row().1
    }

    /// Returns the term that libbpf prints for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.row().2
    }
}
