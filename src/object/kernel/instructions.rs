//! What each instruction needs of the kernel: its own form, and what it refers to.

use std::collections::BTreeMap;

use super::{Object, unknown::Unknown};
use crate::{
    object::{
        btf::Kind,
        code::{self, Class, Insn, Level},
        elf::{Binding, INSN_SIZE, Place, Symbol},
        inspect::{self, Callee, Function},
        maps,
        needs::{EXTERN_SECTIONS, quoted},
    },
    plan::kernel::{self, Feature, helper},
};

/// What is unknown in `function`: of each kind, the first.
pub(super) fn unknown(object: &Object<'_>, function: &Function) -> Vec<Unknown> {
    let callees: BTreeMap<u64, &Callee> =
        function.references.iter().map(|it| (it.instruction, &it.callee)).collect();
    let symbols = symbols(object, function);
    let certainty = object.certainty(function);
    let mut kinds = Vec::new();
    let mut found = Vec::new();
    for insn in inspect::instructions(object.elf, function) {
        let place = || object.place(function, insn.slot);
        let symbol = symbols.get(&insn.slot).copied();
        let callee = callees.get(&insn.slot).copied();
        let features = form(&insn).into_iter().chain(reference(object, &insn, symbol, callee));
        for feature in features.filter(|feature| !object.kernel.knows(feature)) {
            if !kinds.contains(&feature) {
                kinds.push(feature);
                found.push(Unknown::feature(subject(object, place(), callee), &feature));
            }
        }
        if let Some(Callee::Helper(number)) = callee {
            found.extend(
                unknown_helper(object, *number, place).map(|it| it.with(certainty, HELPER_REMEDY)),
            );
        }
    }
    found
}

const HELPER_REMEDY: &str = "call another helper on older kernels, behind a test of the kernel at hand: \
                             bpf_core_enum_value_exists(enum bpf_func_id, ...), or a global constant that the loader sets";

fn subject(object: &Object<'_>, place: String, callee: Option<&Callee>) -> String {
    match callee {
        Some(Callee::Function(symbol) | Callee::Callback(symbol)) => {
            let name = object.function(*symbol).map_or_else(String::new, |it| quoted(&it.name));
            format!("{place} refers to function {name} and")
        }
        _ => place,
    }
}

/// What the instruction by itself needs.
fn form(insn: &Insn) -> Option<Feature> {
    const MOV: u8 = 0xb0;
    const DIV: u8 = 0x30;
    const MOD: u8 = 0x90;
    const JA_INDIRECT: u8 = 0x0d;
    const ARENA_CAST: i16 = 1;
    let operation = insn.code & 0xf0;
    let is_newest = insn.level() == Some(Level::V4);
    match insn.class() {
        Class::Jmp if insn.code == JA_INDIRECT => Some(kernel::INDIRECT_JUMPS),
        Class::Jmp if is_newest => Some(kernel::MAY_GOTO),
        Class::Jmp if insn.level() == Some(Level::V2) => Some(kernel::LESS_THAN),
        Class::Jmp32 if is_newest => Some(kernel::LONG_JUMPS),
        Class::Jmp32 => Some(kernel::NARROW_JUMPS),
        Class::Stx if insn.is_atomic() && is_newest => Some(kernel::ACQUIRE_AND_RELEASE),
        Class::Stx if insn.is_atomic() && insn.immediate != 0 => Some(kernel::ATOMICS),
        Class::Ldx if is_newest => Some(kernel::SIGN_EXTENDING_LOADS),
        Class::Alu | Class::Alu64 if is_newest => Some(match operation {
            MOV if insn.offset == ARENA_CAST => kernel::ADDRESS_SPACES,
            MOV => kernel::SIGN_EXTENDING_MOVES,
            DIV | MOD => kernel::SIGNED_DIVISION,
            _ => kernel::BYTE_SWAPS,
        }),
        _ => None,
    }
}

/// What is needed for what the instruction refers to.
fn reference(
    object: &Object<'_>,
    insn: &Insn,
    symbol: Option<&Symbol>,
    callee: Option<&Callee>,
) -> Option<Feature> {
    match callee {
        Some(Callee::Function(_)) => return Some(kernel::CALLS),
        Some(Callee::Callback(_)) => return Some(kernel::CALLBACKS),
        _ => {}
    }
    let symbol = symbol?;
    match symbol.place {
        Place::Section(id) => {
            let section = object.elf.sections.get(&id)?;
            let is_data = section.is_alloc() && !section.is_code();
            let is_map = [maps::MAPS, maps::LEGACY].contains(&section.name.as_str());
            (is_data && !is_map).then_some(kernel::GLOBAL_DATA)
        }
        // A weak one that is missing is null.
        Place::Undefined if symbol.binding != Binding::Weak => undefined(object, insn, symbol),
        _ => None,
    }
}

