//! Objects as readers see them.

use std::{collections::BTreeSet, fs, path::Path};

use bpf_linker::internals::{
    bpf::insn::{self, Insn},
    elf as model, object as inspect,
};
use object::{
    Object as _, ObjectSection as _, ObjectSymbol as _, SectionFlags, SymbolKind, SymbolScope, elf,
};

use super::instructions::{self, Instruction};

/// An object file, read.
pub struct Elf {
    bytes: Vec<u8>,
}

/// A function and its instructions.
pub struct Function {
    pub name: String,
    pub section: String,
    pub instructions: Vec<Instruction>,
}

/// A function as the linker's own reader sees it.
pub struct Code {
    pub name: String,
    pub insns: Vec<Insn>,
    pub bytes: Vec<u8>,
    /// Returns true if a loader changes some of the instructions.
    pub is_relocated: bool,
}

impl Elf {
    /// Reads a BPF object.
    pub fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("cannot read {path:?}: {error}"));
        let elf = Self { bytes };
        assert_eq!(elf.file().architecture(), object::Architecture::Bpf, "{path:?}");
        elf
    }

    fn file(&self) -> object::File<'_> {
        object::File::parse(self.bytes.as_slice()).expect("the linker writes readable ELF")
    }

    /// Returns true if the object is little-endian.
    pub fn is_little_endian(&self) -> bool {
        self.file().is_little_endian()
    }

    /// Its size in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The size in bytes of a section; 0 when there is none.
    pub fn section_size(&self, name: &str) -> u64 {
        self.file().section_by_name(name).map_or(0, |section| section.size())
    }

    /// The names of all sections.
    pub fn sections(&self) -> BTreeSet<String> {
        let file = self.file();
        file.sections().filter_map(|section| section.name().ok().map(str::to_owned)).collect()
    }

    /// The names of the sections with instructions that a loader takes for programs.
    pub fn program_sections(&self) -> BTreeSet<String> {
        let file = self.file();
        let has_code = |flags| match flags {
            SectionFlags::Elf { sh_flags, .. } => sh_flags.contains(elf::SHF_EXECINSTR),
            _ => false,
        };
        file.sections()
            .filter(|section| section.size() > 0 && has_code(section.flags()))
            .filter_map(|section| section.name().ok().map(str::to_owned))
            .filter(|name| name != ".text")
            .collect()
    }

    /// The names of the symbols that other objects can see.
    pub fn exported(&self) -> BTreeSet<String> {
        let file = self.file();
        file.symbols()
            .filter(|symbol| symbol.is_global() && !symbol.is_undefined())
            // Of hidden symbols, other objects know nothing.
            .filter(|symbol| symbol.scope() == SymbolScope::Dynamic)
            .filter_map(|symbol| symbol.name().ok().map(str::to_owned))
            .collect()
    }

    /// The names that the object wants from somewhere else.
    pub fn undefined(&self) -> BTreeSet<String> {
        let file = self.file();
        file.symbols()
            .filter(|symbol| symbol.is_undefined())
            .filter_map(|symbol| symbol.name().ok().map(str::to_owned))
            .filter(|name| !name.is_empty())
            .collect()
    }

    /// All functions, by section and place.
    pub fn functions(&self) -> Vec<Function> {
        let file = self.file();
        let mut functions = Vec::new();
        for section in file.sections() {
            let mut symbols: Vec<_> = file
                .symbols()
                .filter(|s| {
                    s.kind() == SymbolKind::Text && s.section_index() == Some(section.index())
                })
                .collect();
            symbols.sort_by_key(|symbol| symbol.address());
            for symbol in symbols {
                let code = section.data_range(symbol.address(), symbol.size());
                let code = code.ok().flatten().expect("a function lies in its section");
                functions.push(Function {
                    name: symbol.name().unwrap_or_default().to_owned(),
                    section: section.name().unwrap_or_default().to_owned(),
                    instructions: instructions::decode(code, file.is_little_endian()),
                });
            }
        }
        functions
    }

    /// All functions with their instructions.
    pub fn code(&self) -> Vec<Code> {
        let elf = model::Elf::parse(&self.bytes).expect("the linker reads what it writes");
        let code = |function: inspect::Function| {
            let section = &elf.sections[&function.section];
            let place = function.offset..function.offset + function.size;
            let [start, end] =
                [place.start, place.end].map(|at| usize::try_from(at).expect("in memory"));
            let bytes = section.bytes()[start..end].to_vec();
            Code {
                insns: insn::decode(&bytes, elf.endian).collect(),
                is_relocated: section.relocations.iter().any(|r| place.contains(&r.offset)),
                name: function.name,
                bytes,
            }
        };
        inspect::functions(&elf).into_iter().map(code).collect()
    }
}
