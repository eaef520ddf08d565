//! A source line for the first instruction of every function.
//!
//! If a program has any line, the kernel requires one at the start of each of its functions, and strictly ascending
//! offsets (`check_btf_line`).

use std::collections::BTreeMap;

use crate::{
    btf::{Btf, Ext, Info, LineInfo, SecTable, StrOff, builder::narrow},
    elf::{Elf, SectionId},
    object::Function,
};

/// Sorts the lines of each section and adds missing lines at the start of `functions`.
pub(super) fn sync_with_symbols(info: &mut Info, elf: &Elf, functions: &[Function]) {
    let Info { btf, ext } = info;
    let ext = ext.get_or_insert_with(Ext::default);
    let mut sections = lines_by_section(btf, ext);
    let mut tables = Vec::new();
    let mut by_section: BTreeMap<SectionId, Vec<&Function>> = BTreeMap::new();
    for function in functions {
        by_section.entry(function.section).or_default().push(function);
    }
    for (id, section) in elf.code() {
        let mut lines = sections.remove(&section.name).unwrap_or_default();
        lines.retain(|&offset, _| u64::from(offset) < section.size());
        for function in by_section.get(&id).into_iter().flatten() {
            begin(&mut lines, function);
        }
        if !lines.is_empty() {
            let name = btf.strings.intern(section.name.as_bytes());
            tables.push(SecTable { section: name, records: lines.into_values().collect() });
        }
    }
    ext.line_info = tables;
}

type Lines = BTreeMap<u32, LineInfo>;

fn lines_by_section(btf: &Btf, ext: &Ext) -> BTreeMap<String, Lines> {
    let mut sections: BTreeMap<String, Lines> = BTreeMap::new();
    for table in &ext.line_info {
        let lines = sections.entry(btf.strings.text(table.section).into_owned()).or_default();
        for record in &table.records {
            lines.entry(record.insn_off).or_insert(*record);
        }
    }
    sections
}

fn begin(lines: &mut Lines, function: &Function) {
    let start = narrow(function.offset);
    if lines.contains_key(&start) {
        return;
    }
    let end = narrow(function.offset.saturating_add(function.size)).max(start);
    // The prologue has no line: it gets the first one of the function.
    let line = match lines.range(start..end).next() {
        Some((_, next)) => LineInfo { insn_off: start, ..*next },
        None => LineInfo { insn_off: start, file: StrOff::EMPTY, text: StrOff::EMPTY, line_col: 0 },
    };
    lines.insert(start, line);
}
