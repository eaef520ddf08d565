//! Codes of metadata records (`bitc::MetadataCodes`).

pub(super) const VALUE: u8 = 2;
pub(super) const TUPLE: u8 = 3;
pub(super) const NAME: u8 = 4;
pub(super) const DISTINCT_TUPLE: u8 = 5;
pub(super) const KIND: u8 = 6;
pub(super) const LOCATION: u8 = 7;
pub(super) const NAMED: u8 = 10;
pub(super) const ATTACHMENT: u8 = 11;
pub(super) const GENERIC: u8 = 12;
pub(super) const SUBRANGE: u8 = 13;
pub(super) const ENUMERATOR: u8 = 14;
pub(super) const BASIC: u8 = 15;
pub(super) const FILE: u8 = 16;
pub(super) const DERIVED: u8 = 17;
pub(super) const COMPOSITE: u8 = 18;
pub(super) const SUBROUTINE: u8 = 19;
pub(super) const UNIT: u8 = 20;
pub(super) const SUBPROGRAM: u8 = 21;
pub(super) const BLOCK: u8 = 22;
pub(super) const LOCAL: u8 = 28;
pub(super) const EXPRESSION: u8 = 29;
pub(super) const MACRO_FILE: u8 = 34;
pub(super) const STRINGS: u8 = 35;
pub(super) const GLOBAL_ATTACHMENT: u8 = 36;
pub(super) const GLOBAL_EXPRESSION: u8 = 37;
pub(super) const INDEX_OFFSET: u8 = 38;
pub(super) const INDEX: u8 = 39;
pub(super) const LABEL: u8 = 40;
pub(super) const GENERIC_SUBRANGE: u8 = 45;
pub(super) const ARGUMENTS: u8 = 46;
pub(super) const ASSIGNMENT: u8 = 47;

/// Returns a bit mask of the fields of a record that refer to nothing in any version of LLVM: lines, tags, flags and
/// the like. Sizes and offsets are not included: from LLVM 21 on they are nodes of their own.
pub(super) const fn numbers(code: u8) -> u32 {
    match code {
        EXPRESSION => u32::MAX,
        DERIVED => 1 << 0 | 1 << 1 | 1 << 4 | 1 << 8 | 1 << 10,
        COMPOSITE => 1 << 0 | 1 << 1 | 1 << 4 | 1 << 8 | 1 << 10 | 1 << 12,
        SUBROUTINE => 1 << 0 | 1 << 1 | 1 << 3,
        LOCAL => 1 << 0 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 8,
        LOCATION => 1 << 0 | 1 << 1 | 1 << 2,
        BLOCK => 1 << 0 | 1 << 3 | 1 << 4,
        BASIC => 1 << 0 | 1 << 1 | 1 << 4 | 1 << 5,
        _ => 0,
    }
}
