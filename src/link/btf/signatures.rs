//! Signatures by which the kernel can verify a global function.

use std::collections::BTreeSet;

use super::functions::described;
use crate::{
    btf::{Btf, Info, Kind, TypeId, builder::narrow},
    elf::{Binding, Elf, SymbolId},
    object::{self, Callee, Function},
    plan::Exports,
};

/// Makes called subprograms local if the kernel would refuse their signature: it verifies a local function at its
/// calls, with the actual arguments. Functions that `exports` names stay.
pub fn hide_unverifiable(elf: &mut Elf, info: &Info, exports: &Exports) {
    let Some(ext) = &info.ext else { return };
    let functions = object::functions(elf);
    let (described, called) = (described(&info.btf, ext), called(&functions));
    for function in functions.iter().filter(|it| !it.is_program() && called.contains(&it.symbol)) {
        let place = (function.section_name.clone(), narrow(function.offset));
        let is_verifiable = described.get(&place).is_none_or(|ty| is_verifiable(&info.btf, *ty));
        if is_verifiable || exports.named(&function.name).is_some() {
            continue;
        }
        if let Some(symbol) = elf.symbols.get_mut(&function.symbol) {
            symbol.binding = Binding::Local;
        }
    }
}

fn called(functions: &[Function]) -> BTreeSet<SymbolId> {
    let references = functions.iter().flat_map(|function| &function.references);
    let callees = references.filter_map(|reference| match reference.callee {
        Callee::Function(symbol) => Some(symbol),
        _ => None,
    });
    callees.collect()
}

/// Returns true unless every kernel up to 7.0 refuses a call of `func` as a global function, whatever it does
/// (`btf_prepare_func_args` of `kernel/bpf/btf.c`): it must return an integer, and its parameters must be integers or
/// pointers to something with a size. Tags of `func` give its parameters another meaning (`__arg_ctx`).
fn is_verifiable(btf: &Btf, func: TypeId) -> bool {
    let Some(Kind::Func { proto, .. }) = btf.get(func).map(|ty| &ty.kind) else { return true };
    let Some(Kind::FuncProto(proto)) = btf.get(*proto).map(|ty| &ty.kind) else { return true };
    if !matches!(btf.unmodified(proto.ret), Some(Kind::Int(_) | Kind::Enum(_) | Kind::Enum64(_))) {
        return false;
    }
    let passable = |ty| match btf.unmodified(ty) {
        Some(Kind::Ptr(to)) => has_size(btf, *to),
        Some(Kind::Struct(_) | Kind::Union(_) | Kind::Float(_)) => false,
        _ => true,
    };
    proto.params.iter().all(|parameter| passable(parameter.ty)) || is_tagged(btf, func)
}

fn has_size(btf: &Btf, ty: TypeId) -> bool {
    !matches!(btf.unmodified(ty), None | Some(Kind::Fwd(_) | Kind::FuncProto(_)))
}

fn is_tagged(btf: &Btf, func: TypeId) -> bool {
    btf.iter().any(|(_, ty)| matches!(&ty.kind, Kind::DeclTag(tag) if tag.ty == func))
}
