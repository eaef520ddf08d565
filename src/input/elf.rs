//! The link inputs in an ELF file: embedded bitcode, symbols that rustc keeps, or nothing.

use goblin::{
    container::Ctx,
    elf::{
        Elf, SectionHeader,
        header::{EM_BPF, ET_DYN, ET_EXEC, ET_REL, header64::SIZEOF_EHDR, machine_to_str},
        section_header::{
            SHN_COMMON, SHN_UNDEF, SHT_NOTE, SHT_NULL, SHT_PROGBITS, SHT_STRTAB, SHT_SYMTAB,
        },
        sym::{STB_LOCAL, STB_WEAK, STT_FILE, STT_SECTION, Sym},
    },
};

use super::{Role, Symbol, Visibility, bitcode, region::Region};
use crate::report::Result;

/// The usable content of an ELF file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Modules, each as (offset, length) in the file, in bytes.
    Modules(Vec<(u64, u64)>),
    /// Undefined symbols and nothing else: rustc's `symbols.o` lists the symbols to keep this way
    /// (`add_linked_symbol_object` in `rustc_codegen_ssa`).
    Roots(Vec<String>),
    /// A relocatable BPF object without bitcode.
    Object,
    /// Metadata of a Rust crate and nothing else: rustc's `rmeta.o`, and `lib.rmeta` and `lib.rmeta-link` of an rlib.
    Metadata,
    /// Anything else in ELF, such as machine code of another architecture; the text completes "is ...".
    Foreign(String),
    /// Malformed ELF; the reason.
    Malformed(String),
}

/// The sections into which compilers put bitcode: `-fembed-bitcode` and `-C embed-bitcode`, and `-ffat-lto-objects`.
const BITCODE_SECTIONS: [&str; 2] = [".llvmbc", ".llvm.lto"];

/// The sections into which rustc puts metadata: in rlibs, since 1.97 in rlibs too, and in a dylib's `rmeta.o`
/// (`create_wrapper_file` and `create_compressed_metadata_file` in `rustc_codegen_ssa`).
const METADATA_SECTIONS: [&str; 3] = [".rmeta", ".rmeta-link", ".rustc"];

impl Content {
    /// Reads `bytes`, which start with ELF's magic.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let elf = match Elf::parse(bytes) {
            Ok(elf) => elf,
            Err(error) => return Self::Malformed(error.to_string()),
        };
        if let Some(modules) = modules(&elf, bytes) {
            return Self::Modules(modules);
        }
        let carried = carried(&elf);
        if carried.is_empty() {
            let roots =
                undefined(&elf).filter(|roots| !roots.is_empty() && elf.header.e_type == ET_REL);
            return roots.map_or_else(|| Self::without_bitcode(&elf), Self::Roots);
        }
        if carried.iter().all(|name| METADATA_SECTIONS.contains(name)) {
            return Self::Metadata;
        }
        Self::without_bitcode(&elf)
    }

    fn without_bitcode(elf: &Elf<'_>) -> Self {
        let header = &elf.header;
        if header.e_machine == EM_BPF && header.e_type == ET_REL && elf.is_64 {
            return Self::Object;
        }
        Self::Foreign(description(elf))
    }
}

/// Returns true if `region` is a native BPF object, as far as its headers tell. Most of such a file need not be read, and
/// of many objects that would take long. False means that only [`Content::of`] tells.
///
/// # Errors
/// The file cannot be read.
pub(super) fn is_native(region: &Region) -> Result<bool> {
    let Ok(header) = Elf::parse_header(&region.head(SIZEOF_EHDR as u64)?) else { return Ok(false) };
    let (Ok(container), Ok(endian)) = (header.container(), header.endianness()) else {
        return Ok(false);
    };
    let is_object = header.e_machine == EM_BPF && header.e_type == ET_REL;
    let size = u64::from(header.e_shnum).saturating_mul(u64::from(header.e_shentsize));
    let table = region.window(header.e_shoff, size).filter(|_| is_object && container.is_big());
    let Some(table) = table.map(|table| table.head(size)).transpose()? else { return Ok(false) };
    let (count, context) = (usize::from(header.e_shnum), Ctx::new(container, endian));
    let Ok(sections) = SectionHeader::parse(&table, 0, count, context) else { return Ok(false) };
    let names = sections.get(usize::from(header.e_shstrndx));
    let names = names.and_then(|names| region.window(names.sh_offset, names.sh_size));
    let Some(names) = names.map(|names| names.head(u64::MAX)).transpose()? else {
        return Ok(false);
    };
    let (mut has_bitcode, mut has_code) = (false, false);
    for section in &sections {
        let name = names.get(section.sh_name..).and_then(|rest| rest.split(|it| *it == 0).next());
        let name = name.and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default();
        has_bitcode |= BITCODE_SECTIONS.contains(&name) || METADATA_SECTIONS.contains(&name);
        has_code |= section.sh_type == SHT_PROGBITS && section.sh_size > 0;
    }
    Ok(has_code && !has_bitcode)
}

