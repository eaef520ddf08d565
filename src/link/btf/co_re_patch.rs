//! Writes the values for the types in this object into the instructions that a loader will patch.

use std::collections::HashMap;

use crate::{
    bpf::insn::{self, Class, INSN_SIZE},
    btf::{
        Btf, CoreRelo, Info, Int, Kind,
        co_re::{
            CoreReloKind, Queries, Subject,
            access::{AccessSpec, enumerator},
        },
        rules,
    },
    elf::{Contents, Elf, SectionId},
    report::{Error, Result},
};

/// Writes the answers of `queries` and the current numbers of types into the instructions of `elf`.
///
/// # Errors
/// Returns an error if there is no answer, or it does not fit the instruction.
pub fn apply(info: &Info, queries: &Queries, elf: &mut Elf) -> Result<()> {
    let sections = elf.section_names().into_iter();
    let sections: HashMap<String, SectionId> =
        sections.map(|(name, id)| (name.to_owned(), id)).collect();
    for table in info.ext.iter().flat_map(|ext| &ext.core_relos) {
        let section = info.btf.strings.text(table.section);
        let id = sections.get(&*section).copied();
        for relo in &table.records {
            let place = queries.place(&section, relo.insn_off);
            let numbers_a_type = matches!(
                CoreReloKind::from_raw(relo.kind),
                Some(CoreReloKind::TypeIdLocal | CoreReloKind::TypeIdTarget)
            );
            if place.is_some() || numbers_a_type {
                let place = place.unwrap_or("an unknown place");
                patch(elf, (&section, id), relo.insn_off, value(&info.btf, *relo))
                    .map_err(|fact| unanswered(&info.btf, *relo, place, fact))?;
            }
        }
    }
    Ok(())
}

/// Returns the answer for the types in this object.
fn value(btf: &Btf, relo: CoreRelo) -> Option<u64> {
    let kind = CoreReloKind::from_raw(relo.kind)?;
    if kind.subject() != Subject::Field {
        return match kind {
            CoreReloKind::TypeIdLocal | CoreReloKind::TypeIdTarget => Some(u64::from(relo.ty.0)),
            CoreReloKind::TypeSize => rules::size_of(btf, relo.ty),
            CoreReloKind::EnumValue => enumerator(btf, relo).map(|(_, value)| value),
            _ => Some(1),
        };
    }
    let spec = AccessSpec::of(btf, relo)?;
    let size = rules::size_of(btf, spec.ty);
    match kind {
        CoreReloKind::FieldByteOffset => Some(spec.bits / 8),
        CoreReloKind::FieldByteSize => size,
        CoreReloKind::FieldSigned => Some(is_signed(btf, &spec).into()),
        CoreReloKind::FieldLeftShift | CoreReloKind::FieldRightShift => {
            Some(64u64.saturating_sub(size? * 8))
        }
        _ => Some(1),
    }
}

/// Returns true for a signed value, by libbpf's rule (`bpf_core_calc_field_relo`): enumerations have a sign.
fn is_signed(btf: &Btf, spec: &AccessSpec) -> bool {
    match btf.get(rules::base_of(btf, spec.ty)).map(|ty| &ty.kind) {
        Some(Kind::Int(int)) => int.encoding & Int::SIGNED != 0,
        Some(Kind::Enum(_) | Kind::Enum64(_)) => true,
        _ => false,
    }
}

/// Writes `value` as a loader would, into the instruction at `offset` of `section`.
fn patch(
    elf: &mut Elf,
    (section, id): (&str, Option<SectionId>),
    offset: u32,
    value: Option<u64>,
) -> std::result::Result<(), String> {
    let value = value.ok_or("it has none for the types in this object")?;
    let endian = elf.endian;
    let id = id.ok_or_else(|| format!("section {section} is gone"))?;
    let bytes = match elf.sections.get_mut(&id).map(|section| &mut section.contents) {
        Some(Contents::Bytes(bytes)) => bytes.get_mut(offset as usize..).unwrap_or_default(),
        _ => &mut [],
    };
    let outside = || format!("there is no instruction at byte {offset} of section {section}");
    let mut insn = insn::decode(bytes, endian).next().ok_or_else(outside)?;
    let too_large =
        |_| format!("{value} does not fit the instruction at byte {offset} of {section}");
    let low = u32::try_from(value & u64::from(u32::MAX)).map_err(too_large)?;
    match insn.class() {
        Class::Alu | Class::Alu64 => {
            insn.immediate = i32::try_from(value).map_err(too_large)?;
        }
        Class::Ldx | Class::St | Class::Stx => {
            insn.offset = i16::try_from(value).map_err(too_large)?;
        }
        Class::Ld => {
            insn.immediate = low as i32;
            let upper = u32::try_from(value >> 32).map_err(too_large)? as i32;
            let mut second = insn;
            (second.code, second.destination, second.source) = (0, 0, 0);
            (second.offset, second.immediate) = (0, upper);
            let behind = bytes.get_mut(INSN_SIZE as usize..).unwrap_or_default();
            *behind.first_chunk_mut().ok_or_else(outside)? = second.encode(endian);
        }
        Class::Jmp | Class::Jmp32 => return Err(outside()),
    }
    *bytes.first_chunk_mut().ok_or_else(outside)? = insn.encode(endian);
    Ok(())
}

fn unanswered(btf: &Btf, relo: CoreRelo, place: &str, fact: String) -> Error {
    let root = btf.name(relo.ty);
    let word = CoreReloKind::from_raw(relo.kind).map_or("unknown", CoreReloKind::word);
    Error::link(format!("the CO-RE query {word} of `{root}` cannot be answered"))
        .because(fact)
        .because(format!("it is asked at {place}"))
        .help("declare the type as it is in C, without members that only Rust knows")
}
