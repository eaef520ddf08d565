//! Refuses objects that loaders would not open although the kernel would accept them: maps without BTF or with BTF that
//! does not define a map, and data in sections that loaders ignore.
//!
//! The rules are libbpf's (`bpf_object__init_user_btf_map` and `parse_btf_map_def`); aya and cilium/ebpf read the
//! same form.

mod definition;

use std::{borrow::Cow, collections::BTreeMap};

use super::{Finding, Findings};
use definition::Level;

use crate::{
    bpf::sections::MAPS,
    btf::{Datasec, Info, Kind, Type, TypeId},
    elf::{Elf, SymbolKind},
    report::{Error, Warning, WarningKind, quoted},
};

/// Members of a definition that encode a number: pointers to arrays of that many elements.
const NUMBERS: [&str; 8] =
    ["type", "max_entries", "key_size", "value_size", "map_flags", "numa_node", "pinning", WIDE];

/// The only number that may need 64 bits.
const WIDE: &str = "map_extra";

/// The section of the kernel's arena; LLVM puts variables of address space N into `.addr_space.N`.
const ARENA: &str = ".addr_space.1";

/// Checks that loaders find and understand each map of `elf`, which `info` describes.
#[must_use]
pub fn check(elf: &Elf, info: &Info) -> Findings {
    let mut findings = Findings::default();
    let Some(section) = elf.section_named(MAPS) else { return findings };
    let described = entries(info);
    let symbols = elf.symbols_in(section).into_iter();
    for (_, map) in symbols.filter(|(_, symbol)| symbol.kind == SymbolKind::Object) {
        match described.get(&(map.value, Cow::Borrowed(map.name.as_str()))) {
            Some(ty) => check_definition(info, &map.name, *ty, &mut findings),
            None => findings.refuse(undescribed(&map.name)),
        }
    }
    findings
}

/// Checks that all data is in sections that loaders read.
#[must_use]
pub fn check_sections(elf: &Elf) -> Findings {
    let strange = |name: &str| name.starts_with(".addr_space.") && name != ARENA;
    let sections = elf.sections.iter().filter(|(_, section)| strange(&section.name));
    let unread = sections.map(|(id, section)| {
        let mut names = elf.symbols_in(*id).into_iter().map(|(_, symbol)| symbol.name.as_str());
        let name = names.find(|name| !name.is_empty()).unwrap_or("data");
        Finding::Refused(
            Error::link(format!("{} is in {}, which no loader reads", quoted(name), section.name))
                .help("only address space 1, the arena, has a meaning in BPF"),
        )
    });
    unread.collect()
}

/// Returns the type of each variable in BTF's `.maps`, by offset and name.
fn entries(info: &Info) -> BTreeMap<(u64, Cow<'_, str>), TypeId> {
    let is_maps = |(id, ty): &(TypeId, &Type)| {
        matches!(ty.kind, Kind::Datasec(_)) && info.btf.name(*id) == MAPS
    };
    let found = info.btf.iter().find(is_maps).map(|(_, ty)| &ty.kind);
    let Some(Kind::Datasec(Datasec { entries, .. })) = found else { return BTreeMap::new() };
    let entries = entries.iter().rev().filter_map(|entry| match info.btf.get(entry.ty)?.kind {
        Kind::Var { ty, .. } => Some(((u64::from(entry.offset), info.btf.name(entry.ty)), ty)),
        _ => None,
    });
    entries.collect()
}

fn undescribed(map: &str) -> Error {
    let error =
        Error::link(format!("no loader will find the map `{map}`: BTF does not describe it"));
    if map.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        error.help("compile what defines it with debug info: C with -g, Rust with -C debuginfo=2")
    } else {
        error.help("name it with letters, digits and `_` only")
    }
}

fn check_definition(info: &Info, map: &str, ty: TypeId, findings: &mut Findings) {
    if let Some(fault) = definition::fault(info, ty, Level::Outer) {
        let error =
            Error::link(format!("the definition of the map `{map}` means nothing to loaders"));
        let help =
            "`__uint(name, number)` and `__type(name, type)` of bpf_helpers.h declare members";
        return findings.refuse(error.because(fault).help(help));
    }
    let Some(Kind::Struct(definition)) = info.btf.unmodified(ty) else { return };
    let names = definition.members.iter().map(|member| info.btf.strings.text(member.name));
    for name in names.filter(|name| !is_known(name)) {
        findings.note(unknown(map, &name));
    }
}

fn is_known(member: &str) -> bool {
    ["key", "value", "values"].contains(&member) || NUMBERS.contains(&member)
}

fn unknown(map: &str, member: &str) -> Warning {
    let message = format!("libbpf refuses the map `{map}`: its member `{member}` is not known");
    Warning::new(WarningKind::UnknownMapMember, message)
        .help(format!("known are key, value, values, {}", NUMBERS.join(", ")))
}

/// Returns true for a pointer to an array: `__uint`.
fn is_number(info: &Info, kind: Option<&Kind>) -> bool {
    let Some(Kind::Ptr(to)) = kind else { return false };
    matches!(info.btf.unmodified(*to), Some(Kind::Array(_)))
}

/// Returns true for an enumeration of one value: `__ulong` (libbpf's `get_map_field_long`).
fn is_wide(kind: Option<&Kind>) -> bool {
    match kind {
        Some(Kind::Enum(it) | Kind::Enum64(it)) => it.variants.len() == 1,
        _ => false,
    }
}
