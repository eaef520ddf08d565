//! The line table of an object (`.BTF.ext`), for kernels whose log names no lines.

use std::{fs, path::Path};

use object::{Object as _, ObjectSection as _, ObjectSymbol as _};

/// The bytes of an instruction.
const SLOT: u64 = 8;

/// A row of the table.
#[derive(Debug)]
struct Row {
    /// The number of the instruction.
    index: u64,
    /// The place, as `file:line`.
    place: String,
    column: u32,
    /// The text of the line.
    text: String,
}

/// The lines of a program, from its first instruction.
#[derive(Debug, Default)]
pub struct Lines {
    rows: Vec<Row>,
    /// The number of instructions; behind them the loader puts the functions that the program calls.
    count: u64,
}

impl Lines {
    /// Reads the lines of `program`; none if the object tells none.
    #[must_use]
    pub fn of(object: &Path, program: &str) -> Self {
        let bytes = fs::read(object).unwrap_or_default();
        read(&bytes, program).unwrap_or_default()
    }

    /// Returns the place of an instruction, as `file:line`.
    #[must_use]
    pub fn place(&self, index: u64) -> Option<String> {
        self.row(index).map(|row| row.place.clone())
    }

    /// Returns the text of the line of an instruction, if the object has it.
    #[must_use]
    pub fn text(&self, index: u64) -> Option<String> {
        self.row(index).map(|row| row.text.clone()).filter(|text| !text.is_empty())
    }

    /// Returns the column of an instruction in its line.
    #[must_use]
    pub fn column(&self, index: u64) -> Option<u32> {
        self.row(index).map(|row| row.column).filter(|column| *column > 0)
    }

    fn row(&self, index: u64) -> Option<&Row> {
        let rows = self.rows.iter().take_while(|row| row.index <= index);
        rows.last().filter(|_| index < self.count)
    }

    /// Returns the first line.
    #[must_use]
    pub fn start(&self) -> Option<(String, String)> {
        self.rows.first().map(|row| (row.place.clone(), row.text.clone()))
    }
}

fn read(bytes: &[u8], program: &str) -> Option<Lines> {
    let file = object::File::parse(bytes).ok()?;
    let symbol = file.symbols().find(|symbol| symbol.name() == Ok(program))?;
    let section = file.section_by_index(symbol.section_index()?).ok()?.name().ok()?.to_owned();
    let btf = file.section_by_name(".BTF")?.data().ok()?;
    let ext = file.section_by_name(".BTF.ext")?.data().ok()?;
    let word = |data: &[u8], at: usize| {
        let four: [u8; 4] = data.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if file.is_little_endian() {
            u32::from_le_bytes(four)
        } else {
            u32::from_be_bytes(four)
        })
    };
    let at = |data: &[u8], place: usize| usize::try_from(word(data, place)?).ok();
    let strings = at(btf, 4)?.checked_add(at(btf, 16)?)?;
    let string = |offset: usize| {
        let rest = btf.get(strings.checked_add(offset)?..)?;
        let end = rest.iter().position(|byte| *byte == 0)?;
        Some(String::from_utf8_lossy(rest.get(..end)?).into_owned())
    };
    let header = at(ext, 4)?;
    let start = header.checked_add(at(ext, 16)?)?;
    let end = start.checked_add(at(ext, 20)?)?;
    let size = at(ext, start)?;
    let (first, count) = (symbol.address() / SLOT, symbol.size() / SLOT);
    let mut place = start.checked_add(4)?;
    let mut rows = Vec::new();
    while place < end {
        let (name, number) = (string(at(ext, place)?)?, at(ext, place + 4)?);
        for index in 0..number {
            let record = place + 8 + index * size;
            let insn = u64::from(word(ext, record)?) / SLOT;
            if name == section && (first..first + count).contains(&insn) {
                let position = word(ext, record + 12)?;
                let line = position >> 10;
                rows.push(Row {
                    index: insn - first,
                    place: format!("{}:{line}", string(at(ext, record + 4)?)?),
                    column: position & 0x3ff,
                    text: string(at(ext, record + 8)?)?.trim().to_owned(),
                });
            }
        }
        place = place.checked_add(8)?.checked_add(number.checked_mul(size)?)?;
    }
    Some(Lines { rows, count })
}
