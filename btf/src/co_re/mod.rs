//! CO-RE records: what the program asks about types of the kernel, and which instructions the loader patches.
//!
//! A record of clang is complete. One of a query from Rust comes with a text instead, `.se.load@src/main.rs:7:9`, and
//! with an immediate of 0, since the backend knows neither the numbers nor the layout that BTF will have in the end. So
//! [`Queries::of`] notes which they are, [`fixes::paths`](super::fixes::paths) resolves the text, and when all is in its
//! place [`answer()`] writes what holds for the types in this object: loaders compare it, to know that they patch what
//! they think they do (`bpf_core_patch_insn`).

pub mod access;

use std::collections::BTreeMap;

use super::Info;

/// What stands between a path and the place in the source where it is written.
const AT: char = '@';

/// Where the queries from Rust are: section, bytes from its start, and the place in the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queries(BTreeMap<(String, u32), String>);

impl Queries {
    /// Those of `info`, whose paths are still words.
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

    /// Where the record at `offset` of `section` was asked for, if it was in Rust: file, line and column.
    #[must_use]
    pub fn place(&self, section: &str, offset: u32) -> Option<&str> {
        self.0.get(&(section.to_owned(), offset)).map(String::as_str)
    }
}

/// The path of an access text, and the place behind it, if there is one.
#[must_use]
pub fn split(text: &str) -> (&str, Option<&str>) {
    text.split_once(AT).map_or((text, None), |(path, place)| (path, Some(place)))
}

/// `enum bpf_core_relo_kind` of `include/uapi/linux/bpf.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Where a field starts, in bytes.
    FieldByteOffset,
    /// Bytes of a field.
    FieldByteSize,
    /// Whether there is a field.
    FieldExists,
    /// Whether a field has a sign.
    FieldSigned,
    /// By how much to shift it up within 64 bits.
    FieldLeftShift,
    /// By how much to shift it down then.
    FieldRightShift,
    /// The number of a type in this object.
    TypeIdLocal,
    /// The number of a type in the kernel.
    TypeIdTarget,
    /// Whether there is a type.
    TypeExists,
    /// Bytes of a type.
    TypeSize,
    /// Whether an enumeration has a value.
    EnumValueExists,
    /// A value of an enumeration.
    EnumValue,
    /// Whether a type is what this object thinks.
    TypeMatches,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A member, which a path of numbers leads to.
    Field,
    /// A type as a whole.
    Type,
    /// An enumerator, by its number.
    EnumValue,
}

/// In the order of their numbers, with the names that `bpftool` and libbpf print.
const QUESTIONS: [(Question, Subject, &str); 13] = [
    (Question::FieldByteOffset, Subject::Field, "byte_off"),
    (Question::FieldByteSize, Subject::Field, "byte_sz"),
    (Question::FieldExists, Subject::Field, "field_exists"),
    (Question::FieldSigned, Subject::Field, "signed"),
    (Question::FieldLeftShift, Subject::Field, "lshift_u64"),
    (Question::FieldRightShift, Subject::Field, "rshift_u64"),
    (Question::TypeIdLocal, Subject::Type, "local_type_id"),
    (Question::TypeIdTarget, Subject::Type, "target_type_id"),
    (Question::TypeExists, Subject::Type, "type_exists"),
    (Question::TypeSize, Subject::Type, "type_size"),
    (Question::EnumValueExists, Subject::EnumValue, "enumval_exists"),
    (Question::EnumValue, Subject::EnumValue, "enumval_value"),
    (Question::TypeMatches, Subject::Type, "type_matches"),
];

/// [`Question::row`] finds its row by the number.
#[expect(clippy::indexing_slicing, reason = "it is the compiler that would panic")]
const _: () = {
    let mut number = 0;
    while number < QUESTIONS.len() {
        assert!(QUESTIONS[number].0 as usize == number);
        number += 1;
    }
    assert!(Question::TypeMatches as usize + 1 == number);
};

impl Question {
    /// The question of that number.
    #[must_use]
    pub fn from_raw(raw: u32) -> Option<Self> {
        QUESTIONS.get(raw as usize).map(|(question, ..)| *question)
    }

    #[expect(clippy::indexing_slicing, reason = "it has a row, as is asserted above")]
    fn row(self) -> (Self, Subject, &'static str) {
        QUESTIONS[self as usize]
    }

    /// What it is about.
    #[must_use]
    pub fn subject(self) -> Subject {
        self.row().1
    }

    /// The word that libbpf prints for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.row().2
    }
}
