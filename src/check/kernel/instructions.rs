//! Kernel requirements of each instruction: its own form, and the things it refers to.

use std::collections::BTreeMap;

use super::{View, references, unknown::Unknown};
use crate::{
    bpf::{
        insn::{Class, INSN_SIZE, Insn, Level},
        kernel::{self, Feature, helper},
    },
    object::{self, Callee, Function, place::quoted},
};

/// Returns the first unknown item of each kind in `function`.
pub(super) fn unknown(view: &View<'_>, function: &Function) -> Vec<Unknown> {
    let callees: BTreeMap<u64, &Callee> =
        function.references.iter().map(|it| (it.instruction, &it.callee)).collect();
    let certainty = view.certainty(function);
    let mut kinds = Vec::new();
    let mut found = Vec::new();
    for insn in object::instructions(&view.object.elf, function) {
        let place = || view.place(function, insn.slot);
        let offset = function.offset.saturating_add(insn.slot * INSN_SIZE);
        let symbol = view.relocated.get(&(function.section, offset)).copied();
        let callee = callees.get(&insn.slot).copied();
        let features =
            form(&insn).into_iter().chain(references::needed(view, &insn, symbol, callee));
        for feature in features.filter(|feature| !view.kernel.knows(feature)) {
            if !kinds.contains(&feature) {
                kinds.push(feature);
                found.push(Unknown::feature(subject(view, place(), callee), &feature));
            }
        }
        if let Some(Callee::Helper(number)) = callee {
            found.extend(
                unknown_helper(view, *number, place).map(|it| it.with(certainty, HELPER_REMEDY)),
            );
        }
    }
    found
}

const HELPER_REMEDY: &str = "call another helper on older kernels, behind a test of the kernel at hand: \
                             bpf_core_enum_value_exists(enum bpf_func_id, ...), or a global constant that the loader sets";

fn subject(view: &View<'_>, place: String, callee: Option<&Callee>) -> String {
    match callee {
        Some(Callee::Function(symbol) | Callee::Callback(symbol)) => {
            let name = view.function(*symbol).map_or_else(String::new, |it| quoted(&it.name));
            format!("{place} refers to function {name} and")
        }
        _ => place,
    }
}

/// Returns the kernel feature that the instruction's own form requires.
fn form(insn: &Insn) -> Option<Feature> {
    const MOV: u8 = 0xb0;
    const DIV: u8 = 0x30;
    const MOD: u8 = 0x90;
    const JA_INDIRECT: u8 = 0x0d;
    const ARENA_CAST: i16 = 1;
    let operation = insn.code & 0xf0;
    let is_newest = insn.level() == Some(Level::V4);
    match insn.class() {
        _ if insn.stack_argument().is_some() => Some(kernel::STACK_ARGUMENTS),
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

fn unknown_helper(view: &View<'_>, number: i32, place: impl FnOnce() -> String) -> Option<Unknown> {
    let (name, since) = u32::try_from(number).ok().and_then(helper)?;
    let what = || format!("helper bpf_{name} (number {number})");
    (since > view.kernel).then(|| Unknown::entry(place(), what(), Some(since)))
}
