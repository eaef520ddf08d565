//! What libbpf turns the BTF of an object into before the kernel sees it.
//!
//! Externs have no address yet: their FUNC and VAR say `extern`, and the DATASEC that lists them (`.ksyms`,
//! `.kconfig`) has no size. libbpf completes them (`bpf_object__collect_externs`, tools/lib/bpf/libbpf.c), so an
//! object with externs is right although the kernel would refuse its types as they stand.

use super::super::model::{Btf, Datasec, Int, Kind, Linkage, TypeId};
use super::member::{self, Size};

/// The types as libbpf hands them to the kernel.
#[must_use]
pub fn as_loaded(btf: &Btf) -> Btf {
    let mut loaded = btf.clone();
    let sections: Vec<TypeId> =
        btf.iter().filter(|(_, ty)| is_extern_section(btf, ty)).map(|(id, _)| id).collect();
    if sections.is_empty() {
        return loaded;
    }
    let name = loaded.strings.intern(b"int");
    let int =
        loaded.push(name, Kind::Int(Int { size: 4, encoding: Int::SIGNED, offset: 0, bits: 32 }));
    let name = loaded.strings.intern(b"dummy_ksym");
    let dummy = loaded.push(name, Kind::Var { ty: int, linkage: Linkage::Global });
    for id in sections {
        if let Some(Kind::Datasec(section)) = btf.get(id).map(|ty| &ty.kind) {
            let completed = complete(&mut loaded, section, dummy);
            if let Some(ty) = loaded.get_mut(id) {
                ty.kind = Kind::Datasec(completed);
            }
        }
    }
    loaded
}

fn is_extern_section(btf: &Btf, ty: &super::super::model::Type) -> bool {
    matches!(ty.kind, Kind::Datasec(_))
        && matches!(btf.strings.get(ty.name), b".ksyms" | b".kconfig")
}

fn complete(btf: &mut Btf, section: &Datasec, dummy: TypeId) -> Datasec {
    let mut completed = section.clone();
    let mut offset = 0u32;
    for entry in &mut completed.entries {
        entry.size = complete_extern(btf, entry.ty).max(1);
        if matches!(btf.get(entry.ty).map(|ty| &ty.kind), Some(Kind::Func { .. })) {
            entry.ty = dummy;
        }
        entry.offset = offset;
        offset = offset.saturating_add(entry.size).saturating_add(7) & !7;
    }
    completed.size = offset;
    completed
}

/// Gives one extern the linkage of a definition and tells its bytes.
fn complete_extern(btf: &mut Btf, id: TypeId) -> u32 {
    let proto = match btf.get_mut(id).map(|ty| &mut ty.kind) {
        Some(Kind::Func { proto, linkage }) => {
            *linkage = Linkage::Global;
            *proto
        }
        Some(Kind::Var { ty, linkage }) => {
            *linkage = Linkage::Global;
            let ty = *ty;
            if ty.is_void() {
                return complete_typeless(btf, id);
            }
            return member::size(btf, ty)
                .map_or(4, |Size(size)| u32::try_from(size).unwrap_or(u32::MAX));
        }
        _ => return 4,
    };
    name_params(btf, proto);
    4
}

/// `extern const void x __ksym`: libbpf makes it an `int`.
fn complete_typeless(btf: &mut Btf, id: TypeId) -> u32 {
    let int = btf.last_id().0 - 1;
    if let Some(Kind::Var { ty, .. }) = btf.get_mut(id).map(|ty| &mut ty.kind) {
        *ty = TypeId(int);
    }
    4
}

fn name_params(btf: &mut Btf, proto: TypeId) {
    let name = btf.strings.intern(b"dummy_ksym");
    if let Some(Kind::FuncProto(it)) = btf.get_mut(proto).map(|ty| &mut ty.kind) {
        let unnamed =
            it.params.iter_mut().filter(|param| param.name.is_empty() && !param.ty.is_void());
        unnamed.for_each(|param| param.name = name);
    }
}
