//! BTF for older kernels: unsupported kinds are removed, or expressed by supported ones.
//!
//! libbpf and aya do the same at load time, for the running kernel (`bpf_object__sanitize_btf`,
//! tools/lib/bpf/libbpf.c); this is for loaders that do not. As there, sizes and offsets remain correct; the table
//! lists the losses:
//!
//! | from | kind | becomes |
//! |---|---|---|
//! | 6.14 | tags that are attributes | nothing |
//! | 6.0 | ENUM64 | a union of integers named after its values |
//! | 6.0 | signed ENUM | ENUM |
//! | 5.17, 5.16 | TYPE_TAG, DECL_TAG | nothing |
//! | 5.13 | FLOAT | an anonymous struct of its size |
//! | 5.12 | DATASEC without variables | nothing |
//! | 5.6 | ENUM of other than 4 bytes | an integer |
//! | 5.6 | linkage of FUNC | static; externs remain, because loaders complete them |
//! | 5.2 | VAR, DATASEC, extern FUNC | nothing |
//! | 5.0 | bit fields | integers of that many bits |
//! | 4.20 | FUNC, FUNC_PROTO, func_info, line_info | nothing; a function pointer points to `void` |

use super::{
    super::{
        Info,
        ext::Ext,
        model::{Btf, Composite, Enum, FwdKind, Int, Kind, Linkage, Member, Type, TypeId},
        renumber,
        rules::{self, Kernel, names},
        strings::StrOff,
    },
    names::shorten_for,
};

/// Lowers everything that `kernel` does not support.
pub fn lower(info: &mut Info, kernel: Kernel) {
    let lacks = |feature: rules::Feature| !kernel.knows(&feature);
    if lacks(rules::BITFIELDS) {
        lower_bit_fields(&mut info.btf);
    }
    if lacks(rules::ENUM64) {
        lower_enum64(&mut info.btf);
    }
    for ty in &mut info.btf.types {
        lower_in_place(ty, kernel);
    }
    remove(info, kernel);
    if lacks(rules::FUNC) {
        if let Some(ext) = &mut info.ext {
            *ext = Ext { core_relos: std::mem::take(&mut ext.core_relos), ..Ext::default() };
        }
    }
    shorten_for(info, kernel);
}

fn lower_in_place(ty: &mut Type, kernel: Kernel) {
    let lacks = |feature: rules::Feature| !kernel.knows(&feature);
    match &mut ty.kind {
        Kind::Float(size) if lacks(rules::FLOAT) => {
            // C does not accept `float` as a struct name, so the struct is anonymous.
            ty.name = StrOff::EMPTY;
            ty.kind = Kind::Struct(Composite { size: *size, ..Composite::default() });
        }
        Kind::Enum(it) if it.size != 4 && lacks(rules::SMALL_ENUM) => {
            ty.kind = Kind::Int(integer(it))
        }
        Kind::Enum(it) if lacks(rules::SIGNED_ENUM) => it.signed = false,
        // Loaders complete externs, and identify them by their linkage.
        Kind::Func { linkage, .. } if *linkage != Linkage::Extern && lacks(rules::FUNC_LINKAGE) => {
            *linkage = Linkage::Static;
        }
        Kind::Fwd(fwd) if lacks(rules::BITFIELDS) => *fwd = FwdKind::Struct,
        _ => {}
    }
}

fn integer(it: &Enum) -> Int {
    let encoding = if it.signed { Int::SIGNED } else { 0 };
    Int {
        size: it.size,
        encoding,
        offset: 0,
        bits: u8::try_from(it.size.saturating_mul(8)).unwrap_or(0),
    }
}

fn lower_enum64(btf: &mut Btf) {
    for id in (1..=btf.last_id().0).map(TypeId) {
        let Some(Kind::Enum64(it)) = btf.get(id).map(|ty| ty.kind.clone()) else { continue };
        let name = btf.strings.intern(b"enum64_value");
        let value = Kind::Int(integer(&it));
        let known =
            btf.iter().find(|(_, ty)| ty.kind == value && ty.name == name).map(|(id, _)| id);
        let ty = known.unwrap_or_else(|| btf.push(name, value));
        let members = it.variants.iter().map(|variant| Member {
            name: variant.name,
            ty,
            offset: 0,
            width: 0,
        });
        let union = Composite { size: it.size, bitfields: false, members: members.collect() };
        if let Some(ty) = btf.get_mut(id) {
            ty.kind = Kind::Union(union);
        }
    }
}

/// Lowers bit fields: before 5.0 the integer type of a bit field had its width.
fn lower_bit_fields(btf: &mut Btf) {
    for id in (1..=btf.last_id().0).map(TypeId) {
        let Some(Kind::Struct(it) | Kind::Union(it)) = btf.get(id).map(|ty| &ty.kind) else {
            continue;
        };
        if !it.bitfields {
            continue;
        }
        let mut lowered = it.clone();
        lowered.bitfields = false;
        for member in lowered.members.iter_mut().filter(|member| member.width != 0) {
            member.ty = narrow(btf, member.ty, member.width);
            member.width = 0;
        }
        if let Some(Kind::Struct(it) | Kind::Union(it)) = btf.get_mut(id).map(|ty| &mut ty.kind) {
            *it = lowered;
        }
    }
}

fn narrow(btf: &mut Btf, id: TypeId, bits: u8) -> TypeId {
    let base = btf.get(rules::base_of(btf, id)).map(|ty| (ty.name, ty.kind.clone()));
    let (name, int) = match base {
        Some((name, Kind::Int(int))) => (name, int),
        Some((name, Kind::Enum(it) | Kind::Enum64(it))) => (name, integer(&it)),
        _ => return id,
    };
    let kind = Kind::Int(Int { bits, ..int });
    let known = btf.iter().find(|(_, ty)| ty.kind == kind && ty.name == name).map(|(id, _)| id);
    known.unwrap_or_else(|| btf.push(name, kind))
}

/// Removes types that cannot be lowered; references to them refer to their target instead, or to `void`.
fn remove(info: &mut Info, kernel: Kernel) {
    let btf = &info.btf;
    let outs: Vec<Option<TypeId>> = btf.types.iter().map(|ty| stand_in(btf, ty, kernel)).collect();
    renumber::remove(info, &outs);
}

/// Returns the replacement of a type that must be removed, or `None` for other types.
fn stand_in(btf: &Btf, ty: &Type, kernel: Kernel) -> Option<TypeId> {
    let unknown = rules::needs(ty).into_iter().any(|feature| !kernel.knows(&feature));
    match &ty.kind {
        Kind::TypeTag { ty, .. } if unknown => Some(*ty),
        Kind::DeclTag(tag) => {
            // A tag of a tag is invalid; following it could loop forever.
            let orphan = btf.get(tag.ty).is_none_or(|target| {
                matches!(target.kind, Kind::DeclTag(_)) || stand_in(btf, target, kernel).is_some()
            });
            (unknown || orphan).then_some(TypeId::VOID)
        }
        Kind::Datasec(_) => {
            let legal = names::valid(btf.strings.get(ty.name), names::Place::Section, kernel);
            (unknown || !legal).then_some(TypeId::VOID)
        }
        Kind::Func { .. } | Kind::FuncProto(_) | Kind::Var { .. } => {
            unknown.then_some(TypeId::VOID)
        }
        _ => None,
    }
}
