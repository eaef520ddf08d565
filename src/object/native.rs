//! Checks a native object before it is linked, and adapts what compilers write for other machines' linkers.
//!
//! The rules of soundness are those of libbpf's linker (`linker_sanity_check_elf`); what it refuses although the meaning
//! is clear is accepted: groups, notes, tentative definitions, sections for each function and variable.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use super::{debug_info, sections};
use crate::{
    bpf::insn::{self, INSN_SIZE, Insn},
    btf::{Btf, Info, Kind, TypeId},
    elf::{Binding, Elf, Place, RelocationKind, Section, SectionId, SymbolKind},
    report::{Error, Result},
};

/// `SHF_GROUP`: the section is a member of a group, of which a linker keeps the first of each name.
const IN_GROUP: u64 = 0x200;

/// The sections of data that compilers subdivide with `-fdata-sections`.
const SUBDIVIDED: [&str; 3] = [".data", ".rodata", ".bss"];

/// Sections of constants that a linker may merge.
const MERGED_CONSTANTS: [&str; 2] = [".rodata.str", ".rodata.cst"];

/// Parses `bytes`, checks the code and data in it, and adapts names of sections, and symbols. Returns true as well if
/// there is BTF, which is left out.
///
/// # Errors
/// Returns an error if a symbol or relocation is unsound.
pub(super) fn code(bytes: &[u8]) -> Result<(Elf, bool)> {
    let has_btf = Cell::new(false);
    let is_wanted = |name: &str| {
        has_btf.set(has_btf.get() || name == BTF);
        is_code(name)
    };
    let mut elf = Elf::parse_some(bytes, &is_wanted)?;
    check_symbols(&elf)?;
    for section in elf.sections.values().filter(|section| section.is_code()) {
        check_code(&elf, section)?;
    }
    weaken_groups(&mut elf);
    size_functions(&mut elf);
    fold(&mut elf);
    sections::merge(&mut elf)?;
    Ok((elf, has_btf.get()))
}

/// Decodes the BTF in `bytes`, with the names and places that [`code`] gives sections and symbols.
///
/// # Errors
/// Returns an error if it is malformed.
pub(super) fn btf(bytes: &[u8]) -> Result<Option<Info>> {
    let mut elf = Elf::parse_some(bytes, &is_linked)?;
    let folded = fold(&mut elf);
    sections::merge(&mut elf)?;
    let mut btf = debug_info::take(&mut elf)?;
    if let Some(info) = &mut btf {
        check_types(info)?;
        rename_lists(info, &folded);
    }
    Ok(btf)
}

const BTF: &str = ".BTF";

/// Returns true for the sections that are linked: all but DWARF.
pub(super) fn is_linked(name: &str) -> bool {
    !name.starts_with(".debug_")
}

/// Returns true for those of them that [`code`] reads.
pub(super) fn is_code(name: &str) -> bool {
    is_linked(name) && name != BTF && name != ".BTF.ext"
}

fn check_symbols(elf: &Elf) -> Result<()> {
    for symbol in elf.symbols.values() {
        let Place::Section(section) = symbol.place else { continue };
        let Some(section) = elf.sections.get(&section) else { continue };
        let end = symbol.value.checked_add(symbol.size);
        if symbol.kind == SymbolKind::Section && symbol.value != 0 {
            return Err(malformed(format!(
                "the symbol of section {} is not at its start",
                section.name
            )));
        }
        let has_place = section.is_alloc() || symbol.size > 0;
        if has_place && end.is_none_or(|end| end > section.size()) {
            return Err(malformed(format!(
                "symbol `{}` takes {} bytes at {} of section {}, which has {}",
                symbol.name,
                symbol.size,
                symbol.value,
                section.name,
                section.size()
            )));
        }
        let is_function = symbol.kind == SymbolKind::Function;
        if is_function && section.is_code() && symbol.value % INSN_SIZE != 0 {
            return Err(malformed(format!(
                "function `{}` starts at byte {} of section {}, within an instruction",
                symbol.name, symbol.value, section.name
            )));
        }
    }
    Ok(())
}

