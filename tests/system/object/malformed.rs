//! Malformed native objects: each row of `malformed.txt` damages a sound object, and tells what the linker says then.
//!
//! A row is `name | edits | message`; edits are separated by `;`:
//!
//! - `header OFFSET SIZE VALUE`: writes to the ELF header;
//! - `section NAME FIELD VALUE`: a field of a section's header;
//! - `symbol NAME FIELD VALUE`: a field of a symbol; the name of a section means its section symbol;
//! - `reloc SECTION INDEX FIELD VALUE`: a field of a relocation of `SECTION`;
//! - `bytes SECTION OFFSET SIZE VALUE`: writes to a section;
//! - `type KIND INDEX OFFSET SIZE VALUE`: writes to the type number `INDEX` of a kind in `.BTF`;
//! - `self KIND INDEX`: makes that type refer to itself;
//! - `cut SIZE`: cuts the file.
//!
//! A number is decimal or `0x`; negative offsets count from the end. The message `links` is for damage that is none.

use std::fs;

use bpf_linker::{Linker, LinkerInput, LinkerOptions, OutputType};

use crate::support::{
    chance::Chance,
    objects::{Lab, Llvm},
    tools,
};

const SOURCE: &str = include_str!("malformed.c");

/// The second object of each link: it calls what the damaged one defines.
const OTHER: &str = "struct node; int helper(struct node *n);\n\
    __attribute__((section(\"tc\"), used)) int other(void *ctx) { return helper(0); }\n\
    char LICENSE[] __attribute__((section(\"license\"), used)) = \"GPL\";";

