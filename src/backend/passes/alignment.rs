//! Adjusts the alignment of memory that is copied.
//!
//! `--bpf-expand-memcpy-in-order` copies in units of the common alignment of both pointers, and generates code for
//! units of at most 8 bytes: with larger ones, as for structures that hold a `u128`, LLVM crashes
//! (`BPFInstrInfo::expandMEMCPY`, LLVM 19 to 23). Copies of more than 1024 bytes get there without that option, too.
//! Both the alignment that a copy promises and the one that `CodeGenPrepare` derives from the pointers and sets on the
//! copy are limited.
//!
//! The option does not align variables on the stack, unlike LLVM's usual expansion. Many sources rely on that
//! unknowingly: they use `&header.ip` of a packed structure as a pointer to aligned words.

use super::super::session::Session;
use crate::llvm::{Global, Instruction, Module};

/// The widest unit of a copy.
const WIDEST: u32 = 8;

/// Aligns stack variables used in copies to the width of the copy, at most 8 bytes. Variables that are only copied
/// from, which LLVM leaves alone, are aligned only as far as the frame has room.
pub(super) fn align_stack(module: &Module<'_>) {
    for function in module.defined_functions() {
        let copies = function.instructions().filter(|call| is_call_of(*call, &COPIES));
        let copies = copies.collect::<Vec<_>>();
        if copies.is_empty() {
            continue;
        }
        let places: &[u32] = if has_room(module, function) { &[0, 1] } else { &[0] };
        for call in copies {
            let bytes = call.constant_operand(2).and_then(|bytes| u32::try_from(bytes).ok());
            let Some(bytes) = bytes else { continue };
            let unit = 1 << bytes.min(WIDEST).checked_ilog2().unwrap_or(0);
            places.iter().for_each(|index| call.align_stack_operand(*index, unit));
        }
    }
}

const COPIES: [&str; 2] = ["llvm.memcpy.", "llvm.memmove."];

/// The most bytes of variables, each rounded up to words, that leave room for spills by code generation.
const ROOM: u64 = 448;

fn has_room(module: &Module<'_>, function: Global<'_>) -> bool {
    let sizes = function.instructions().map(|instruction| instruction.stack_bytes(module));
    let words = sizes.map(|bytes| bytes.div_ceil(WIDEST.into()));
    words.fold(0, u64::saturating_add) <= ROOM / u64::from(WIDEST)
}

/// Limits the units of copies in code generation to 8 bytes.
pub(in crate::backend) fn limit<'s>(session: &'s Session<'_>, module: &Module<'s>) {
    let context = &session.context;
    for call in calls(module, &["llvm.memcpy.p", "llvm.memcpy.inline."]) {
        let places = [0, 1];
        for index in places {
            call.limit_argument_alignment(context, index, WIDEST.into());
        }
        if places.into_iter().all(|index| call.may_be_aligned_beyond(index, WIDEST)) {
            if let Some(annotation) = module.annotation(context) {
                call.hide_operand(context, annotation, 1);
            }
        }
    }
}

/// Returns the calls of functions whose names begin with one of `names`.
fn calls<'s>(module: &Module<'s>, names: &[&str]) -> Vec<Instruction<'s>> {
    let bodies = module.defined_functions();
    bodies.flat_map(Global::instructions).filter(|call| is_call_of(*call, names)).collect()
}

fn is_call_of(call: Instruction<'_>, names: &[&str]) -> bool {
    call.callee().map(Global::name).is_some_and(|name| names.iter().any(|it| name.starts_with(it)))
}
