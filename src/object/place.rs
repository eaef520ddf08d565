//! Locations in an object, as messages name them.

use std::{borrow::Cow, collections::HashMap};

use super::{Function, Object};
use crate::{
    bpf::insn::INSN_SIZE,
    btf::{Info, LineInfo, SecTable},
    report::demangled,
};

/// Returns the location of an instruction, `slot` slots from the start of `function`, for a message.
#[must_use]
pub fn place(object: &Object, function: &Function, slot: u64) -> String {
    let offset = function.offset.saturating_add(slot.saturating_mul(INSN_SIZE));
    place_at(object.source_of(&function.section_name, offset), function, slot)
}

/// Returns the same location, whose `source` is known as far as the object has debug info for it.
#[must_use]
pub fn place_at(source: Option<String>, function: &Function, slot: u64) -> String {
    let name = quoted(&function.name);
    match source {
        Some(source) => format!("{name} at {source}"),
        None => format!("{name} at instruction {slot}"),
    }
}

/// Returns the name as in its source, with the mangled one, which options accept, if they differ.
#[must_use]
pub fn quoted(name: &str) -> String {
    let plain = demangled(name);
    if plain == name { format!("`{name}`") } else { format!("`{plain}` ({name})") }
}

/// Returns the source of the instruction at `offset` of `section`, as `file:line`. Lines ascend, as LLVM and the
/// kernel require.
#[must_use]
pub fn source_of(info: &Info, section: &str, offset: u64) -> Option<String> {
    let tables = &info.ext.as_ref()?.line_info;
    let table = tables.iter().find(|table| info.btf.strings.text(table.section) == section)?;
    line_of(info, table, offset)
}

/// The source lines of each section, for readers that look up many instructions.
#[derive(Debug)]
pub struct SourceLines<'info> {
    info: &'info Info,
    tables: HashMap<Cow<'info, str>, &'info SecTable<LineInfo>>,
}

impl<'info> SourceLines<'info> {
    /// Returns the lines of all sections that `info` describes.
    #[must_use]
    pub fn of(info: &'info Info) -> Self {
        let tables = info.ext.iter().flat_map(|ext| &ext.line_info).rev();
        let named = tables.map(|table| (info.btf.strings.text(table.section), table));
        Self { info, tables: named.collect() }
    }

    /// Returns what [`source_of`] returns.
    #[must_use]
    pub fn source_of(&self, section: &str, offset: u64) -> Option<String> {
        line_of(self.info, self.tables.get(section)?, offset)
    }
}

fn line_of(info: &Info, table: &SecTable<LineInfo>, offset: u64) -> Option<String> {
    let before = table.records.partition_point(|record| u64::from(record.insn_off) <= offset);
    let record = table.records.get(before.checked_sub(1)?).filter(|record| record.line() > 0)?;
    Some(format!("{}:{}", info.btf.strings.text(record.file), record.line()))
}
