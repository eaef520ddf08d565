//! Visitors of every type number and every string offset.
//!
//! Renumbering, pruning, dedup and compaction are all built on these few functions, so the locations of numbers are
//! known in one file only.

use super::{
    Info,
    model::{Kind, Type, TypeId},
    strings::StrOff,
};

/// Calls `visit` with every type that `ty` refers to, in stored order.
pub fn refs(ty: &Type, mut visit: impl FnMut(TypeId)) {
    match &ty.kind {
        Kind::Ptr(id)
        | Kind::Typedef(id)
        | Kind::Volatile(id)
        | Kind::Const(id)
        | Kind::Restrict(id)
        | Kind::Func { proto: id, .. }
        | Kind::Var { ty: id, .. }
        | Kind::TypeTag { ty: id, .. } => visit(*id),
        Kind::DeclTag(tag) => visit(tag.ty),
        Kind::Array(array) => [array.elem, array.index].into_iter().for_each(visit),
        Kind::Struct(it) | Kind::Union(it) => it.members.iter().for_each(|member| visit(member.ty)),
        Kind::FuncProto(it) => {
            visit(it.ret);
            it.params.iter().for_each(|param| visit(param.ty));
        }
        Kind::Datasec(it) => it.entries.iter().for_each(|entry| visit(entry.ty)),
        Kind::Int(_) | Kind::Enum(_) | Kind::Enum64(_) | Kind::Fwd(_) | Kind::Float(_) => {}
    }
}

/// Calls `visit` with a mutable reference to every type number in `ty`, in stored order.
pub fn refs_mut(ty: &mut Type, mut visit: impl FnMut(&mut TypeId)) {
    match &mut ty.kind {
        Kind::Ptr(id)
        | Kind::Typedef(id)
        | Kind::Volatile(id)
        | Kind::Const(id)
        | Kind::Restrict(id)
        | Kind::Func { proto: id, .. }
        | Kind::Var { ty: id, .. }
        | Kind::TypeTag { ty: id, .. } => visit(id),
        Kind::DeclTag(tag) => visit(&mut tag.ty),
        Kind::Array(array) => [&mut array.elem, &mut array.index].into_iter().for_each(visit),
        Kind::Struct(it) | Kind::Union(it) => {
            it.members.iter_mut().for_each(|member| visit(&mut member.ty));
        }
        Kind::FuncProto(it) => {
            visit(&mut it.ret);
            it.params.iter_mut().for_each(|param| visit(&mut param.ty));
        }
        Kind::Datasec(it) => it.entries.iter_mut().for_each(|entry| visit(&mut entry.ty)),
        Kind::Int(_) | Kind::Enum(_) | Kind::Enum64(_) | Kind::Fwd(_) | Kind::Float(_) => {}
    }
}

/// Calls `visit` with every string offset in `ty`, its own name first.
pub fn names(ty: &Type, mut visit: impl FnMut(StrOff)) {
    visit(ty.name);
    match &ty.kind {
        Kind::Struct(it) | Kind::Union(it) => {
            it.members.iter().for_each(|member| visit(member.name))
        }
        Kind::Enum(it) | Kind::Enum64(it) => {
            it.variants.iter().for_each(|variant| visit(variant.name))
        }
        Kind::FuncProto(it) => it.params.iter().for_each(|param| visit(param.name)),
        _ => {}
    }
}

/// Calls `visit` with a mutable reference to every string offset in `ty`, its own name first.
pub fn names_mut(ty: &mut Type, mut visit: impl FnMut(&mut StrOff)) {
    visit(&mut ty.name);
    match &mut ty.kind {
        Kind::Struct(it) | Kind::Union(it) => {
            it.members.iter_mut().for_each(|member| visit(&mut member.name));
        }
        Kind::Enum(it) | Kind::Enum64(it) => {
            it.variants.iter_mut().for_each(|variant| visit(&mut variant.name));
        }
        Kind::FuncProto(it) => it.params.iter_mut().for_each(|param| visit(&mut param.name)),
        _ => {}
    }
}

impl Info {
    /// Calls `visit` with a mutable reference to every type number in `.BTF` and `.BTF.ext`.
    pub fn refs_mut(&mut self, mut visit: impl FnMut(&mut TypeId)) {
        self.btf.types.iter_mut().for_each(|ty| refs_mut(ty, &mut visit));
        if let Some(ext) = &mut self.ext {
            ext.refs_mut(visit);
        }
    }

    /// Calls `visit` with a mutable reference to every string offset in `.BTF` and `.BTF.ext`.
    pub fn names_mut(&mut self, mut visit: impl FnMut(&mut StrOff)) {
        self.btf.types.iter_mut().for_each(|ty| names_mut(ty, &mut visit));
        if let Some(ext) = &mut self.ext {
            ext.names_mut(visit);
        }
    }
}
