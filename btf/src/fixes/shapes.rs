//! Types for queries about a field of another kind.
//!
//! Loaders match fields by name and kind (`bpf_core_fields_are_compat` in tools/lib/bpf/relo_core.c): asked whether the
//! kernel has a field, they answer no if it is a pointer here and a number there. So a reader that finds no field asks
//! again for each kind, and such a question needs a type with a field of that kind: `.se.load!int` of `task_struct` is
//! `.se.load` of
//!
//! ```c
//! struct task_struct___int { struct { int load; } se; };
//! ```
//!
//! Loaders ignore the part after three underscores, and names and sizes of structures within others.

use super::steps::{Part, parts};
use crate::{
    model::{Array, Btf, Composite, Enum, Int, Kind, Member, TypeId},
    rules,
    strings::StrOff,
};

/// Adds to `btf` a type like `root` in which `path` leads to a field of kind `shape`, and returns it with the numbers of
/// the path.
///
/// Returns `None` if the path starts or ends with an unnamed member, or the shape is unknown.
pub(super) fn field(
    btf: &mut Btf,
    root: TypeId,
    path: &str,
    shape: &str,
) -> Option<(TypeId, Vec<usize>)> {
    let root = rules::base_of(btf, root);
    let is_union = matches!(btf.get(root)?.kind, Kind::Union(_));
    let steps = parts(path).collect::<Result<Vec<_>, _>>().ok()?;
    if !steps.last().is_some_and(is_named) {
        return None;
    }
    // Loaders look for names inside unnamed members, too.
    let mut steps = steps.into_iter().filter(is_named);
    let Part::Name(first) = steps.next()? else { return None };
    let (mut ty, mut size) = shaped(btf, shape)?;
    let mut numbers = Vec::new();
    for step in steps.rev() {
        match step {
            Part::Name(name) => {
                let it = holding(btf, name, ty, size);
                ty = btf.push(StrOff::EMPTY, Kind::Struct(it));
                numbers.push(0);
            }
            Part::Index(index) => {
                let len = u32::try_from(index).ok()?.checked_add(1)?;
                size = size.checked_mul(len)?;
                ty = array(btf, ty, len);
                numbers.push(index);
            }
        }
    }
    numbers.extend([0, 0]);
    numbers.reverse();
    let it = holding(btf, first, ty, size);
    let name = btf.name(root);
    // Loaders cut a name at its last suffix alone (`bpf_core_essential_name_len`).
    let essential = name.rsplit_once("___").map_or(&*name, |(essential, _)| essential);
    let name = format!("{essential}___{shape}");
    let name = btf.strings.intern(name.as_bytes());
    let kind = if is_union { Kind::Union(it) } else { Kind::Struct(it) };
    Some((btf.push(name, kind), numbers))
}

/// Returns the type of a shape and its size in bytes.
fn shaped(btf: &mut Btf, shape: &str) -> Option<(TypeId, u32)> {
    let none = StrOff::EMPTY;
    match shape {
        "int" => Some((int(btf), 4)),
        "ptr" => Some((btf.push(none, Kind::Ptr(TypeId::VOID)), 8)),
        "struct" => Some((btf.push(none, Kind::Struct(Composite::default())), 0)),
        "enum" => {
            let kind = Enum { size: 4, signed: false, variants: Vec::new() };
            Some((btf.push(none, Kind::Enum(kind)), 4))
        }
        "ints" | "ptrs" | "structs" => {
            let (element, size) = shaped(btf, shape.strip_suffix('s')?)?;
            Some((array(btf, element, 1), size))
        }
        _ => None,
    }
}

fn int(btf: &mut Btf) -> TypeId {
    let name = btf.strings.intern(b"int");
    btf.push(name, Kind::Int(Int { size: 4, encoding: Int::SIGNED, offset: 0, bits: 32 }))
}

fn array(btf: &mut Btf, elem: TypeId, len: u32) -> TypeId {
    let index = int(btf);
    btf.push(StrOff::EMPTY, Kind::Array(Array { elem, index, len }))
}

/// Returns the body of a structure or union of that size with one member.
fn holding(btf: &mut Btf, name: &str, ty: TypeId, size: u32) -> Composite {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    let name = if is_number { format!("__{name}") } else { name.to_owned() };
    let name = btf.strings.intern(name.as_bytes());
    Composite { size, bitfields: false, members: vec![Member { name, ty, offset: 0, width: 0 }] }
}

/// Returns false for a member that has no name in C, to which bindgen gives one.
fn is_named(part: &Part<'_>) -> bool {
    !matches!(part, Part::Name(name) if name.starts_with("__bindgen_anon_"))
}
