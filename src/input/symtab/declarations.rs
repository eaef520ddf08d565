//! The global declarations in a module block (`llvm/docs/LangRef.rst` for linkage, `BitcodeReader.cpp` for records).

use super::{
    super::bitstream::{Block, Record},
    Names, Role, Symbol, Visibility,
};

/// Codes of records in a module block.
const VERSION: u64 = 1;
const GLOBAL_VARIABLE: u64 = 7;
const FUNCTION: u64 = 8;
const ALIAS: u64 = 14;
const IFUNC: u64 = 15;

/// The layout of a record; each starts with the offset and length of its name.
struct Layout {
    /// The operand that determines whether it is defined, and the value that means "not".
    undefined: Option<(usize, u64)>,
    visibility: usize,
}

/// The operand of the linkage, the same in all records.
const LINKAGE: usize = 5;

impl Layout {
    const fn of(code: u64) -> Option<Self> {
        match code {
            // Initializer id; 0 is none.
            GLOBAL_VARIABLE => Some(Self { undefined: Some((4, 0)), visibility: 8 }),
            // 1 for a prototype.
            FUNCTION => Some(Self { undefined: Some((4, 1)), visibility: 9 }),
            ALIAS | IFUNC => Some(Self { undefined: None, visibility: 6 }),
            _ => None,
        }
    }
}

/// Returns the global symbols that `module` declares or defines; `None` if it is malformed, or so old that names are
/// not in the string table (version 2 of the records, since LLVM 5).
pub(super) fn parse(module: Block<'_>, names: &[u8]) -> Option<Vec<Symbol>> {
    let mut symbols = Vec::new();
    let mut version = None;
    let mut names = Names::new(names);
    for record in module {
        if record.code == VERSION {
            version = record.operands.first().copied();
        } else if let Some(layout) = Layout::of(record.code) {
            version.filter(|&version| version >= 2)?;
            symbols.extend(symbol(&record, &layout, &mut names)?);
        }
    }
    version.filter(|&version| version >= 2).map(|_| symbols)
}

/// Returns the symbol of a record; `None` if malformed, `Some(None)` if not relevant to a linker.
fn symbol(record: &Record<'_>, layout: &Layout, names: &mut Names<'_>) -> Option<Option<Symbol>> {
    let operand = |index: usize| record.operands.get(index).copied();
    let name = names.get(usize::try_from(operand(0)?).ok()?, usize::try_from(operand(1)?).ok()?)?;
    let defined = match layout.undefined {
        Some((index, undefined)) => operand(index)? != undefined,
        None => true,
    };
    let Some(role) = role(operand(LINKAGE)?, defined) else { return Some(None) };
    // Intrinsics and LLVM's own arrays have no symbol.
    if name.is_empty() || name.starts_with("llvm.") {
        return Some(None);
    }
    // A leading \x01 means that the rest is not to be mangled.
    let name = name.strip_prefix('\x01').unwrap_or(&name).to_owned();
    let visibility = Visibility::from_raw(operand(layout.visibility).unwrap_or_default());
    Some(Some(Symbol { name, role, visibility }))
}

/// Decodes a linkage, as `getDecodedLinkage` in `BitcodeReader.cpp`; `None` for symbols local to the module.
const fn role(linkage: u64, defined: bool) -> Option<Role> {
    Some(match (linkage, defined) {
        // internal, private, and two old values of private; appending is for LLVM's own arrays
        (2 | 3 | 9 | 13 | 14, _) => return None,
        // extern_weak
        (7, _) => Role::WeakUndefined,
        // available_externally: a body to inline, not a definition
        (12, _) | (_, false) => Role::Undefined,
        // common
        (8, true) => Role::Common,
        // weak and linkonce, _any and _odr, with their old values
        (1 | 4 | 10 | 11 | 16..=19, true) => Role::Weak,
        _ => Role::Strong,
    })
}
