//! The irsymtab blob: a header of little-endian words, followed by the arrays it points at. Strings are in the file's
//! string table.

use super::{Names, Role, Symbol, Visibility};

/// `storage::Header::kCurrentVersion`, the same in LLVM 13 to 23.
const VERSION: u32 = 3;
/// The offset of the range of symbols in the header: after the version, the producer, and the ranges of modules and
/// comdats.
const SYMBOLS_AT: usize = 7 * 4;
/// The size of `storage::Symbol`: name, IR name, comdat and flags.
const SYMBOL_LEN: usize = 6 * 4;

/// The bits of `storage::Symbol::Flags`; the two lowest are the visibility.
mod flag {
    pub(super) const UNDEFINED: u32 = 1 << 3;
    pub(super) const WEAK: u32 = 1 << 4;
    pub(super) const COMMON: u32 = 1 << 5;
    pub(super) const GLOBAL: u32 = 1 << 10;
    pub(super) const FORMAT_SPECIFIC: u32 = 1 << 11;
}

/// Returns the global symbols of `table`; `None` if it is malformed or of another version.
pub(super) fn parse(table: &[u8], names: &[u8]) -> Option<Vec<Symbol>> {
    if word(table, 0)? != VERSION {
        return None;
    }
    let (start, count) = (index(table, SYMBOLS_AT)?, index(table, SYMBOLS_AT + 4)?);
    let symbols = table.get(start..start.checked_add(count.checked_mul(SYMBOL_LEN)?)?)?;
    let mut globals = Vec::new();
    let mut names = Names::new(names);
    for symbol in symbols.chunks_exact(SYMBOL_LEN) {
        globals.extend(global(symbol, &mut names)?);
    }
    Some(globals)
}

/// Returns the symbol, if it is global; `None` if malformed, `Some(None)` if not relevant to a linker.
fn global(symbol: &[u8], names: &mut Names<'_>) -> Option<Option<Symbol>> {
    let flags = word(symbol, 20)?;
    if flags & flag::GLOBAL == 0 || flags & flag::FORMAT_SPECIFIC != 0 {
        return Some(None);
    }
    Some(Some(Symbol {
        name: names.get(index(symbol, 0)?, index(symbol, 4)?)?.into_owned(),
        role: role(flags),
        visibility: Visibility::from_raw(u64::from(flags & 3)),
    }))
}

const fn role(flags: u32) -> Role {
    match (flags & flag::UNDEFINED != 0, flags & flag::WEAK != 0) {
        (true, false) => Role::Undefined,
        (true, true) => Role::WeakUndefined,
        (false, _) if flags & flag::COMMON != 0 => Role::Common,
        (false, true) => Role::Weak,
        (false, false) => Role::Strong,
    }
}

fn index(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(word(bytes, at)?).ok()
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word))
}