#[test]
fn malformed_native_objects_are_errors() {
    let lab = Lab::new();
    let sound = lab.clang(Llvm::V22, "bpfel", &["-g"], SOURCE);
    let other = lab.clang(Llvm::V22, "bpfel", &["-g"], OTHER);
    assert_eq!(link(&sound, &other), "links");
    let mut wrong = Vec::new();
    let file = tools::workspace().join("tests/system/object/malformed.txt");
    let text = fs::read_to_string(file).expect("the rows are there");
    let rows: Vec<&str> =
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    for row in &rows {
        let [name, edits, expected] =
            row.split(" | ").collect::<Vec<_>>().try_into().expect("three columns");
        let mut image = Image(sound.clone());
        edits.split("; ").for_each(|edit| image.edit(edit));
        let said = link(&image.0, &other);
        let names_file = expected == "links" || said.contains("damaged.o");
        if !said.contains(expected) || !names_file {
            wrong.push(format!("{name}: {expected}\n    {}", said.replace('\n', "\n    ")));
        }
    }
    assert!(rows.len() >= 40, "{} rows", rows.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `BPF_LINKER_NATIVE_MUTATIONS=3000` tries as many.
#[test]
fn damaged_native_objects_never_crash_the_link() {
    let rounds = std::env::var("BPF_LINKER_NATIVE_MUTATIONS");
    let rounds = rounds.map_or(200, |number| number.parse().expect("a number"));
    let lab = Lab::new();
    let sound = lab.clang(Llvm::V22, "bpfel", &["-g"], SOURCE);
    let other = lab.clang(Llvm::V22, "bpfel", &["-g"], OTHER);
    let (mut links, mut errors) = (0, 0);
    for round in 0..rounds {
        let mut chance = Chance::of(round);
        let mut bytes = sound.clone();
        for _ in 0..=chance.below(3) {
            // Headers, symbols and relocations are at the end of the file, and hurt most.
            let start = if chance.below(2) == 0 { 0 } else { bytes.len() * 2 / 3 };
            let at = start + chance.below(bytes.len() - start);
            match chance.below(4) {
                0 => bytes[at] ^= 1 << chance.below(8),
                1 => bytes[at] = 0xff,
                2 => bytes[at] = bytes[at].wrapping_add(1),
                _ => bytes[at] = 0,
            }
        }
        let started = std::time::Instant::now();
        let outcome = std::panic::catch_unwind(|| [link(&bytes, &other), link(&other, &bytes)]);
        let said = outcome.unwrap_or_else(|_| panic!("round {round} panics"));
        assert!(started.elapsed().as_secs() < 10, "round {round} takes {:?}", started.elapsed());
        let is_linked = said.iter().any(|said| said == "links");
        *(if is_linked { &mut links } else { &mut errors }) += 1;
    }
    assert!(links > 0 && errors > rounds / 10, "{links} links, {errors} errors");
}

fn link(damaged: &[u8], other: &[u8]) -> String {
    let linker = Linker::new(LinkerOptions {
        btf: true,
        llvm: Some("/nonexistent".into()),
        ..LinkerOptions::default()
    });
    let inputs = [LinkerInput::buffer("damaged.o", damaged), LinkerInput::buffer("other.o", other)];
    match linker.link_to_buffer(inputs, OutputType::Object, [""; 0]) {
        Ok(_) => "links".to_owned(),
        Err(error) => error.error().to_string(),
    }
}

/// An ELF file to damage.
struct Image(Vec<u8>);

impl Image {
    fn edit(&mut self, edit: &str) {
        let words: Vec<&str> = edit.split(' ').collect();
        match *words {
            ["header", offset, size, value] => self.write(number(offset) as usize, size, value),
            ["section", name, field, value] => {
                let at = self.header(name);
                let (offset, size) = section_field(field);
                self.write(at + offset, size, value);
            }
            ["symbol", name, field, value] => {
                let at = self.symbol(name);
                let (offset, size) = symbol_field(field);
                self.write(at + offset, size, value);
            }
            ["reloc", section, index, field, value] => {
                let at = self.range(&format!(".rel{section}")).0 + 16 * number(index) as usize;
                let (offset, size) = match field {
                    "offset" => (0, "8"),
                    "type" => (8, "4"),
                    "symbol" => (12, "4"),
                    other => panic!("no field {other}"),
                };
                self.write(at + offset, size, value);
            }
            ["bytes", section, offset, size, value] => {
                let (start, len) = self.range(section);
                let offset = number(offset);
                let base = if offset < 0 { start + len } else { start };
                self.write(base.checked_add_signed(offset as isize).expect("inside"), size, value);
            }
            ["type", kind, index, offset, size, value] => {
                let at = self.types(number(kind) as u32)[number(index) as usize];
                self.write(at + number(offset) as usize, size, value);
            }
            ["self", kind, index] => {
                let at = self.types(number(kind) as u32)[number(index) as usize];
                let id = self.all_types().iter().position(|found| found.1 == at).expect("a type");
                self.write(at + 8, "4", &(id + 1).to_string());
            }
            ["cut", size] => self.0.truncate(number(size) as usize),
            _ => panic!("no edit {edit}"),
        }
    }

    fn write(&mut self, at: usize, size: &str, value: &str) {
        let size = number(size) as usize;
        self.0[at..at + size].copy_from_slice(&number(value).to_le_bytes()[..size]);
    }

    fn word(&self, at: usize, size: usize) -> usize {
        let mut bytes = [0; 8];
        bytes[..size].copy_from_slice(&self.0[at..at + size]);
        usize::from_le_bytes(bytes)
    }

    /// Returns the offset of the header of section `name`.
    fn header(&self, name: &str) -> usize {
        let (headers, count) = (self.word(0x28, 8), self.word(0x3c, 2));
        let names = headers + 64 * self.word(0x3e, 2);
        let mut all = (0..count).map(|index| headers + 64 * index);
        let found = all.find(|&at| self.text(names, self.word(at, 4)) == name.as_bytes());
        found.unwrap_or_else(|| panic!("no section {name}"))
    }

    fn range(&self, section: &str) -> (usize, usize) {
        let header = self.header(section);
        (self.word(header + 0x18, 8), self.word(header + 0x20, 8))
    }

    /// Returns the string at `offset` of the table whose header is at `table`.
    fn text(&self, table: usize, offset: usize) -> &[u8] {
        let text = &self.0[self.word(table + 0x18, 8) + offset..];
        text.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    fn symbol(&self, name: &str) -> usize {
        let (start, len) = self.range(".symtab");
        let headers = self.word(0x28, 8);
        let strings = headers + 64 * self.word(self.header(".symtab") + 0x28, 4);
        let mut all = (1..len / 24).map(|index| start + 24 * index);
        let is_it = |&at: &usize| {
            if self.0[at + 4] & 0xf != 3 {
                return self.text(strings, self.word(at, 4)) == name.as_bytes();
            }
            headers + 64 * self.word(at + 6, 2) == self.header(name)
        };
        let of_section = name.starts_with('.');
        let mut found = all.by_ref().filter(|at| (self.0[at + 4] & 0xf == 3) == of_section);
        found.find(is_it).unwrap_or_else(|| panic!("no symbol {name}"))
    }

    /// Returns the places of the types of a kind.
    fn types(&self, kind: u32) -> Vec<usize> {
        self.all_types().into_iter().filter(|(own, _)| *own == kind).map(|(_, at)| at).collect()
    }

    /// Returns the kinds and places of all types, in order.
    fn all_types(&self) -> Vec<(u32, usize)> {
        let (start, _) = self.range(".BTF");
        let first = start + self.word(start + 4, 4) + self.word(start + 8, 4);
        let end = first + self.word(start + 12, 4);
        let (mut at, mut found) = (first, Vec::new());
        while at < end {
            let info = self.word(at + 4, 4) as u32;
            let (own, count) = (info >> 24 & 0x1f, info as usize & 0xffff);
            found.push((own, at));
            at += 12
                + match own {
                    1 | 14 | 17 => 4,
                    3 => 12,
                    4 | 5 | 15 | 19 => 12 * count,
                    6 | 13 => 8 * count,
                    _ => 0,
                };
        }
        found
    }
}

fn section_field(field: &str) -> (usize, &'static str) {
    match field {
        "name" => (0, "4"),
        "type" => (4, "4"),
        "flags" => (8, "8"),
        "offset" => (0x18, "8"),
        "size" => (0x20, "8"),
        "link" => (0x28, "4"),
        "info" => (0x2c, "4"),
        "align" => (0x30, "8"),
        "entsize" => (0x38, "8"),
        other => panic!("no field {other}"),
    }
}

fn symbol_field(field: &str) -> (usize, &'static str) {
    match field {
        "name" => (0, "4"),
        "info" => (4, "1"),
        "other" => (5, "1"),
        "section" => (6, "2"),
        "value" => (8, "8"),
        "size" => (16, "8"),
        other => panic!("no field {other}"),
    }
}

fn number(text: &str) -> i64 {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).map(u64::cast_signed),
        None => text.parse(),
    }
    .unwrap_or_else(|error| panic!("{text}: {error}"))
}
