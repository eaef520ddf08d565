//! Rules for a map's definition (libbpf's `parse_btf_map_def`, tools/lib/bpf/libbpf.c).

use std::collections::BTreeMap;

use super::{NUMBERS, WIDE, is_number, is_wide};
use crate::btf::{Info, Kind, TypeId, map_def::encoded_number, rules};

/// Map types that hold maps or programs, which `values` may list (`enum bpf_map_type`).
const PROG_ARRAY: u32 = 3;
const OF_MAPS: [u32; 2] = [12, 13];
/// The size of a value in such maps: a file descriptor.
const VALUE_OF_ENTRY: u32 = 4;
/// `LIBBPF_PIN_BY_NAME`.
const MOST_PINNING: u32 = 1;

/// The level of a definition.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// The definition of a map.
    Outer,
    /// The definition of the maps that a map of maps holds.
    Inner,
}

/// Returns the reason why loaders refuse the definition `ty`, or `None` if they accept it.
pub(super) fn fault(info: &Info, ty: TypeId, level: Level) -> Option<String> {
    let Some(Kind::Struct(definition)) = info.btf.unmodified(ty) else {
        return Some("it is no struct".to_owned());
    };
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let last = definition.members.len().saturating_sub(1);
    for (index, member) in definition.members.iter().enumerate() {
        let name = info.btf.strings.text(member.name).into_owned();
        let kind = info.btf.unmodified(member.ty);
        let odd = || Some(format!("its member `{name}` is not of the form that a map's has"));
        let fault = match name.as_str() {
            "values" if index < last => Some("its member `values` is not the last one".to_owned()),
            "values" => note("value_size", VALUE_OF_ENTRY, &mut numbers)
                .or_else(|| values_fault(info, kind, &numbers, level)),
            "pinning" if level == Level::Inner => Some("it has `pinning`".to_owned()),
            "key" | "value" => match kind {
                Some(Kind::Ptr(to)) => size_fault(info, &name, *to, &mut numbers),
                _ => odd(),
            },
            WIDE if is_wide(kind) => None,
            number if NUMBERS.contains(&number) && is_number(info, kind) => {
                let value = number_of(info, kind).unwrap_or_default();
                number_fault(&name, value, &mut numbers)
            }
            number if NUMBERS.contains(&number) => odd(),
            // Members unknown to libbpf are a warning: another loader may accept them.
            _ => None,
        };
        if fault.is_some() {
            return fault;
        }
    }
    let has_type = numbers.get("type").is_some_and(|kind| *kind != 0);
    (!has_type).then(|| "it has no `type`".to_owned())
}

/// Returns the number that a pointer to an array encodes.
fn number_of(info: &Info, kind: Option<&Kind>) -> Option<u32> {
    let Some(Kind::Ptr(to)) = kind else { return None };
    encoded_number(&info.btf, *to)
}

fn number_fault(name: &str, value: u32, numbers: &mut BTreeMap<String, u32>) -> Option<String> {
    match name {
        "pinning" if value > MOST_PINNING => Some(format!("its `pinning` is {value}, not 0 or 1")),
        _ => note(name, value, numbers),
    }
}

/// Records `value`; returns a fault if another member gave a different one.
fn note(name: &str, value: u32, numbers: &mut BTreeMap<String, u32>) -> Option<String> {
    let former = numbers.insert(name.to_owned(), value)?;
    (former != value)
        .then(|| format!("its `{name}` is {former} bytes by one member, {value} by another"))
}

fn size_fault(
    info: &Info,
    name: &str,
    target: TypeId,
    numbers: &mut BTreeMap<String, u32>,
) -> Option<String> {
    let size = rules::size_of(&info.btf, target).and_then(|size| u32::try_from(size).ok());
    match size {
        Some(size) => note(&format!("{name}_size"), size, numbers),
        None => Some(format!("the type of its `{name}` has no size: it is only declared")),
    }
}

fn values_fault(
    info: &Info,
    kind: Option<&Kind>,
    numbers: &BTreeMap<String, u32>,
    level: Level,
) -> Option<String> {
    if level == Level::Inner {
        return Some("a map in a map holds `values` too: two levels are the most".to_owned());
    }
    let Some(Kind::Array(array)) =
        kind.filter(|kind| matches!(kind, Kind::Array(it) if it.len == 0))
    else {
        return Some("its `values` are no array without a length".to_owned());
    };
    let kind = numbers.get("type").copied().unwrap_or_default();
    let Some(Kind::Ptr(to)) = info.btf.unmodified(array.elem) else {
        return Some("its `values` are no pointers".to_owned());
    };
    if OF_MAPS.contains(&kind) {
        return fault(info, *to, Level::Inner).map(|fault| format!("of the maps in it: {fault}"));
    }
    let is_function = matches!(info.btf.unmodified(*to), Some(Kind::FuncProto(_)));
    match kind {
        PROG_ARRAY if is_function => None,
        PROG_ARRAY => Some("its `values` are no functions".to_owned()),
        _ => Some("only maps of maps and arrays of programs have `values`".to_owned()),
    }
}
