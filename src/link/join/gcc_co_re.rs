//! CO-RE records of GCC with which code reads something else than its source says.
//!
//! A record for a member of an unnamed structure or union stops at that, and loaders, which look for names, put the start
//! of the whole structure in its place (`findings/gcc-16-co-re-records-stop-at-anonymous-members.sh`). A bit field
//! under `preserve_access_index` is read without shifting, so that its neighbors are part of the value
//! (`findings/gcc-16-reads-neighbors-of-preserved-bit-fields.sh`); the macros of bpf_core_read.h ask for the shifts, too.
//! The object does not tell the purpose of a record that stops early, so both are errors.

use super::producers::Producers;
use crate::{
    btf::{
        CoreRelo, Info, SecTable,
        co_re::{
            CoreReloKind,
            access::{AccessSpec, last_member},
        },
    },
    object::Object,
    report::{Error, Result},
};

/// Checks the records of objects that GCC made.
///
/// # Errors
/// Returns an error that names the first wrong one.
pub(super) fn check(objects: &[Object], producers: &[Producers]) -> Result<()> {
    let of_gcc = objects.iter().zip(producers).filter(|(_, producers)| producers.gcc);
    for (object, _) in of_gcc {
        let Some(info) = &object.btf else { continue };
        for table in info.ext.iter().flat_map(|ext| &ext.core_relos) {
            for relo in &table.records {
                let Some(error) = fault(info, table, *relo) else { continue };
                let section = info.btf.strings.text(table.section);
                let place = object.source_of(&section, relo.insn_off.into());
                return Err(error.at(place).because(format!("{} is of GCC", object.origin)));
            }
        }
    }
    Ok(())
}

fn fault(info: &Info, table: &SecTable<CoreRelo>, relo: CoreRelo) -> Option<Error> {
    let kind = |relo: &CoreRelo| CoreReloKind::from_raw(relo.kind);
    if kind(&relo) != Some(CoreReloKind::FieldByteOffset) {
        return None;
    }
    let btf = &info.btf;
    let (member, root) = (last_member(btf, relo)?, btf.name(relo.ty));
    if member.name.is_empty() {
        return Some(
            Error::link(format!("a CO-RE record stops at an unnamed member of `{root}`"))
                .because(
                    "loaders look for names, and would put the start of the structure in its place",
                )
                .help(
                    "compile it with clang, or declare the structure without preserve_access_index",
                ),
        );
    }
    let is_shift = |other: &CoreRelo| {
        kind(other) == Some(CoreReloKind::FieldRightShift)
            && (other.ty, other.access) == (relo.ty, relo.access)
    };
    (member.width > 0 && !table.records.iter().any(is_shift)).then(|| {
        let path = AccessSpec::of(btf, relo).map(|spec| spec.path).unwrap_or_default();
        let field = format!("{root}{path}");
        Error::link(format!("an access to the bit field `{field}` reads its neighbors, too"))
            .because("its CO-RE record is for bytes, and the code does not shift them")
            .help("use BPF_CORE_READ_BITFIELD of bpf_core_read.h, or compile it with clang")
    })
}
