//! Kernel requirements of each instruction: its own form, and the things it refers to.

use std::collections::BTreeMap;

use super::{View, references};
use crate::{
    bpf::{
        insn::{Class, INSN_SIZE, Insn, Level},
        kernel::{self, Feature, Kernel, helper, kernel_function_since, kernel_function_until},
    },
    check::need::{Need, NeedKind},
    object::{self, Callee, Function, place::quoted},
};

/// Returns the first item that the kernel lacks of each kind in `function`.
pub(super) fn needs(view: &View<'_>, function: &Function) -> Vec<Need> {
    let callees: BTreeMap<u64, &Callee> =
        function.references.iter().map(|it| (it.instruction, &it.callee)).collect();
    let certainty = view.certainty(function);
    let mut kinds = Vec::new();
    let mut found = Vec::new();
    for insn in object::instructions(&view.object.elf, function) {
        let place = || view.place(function, insn.slot);
        let source = || view.source(function, insn.slot);
        let offset = function.offset.saturating_add(insn.slot * INSN_SIZE);
        let symbol = view.relocated.get(&(function.section, offset)).copied();
        let callee = callees.get(&insn.slot).copied();
        let form = form(&insn).map(|feature| (NeedKind::Instruction, feature));
        let features = form.into_iter().chain(references::needed(view, &insn, symbol, callee));
        for (kind, feature) in features.filter(|(_, feature)| !view.kernel.knows(feature)) {
            if !kinds.contains(&feature) {
                kinds.push(feature);
                let subject = subject(view, place(), callee);
                found.push(Need::feature(kind, subject, &feature).at(source()));
            }
        }
        let called = match (callee, symbol) {
            (Some(Callee::Helper(number)), _) => called_helper(*number),
            (_, Some(symbol)) if references::is_kernel_function(view, &insn, symbol) => {
                called_function(&symbol.name)
            }
            _ => None,
        };
        if let Some((kind, what, since, remedy)) = called.filter(|it| it.2 > view.kernel) {
            let need = Need::entry(kind, place(), what, Some(since));
            found.push(need.with(certainty, remedy).at(source()));
        }
    }
    found
}

const HELPER_REMEDY: &str = "call another helper on older kernels, behind a test of the kernel at hand: \
                             bpf_core_enum_value_exists(enum bpf_func_id, ...), or a global constant that the loader sets";

const FUNCTION_REMEDY: &str = "declare the kernel function weak (`__weak`) and test whether it is there, with another way for older kernels";

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

/// A function of the kernel that code calls: its kind, what messages call it, the first kernel with it, the remedy.
type Called = (NeedKind, String, Kernel, &'static str);

fn called_helper(number: i32) -> Option<Called> {
    let (name, since) = u32::try_from(number).ok().and_then(helper)?;
    let what = format!("helper bpf_{name} (number {number})");
    Some((NeedKind::Helper, what, since, HELPER_REMEDY))
}

/// Returns nothing of a function that no table lists: a module may define it.
fn called_function(name: &str) -> Option<Called> {
    let what = match kernel_function_until(name) {
        Some(until) => format!("kernel function {name}, which {until} and later do not have"),
        None => format!("kernel function {name}"),
    };
    Some((NeedKind::KernelFunction, what, kernel_function_since(name)?, FUNCTION_REMEDY))
}