/// Checks that relocations of code are at instructions that take one.
fn check_code(elf: &Elf, section: &Section) -> Result<()> {
    let wrong = |at: u64, fact: &str| {
        malformed(format!("the relocation at byte {at} of section {} {fact}", section.name))
    };
    if section.size() % INSN_SIZE != 0 {
        return Err(malformed(format!(
            "section {} has {} bytes, which are not whole instructions",
            section.name,
            section.size()
        )));
    }
    let mut insns = insn::decode(section.bytes(), elf.endian).peekable();
    let mut relocations = section.relocations.iter().collect::<Vec<_>>();
    relocations.sort_by_key(|relocation| relocation.offset);
    for relocation in relocations {
        let at = relocation.offset;
        let start = |insn: &Insn| insn.slot.saturating_mul(INSN_SIZE);
        while insns.next_if(|insn| start(insn) < at).is_some() {}
        let Some(code) = insns.peek().filter(|insn| start(insn) == at).map(|insn| insn.code) else {
            return Err(wrong(at, "is at no instruction"));
        };
        let fits = match relocation.kind {
            RelocationKind::Imm64 => code == insn::LDIMM64,
            RelocationKind::Call => code == insn::CALL,
            _ => false,
        };
        if !fits {
            return Err(wrong(at, "does not fit the instruction"));
        }
    }
    Ok(())
}

/// Makes the definitions of groups weak: of groups of one name the first is linked, and so is the first of weak
/// definitions.
fn weaken_groups(elf: &mut Elf) {
    let members: BTreeSet<SectionId> = elf
        .sections
        .iter()
        .filter(|(_, section)| section.flags & IN_GROUP != 0)
        .map(|(&id, _)| id)
        .collect();
    for symbol in elf.symbols.values_mut() {
        let is_member = matches!(symbol.place, Place::Section(id) if members.contains(&id));
        if is_member && symbol.binding == Binding::Global {
            symbol.binding = Binding::Weak;
        }
    }
    elf.sections.values_mut().for_each(|section| section.flags &= !IN_GROUP);
}

/// Gives functions without a size, as assembly has them, the bytes up to the next function.
fn size_functions(elf: &mut Elf) {
    let code: Vec<SectionId> = elf.code().map(|(id, _)| id).collect();
    for id in code {
        let end = elf.sections.get(&id).map_or(0, Section::size);
        let functions: Vec<_> = elf
            .symbols_in(id)
            .into_iter()
            .filter(|(_, symbol)| symbol.kind == SymbolKind::Function)
            .map(|(id, symbol)| (id, symbol.value))
            .collect();
        let starts: BTreeSet<u64> = functions.iter().map(|&(_, start)| start).collect();
        for (symbol, start) in functions {
            let next = starts.range(start.saturating_add(1)..).next().copied().unwrap_or(end);
            if let Some(symbol) = elf.symbols.get_mut(&symbol).filter(|symbol| symbol.size == 0) {
                symbol.size = next.saturating_sub(start);
            }
        }
    }
}

/// Renames the sections of single variables (`-fdata-sections`) to those that loaders make a map of. A section that a
/// user named keeps its name: loaders make a map of its own of `.data.custom`.
fn fold(elf: &mut Elf) -> BTreeMap<String, String> {
    let mut renamed = BTreeMap::new();
    let ids: Vec<SectionId> = elf.sections.keys().copied().collect();
    let divides = divides_data(elf);
    for id in ids {
        let Some(section) = elf.sections.get(&id).filter(|section| section.is_alloc()) else {
            continue;
        };
        if let Some(home) = data_home(elf, id, &section.name, divides) {
            renamed.insert(section.name.clone(), home.to_owned());
        }
    }
    for section in elf.sections.values_mut() {
        if let Some(home) = renamed.get(&section.name).filter(|_| section.is_alloc()) {
            section.name.clone_from(home);
        }
    }
    renamed
}

