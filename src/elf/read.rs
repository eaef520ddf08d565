//! Parses an object file.

use std::collections::BTreeMap;

use goblin::elf::{
    Elf as Parsed, SectionHeader, Sym, header, reloc,
    section_header::{
        SHF_ALLOC, SHF_WRITE, SHN_ABS, SHN_COMMON, SHN_LORESERVE, SHN_UNDEF, SHT_GROUP, SHT_NOBITS,
        SHT_NULL, SHT_REL, SHT_RELA, SHT_STRTAB, SHT_SYMTAB,
    },
    sym,
};

use super::{
    Binding, Contents, Elf, Place, Relocation, RelocationKind, Section, SectionId, Symbol,
    SymbolId, SymbolKind,
};
use crate::{
    bpf::target::{Endian, u32_of},
    report::{Error, Result},
};

impl Elf {
    /// Parses a relocatable 64-bit BPF object of either byte order.
    ///
    /// # Errors
    /// Returns an error if `bytes` is not such an object, or refers to data outside itself.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        Self::parse_some(bytes, &|_| true)
    }

    /// Parses the sections of such an object whose names are `wanted`, as if it had no others.
    ///
    /// # Errors
    /// Returns an error if `bytes` is not such an object, or what is wanted refers to data outside it.
    pub fn parse_some(bytes: &[u8], wanted: &dyn Fn(&str) -> bool) -> Result<Self> {
        let parsed = Parsed::parse(bytes).map_err(|error| malformed(error.to_string()))?;
        check_header(&parsed)?;
        let mut elf = Self {
            endian: if parsed.little_endian { Endian::Little } else { Endian::Big },
            flags: parsed.header.e_flags,
            sections: sections(&parsed, bytes, wanted)?,
            symbols: BTreeMap::new(),
        };
        elf.symbols = symbols(&parsed, &elf.sections)?;
        place_commons(&parsed, &mut elf)?;
        attach_relocations(&parsed, &mut elf, wanted)?;
        Ok(elf)
    }
}

fn check_header(parsed: &Parsed<'_>) -> Result<()> {
    let machine = parsed.header.e_machine;
    if machine != header::EM_BPF {
        return Err(malformed(format!(
            "its machine is number {machine}, not BPF ({})",
            header::EM_BPF
        )));
    }
    if parsed.header.e_type != header::ET_REL || !parsed.is_64 {
        return Err(malformed("it is not a relocatable 64-bit file"));
    }
    Ok(())
}

fn sections(
    parsed: &Parsed<'_>,
    bytes: &[u8],
    wanted: &dyn Fn(&str) -> bool,
) -> Result<BTreeMap<SectionId, Section>> {
    let mut sections = BTreeMap::new();
    for (index, header) in parsed.section_headers.iter().enumerate() {
        check_entries(index, header)?;
        if matches!(header.sh_type, SHT_NULL | SHT_STRTAB | SHT_SYMTAB | SHT_REL) {
            continue;
        }
        let name =
            parsed.shdr_strtab.get_at(header.sh_name).ok_or_else(|| unnamed("section", index))?;
        if !wanted(name) {
            continue;
        }
        if header.sh_type == SHT_GROUP {
            check_group(name, header, parsed, bytes)?;
        }
        if header.sh_type == SHT_RELA {
            return Err(malformed(format!(
                "section {name} has explicit addends, which no BPF loader reads"
            )));
        }
        sections.insert(SectionId(index), section(name, header, bytes)?);
    }
    Ok(sections)
}

/// Checks that the entries of a table have the size of those of 64-bit files.
fn check_entries(index: usize, header: &SectionHeader) -> Result<()> {
    let size = match header.sh_type {
        SHT_SYMTAB => sym::sym64::SIZEOF_SYM,
        SHT_REL => reloc::reloc64::SIZEOF_REL,
        _ => return Ok(()),
    };
    if header.sh_entsize == size as u64 {
        return Ok(());
    }
    Err(malformed(format!(
        "the table in section {index} has entries of {} bytes, not of {size}",
        header.sh_entsize
    )))
}

