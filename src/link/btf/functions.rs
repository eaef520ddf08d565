//! A `FUNC` and a `func_info` record for every function, with the linkage of its symbol.
//!
//! The kernel refuses a program if one of its functions has no record (`check_btf_func`), and verifies a global
//! function by its BTF signature alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    btf::{
        Btf, Ext, FuncInfo, FuncProto, Info, Kind, Linkage, Param, SecTable, StrOff, TypeId,
        builder::{find_or_push, int, narrow, pointer},
    },
    elf::{Binding, Elf},
    object::{Function, externs::Declared},
};

/// Rewrites `func_info` to contain each of `functions` exactly once, in order.
pub(super) fn sync_with_symbols(
    info: &mut Info,
    elf: &mut Elf,
    functions: &[Function],
    declared: &Declared,
) {
    let Info { btf, ext } = info;
    let ext = ext.get_or_insert_with(Ext::default);
    let described = described(btf, ext);
    let mut taken = BTreeSet::new();
    let mut tables: Vec<SecTable<FuncInfo>> = Vec::new();
    let mut last = None;
    for function in functions {
        let place = (function.section, function.offset);
        // Two names of one function: the first describes it.
        if last.replace(place) == Some(place) {
            continue;
        }
        let insn_off = narrow(function.offset);
        let former = described.get(&(function.section_name.clone(), insn_off)).copied();
        let ty = match former {
            Some(ty) if declared.unsigned.contains(&function.name) => {
                let name = if visible(function) { None } else { btf.get(ty).map(|ty| ty.name) };
                invent(btf, elf, function, name)
            }
            Some(ty) => describe(btf, ty, function, &mut taken),
            None => invent(btf, elf, function, None),
        };
        let section = btf.strings.intern(function.section_name.as_bytes());
        match tables.last_mut().filter(|table| table.section == section) {
            Some(table) => table.records.push(FuncInfo { insn_off, ty }),
            None => tables.push(SecTable { section, records: vec![FuncInfo { insn_off, ty }] }),
        }
    }
    ext.func_info = tables;
    forget_removed(btf, elf, ext);
}

fn described(btf: &Btf, ext: &Ext) -> BTreeMap<(String, u32), TypeId> {
    let mut described = BTreeMap::new();
    for table in &ext.func_info {
        let section = btf.strings.text(table.section);
        for record in &table.records {
            if matches!(btf.get(record.ty).map(|ty| &ty.kind), Some(Kind::Func { .. })) {
                described.insert((section.clone().into_owned(), record.insn_off), record.ty);
            }
        }
    }
    described
}

/// Gives a `FUNC` the linkage of its symbol, and the name if the symbol is visible: `bpftool gen` finds it by name.
fn describe(
    btf: &mut Btf,
    id: TypeId,
    function: &Function,
    taken: &mut BTreeSet<TypeId>,
) -> TypeId {
    let id = if taken.insert(id) { id } else { copy(btf, id) };
    let name = visible(function).then(|| btf.strings.intern(function.name.as_bytes()));
    if let Some(ty) = btf.get_mut(id) {
        ty.name = name.unwrap_or(ty.name);
        if let Kind::Func { linkage, .. } = &mut ty.kind {
            *linkage = if visible(function) { Linkage::Global } else { Linkage::Static };
        }
    }
    id
}

fn copy(btf: &mut Btf, id: TypeId) -> TypeId {
    match btf.get(id).cloned() {
        Some(ty) => btf.push(ty.name, ty.kind),
        None => id,
    }
}

fn visible(function: &Function) -> bool {
    function.binding != Binding::Local
}

/// Makes a `FUNC` for a function without a signature in debug info, called `name` if that is known.
///
/// A program gets the signature that loaders assume. A subprogram's is unknown: as a global function, the kernel
/// would verify it by the signature and refuse every use of an argument. A static function is verified at its calls,
/// with the actual arguments. Its symbol becomes local, since loaders and linkers require both to agree.
fn invent(btf: &mut Btf, elf: &mut Elf, function: &Function, name: Option<StrOff>) -> TypeId {
    let mut proto = FuncProto { ret: int(btf), params: Vec::new() };
    if function.is_program() {
        let context = pointer(btf, TypeId::VOID);
        proto.params.push(Param { name: btf.strings.intern(b"ctx"), ty: context });
    } else if let Some(symbol) = elf.symbols.get_mut(&function.symbol) {
        symbol.binding = Binding::Local;
    }
    let proto = find_or_push(btf, StrOff::EMPTY, Kind::FuncProto(proto));
    let global = function.is_program() && visible(function);
    let linkage = if global { Linkage::Global } else { Linkage::Static };
    let name = name.unwrap_or_else(|| btf.strings.intern(identifier(&function.name).as_bytes()));
    btf.push(name, Kind::Func { proto, linkage })
}

/// Returns a symbol as a C identifier: legacy-mangled Rust has `$` and `.`.
fn identifier(symbol: &str) -> String {
    let legal = |byte: char| if byte.is_ascii_alphanumeric() || byte == '_' { byte } else { '_' };
    let name: String = symbol.chars().map(legal).collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// Drops CO-RE records of removed sections.
fn forget_removed(btf: &Btf, elf: &Elf, ext: &mut Ext) {
    let sections = elf.section_names();
    ext.core_relos.retain(|table| sections.contains_key(&*btf.strings.text(table.section)));
}
