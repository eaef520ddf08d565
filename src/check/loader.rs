//! Refuses objects that loaders would not open although the kernel would accept them: maps without BTF or with BTF that
//! does not define a map, and data in sections that loaders ignore.
//!
//! The rules are libbpf's (`bpf_object__init_user_btf_map` and `parse_btf_map_def`); aya and cilium/ebpf read the
//! same form.

mod definition;

use std::{borrow::Cow, collections::BTreeMap};

use definition::Level;

use crate::{
    bpf::sections::MAPS,
    btf::{Datasec, Info, Kind, Type, TypeId},
    elf::{Elf, SymbolKind},
    report::{Error, Result, Warning, WarningKind, Warnings, quoted},
};

/// Members of a definition that encode a number: pointers to arrays of that many elements.
const NUMBERS: [&str; 8] =
    ["type", "max_entries", "key_size", "value_size", "map_flags", "numa_node", "pinning", WIDE];

/// The only number that may need 64 bits.
const WIDE: &str = "map_extra";

/// The section of the kernel's arena; LLVM puts variables of address space N into `.addr_space.N`.
const ARENA: &str = ".addr_space.1";

/// Checks that loaders find and understand each map of `elf`, which `info` describes.
///
/// # Errors
/// Returns an error for the first map that they do not; the message names it.
pub fn check(elf: &Elf, info: &Info, warnings: &Warnings) -> Result<()> {
    let Some(section) = elf.section_named(MAPS) else { return Ok(()) };
    let described = entries(info);
    let symbols = elf.symbols_in(section).into_iter();
    for (_, map) in symbols.filter(|(_, symbol)| symbol.kind == SymbolKind::Object) {
        let Some(ty) = described.get(&(map.value, Cow::Borrowed(map.name.as_str()))) else {
            return Err(undescribed(&map.name));
        };
        check_definition(info, &map.name, *ty, warnings)?;
    }
    Ok(())
}

/// Checks that all data is in sections that loaders read.
///
/// # Errors
/// Returns an error for the first other section.
pub fn check_sections(elf: &Elf) -> Result<()> {
    let strange = |name: &str| name.starts_with(".addr_space.") && name != ARENA;
    let Some((id, section)) = elf.sections.iter().find(|(_, section)| strange(&section.name))
    else {
        return Ok(());
    };
    let mut names = elf.symbols_in(*id).into_iter().map(|(_, symbol)| symbol.name.as_str());
    let name = names.find(|name| !name.is_empty()).unwrap_or("data");
    Err(Error::link(format!("{} is in {}, which no loader reads", quoted(name), section.name))
        .help("only address space 1, the arena, has a meaning in BPF"))
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

fn check_definition(info: &Info, map: &str, ty: TypeId, warnings: &Warnings) -> Result<()> {
    if let Some(fault) = definition::fault(info, ty, Level::Outer) {
        return Err(Error::link(format!(
            "the definition of the map `{map}` means nothing to loaders"
        ))
        .because(fault)
        .help("`__uint(name, number)` and `__type(name, type)` of bpf_helpers.h declare members"));
    }
    let Some(Kind::Struct(definition)) = settled(info, ty) else { return Ok(()) };
    let names = definition.members.iter().map(|member| info.btf.strings.text(member.name));
    for name in names.filter(|name| !is_known(name)) {
        warnings.push(unknown(map, &name));
    }
    Ok(())
}

fn is_known(member: &str) -> bool {
    ["key", "value", "values"].contains(&member) || NUMBERS.contains(&member)
}

fn unknown(map: &str, member: &str) -> Warning {
    Warning {
        kind: WarningKind::UnknownMapMember,
        message: format!("libbpf refuses the map `{map}`: its member `{member}` is not known"),
        help: vec![format!("known are key, value, values, {}", NUMBERS.join(", "))],
    }
}

/// Returns true for a pointer to an array: `__uint`.
fn is_number(info: &Info, kind: Option<&Kind>) -> bool {
    let Some(Kind::Ptr(to)) = kind else { return false };
    matches!(settled(info, *to), Some(Kind::Array(_)))
}

/// Returns true for an enumeration of one value: `__ulong` (libbpf's `get_map_field_long`).
fn is_wide(kind: Option<&Kind>) -> bool {
    match kind {
        Some(Kind::Enum(it) | Kind::Enum64(it)) => it.variants.len() == 1,
        _ => false,
    }
}

/// Resolves `const`, `volatile` and typedefs. Each step reaches another type, so there are no more steps than types.
fn settled(info: &Info, ty: TypeId) -> Option<&Kind> {
    let mut kind = &info.btf.get(ty)?.kind;
    for _ in 0..info.btf.last_id().0 {
        kind = match kind {
            Kind::Typedef(to) | Kind::Const(to) | Kind::Volatile(to) | Kind::Restrict(to) => {
                &info.btf.get(*to)?.kind
            }
            _ => return Some(kind),
        };
    }
    None
}
