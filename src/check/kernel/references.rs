//! References of instructions: functions, data and kernel symbols, and those that test for kernel features.

use std::collections::{BTreeMap, BTreeSet};

use super::View;
use crate::{
    bpf::{
        insn::{self, Insn},
        kernel::{self, Feature},
        sections::{self, EXTERNS},
    },
    btf::{Info, Kind},
    check::need::NeedKind,
    elf::{Binding, Elf, Place, SectionId, Symbol},
    object::{Callee, Function},
};

/// Returns the symbols that the instructions of `elf` refer to, by section and offset in bytes.
pub(super) fn relocated(elf: &Elf) -> BTreeMap<(SectionId, u64), &Symbol> {
    let relocations = elf
        .code()
        .flat_map(|(id, section)| section.relocations.iter().map(move |it| ((id, it.offset), it)));
    relocations.filter_map(|(place, it)| Some((place, elf.symbols.get(&it.symbol)?))).collect()
}

/// Returns the CO-RE tests for existence (`enum bpf_core_relo_kind`), by section and offset in bytes.
pub(super) fn existence(info: Option<&Info>) -> BTreeSet<(String, u64)> {
    const FIELD_EXISTS: u32 = 2;
    const TYPE_EXISTS: u32 = 8;
    const ENUM_VALUE_EXISTS: u32 = 10;
    const TYPE_MATCHES: u32 = 12;
    const KINDS: [u32; 4] = [FIELD_EXISTS, TYPE_EXISTS, ENUM_VALUE_EXISTS, TYPE_MATCHES];
    let Some(info) = info else { return BTreeSet::new() };
    let tables = info.ext.iter().flat_map(|ext| &ext.core_relos);
    let places = tables.flat_map(|table| {
        let section = info.btf.strings.text(table.section);
        let tests = table.records.iter().filter(|it| KINDS.contains(&it.kind));
        tests.map(move |it| (section.clone().into_owned(), u64::from(it.insn_off)))
    });
    places.collect()
}

/// Returns true if the function tests at load time for kernel features: through CO-RE, a variable of `.kconfig`, a
/// weak extern, or a global constant.
pub(super) fn asks(view: &View<'_>, function: &Function) -> bool {
    let (start, end) = (function.offset, function.offset.saturating_add(function.size));
    let mut symbols = view.relocated.range((function.section, start)..(function.section, end));
    let tests = (function.section_name.clone(), start)..(function.section_name.clone(), end);
    symbols.any(|(_, symbol)| tells(view, symbol)) || view.existence.range(tests).next().is_some()
}

fn tells(view: &View<'_>, symbol: &Symbol) -> bool {
    let [_, kconfig] = EXTERNS;
    match symbol.place {
        Place::Undefined => {
            symbol.binding == Binding::Weak
                || view.externs.get(&symbol.name).is_some_and(|section| section == kconfig)
        }
        Place::Section(id) => {
            let section = view.object.elf.sections.get(&id);
            let is_constant = section.is_some_and(|it| it.name.starts_with(".rodata"));
            is_constant && symbol.binding == Binding::Global
        }
        Place::Absolute => false,
    }
}

/// Returns the requirements of the symbol that the instruction refers to.
pub(super) fn needed(
    view: &View<'_>,
    insn: &Insn,
    symbol: Option<&Symbol>,
    callee: Option<&Callee>,
) -> Option<(NeedKind, Feature)> {
    match callee {
        Some(Callee::Function(_)) => return Some((NeedKind::Call, kernel::CALLS)),
        Some(Callee::Callback(_)) => return Some((NeedKind::Call, kernel::CALLBACKS)),
        _ => {}
    }
    let symbol = symbol?;
    match symbol.place {
        Place::Section(id) => {
            let section = view.object.elf.sections.get(&id)?;
            let is_data = section.is_alloc() && !section.is_code();
            let is_map = [sections::MAPS, sections::LEGACY_MAPS].contains(&section.name.as_str());
            (is_data && !is_map).then_some((NeedKind::Data, kernel::GLOBAL_DATA))
        }
        // A missing weak symbol is null.
        Place::Undefined if symbol.binding != Binding::Weak => undefined(view, insn, symbol),
        _ => None,
    }
}

/// Returns true if the instruction calls `symbol`, a function of the kernel that must be there.
pub(super) fn is_kernel_function(view: &View<'_>, insn: &Insn, symbol: &Symbol) -> bool {
    let is_strong = symbol.place == Place::Undefined && symbol.binding != Binding::Weak;
    is_strong
        && undefined(view, insn, symbol).is_some_and(|(kind, _)| kind == NeedKind::KernelFunction)
}

fn undefined(view: &View<'_>, insn: &Insn, symbol: &Symbol) -> Option<(NeedKind, Feature)> {
    let [ksyms, kconfig] = EXTERNS;
    let section = view.externs.get(&symbol.name)?.as_str();
    match section {
        // The loader puts the values into a map that it creates.
        _ if section == kconfig => Some((NeedKind::Data, kernel::GLOBAL_DATA)),
        _ if section != ksyms => None,
        _ if insn.code == insn::CALL => Some((NeedKind::KernelFunction, kernel::KERNEL_FUNCTIONS)),
        _ => has_type(view, &symbol.name).then_some((NeedKind::Data, kernel::TYPED_KSYMS)),
    }
}

/// Returns true if the variable's BTF type is not `void`; the address of an untyped variable is a number to the
/// kernel.
fn has_type(view: &View<'_>, name: &str) -> bool {
    let Some(btf) = view.object.btf.as_ref().map(|info| &info.btf) else { return false };
    btf.iter().any(|(id, ty)| match ty.kind {
        Kind::Var { ty, .. } if btf.name(id) == name => match btf.get(ty).map(|ty| &ty.kind) {
            Some(Kind::Const(of) | Kind::Volatile(of)) => !of.is_void(),
            Some(_) => true,
            None => false,
        },
        _ => false,
    })
}