/// Checks a list of sections of which a linker keeps the first one of its name (`SHT_GROUP`): a word of flags, then the
/// numbers of sections.
fn check_group(
    name: &str,
    header: &SectionHeader,
    parsed: &Parsed<'_>,
    bytes: &[u8],
) -> Result<()> {
    let list = file_range(header, bytes).ok_or_else(|| truncated(name))?;
    let words = list.chunks_exact(4).filter_map(|word| word.first_chunk().copied());
    let endian = if parsed.little_endian { Endian::Little } else { Endian::Big };
    let mut members = words.skip(1).map(|word| u32_of(endian, word));
    let wrong = |fact: String| malformed(format!("section {name}, a group, {fact}"));
    if list.is_empty() || list.len() % 4 != 0 {
        return Err(wrong(format!("has {} bytes", list.len())));
    }
    if let Some(lost) = members.find(|&it| it as usize >= parsed.section_headers.len()) {
        return Err(wrong(format!("holds section {lost}, which does not exist")));
    }
    if parsed.syms.get(header.sh_info as usize).is_none() {
        return Err(wrong(format!("is named by symbol {}, which does not exist", header.sh_info)));
    }
    Ok(())
}

fn section(name: &str, header: &SectionHeader, bytes: &[u8]) -> Result<Section> {
    let contents = if header.sh_type == SHT_NOBITS {
        Contents::Zero(zero_size(name, header)?)
    } else {
        Contents::Bytes(file_range(header, bytes).ok_or_else(|| truncated(name))?.to_vec())
    };
    Ok(Section {
        name: name.to_owned(),
        kind: header.sh_type,
        flags: header.sh_flags,
        align: alignment(name, header)?,
        entry_size: header.sh_entsize,
        contents,
        relocations: Vec::new(),
    })
}

/// Returns the alignment of a section. Loaders put code and data on pages, so no section is aligned to more; a
/// mebibyte leaves room for any page size.
fn alignment(name: &str, header: &SectionHeader) -> Result<u64> {
    const MOST: u64 = 1 << 20;
    let align = header.sh_addralign.max(1);
    if align.is_power_of_two() && align <= MOST {
        return Ok(align);
    }
    Err(malformed(format!("section {name} is aligned to {align} bytes"))
        .help(format!("an alignment is a power of two, at most {MOST}")))
}

/// Returns the size of a section without bytes. Loaders make a map of each data section, whose size is 32 bits wide.
fn zero_size(name: &str, header: &SectionHeader) -> Result<u64> {
    let size = header.sh_size;
    u32::try_from(size).map(u64::from).map_err(|_| {
        malformed(format!("section {name} has {size} bytes"))
            .help("data of a BPF program must be smaller than 4 GiB")
    })
}

fn file_range<'data>(header: &SectionHeader, bytes: &'data [u8]) -> Option<&'data [u8]> {
    let start = usize::try_from(header.sh_offset).ok()?;
    bytes.get(start..)?.get(..usize::try_from(header.sh_size).ok()?)
}

fn symbols(
    parsed: &Parsed<'_>,
    sections: &BTreeMap<SectionId, Section>,
) -> Result<BTreeMap<SymbolId, Symbol>> {
    let mut symbols = BTreeMap::new();
    for (index, raw) in parsed.syms.iter().enumerate().skip(1) {
        let name = parsed.strtab.get_at(raw.st_name).ok_or_else(|| unnamed("symbol", index))?;
        if let Some(symbol) = symbol(name, &raw, parsed, sections)? {
            symbols.insert(SymbolId(index), symbol);
        }
    }
    Ok(symbols)
}

/// Reads a symbol; returns `None` for the symbol of a section that is not carried over, such as a string table.
fn symbol(
    name: &str,
    raw: &Sym,
    parsed: &Parsed<'_>,
    sections: &BTreeMap<SectionId, Section>,
) -> Result<Option<Symbol>> {
    let place = match raw.st_shndx as u32 {
        SHN_UNDEF => Place::Undefined,
        SHN_ABS => Place::Absolute,
        // `place_commons` gives it a place.
        SHN_COMMON => Place::Undefined,
        index if index >= SHN_LORESERVE => {
            return Err(malformed(format!(
                "symbol `{name}` is in the reserved section {index:#x}"
            )));
        }
        index if sections.contains_key(&SectionId(index as usize)) => {
            Place::Section(SectionId(index as usize))
        }
        index if (index as usize) < parsed.section_headers.len() => return Ok(None),
        index => {
            return Err(malformed(format!(
                "symbol `{name}` is in section {index}, which does not exist"
            )));
        }
    };
    Ok(Some(Symbol {
        name: name.to_owned(),
        place,
        value: raw.st_value,
        size: raw.st_size,
        kind: kind(raw.st_type()),
        binding: binding(name, raw.st_bind())?,
        other: raw.st_other,
    }))
}

