//! Kernel functions and variables that the loader resolves.
//!
//! libbpf requires, for each undefined symbol, an extern `FUNC` or `VAR` of that name, listed in the `DATASEC`
//! `.ksyms` or `.kconfig`; and each one listed there must be an undefined symbol (`bpf_object__collect_externs`). It
//! fills in sizes and linkage itself, so these stay as clang writes them. rustc does not describe foreign functions:
//! they get a signature from the LLVM IR here. Pointers have no target type there; libbpf compares the kinds of
//! pointees (`bpf_core_types_are_compat`), and those of kernel functions are nearly always structs, so a struct is
//! used.

use std::collections::{BTreeMap, BTreeSet};

use super::datasec::datasecs;
use crate::{
    bpf::{
        sections::EXTERNS,
        signature::{Scalar, Signature},
    },
    btf::{
        Btf, Composite, Datasec, FuncProto, Info, Kind, Linkage, Param, SecEntry, StrOff, TypeId,
        builder::{find_or_push, pointer, tombstone, unsigned},
    },
    object::{
        Undefined,
        externs::{Declared, Extern},
        listed_externs,
    },
    plan::LinkMode,
};

/// The section of an extern whose declaration names none.
const KSYMS: &str = EXTERNS[0];

/// Makes the extern `DATASEC`s list exactly `undefined`. In a relocatable link, other objects may define those whose
/// declaration names no section.
pub(super) fn sync_with_symbols(
    info: &mut Info,
    undefined: &[Undefined],
    declared: &Declared,
    mode: LinkMode,
) {
    let btf = &mut info.btf;
    let names: BTreeSet<&str> = undefined.iter().map(|symbol| symbol.name.as_str()).collect();
    for (id, name) in datasecs(btf) {
        if EXTERNS.contains(&name.as_str()) {
            keep_undefined(btf, id, &names, declared);
        }
    }
    let listed: BTreeSet<String> =
        listed_externs(btf).into_keys().map(std::borrow::Cow::into_owned).collect();
    let is_for_loaders = |symbol: &Undefined| {
        let section = declared.extern_section(&symbol.name);
        mode == LinkMode::Final || section.is_some_and(is_section)
    };
    let missing = undefined.iter().filter(|symbol| !listed.contains(&symbol.name));
    let missing: Vec<&Undefined> = missing.filter(|symbol| is_for_loaders(symbol)).collect();
    let known = if missing.is_empty() { BTreeMap::new() } else { described(btf) };
    let mut lists: BTreeMap<&str, Vec<TypeId>> = BTreeMap::new();
    for symbol in missing {
        let section = symbol
            .section
            .as_deref()
            .or_else(|| declared.extern_section(&symbol.name))
            .unwrap_or(KSYMS);
        let ty = known.get(&symbol.name).copied();
        let ty = ty
            .filter(|_| !declared.unsigned.contains(&symbol.name))
            .unwrap_or_else(|| declare(btf, &symbol.name, declared.externs.get(&symbol.name)));
        lists.entry(section).or_default().push(ty);
    }
    lists.into_iter().for_each(|(section, types)| list(btf, section, &types));
}

/// Returns true if the loader places the entries of section `name`: they have no bytes in the object.
pub(super) fn is_section(name: &str) -> bool {
    EXTERNS.contains(&name)
}

fn keep_undefined(btf: &mut Btf, id: TypeId, undefined: &BTreeSet<&str>, declared: &Declared) {
    let mut kept = entries(btf, id).to_vec();
    kept.retain(|entry| {
        let name = btf.name(entry.ty);
        !declared.unsigned.contains(&*name) && undefined.contains(&*name)
    });
    match btf.get_mut(id).map(|ty| &mut ty.kind) {
        Some(Kind::Datasec(datasec)) if !kept.is_empty() => datasec.entries = kept,
        _ => tombstone(btf, id),
    }
}

fn entries(btf: &Btf, id: TypeId) -> &[SecEntry] {
    match btf.get(id).map(|ty| &ty.kind) {
        Some(Kind::Datasec(datasec)) => &datasec.entries,
        _ => &[],
    }
}

/// Returns the externs that `btf` describes, by name; the first one of each name.
fn described(btf: &Btf) -> BTreeMap<String, TypeId> {
    let is_extern = |kind: &Kind| {
        matches!(
            kind,
            Kind::Func { linkage: Linkage::Extern, .. }
                | Kind::Var { linkage: Linkage::Extern, .. }
        )
    };
    let mut known = BTreeMap::new();
    for (id, _) in btf.iter().filter(|(_, ty)| is_extern(&ty.kind)) {
        known.entry(btf.name(id).into_owned()).or_insert(id);
    }
    known
}

fn declare(btf: &mut Btf, name: &str, declaration: Option<&Extern>) -> TypeId {
    let kind = match declaration.and_then(|declaration| declaration.signature.as_ref()) {
        Some(Signature { returns, parameters }) => {
            let proto = signature(btf, *returns, parameters);
            Kind::Func { proto, linkage: Linkage::Extern }
        }
        // `const void`: libbpf looks the address up by name and ignores the type.
        None => {
            let ty = find_or_push(btf, StrOff::EMPTY, Kind::Const(TypeId::VOID));
            Kind::Var { ty, linkage: Linkage::Extern }
        }
    };
    let name = btf.strings.intern(name.as_bytes());
    btf.push(name, kind)
}

fn signature(btf: &mut Btf, returns: Option<Scalar>, parameters: &[Scalar]) -> TypeId {
    let ret = returns.map_or(TypeId::VOID, |returns| scalar(btf, returns));
    let params = parameters.iter().enumerate().map(|(index, &parameter)| {
        let name = btf.strings.intern(format!("arg{index}").as_bytes());
        Param { name, ty: scalar(btf, parameter) }
    });
    let params = params.collect();
    find_or_push(btf, StrOff::EMPTY, Kind::FuncProto(FuncProto { ret, params }))
}

fn scalar(btf: &mut Btf, scalar: Scalar) -> TypeId {
    match scalar {
        Scalar::Integer(bits) => unsigned(btf, bits),
        Scalar::Pointer => {
            let target = find_or_push(btf, StrOff::EMPTY, Kind::Struct(Composite::default()));
            pointer(btf, target)
        }
    }
}

/// Adds `types` to the `DATASEC` called `section`.
fn list(btf: &mut Btf, section: &str, types: &[TypeId]) {
    // clang's sizes: 0 for a function, one byte for a variable without type.
    let size = |ty| u32::from(!matches!(btf.get(ty).map(|ty| &ty.kind), Some(Kind::Func { .. })));
    let entries: Vec<SecEntry> =
        types.iter().map(|&ty| SecEntry { ty, offset: 0, size: size(ty) }).collect();
    let found = datasecs(btf).into_iter().find(|(_, name)| name == section).map(|(id, _)| id);
    if let Some(Kind::Datasec(datasec)) =
        found.and_then(|id| btf.get_mut(id)).map(|ty| &mut ty.kind)
    {
        datasec.entries.extend(entries);
    } else {
        let name = btf.strings.intern(section.as_bytes());
        btf.push(name, Kind::Datasec(Datasec { size: 0, entries }));
    }
}
