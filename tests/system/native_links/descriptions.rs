//! The types of linked objects: what contradicts the rest of the object, and what another linker does not have.

use std::{collections::BTreeSet, fs, path::Path};

use bpf_linker::internals::{elf::Elf, object::Object, report::Origin};
use btf::{Btf, Info, Kind, Linkage, StrOff, TypeId, co_re::CoreReloKind, rules::kind_word, walk};

/// The levels of types to compare.
const DEPTH: usize = 3;

fn read(object: &Path) -> (Elf, Info) {
    let bytes = fs::read(object).unwrap_or_else(|error| panic!("{object:?}: {error}"));
    let object = Object::parse(&bytes, Origin::whole("linked")).expect("linkers write objects");
    (object.elf, object.btf.expect("the objects have BTF"))
}

/// Returns what the types say and the symbols or instructions contradict.
pub fn faults(object: &Path) -> Vec<String> {
    let (elf, info) = read(object);
    let mut faults = Vec::new();
    for (_, ty) in info.btf.iter() {
        let Kind::Datasec(section) = &ty.kind else { continue };
        let name = info.btf.strings.text(ty.name);
        let Some(id) = elf.section_named(&name) else { continue };
        let symbols = elf.symbols_in(id);
        for entry in &section.entries {
            let variable = info.btf.name(entry.ty);
            match info.btf.get(entry.ty).map(|ty| &ty.kind) {
                Some(Kind::Var { linkage: Linkage::Global, .. }) => {
                    let offset = u64::from(entry.offset);
                    let is_there = |name: &str, value| name == variable && value == offset;
                    if !symbols.iter().any(|(_, symbol)| is_there(&symbol.name, symbol.value)) {
                        faults.push(format!("{variable} is not at {offset} of {name}"));
                    }
                }
                Some(Kind::Var { linkage: Linkage::Extern, .. }) => {
                    faults.push(format!("extern {variable} is listed in {name}"));
                }
                _ => {}
            }
        }
    }
    faults.extend(wrong_numbers(&elf, &info));
    faults
}

/// Returns the queries for a type's number whose instructions have another number.
fn wrong_numbers(elf: &Elf, info: &Info) -> Vec<String> {
    let mut faults = Vec::new();
    for table in info.ext.iter().flat_map(|ext| &ext.core_relos) {
        let name = info.btf.strings.text(table.section);
        let section = elf.section_named(&name).and_then(|id| elf.sections.get(&id));
        let bytes = section.unwrap_or_else(|| panic!("no section {name}")).bytes();
        for relo in &table.records {
            let local = CoreReloKind::from_raw(relo.kind) == Some(CoreReloKind::TypeIdLocal);
            let at = relo.insn_off as usize + 4;
            let number = bytes[at..].first_chunk().copied().map(u32::from_le_bytes);
            if local && number != Some(relo.ty.0) {
                faults.push(format!("{number:?} instead of {} at {at} of {name}", relo.ty.0));
            }
        }
    }
    faults
}

/// Demands that each type of `ours` has its equal in `theirs`. Ours are fewer: what nothing uses is gone.
pub fn compare(ours: &Path, theirs: &Path) {
    let [ours, theirs] = [ours, theirs].map(types);
    let missing: Vec<&String> = ours.difference(&theirs).collect();
    assert!(missing.is_empty(), "libbpf's linker does not have\n{missing:#?}");
}

/// Demands that both have the same types; `theirs` may have others with one of the texts of `only_theirs`.
pub fn compare_all(ours: &Path, theirs: &Path, only_theirs: &[String]) {
    compare(ours, theirs);
    let [ours, theirs] = [ours, theirs].map(types);
    let mut missing: Vec<&String> = theirs.difference(&ours).collect();
    missing.retain(|ty| !only_theirs.iter().any(|text| ty.contains(text)));
    assert!(missing.is_empty(), "this linker does not have\n{missing:#?}");
}

/// Returns the types of `object` other than `DATASEC`s as text.
fn types(object: &Path) -> BTreeSet<String> {
    let (_, info) = read(object);
    let types = info.btf.iter().filter(|(_, ty)| !matches!(ty.kind, Kind::Datasec(_)));
    types.map(|(id, _)| shown(&info.btf, id, DEPTH)).collect()
}

/// Shows a type with all that it refers to, down to some depth.
fn shown(btf: &Btf, id: TypeId, depth: usize) -> String {
    let Some(ty) = btf.get(id) else { return "void".to_owned() };
    let mut bare = ty.clone();
    let mut names = Vec::new();
    walk::names(ty, |name| names.push(btf.strings.text(name).into_owned()));
    walk::names_mut(&mut bare, |name| *name = StrOff::EMPTY);
    let mut inner = Vec::new();
    walk::refs_mut(&mut bare, |id| {
        inner.push(if depth == 0 { String::new() } else { shown(btf, *id, depth - 1) });
        *id = TypeId::VOID;
    });
    // A function that only the output uses is static again.
    if let Kind::Func { linkage, .. } | Kind::Var { linkage, .. } = &mut bare.kind {
        *linkage = Linkage::Static;
    }
    format!("{} {names:?} {:?} {inner:?}", kind_word(&ty.kind), bare.kind)
}
