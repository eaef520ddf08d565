//! The text of source lines.
//!
//! LLVM reads the sources too, from their paths, but it compares each line with all earlier strings, one by one: a
//! second for a program of 22 sources. So `input::prune` gives it the name of a file as its text, and this module
//! adds the text.
//!
//! A file that LLVM or the linker reads is not an input: its presence depends on the machine. `--btf-source-lines
//! embedded` therefore takes text from debug info alone.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
};

use super::{Info, ext::records_mut, strings::StrOff};

/// The maximum size of a source file.
const MOST: u64 = 16 << 20;

/// Returns true for a file that may be read for its lines: no device or pipe, and of a size that source text has.
#[must_use]
pub fn is_source(file: &fs::Metadata) -> bool {
    file.is_file() && file.len() <= MOST
}

/// Gives each line without text, or with its file's name as text, its text from the file; empty if the file cannot be
/// read.
pub fn quote(info: &mut Info) {
    let Info { btf, ext: Some(ext) } = info else { return };
    let mut files = HashMap::new();
    for line in records_mut(&mut ext.line_info) {
        let name = btf.strings.get(line.file);
        if !name.ends_with(btf.strings.get(line.text)) {
            continue;
        }
        let file =
            files.entry(line.file).or_insert_with(|| Lines::read(&String::from_utf8_lossy(name)));
        let text = file.get(line.line()).map(<[u8]>::to_vec);
        line.text = text.map_or(StrOff::EMPTY, |text| btf.strings.intern(&text));
    }
}

/// Replaces the text of each line by the text in `sources`, by path; empty for a missing file.
///
/// Text that LLVM read from a file is removed.
pub fn quote_embedded(info: &mut Info, sources: &BTreeMap<String, String>) {
    let Info { btf, ext: Some(ext) } = info else { return };
    let split = |(path, text): (&String, &String)| (path.clone(), Lines::of(text.clone().into()));
    let files: BTreeMap<_, _> = sources.iter().map(split).collect();
    for line in records_mut(&mut ext.line_info) {
        let file = files.get(&*String::from_utf8_lossy(btf.strings.get(line.file)));
        let text = file.and_then(|file| file.get(line.line())).map(<[u8]>::to_vec);
        line.text = text.map_or(StrOff::EMPTY, |text| btf.strings.intern(&text));
    }
}

/// A file, and the starts of its lines.
struct Lines {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Lines {
    /// Reads `path`; returns no lines if it is not a file or exceeds the maximum size.
    fn read(path: &str) -> Self {
        let is_read = fs::metadata(path).is_ok_and(|found| is_source(&found));
        Self::of(if is_read { fs::read(path).unwrap_or_default() } else { Vec::new() })
    }

    /// Splits a file's contents.
    fn of(bytes: Vec<u8>) -> Self {
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let starts = [0].into_iter().chain(ends.map(|(end, _)| end + 1)).collect();
        Self { bytes, starts }
    }

    /// Returns the text of line `number`, counted from 1, without the blanks around it.
    fn get(&self, number: u32) -> Option<&[u8]> {
        let start = *self.starts.get(usize::try_from(number).ok()?.checked_sub(1)?)?;
        let line = self.bytes.get(start..)?.split(|byte| *byte == b'\n').next()?;
        // A BTF string ends at a zero byte.
        let line = line.split(|byte| *byte == 0).next()?;
        Some(line.trim_ascii())
    }
}
