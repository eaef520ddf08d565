//! Types without values: number 0 where a value is required, and integers without bits.
//!
//! LLVM drops a debug type whose encoding BTF cannot express and refers to `void` instead; among Rust's types this is
//! `char` alone (DW_ATE_UTF). So `void` where C does not allow it means `char`. It is described as the unsigned
//! 32-bit integer it is, under C's name for it: with an integer of 4 bytes called `char`, every C header that bpftool
//! generates would be wrong. (LLVM 23 supports the encoding, and uses that name.)
//!
//! `()` and `!` arrive as integers of no bits, of which the kernel allows no array; as structs of no bytes they match
//! the `struct {}` of C compilers, and are allowed everywhere.

use std::collections::BTreeSet;

use super::super::{
    Info,
    model::{Btf, Composite, DeclTag, Int, Kind, Linkage, Param, TypeId},
    rules,
};

/// C11's name for Rust's `char`.
const CHAR: &[u8] = b"char32_t";

/// Replaces `void` by `char` where `void` is invalid.
pub fn void_values(info: &mut Info) {
    let btf = &mut info.btf;
    rename_char(btf);
    if !btf.types.iter().any(|ty| has_void_value(&ty.kind)) {
        return;
    }
    let char = char_type(btf);
    for ty in &mut btf.types {
        replace_void_values(&mut ty.kind, char);
    }
}

/// Returns true if `kind` uses `void` as a value. Anonymous members of type `void` are not `char`: LLVM before 20
/// emits them for a Rust enum's variants, and [`members`](super::members) drops them.
fn has_void_value(kind: &Kind) -> bool {
    match kind {
        Kind::Struct(it) | Kind::Union(it) => {
            it.members.iter().any(|member| is_void(member.ty, !member.name.is_empty()))
        }
        Kind::Array(array) => array.elem.is_void(),
        Kind::Var { ty, linkage } => is_void(*ty, *linkage != Linkage::Extern),
        Kind::FuncProto(it) => {
            let count = it.params.len();
            it.params.iter().enumerate().any(|(index, param)| is_value(count, index, *param))
        }
        _ => false,
    }
}

const fn is_void(ty: TypeId, value: bool) -> bool {
    ty.is_void() && value
}

/// Returns true if `param` is a value of type `void`; the last of `count` without name marks a variadic function.
const fn is_value(count: usize, index: usize, param: Param) -> bool {
    let last = index + 1 == count;
    is_void(param.ty, !(last && param.name.is_empty()))
}

fn replace_void_values(kind: &mut Kind, char: TypeId) {
    match kind {
        Kind::Struct(it) | Kind::Union(it) => {
            let voids =
                it.members.iter_mut().filter(|member| is_void(member.ty, !member.name.is_empty()));
            voids.for_each(|member| member.ty = char);
        }
        Kind::Array(array) if array.elem.is_void() => array.elem = char,
        Kind::Var { ty, linkage } if is_void(*ty, *linkage != Linkage::Extern) => *ty = char,
        Kind::FuncProto(it) => {
            let count = it.params.len();
            let params = it.params.iter_mut().enumerate();
            params
                .filter(|(index, param)| is_value(count, *index, **param))
                .for_each(|(_, param)| param.ty = char);
        }
        _ => {}
    }
}

/// Renames Rust's `char`: in C, `char` has one byte.
fn rename_char(btf: &mut Btf) {
    for ty in &mut btf.types {
        if matches!(&ty.kind, Kind::Int(it) if it.size == 4) && btf.strings.get(ty.name) == b"char"
        {
            ty.name = btf.strings.intern(CHAR);
        }
    }
}

fn char_type(btf: &mut Btf) -> TypeId {
    let kind = Kind::Int(Int { size: 4, encoding: 0, offset: 0, bits: 32 });
    let same = btf.iter().find(|(_, ty)| ty.kind == kind && btf.strings.get(ty.name) == CHAR);
    if let Some((id, _)) = same {
        return id;
    }
    let name = btf.strings.intern(CHAR);
    btf.push(name, kind)
}

/// Replaces integers of no bits by structs of no bytes, `unit` and `never`; functions that return one return `void`.
pub fn bitless_ints(info: &mut Info) {
    let btf = &mut info.btf;
    let bitless = |kind: &Kind| matches!(kind, Kind::Int(int) if int.bits == 0);
    let found = btf.iter().filter(|(_, ty)| bitless(&ty.kind));
    let found: BTreeSet<TypeId> = found.map(|(id, _)| id).collect();
    for ty in &mut btf.types {
        match &mut ty.kind {
            Kind::FuncProto(it) if found.contains(&it.ret) => it.ret = TypeId::VOID,
            kind if bitless(kind) => *kind = Kind::Struct(Composite::default()),
            _ => {}
        }
    }
}

/// Gives enums of size 0, which are only declared, the default size of C.
pub fn sizeless_enums(info: &mut Info) {
    for ty in &mut info.btf.types {
        if let Kind::Enum(it) = &mut ty.kind {
            if it.size == 0 {
                it.size = 4;
            }
        }
    }
}

/// Drops parameters of no bytes: they take no register, so the registers of later parameters would be off by one.
///
/// The kernel counts registers by parameters when it checks a global function (`btf_prepare_func_args`).
pub fn empty_params(info: &mut Info) {
    let btf = &info.btf;
    let tagged: Vec<TypeId> =
        btf.types.iter().filter_map(|ty| tagged_proto(btf, &ty.kind)).collect();
    let protos: Vec<(TypeId, Vec<Param>)> = btf
        .iter()
        .filter(|(id, _)| !tagged.contains(id))
        .filter_map(|(id, ty)| match &ty.kind {
            Kind::FuncProto(it) => Some((id, it)),
            _ => None,
        })
        .filter(|(_, it)| it.params.iter().any(|param| is_empty(btf, param.ty)))
        .map(|(id, it)| {
            (id, it.params.iter().copied().filter(|param| !is_empty(btf, param.ty)).collect())
        })
        .collect();
    for (id, params) in protos {
        if let Some(Kind::FuncProto(it)) = info.btf.get_mut(id).map(|ty| &mut ty.kind) {
            it.params = params;
        }
    }
}

/// Returns the prototype that a tag's parameter number refers to.
fn tagged_proto(btf: &Btf, kind: &Kind) -> Option<TypeId> {
    match kind {
        Kind::DeclTag(DeclTag { ty, component, .. }) if *component >= 0 => match btf.get(*ty)?.kind
        {
            Kind::Func { proto, .. } => Some(proto),
            _ => None,
        },
        _ => None,
    }
}

fn is_empty(btf: &Btf, id: TypeId) -> bool {
    !id.is_void() && rules::size_of(btf, id) == Some(0)
}