/// Returns the section that holds the contents of section `name` in the output, if a compiler made up its name.
///
/// A section with the name of its variable may be one that a user named, if the compiler `divides` no data: schedulers
/// resize `.data.uei_dump`, which holds `uei_dump`, as a map of its own.
fn data_home(elf: &Elf, id: SectionId, name: &str, divides: bool) -> Option<&'static str> {
    if MERGED_CONSTANTS.iter().any(|beginning| name.starts_with(beginning)) {
        return Some(".rodata");
    }
    let (home, suffix) = SUBDIVIDED
        .iter()
        .find_map(|home| Some((*home, name.strip_prefix(home)?.strip_prefix('.')?)))?;
    let is_private = suffix.starts_with(".L") || suffix.starts_with("L__");
    let mut names = elf
        .symbols_in(id)
        .into_iter()
        .filter(|(_, symbol)| symbol.kind != SymbolKind::Section)
        .map(|(_, symbol)| symbol.name.as_str());
    let is_only = names.next().is_some_and(|first| first == suffix) && names.next().is_none();
    (is_private || is_only && divides).then_some(home)
}

/// Returns true if the compiler gave each variable a section of its own: the common ones hold none.
fn divides_data(elf: &Elf) -> bool {
    !elf.symbols.values().any(|symbol| match symbol.place {
        Place::Section(id) if symbol.kind == SymbolKind::Object => {
            elf.sections.get(&id).is_some_and(|it| SUBDIVIDED.contains(&it.name.as_str()))
        }
        _ => false,
    })
}

/// Returns the names of functions of `info` without a prototype.
pub(super) fn unsigned(info: &Info) -> BTreeSet<String> {
    let is_unsigned = |ty: &Kind| matches!(ty, Kind::Func { proto: TypeId::VOID, .. });
    let unsigned = info.btf.iter().filter(|(_, ty)| is_unsigned(&ty.kind));
    unsigned.map(|(id, _)| info.btf.name(id).into_owned()).collect()
}

/// Checks that no type of `info` contains itself.
fn check_types(info: &Info) -> Result<()> {
    let btf = &info.btf;
    let mut states = vec![State::New; btf.types.len().saturating_add(1)];
    for (id, _) in btf.iter() {
        let mut path = vec![(id, contents(btf, id))];
        while let Some((at, waiting)) = path.last_mut() {
            let Some(state) = states.get_mut(at.0 as usize) else { break };
            *state = State::Entered;
            let Some(next) = waiting.pop() else {
                *state = State::Done;
                path.pop();
                continue;
            };
            match states.get(next.0 as usize) {
                Some(State::Entered) => {
                    let cause = format!("type [{}], `{}`, contains itself", next.0, btf.name(next));
                    return Err(Error::input("malformed BTF").because(cause));
                }
                Some(State::New) => path.push((next, contents(btf, next))),
                _ => {}
            }
        }
    }
    Ok(())
}

/// The progress of the search for types that contain themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Entered,
    Done,
}

/// Returns the types that type `id` contains, not by pointer.
fn contents(btf: &Btf, id: TypeId) -> Vec<TypeId> {
    let contents: Vec<TypeId> = match btf.get(id).map(|ty| &ty.kind) {
        Some(Kind::Array(array)) => vec![array.elem],
        Some(Kind::Struct(it) | Kind::Union(it)) => it.members.iter().map(|it| it.ty).collect(),
        Some(kind) => kind.modified().into_iter().collect(),
        None => Vec::new(),
    };
    contents.into_iter().filter(|id| !id.is_void()).collect()
}

/// Renames the lists of variables in `info` as their sections were.
fn rename_lists(info: &mut Info, renamed: &BTreeMap<String, String>) {
    let lists: Vec<_> = info
        .btf
        .iter()
        .filter(|(_, ty)| matches!(ty.kind, Kind::Datasec(_)))
        .filter_map(|(id, _)| Some((id, renamed.get(info.btf.name(id).as_ref())?)))
        .collect();
    for (id, home) in lists {
        let name = info.btf.strings.intern(home.as_bytes());
        if let Some(ty) = info.btf.get_mut(id) {
            ty.name = name;
        }
    }
}

fn malformed(cause: String) -> Error {
    Error::input("the object is malformed").because(cause).help("build it again")
}