/// Reserves room in `.bss` for the tentative definitions of C (`-fcommon`), which no loader reads. They become weak,
/// since any other definition of the name takes precedence.
fn place_commons(parsed: &Parsed<'_>, elf: &mut Elf) -> Result<()> {
    let mut bss = None;
    for (index, raw) in parsed.syms.iter().enumerate() {
        if raw.st_shndx as u32 != SHN_COMMON {
            continue;
        }
        let (align, size) = (raw.st_value.max(1), raw.st_size);
        let id = *bss.get_or_insert_with(|| elf.add_section(common_section()));
        let (Some(section), Some(symbol)) =
            (elf.sections.get_mut(&id), elf.symbols.get_mut(&SymbolId(index)))
        else {
            continue;
        };
        let start =
            section.size().checked_next_multiple_of(align).filter(|_| align.is_power_of_two());
        let end = start.and_then(|start| start.checked_add(size)).filter(|&end| end <= MOST_ZEROS);
        let (Some(start), Some(end)) = (start, end) else {
            return Err(malformed(format!(
                "the variable `{}` has {size} bytes, aligned to {align}",
                symbol.name
            )));
        };
        section.contents = Contents::Zero(end);
        section.align = section.align.max(align);
        (symbol.place, symbol.value) = (Place::Section(id), start);
        (symbol.binding, symbol.kind) = (Binding::Weak, SymbolKind::Object);
    }
    Ok(())
}

/// The most bytes of a section of zeros: loaders make a map of each, whose size is 32 bits wide.
const MOST_ZEROS: u64 = u32::MAX as u64;

fn common_section() -> Section {
    Section {
        name: ".bss".to_owned(),
        kind: SHT_NOBITS,
        flags: u64::from(SHF_ALLOC | SHF_WRITE),
        align: 1,
        entry_size: 0,
        contents: Contents::Zero(0),
        relocations: Vec::new(),
    }
}

const fn kind(raw: u8) -> SymbolKind {
    match raw {
        sym::STT_NOTYPE => SymbolKind::Untyped,
        sym::STT_OBJECT => SymbolKind::Object,
        sym::STT_FUNC => SymbolKind::Function,
        sym::STT_SECTION => SymbolKind::Section,
        sym::STT_FILE => SymbolKind::File,
        other => SymbolKind::Other(other),
    }
}

fn binding(name: &str, raw: u8) -> Result<Binding> {
    match raw {
        sym::STB_LOCAL => Ok(Binding::Local),
        sym::STB_GLOBAL => Ok(Binding::Global),
        sym::STB_WEAK => Ok(Binding::Weak),
        other => Err(malformed(format!(
            "symbol `{name}` has binding {other}, which no BPF loader knows"
        ))),
    }
}

fn attach_relocations(
    parsed: &Parsed<'_>,
    elf: &mut Elf,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<()> {
    for (index, relocations) in &parsed.shdr_relocs {
        let target = parsed.section_headers.get(*index).map_or(0, |header| header.sh_info as usize);
        let Some(section) = elf.sections.get_mut(&SectionId(target)) else {
            let left = parsed.section_headers.get(target);
            let left = left.and_then(|header| parsed.shdr_strtab.get_at(header.sh_name));
            if left.is_some_and(|name| !wanted(name)) {
                continue;
            }
            return Err(malformed(format!(
                "relocations are meant for section {target}, which does not exist"
            )));
        };
        for raw in relocations {
            let symbol = SymbolId(raw.r_sym);
            let kind = RelocationKind::from_raw(raw.r_type).ok_or_else(|| {
                malformed(format!(
                    "section {} has a relocation of type {}",
                    section.name, raw.r_type
                ))
            })?;
            if !elf.symbols.contains_key(&symbol) {
                return Err(malformed(format!(
                    "a relocation in {} names symbol {}",
                    section.name, raw.r_sym
                )));
            }
            section.relocations.push(Relocation { offset: raw.r_offset, symbol, kind });
        }
    }
    Ok(())
}

fn unnamed(what: &str, index: usize) -> Error {
    malformed(format!("the name of {what} {index} is not UTF-8 or outside the string table"))
}

fn truncated(section: &str) -> Error {
    malformed(format!("section {section} reaches beyond the end of the file"))
}

pub(super) fn malformed(cause: impl std::fmt::Display) -> Error {
    Error::input("not a BPF object").because(cause)
}