fn undefined(object: &Object<'_>, insn: &Insn, symbol: &Symbol) -> Option<Feature> {
    let [ksyms, kconfig] = EXTERN_SECTIONS;
    let section = object.externs.get(symbol.name.as_str()).copied()?;
    match section {
        // The loader puts the values into a map of its own.
        _ if section == kconfig => Some(kernel::GLOBAL_DATA),
        _ if section != ksyms => None,
        _ if insn.code == code::CALL => Some(kernel::KERNEL_FUNCTIONS),
        _ => has_type(object, &symbol.name).then_some(kernel::TYPED_KSYMS),
    }
}

/// Whether BTF gives the variable a type other than `void`; the address of one without type is a number to the kernel.
fn has_type(object: &Object<'_>, name: &str) -> bool {
    let Some(btf) = object.info.map(|info| &info.btf) else { return false };
    btf.iter().any(|(id, ty)| match ty.kind {
        Kind::Var { ty, .. } if btf.name(id) == name => match btf.get(ty).map(|ty| &ty.kind) {
            Some(Kind::Const(of) | Kind::Volatile(of)) => !of.is_void(),
            Some(_) => true,
            None => false,
        },
        _ => false,
    })
}

fn unknown_helper(
    object: &Object<'_>,
    number: i32,
    place: impl FnOnce() -> String,
) -> Option<Unknown> {
    let (name, since) = u32::try_from(number).ok().and_then(helper)?;
    let what = || format!("helper bpf_{name} (number {number})");
    (since > object.kernel).then(|| Unknown::entry(place(), what(), Some(since)))
}

/// The symbols that the function's instructions depend on, by slot.
fn symbols<'a>(object: &Object<'a>, function: &Function) -> BTreeMap<u64, &'a Symbol> {
    let Some(section) = object.elf.sections.get(&function.section) else { return BTreeMap::new() };
    let places = function.offset..function.offset.saturating_add(function.size);
    let relocations = section.relocations.iter().filter(|it| places.contains(&it.offset));
    relocations
        .filter_map(|it| {
            let symbol = object.elf.symbols.get(&it.symbol)?;
            Some(((it.offset - function.offset) / INSN_SIZE, symbol))
        })
        .collect()
}

/// Whether the function asks at load time what the kernel has: through CO-RE, a variable of `.kconfig`, a weak extern,
/// or a global constant.
pub(super) fn asks(object: &Object<'_>, function: &Function) -> bool {
    let [_, kconfig] = EXTERN_SECTIONS;
    let is_told = |symbol: &&Symbol| match symbol.place {
        Place::Undefined => {
            symbol.binding == Binding::Weak
                || object.externs.get(symbol.name.as_str()) == Some(&kconfig)
        }
        Place::Section(id) => {
            let section = object.elf.sections.get(&id);
            let is_constant = section.is_some_and(|it| it.name.starts_with(".rodata"));
            is_constant && symbol.binding == Binding::Global
        }
        Place::Absolute => false,
    };
    symbols(object, function).values().any(is_told) || has_existence_test(object, function)
}

/// Whether a CO-RE record of the function asks whether something exists (`enum bpf_core_relo_kind`).
fn has_existence_test(object: &Object<'_>, function: &Function) -> bool {
    const FIELD_EXISTS: u32 = 2;
    const TYPE_EXISTS: u32 = 8;
    const ENUM_VALUE_EXISTS: u32 = 10;
    const TYPE_MATCHES: u32 = 12;
    const KINDS: [u32; 4] = [FIELD_EXISTS, TYPE_EXISTS, ENUM_VALUE_EXISTS, TYPE_MATCHES];
    let Some(info) = object.info else { return false };
    let tables = info.ext.iter().flat_map(|ext| &ext.core_relos);
    let places = function.offset..function.offset.saturating_add(function.size);
    tables
        .filter(|table| info.btf.strings.text(table.section) == function.section_name)
        .flat_map(|table| &table.records)
        .any(|it| KINDS.contains(&it.kind) && places.contains(&u64::from(it.insn_off)))
}
