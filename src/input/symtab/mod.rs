//! The symbols of bitcode, read without LLVM.
//!
//! A bitcode file ends with a symbol table made for linkers (SYMTAB_BLOCK, `llvm/include/llvm/Object/IRSymtab.h`): the
//! names as an object file would have them, and flags. LLVM omits it for an unknown target, and other producers, such
//! as Zig, never write it. Then the module's global declarations give the same information, except for symbols that
//! module-level assembly defines.

use std::borrow::Cow;

use super::{
    bitcode::{self, TopBlock},
    bitstream::{Block, Record},
    region::Region,
};
use crate::report::Result;

mod declarations;
mod table;
#[cfg(test)]
mod tests;

/// A symbol that takes part in linking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// The name, as in an object file.
    pub name: String,
    /// The role: defined or undefined, and how strongly.
    pub role: Role,
    /// The visibility: hidden, protected or default.
    pub visibility: Visibility,
}

/// The role of a symbol in linking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Undefined; must be defined elsewhere.
    Undefined,
    /// Undefined, with address zero if it is not defined elsewhere.
    WeakUndefined,
    /// The only definition.
    Strong,
    /// A definition that yields to another: `weak`, `linkonce`.
    Weak,
    /// A tentative definition of C; the largest wins.
    Common,
}

impl Role {
    /// Returns true if the symbol is defined here.
    #[must_use]
    pub const fn is_definition(self) -> bool {
        matches!(self, Self::Strong | Self::Weak | Self::Common)
    }
}

/// ELF's symbol visibility.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Visibility {
    /// Visible to other components.
    #[default]
    Default,
    /// Not visible to other components.
    Hidden,
    /// Visible, but not replaceable.
    Protected,
}

impl Visibility {
    const fn from_raw(raw: u64) -> Self {
        match raw {
            1 => Self::Hidden,
            2 => Self::Protected,
            _ => Self::Default,
        }
    }
}

const MODULE_BLOCK: u64 = 8;
const STRTAB_BLOCK: u64 = 23;
const SYMTAB_BLOCK: u64 = 25;
/// The only record of the last two blocks.
const BLOB: u64 = 1;

/// Returns the symbols of the bitcode in `region`, in the order of its table; `None` if it is malformed or of an
/// unknown format.
///
/// # Errors
/// The file cannot be read.
pub(super) fn symbols(region: &Region) -> Result<Option<Vec<Symbol>>> {
    let blocks = bitcode::top_blocks(region)?;
    let Some(names) = blob(region, &blocks, STRTAB_BLOCK)? else { return Ok(None) };
    if let Some(table) = blob(region, &blocks, SYMTAB_BLOCK)? {
        if let Some(symbols) = table::parse(&table, &names) {
            return Ok(Some(symbols));
        }
    }
    let modules: Vec<_> = blocks.iter().filter(|block| block.header.id == MODULE_BLOCK).collect();
    // Several modules in one file occur only if device and host code are compiled together, or for ThinLTO.
    let [module] = modules.as_slice() else { return Ok(None) };
    Ok(declarations::parse(Block::new(module.header, &body(region, module)?), &names))
}

/// A string table from which at most a few times its length is copied: real names are distinct, and hostile ones that
/// all cover the whole table must not exhaust the memory.
struct Names<'a> {
    table: &'a [u8],
    budget: usize,
}

impl<'a> Names<'a> {
    const fn new(table: &'a [u8]) -> Self {
        Self { table, budget: table.len().saturating_mul(8) }
    }

    fn get(&mut self, start: usize, len: usize) -> Option<Cow<'a, str>> {
        self.budget = self.budget.checked_sub(len)?;
        self.table.get(start..start.checked_add(len)?).map(String::from_utf8_lossy)
    }
}

fn blob(region: &Region, blocks: &[TopBlock], id: u64) -> Result<Option<Vec<u8>>> {
    let Some(block) = blocks.iter().find(|block| block.header.id == id) else { return Ok(None) };
    let body = body(region, block)?;
    let found = Block::new(block.header, &body).find(|record: &Record<'_>| record.code == BLOB);
    Ok(found.and_then(|record| record.blob.map(<[u8]>::to_vec)))
}

fn body(region: &Region, block: &TopBlock) -> Result<Vec<u8>> {
    match region.window(block.body, block.header.body_len) {
        Some(body) => body.head(u64::MAX),
        None => Ok(Vec::new()),
    }
}
