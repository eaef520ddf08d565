//! Variables that are smaller than their types.
//!
//! LLVM splits a variable that is private to the program into the parts that are used, and shrinks a variable with
//! only two values (`GlobalOpt`). Each part keeps the debug info of the whole, so its `VAR` has a type that is larger
//! than its symbol, which the kernel refuses (`btf_datasec_resolve`). The type becomes an integer or a byte array of
//! the size in the section.

use super::externs;
use crate::btf::{Btf, Info, Kind, Linkage, SecEntry, TypeId, builder, rules};

/// Replaces the type of each variable that has less room in its section than the type requires.
pub(super) fn shrink_split(info: &mut Info) {
    let btf = &mut info.btf;
    let sections = btf.iter().filter(|(id, _)| !externs::is_section(&btf.name(*id)));
    let entries = sections.flat_map(|(_, ty)| match &ty.kind {
        Kind::Datasec(section) => section.entries.as_slice(),
        _ => &[],
    });
    let split: Vec<SecEntry> = entries.copied().filter(|entry| is_split(btf, *entry)).collect();
    for entry in split {
        let bytes = builder::bytes(btf, entry.size);
        if let Some(Kind::Var { ty, .. }) = btf.get_mut(entry.ty).map(|var| &mut var.kind) {
            *ty = bytes;
        }
    }
}

fn is_split(btf: &Btf, entry: SecEntry) -> bool {
    let size = |ty: TypeId| rules::size_of(btf, ty);
    match btf.get(entry.ty).map(|var| &var.kind) {
        Some(Kind::Var { ty, linkage }) if *linkage != Linkage::Extern => {
            size(*ty).is_some_and(|size| size > u64::from(entry.size))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::shrink_split;
    use crate::{
        bpf::target::Endian,
        btf::{Array, Btf, Composite, Datasec, Info, Kind, Linkage, SecEntry, StrOff},
    };

    /// Returns the type of a variable whose struct takes `whole` bytes, of which its section has `part`.
    fn shrunk(section: &str, whole: u32, part: u32) -> Kind {
        let mut info = Info { btf: Btf::new(Endian::Little), ext: None };
        let btf = &mut info.btf;
        let kind = Kind::Struct(Composite { size: whole, ..Composite::default() });
        let ty = btf.push(StrOff::EMPTY, kind);
        let name = btf.strings.intern(b"x.0");
        let var = btf.push(name, Kind::Var { ty, linkage: Linkage::Static });
        let name = btf.strings.intern(section.as_bytes());
        let entries = vec![SecEntry { ty: var, offset: 0, size: part }];
        btf.push(name, Kind::Datasec(Datasec { size: whole, entries }));
        shrink_split(&mut info);
        let Some(Kind::Var { ty, .. }) = info.btf.get(var).map(|ty| &ty.kind) else {
            panic!("it is a variable")
        };
        info.btf.get(*ty).expect("its type is there").kind.clone()
    }

    #[test]
    fn a_part_becomes_an_integer_or_bytes_and_a_whole_stays() {
        assert!(
            matches!(shrunk(".data", 24, 8), Kind::Int(int) if int.size == 8 && int.bits == 64)
        );
        assert!(matches!(shrunk(".data", 24, 12), Kind::Array(Array { len: 12, .. })));
        assert!(matches!(shrunk(".data", 24, 24), Kind::Struct(_)));
        assert!(matches!(shrunk(".kconfig", 24, 1), Kind::Struct(_)));
    }
}
