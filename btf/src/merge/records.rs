//! The records of `.BTF.ext` of the output.

use std::collections::{BTreeMap, HashMap};

use super::{Moved, sections::moved};
use crate::{
    ext::{CoreRelo, Ext, FuncInfo, LineInfo, SecTable},
    model::TypeId,
    strings::{Renamed, StrOff, Strings},
};

/// A record at an instruction.
pub(super) trait Record: Copy {
    /// Returns the offset of the instruction in its section, in bytes.
    fn offset(&self) -> u32;
    /// Moves the record to another offset.
    fn move_to(&mut self, offset: u32);
}

impl Record for FuncInfo {
    fn offset(&self) -> u32 {
        self.insn_off
    }

    fn move_to(&mut self, offset: u32) {
        self.insn_off = offset;
    }
}

impl Record for LineInfo {
    fn offset(&self) -> u32 {
        self.insn_off
    }

    fn move_to(&mut self, offset: u32) {
        self.insn_off = offset;
    }
}

impl Record for CoreRelo {
    fn offset(&self) -> u32 {
        self.insn_off
    }

    fn move_to(&mut self, offset: u32) {
        self.insn_off = offset;
    }
}

/// One table, with a block of records for each section, in order of first appearance.
struct Table<R> {
    blocks: Vec<SecTable<R>>,
    index: HashMap<StrOff, usize>,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self { blocks: Vec::new(), index: HashMap::new() }
    }
}

impl<R: Record> Table<R> {
    /// Adds those of `records` whose instructions are in the output; `rewrite` changes what they refer to.
    fn add(
        &mut self,
        records: Vec<R>,
        ranges: &[Moved],
        strings: &mut Strings,
        mut rewrite: impl FnMut(&mut R, &mut Strings),
    ) {
        let mut last: Option<(&str, usize)> = None;
        for mut record in records {
            let Some((section, offset)) = moved(ranges, record.offset().into()) else { continue };
            let Ok(offset) = u32::try_from(offset) else { continue };
            let at = match last {
                Some((name, at)) if name == section => at,
                _ => self.block(strings.intern(section.as_bytes())),
            };
            last = Some((section, at));
            record.move_to(offset);
            rewrite(&mut record, strings);
            if let Some(block) = self.blocks.get_mut(at) {
                block.records.push(record);
            }
        }
    }

    fn block(&mut self, section: StrOff) -> usize {
        *self.index.entry(section).or_insert_with(|| {
            self.blocks.push(SecTable { section, records: Vec::new() });
            self.blocks.len().saturating_sub(1)
        })
    }

    /// Returns the blocks with their records in order of instructions.
    fn sorted(mut self) -> Vec<SecTable<R>> {
        for block in &mut self.blocks {
            block.records.sort_by_key(Record::offset);
        }
        self.blocks
    }

    /// Removes all but the first record of each instruction: the kernel requires ascending offsets.
    fn unique(mut blocks: Vec<SecTable<R>>) -> Vec<SecTable<R>> {
        for block in &mut blocks {
            block.records.dedup_by_key(|record| record.offset());
        }
        blocks
    }
}

/// The three tables.
#[derive(Default)]
pub(super) struct Records {
    functions: Table<FuncInfo>,
    lines: Table<LineInfo>,
    relos: Table<CoreRelo>,
    /// True if a part has `.BTF.ext`.
    found: bool,
}

impl Records {
    /// Adds the records of one part; `types` has the number in the pool of each type.
    pub(super) fn add(
        &mut self,
        ext: Ext,
        sections: &BTreeMap<String, Vec<Moved>>,
        strings: &mut Strings,
        names: &mut Renamed<'_>,
        types: &[TypeId],
    ) {
        self.found = true;
        let number = |id: TypeId| types.get(id.0 as usize).copied().unwrap_or_default();
        for table in ext.func_info {
            let ranges = ranges(sections, table.section, strings, names);
            self.functions.add(table.records, ranges, strings, |record, _| {
                record.ty = number(record.ty);
            });
        }
        for table in ext.line_info {
            let ranges = ranges(sections, table.section, strings, names);
            self.lines.add(table.records, ranges, strings, |record, strings| {
                record.file = names.get(record.file, strings);
                record.text = names.get(record.text, strings);
            });
        }
        for table in ext.core_relos {
            let ranges = ranges(sections, table.section, strings, names);
            self.relos.add(table.records, ranges, strings, |record, strings| {
                record.ty = number(record.ty);
                record.access = names.get(record.access, strings);
            });
        }
    }

    /// Returns `.BTF.ext` of the output; `None` if no part has one.
    pub(super) fn finish(self) -> Option<Ext> {
        self.found.then(|| Ext {
            func_info: Table::unique(self.functions.sorted()),
            line_info: Table::unique(self.lines.sorted()),
            core_relos: self.relos.sorted(),
            tail: Vec::new(),
        })
    }
}

fn ranges<'a>(
    sections: &'a BTreeMap<String, Vec<Moved>>,
    section: StrOff,
    strings: &mut Strings,
    names: &mut Renamed<'_>,
) -> &'a [Moved] {
    let name = names.get(section, strings);
    sections.get(&*strings.text(name)).map(Vec::as_slice).unwrap_or_default()
}
