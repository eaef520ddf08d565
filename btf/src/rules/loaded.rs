//! The BTF of an object after libbpf's changes, as the kernel receives it.
//!
//! Externs have no address yet: their FUNC and VAR have linkage `extern`, and the DATASEC that lists them (`.ksyms`,
//! `.kconfig`) has size 0. libbpf completes them (`bpf_object__collect_externs`, tools/lib/bpf/libbpf.c), so an
//! object with externs is valid although the kernel would refuse its unchanged types.

use super::{
    super::{
        model::{Btf, Datasec, Int, Kind, Linkage, Type, TypeId},
        strings::StrOff,
    },
    kernel::FUNC_LINKAGE,
    member::{self, Size},
};
use crate::kernel::Kernel;

/// Returns the types as libbpf passes them to `kernel`.
#[must_use]
pub fn as_loaded(btf: &Btf, kernel: Kernel) -> Btf {
    let mut loaded = btf.clone();
    let sections: Vec<TypeId> =
        btf.iter().filter(|(_, ty)| is_extern_section(btf, ty)).map(|(id, _)| id).collect();
    if sections.is_empty() {
        return loaded;
    }
    let externs = Externs::new(&mut loaded, kernel);
    for id in sections {
        let Some(ty) = btf.get(id) else { continue };
        let Kind::Datasec(section) = &ty.kind else { continue };
        let completed = externs.complete(&mut loaded, section, btf.strings.get(ty.name));
        if let Some(ty) = loaded.get_mut(id) {
            ty.kind = Kind::Datasec(completed);
        }
    }
    loaded
}

fn is_extern_section(btf: &Btf, ty: &Type) -> bool {
    matches!(ty.kind, Kind::Datasec(_))
        && matches!(btf.strings.get(ty.name), b".ksyms" | b".kconfig")
}

/// The placeholders that libbpf adds.
struct Externs {
    int: TypeId,
    /// The placeholder for functions, which a DATASEC must not list.
    dummy: TypeId,
    name: StrOff,
    /// The linkage of defined functions on that kernel.
    linkage: Linkage,
}

impl Externs {
    fn new(btf: &mut Btf, kernel: Kernel) -> Self {
        let int = btf.strings.intern(b"int");
        let int =
            btf.push(int, Kind::Int(Int { size: 4, encoding: Int::SIGNED, offset: 0, bits: 32 }));
        let name = btf.strings.intern(b"dummy_ksym");
        let dummy = btf.push(name, Kind::Var { ty: int, linkage: Linkage::Global });
        let linkage = if kernel.knows(&FUNC_LINKAGE) { Linkage::Global } else { Linkage::Static };
        Self { int, dummy, name, linkage }
    }

    fn complete(&self, btf: &mut Btf, section: &Datasec, name: &[u8]) -> Datasec {
        let mut completed = section.clone();
        let mut offset = 0u32;
        for entry in &mut completed.entries {
            match btf.get(entry.ty).map(|ty| &ty.kind) {
                Some(&Kind::Func { proto, .. }) => {
                    self.complete_func(btf, entry.ty, proto);
                    (entry.ty, entry.size) = (self.dummy, 4);
                }
                Some(&Kind::Var { ty, .. }) => {
                    let ty = if name == b".ksyms" { self.int } else { ty };
                    entry.size = complete_var(btf, entry.ty, ty);
                }
                _ => {}
            }
            entry.offset = offset;
            offset = offset.saturating_add(entry.size).saturating_add(7) & !7;
        }
        completed.size = offset;
        completed
    }

    fn complete_func(&self, btf: &mut Btf, id: TypeId, proto: TypeId) {
        if let Some(ty) = btf.get_mut(id) {
            ty.kind = Kind::Func { proto, linkage: self.linkage };
        }
        if let Some(Kind::FuncProto(it)) = btf.get_mut(proto).map(|ty| &mut ty.kind) {
            let unnamed =
                it.params.iter_mut().filter(|param| param.name.is_empty() && !param.ty.is_void());
            unnamed.for_each(|param| param.name = self.name);
        }
    }
}

/// Makes one extern variable a definition of type `ty` and returns its size in bytes.
fn complete_var(btf: &mut Btf, id: TypeId, ty: TypeId) -> u32 {
    if let Some(var) = btf.get_mut(id) {
        var.kind = Kind::Var { ty, linkage: Linkage::Global };
    }
    member::size(btf, ty).map_or(0, |Size(size)| u32::try_from(size).unwrap_or(u32::MAX))
}
