//! The calls of memory routines whose result is used.

use std::collections::{BTreeMap, BTreeSet};

use super::RETURNING;
use crate::{
    bpf::insn::{self, EXIT, INSN_SIZE, Insn},
    btf::{Info, Kind},
    elf::{Place, Relocation, Section, SectionId, Symbol, SymbolId},
    object::Object,
};

/// Makes the calls in `objects` whose result is used refer to the form of the routine that returns it, unless an object
/// defines the routine.
pub fn use_results(objects: &mut [Object]) {
    for (name, returning) in RETURNING {
        if objects.iter().any(|object| object.elf.defines(name)) {
            continue;
        }
        for object in &mut *objects {
            redirect(object, name, returning);
        }
    }
}

fn redirect(object: &mut Object, name: &str, returning: &str) {
    let called: BTreeMap<SymbolId, Symbol> = object
        .elf
        .symbols
        .iter()
        .filter(|(_, symbol)| symbol.name == name && symbol.place == Place::Undefined)
        .map(|(&id, symbol)| (id, symbol.clone()))
        .collect();
    let Some(symbol) = called.values().next() else { return };
    let symbol = Symbol { name: returning.to_owned(), ..symbol.clone() };
    let mut calls = Vec::new();
    for (id, section) in object.elf.code() {
        let is_call = |it: &&Relocation| called.contains_key(&it.symbol);
        let ours: Vec<_> = section.relocations.iter().filter(is_call).collect();
        if ours.is_empty() {
            continue;
        }
        let code = Code::of(object, section);
        let used = ours.iter().filter(|call| code.uses_result(call.offset));
        calls.extend(used.map(|call| (id, call.offset)));
    }
    if calls.is_empty() {
        return;
    }
    let added = object.elf.add_symbol(symbol);
    let calls: BTreeSet<(SectionId, u64)> = calls.into_iter().collect();
    for (&id, section) in &mut object.elf.sections {
        let ours = section.relocations.iter_mut().filter(|it| calls.contains(&(id, it.offset)));
        ours.for_each(|call| call.symbol = added);
    }
}

/// The code of a section.
struct Code {
    insns: BTreeMap<u64, Insn>,
    /// The starts of functions, in bytes; true for one that returns a value.
    functions: BTreeMap<u64, bool>,
}

impl Code {
    fn of(object: &Object, section: &Section) -> Self {
        let insns = insn::decode(section.bytes(), object.elf.endian).map(|it| (it.slot, it));
        let functions = object.btf.as_ref().map(|info| functions(info, &section.name));
        Self { insns: insns.collect(), functions: functions.unwrap_or_default() }
    }

    /// Returns true if an instruction after the call at byte `call` may read its result.
    fn uses_result(&self, call: u64) -> bool {
        let returns =
            self.functions.range(..=call).next_back().is_some_and(|(_, returns)| *returns);
        let mut seen = BTreeSet::new();
        let mut waiting = vec![(call / INSN_SIZE).saturating_add(1)];
        while let Some(slot) = waiting.pop() {
            let Some(insn) = self.insns.get(&slot).filter(|_| seen.insert(slot)) else { continue };
            if insn.reads(0) || insn.code == EXIT && returns {
                return true;
            }
            if insn.code == EXIT || insn.overwrites(0) {
                continue;
            }
            let target = insn.jump_target().and_then(|target| u64::try_from(target).ok());
            waiting.extend(target);
            if target.is_none() || !matches!(insn.code, insn::JA | insn::JA32) {
                waiting.push(slot.saturating_add(insn.slots()));
            }
        }
        false
    }
}

/// Returns the functions of `section` that `info` describes; true for each that returns a value.
fn functions(info: &Info, section: &str) -> BTreeMap<u64, bool> {
    let tables = info.ext.iter().flat_map(|ext| &ext.func_info);
    let tables = tables.filter(|table| info.btf.strings.text(table.section) == section);
    let returns = |id| {
        let Some(Kind::Func { proto, .. }) = info.btf.get(id).map(|ty| &ty.kind) else {
            return false;
        };
        let proto = info.btf.get(*proto).map(|ty| &ty.kind);
        matches!(proto, Some(Kind::FuncProto(proto)) if !proto.ret.is_void())
    };
    let records = tables.flat_map(|table| &table.records);
    records.map(|record| (record.insn_off.into(), returns(record.ty))).collect()
}
