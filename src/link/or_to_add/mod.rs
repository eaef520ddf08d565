//! Sums with the frame pointer that code generation writes as a bitwise or.
//!
//! For `buf[i & 7]`, with `buf` on the stack and aligned to 8 bytes, LLVM proves that the address and the index have
//! no set bit in common, so that `a + b` is `a | b`, and selects the or (`visitADDLike` of its `DAGCombiner`); no
//! option prevents it. Every kernel refuses it on a register that holds a pointer: "bitwise operator |= on pointer
//! prohibited" (`adjust_ptr_min_max_vals` of `kernel/bpf/verifier.c`). If the finished instructions prove that the
//! operands have no bit in common, the or becomes an addition again, which gives the same number.
//!
//! The proof is a forward analysis over all paths: the bits of each register that are 0 on every path ([`bits`]). The
//! frame pointer is a multiple of 8 in every kernel, and the backend promises no larger alignment of variables on the
//! stack, so that LLVM cannot rely on one. Instructions that a loader or a linker patches are unknown. An or of
//! numbers alone remains unchanged: the verifier tracks its result more precisely than that of an addition.
//!
//! A barrier before each such sum in LLVM's IR would also keep the addition, but every address on the stack would pay
//! for it, and the few that matter cannot be identified there.
//! it, and the few that matter cannot be told there.

mod bits;
mod flow;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use crate::{
    bpf::{
        insn::{self, INSN_SIZE, Insn},
        target::Endian,
    },
    btf::Info,
    elf::{Contents, Elf, Section, SectionId, Symbol, SymbolId, SymbolKind},
};
use bits::Value;

/// `BPF_ALU64 | BPF_OR | BPF_X`.
const OR: u8 = 0x4f;
/// `BPF_ALU64 | BPF_ADD | BPF_X`.
const ADD: u8 = 0x0f;

/// Replaces every or that is a sum with a pointer into the frame by an addition; returns the number of replacements.
///
/// `info` has the instructions that a loader changes.
pub fn rewrite(elf: &mut Elf, info: Option<&Info>) -> usize {
    let endian = elf.endian;
    let (symbols, asked) = (elf.symbols_by_section(), asked(info));
    let found: Vec<(SectionId, Vec<Insn>)> = elf
        .code()
        .filter(|(_, section)| has_or(section, endian))
        .map(|(id, section)| (id, sums(endian, section, symbols.of(id), &asked)))
        .collect();
    let mut mended = 0;
    for (id, sums) in found {
        let Some(section) = elf.sections.get_mut(&id) else { continue };
        for sum in sums {
            mended += usize::from(put(section, sum, endian));
        }
    }
    mended
}

fn has_or(section: &Section, endian: Endian) -> bool {
    insn::decode(section.bytes(), endian).any(|insn| insn.code == OR)
}

/// Returns the ors of a section that are sums with a pointer into the frame.
fn sums(
    endian: Endian,
    section: &Section,
    symbols: &[(SymbolId, &Symbol)],
    asked: &Asked,
) -> Vec<Insn> {
    let insns: Vec<Insn> = insn::decode(section.bytes(), endian).collect();
    let changed = changed(section, asked);
    let entries = symbols
        .iter()
        .filter(|(_, symbol)| symbol.kind == SymbolKind::Function)
        .map(|(_, symbol)| symbol.value / INSN_SIZE);
    let mut sums = Vec::new();
    let is_known = flow::visit(&insns, entries, &changed, |insn, state| {
        if insn.code == OR && is_framed_sum(state.of(insn.destination), state.of(insn.source)) {
            sums.push(*insn);
        }
    });
    if is_known { sums } else { Vec::new() }
}

fn is_framed_sum(left: Value, right: Value) -> bool {
    (left.is_framed() || right.is_framed()) && Value::are_disjoint(left, right)
}

/// Returns the slots of instructions that a loader will change: relocations, and CO-RE queries of the kernel's types.
fn changed(section: &Section, asked: &Asked) -> BTreeSet<u64> {
    let relocated = section.relocations.iter().map(|relocation| relocation.offset / INSN_SIZE);
    let asked = asked.get(&section.name).into_iter().flatten().copied();
    relocated.chain(asked).collect()
}

/// The slots of instructions with a CO-RE query, by the name of their section.
type Asked = HashMap<String, Vec<u64>>;

fn asked(info: Option<&Info>) -> Asked {
    let mut asked = Asked::new();
    let Some(info) = info else { return asked };
    for table in info.ext.iter().flat_map(|ext| &ext.core_relos) {
        let slots = asked.entry(info.btf.strings.text(table.section).into_owned()).or_default();
        slots.extend(table.records.iter().map(|record| u64::from(record.insn_off) / INSN_SIZE));
    }
    asked
}

/// Writes the addition in place of the or; returns true on success.
fn put(section: &mut Section, or: Insn, endian: Endian) -> bool {
    let Contents::Bytes(bytes) = &mut section.contents else { return false };
    let Ok(start) = usize::try_from(or.slot * INSN_SIZE) else { return false };
    let sum = Insn { code: ADD, ..or }.encode(endian);
    let place = bytes.get_mut(start..).and_then(|rest| rest.first_chunk_mut());
    place.map(|place| *place = sum).is_some()
}
