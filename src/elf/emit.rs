//! Emits an object file.
//!
//! Section headers are in the order of the model, each relocation section directly after its target, then the tables.
//! LLVM shares one string table between symbols and sections; here they have one each, as every reader expects.

use std::collections::BTreeMap;

use ::object::{
    Endianness,
    build::elf::{
        Builder, Relocation as OutRelocation, SectionData, SectionId as OutSection,
        SymbolId as OutSymbol,
    },
    elf,
};

use super::{Binding, Contents, Elf, Place, Section, SectionId, SymbolId, SymbolKind};
use crate::{
    bpf::target::Endian,
    report::{Error, Result},
};

/// The alignment of tables of 64-bit entries.
const TABLE_ALIGN: u64 = 8;
/// The size of `Elf64_Rel`; libbpf divides by it.
const REL_SIZE: u64 = 16;

impl Elf {
    /// Encodes the file; the same model always gives the same bytes.
    ///
    /// # Errors
    /// Returns an error if a relocation or symbol refers to a removed item.
    pub fn emit(&self) -> Result<Vec<u8>> {
        let endian = match self.endian {
            Endian::Little => Endianness::Little,
            Endian::Big => Endianness::Big,
        };
        let mut builder = Builder::new(endian, true);
        builder.header.e_type = elf::ET_REL;
        builder.header.e_machine = elf::EM_BPF;
        builder.header.e_flags = elf::FileFlags(self.flags);

        let mut out =
            Out { elf: self, builder, sections: BTreeMap::new(), symbols: BTreeMap::new() };
        let relocated = out.add_sections();
        let symtab = out.add_tables();
        out.add_symbols()?;
        out.add_relocations(&relocated, symtab)?;

        let mut bytes = Vec::new();
        out.builder
            .write(&mut bytes)
            .map_err(|error| Error::link("cannot emit the object").because(error))?;
        Ok(bytes)
    }
}

struct Out<'data> {
    elf: &'data Elf,
    builder: Builder<'data>,
    sections: BTreeMap<SectionId, OutSection>,
    symbols: BTreeMap<SymbolId, OutSymbol>,
}

impl<'data> Out<'data> {
    /// Returns the relocation sections, still empty, with their targets.
    fn add_sections(&mut self) -> Vec<(OutSection, SectionId)> {
        let mut relocated = Vec::new();
        for (&id, section) in &self.elf.sections {
            let out = self.add_section(section);
            self.sections.insert(id, out);
            if !section.relocations.is_empty() {
                relocated.push((self.add_relocation_section(section, out), id));
            }
        }
        relocated
    }

    fn add_section(&mut self, section: &'data Section) -> OutSection {
        let out = self.builder.sections.add();
        out.name = section.name.as_bytes().into();
        out.sh_type = elf::SectionType(section.kind);
        out.sh_flags = elf::SectionFlags(section.flags);
        out.sh_addralign = section.align;
        out.sh_entsize = section.entry_size;
        out.data = match &section.contents {
            Contents::Bytes(bytes) => SectionData::Data(bytes.as_slice().into()),
            Contents::Zero(size) => SectionData::UninitializedData(*size),
        };
        out.id()
    }

    fn add_relocation_section(&mut self, section: &Section, target: OutSection) -> OutSection {
        let out = self.builder.sections.add();
        out.name = format!(".rel{}", section.name).into_bytes().into();
        out.sh_type = elf::SHT_REL;
        out.sh_flags = elf::SHF_INFO_LINK;
        out.sh_addralign = TABLE_ALIGN;
        out.sh_entsize = REL_SIZE;
        out.sh_info_section = Some(target);
        out.id()
    }

    /// Adds the symbol table and both string tables; returns the symbol table.
    fn add_tables(&mut self) -> OutSection {
        let symtab = self.add_table(b".symtab", elf::SHT_SYMTAB, SectionData::Symbol, TABLE_ALIGN);
        let strtab = self.add_table(b".strtab", elf::SHT_STRTAB, SectionData::String, 1);
        self.add_table(b".shstrtab", elf::SHT_STRTAB, SectionData::SectionString, 1);
        self.builder.sections.get_mut(symtab).sh_link_section = Some(strtab);
        symtab
    }

    fn add_table(
        &mut self,
        name: &'static [u8],
        kind: elf::SectionType,
        data: SectionData<'data>,
        align: u64,
    ) -> OutSection {
        let out = self.builder.sections.add();
        out.name = name.into();
        out.sh_type = kind;
        out.sh_addralign = align;
        out.data = data;
        out.id()
    }

    fn add_symbols(&mut self) -> Result<()> {
        for (&id, symbol) in &self.elf.symbols {
            let section = match symbol.place {
                Place::Section(section) => {
                    Some(*self.sections.get(&section).ok_or_else(|| gone(&symbol.name))?)
                }
                Place::Undefined | Place::Absolute => None,
            };
            let out = self.builder.symbols.add();
            out.name = symbol.name.as_bytes().into();
            out.section = section;
            out.st_shndx =
                if symbol.place == Place::Absolute { elf::SHN_ABS } else { elf::SHN_UNDEF };
            out.st_value = symbol.value;
            out.st_size = symbol.size;
            out.st_other = elf::SymbolOther(symbol.other);
            out.set_st_info(binding(symbol.binding), kind(symbol.kind));
            self.symbols.insert(id, out.id());
        }
        Ok(())
    }

    fn add_relocations(
        &mut self,
        relocated: &[(OutSection, SectionId)],
        symtab: OutSection,
    ) -> Result<()> {
        for &(out, id) in relocated {
            let Some(section) = self.elf.sections.get(&id) else { continue };
            let relocations = section.relocations.iter().map(|relocation| {
                let symbol =
                    self.symbols.get(&relocation.symbol).ok_or_else(|| gone(&section.name))?;
                Ok(OutRelocation {
                    r_offset: relocation.offset,
                    symbol: Some(*symbol),
                    r_type: elf::RelocationType(relocation.kind.raw()),
                    r_addend: 0,
                })
            });
            let relocations = relocations.collect::<Result<Vec<_>>>()?;
            let out = self.builder.sections.get_mut(out);
            out.sh_link_section = Some(symtab);
            out.data = SectionData::Relocation(relocations);
        }
        Ok(())
    }
}

const fn binding(binding: Binding) -> elf::SymbolBind {
    match binding {
        Binding::Local => elf::STB_LOCAL,
        Binding::Global => elf::STB_GLOBAL,
        Binding::Weak => elf::STB_WEAK,
    }
}

const fn kind(kind: SymbolKind) -> elf::SymbolType {
    match kind {
        SymbolKind::Untyped => elf::STT_NOTYPE,
        SymbolKind::Object => elf::STT_OBJECT,
        SymbolKind::Function => elf::STT_FUNC,
        SymbolKind::Section => elf::STT_SECTION,
        SymbolKind::File => elf::STT_FILE,
        SymbolKind::Other(raw) => elf::SymbolType(raw),
    }
}

fn gone(name: &str) -> Error {
    Error::link("cannot emit the object")
        .because(format!("`{name}` refers to something that was removed"))
}