fn modules(elf: &Elf<'_>, bytes: &[u8]) -> Option<Vec<(u64, u64)>> {
    let modules_in = |name: &str| -> Vec<(u64, u64)> {
        let sections =
            elf.section_headers.iter().filter(|section| section_name(elf, section) == name);
        sections.flat_map(|section| modules_of(section, bytes)).collect()
    };
    BITCODE_SECTIONS.into_iter().map(modules_in).find(|modules| !modules.is_empty())
}

fn modules_of(section: &SectionHeader, bytes: &[u8]) -> Vec<(u64, u64)> {
    let range = section.file_range().unwrap_or_default();
    let start = range.start as u64;
    let content = bytes.get(range).unwrap_or_default();
    let modules = bitcode::split(content).into_iter();
    modules.map(|(offset, len)| (start.saturating_add(offset), len)).collect()
}

/// Returns the names of the sections with content; tables about the file itself and notes do not count.
fn carried<'a>(elf: &Elf<'a>) -> Vec<&'a str> {
    let carries = |section: &&SectionHeader| {
        !matches!(section.sh_type, SHT_NULL | SHT_SYMTAB | SHT_STRTAB | SHT_NOTE)
            && section.sh_size > 0
    };
    elf.section_headers.iter().filter(carries).map(|section| section_name(elf, section)).collect()
}

/// Returns the global symbols of the object in `bytes`; none if it is malformed.
pub(super) fn symbols(bytes: &[u8]) -> Vec<Symbol> {
    let Ok(elf) = Elf::parse(bytes) else { return Vec::new() };
    let shared = elf.syms.iter().filter(|symbol| {
        symbol.st_bind() != STB_LOCAL && !matches!(symbol.st_type(), STT_FILE | STT_SECTION)
    });
    let symbol = |raw: Sym| {
        let name = elf.strtab.get_at(raw.st_name).filter(|name| !name.is_empty())?;
        let is_weak = raw.st_bind() == STB_WEAK;
        let role = match (raw.st_shndx as u32, is_weak) {
            (SHN_UNDEF, true) => Role::WeakUndefined,
            (SHN_UNDEF, false) => Role::Undefined,
            (SHN_COMMON, _) => Role::Common,
            (_, true) => Role::Weak,
            (_, false) => Role::Strong,
        };
        Some(Symbol { name: name.to_owned(), role, visibility: Visibility::Default })
    };
    shared.filter_map(symbol).collect()
}

/// Returns the undefined symbols, sorted and without duplicates, if there are no others.
fn undefined(elf: &Elf<'_>) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for symbol in elf.syms.iter().skip(1) {
        if matches!(symbol.st_type(), STT_FILE | STT_SECTION) {
            continue;
        }
        if symbol.st_shndx != SHN_UNDEF as usize {
            return None;
        }
        let name = elf.strtab.get_at(symbol.st_name).unwrap_or_default();
        if !name.is_empty() {
            names.push(name.to_owned());
        }
    }
    names.sort();
    names.dedup();
    Some(names)
}

fn section_name<'a>(elf: &Elf<'a>, section: &SectionHeader) -> &'a str {
    elf.shdr_strtab.get_at(section.sh_name).unwrap_or_default()
}

fn description(elf: &Elf<'_>) -> String {
    let form = match elf.header.e_type {
        ET_REL => "object",
        ET_DYN => "shared library",
        ET_EXEC => "executable",
        _ => "ELF file",
    };
    match elf.header.e_machine {
        EM_BPF => format!("a BPF {form}{}", if elf.is_64 { "" } else { " of 32 bits" }),
        machine => format!("a native {} {form}", machine_name(machine)),
    }
}

fn machine_name(machine: u16) -> String {
    let known = machine_to_str(machine).trim_start_matches("EM_").to_ascii_lowercase();
    match known.as_str() {
        "x86_64" => "x86-64".to_owned(),
        name if name.starts_with("unknown") => format!("machine-{machine}"),
        _ => known,
    }
}
