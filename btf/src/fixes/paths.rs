//! Conversion of symbolic CO-RE paths to the numbers that loaders read.
//!
//! A query from Rust has the path as written in the source, `.se.load.weight` or `.slots[3].0`, because the members
//! of a type in BTF are known only here. Loaders expect numbers, `0:4:1:1`: first an index as if the root were an
//! array, then members and elements. As in C, names are also found inside unnamed members. Numeric paths, from clang,
//! remain unchanged.

use std::collections::BTreeSet;

use super::{
    super::{
        Info,
        co_re::{self, CoreReloKind, Subject},
        ext::{CoreRelo, records_mut},
        model::{Array, Btf, Kind, TypeId},
        rules,
    },
    shapes,
    steps::{Part, parts},
};
use crate::error::{Error, Result};

/// The separator between a path and the kind that the field is asked for, if that is not its own; see [`shapes`].
const SHAPE: char = '!';

/// Converts each symbolic path in `.BTF.ext` to numbers. This must run while members have the names of the source.
///
/// # Errors
/// Returns an error if a path is invalid, with the type, the path and the missing part.
pub fn resolve(info: &mut Info) -> Result<()> {
    let Info { btf, ext: Some(ext) } = info else { return Ok(()) };
    for relo in records_mut(&mut ext.core_relos) {
        let text = btf.strings.text(relo.access).into_owned();
        if text.starts_with(['.', '[']) {
            let (path, place) = co_re::split(&text);
            let (path, shape) =
                path.split_once(SHAPE).map_or((path, None), |(path, shape)| (path, Some(shape)));
            let mut numbers =
                numbers(btf, *relo, path).map_err(|fact| lost(btf, *relo, path, place, &fact))?;
            if let Some((root, others)) =
                shape.and_then(|shape| shapes::field(btf, relo.ty, path, shape))
            {
                (relo.ty, numbers) = (root, others);
            }
            let numbers = numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(":");
            relo.access = btf.strings.intern(numbers.as_bytes());
        }
    }
    Ok(())
}

fn lost(btf: &Btf, relo: CoreRelo, path: &str, place: Option<&str>, fact: &str) -> Error {
    let root = btf.name(rules::base_of(btf, relo.ty));
    Error::LostPath {
        path: path.to_owned(),
        root: root.into_owned(),
        fact: fact.to_owned(),
        place: place.map(str::to_owned),
    }
}

fn numbers(btf: &Btf, relo: CoreRelo, path: &str) -> Result<Vec<usize>, String> {
    match CoreReloKind::from_raw(relo.kind).map(CoreReloKind::subject) {
        Some(Subject::EnumValue) => {
            return enumerator(btf, relo.ty, path).map(|index| vec![index]);
        }
        Some(Subject::Type) => return Ok(vec![0]),
        Some(Subject::Field) => {}
        None => return Err(format!("the linker knows no query of kind {}", relo.kind)),
    }
    let mut id = relo.ty;
    let mut numbers = vec![0];
    for part in parts(path) {
        id = rules::base_of(btf, id);
        id = match part? {
            Part::Index(index) => {
                numbers.push(index);
                element(btf, id)?.elem
            }
            Part::Name(name) => {
                let (steps, ty) = member(btf, id, name)
                    .ok_or_else(|| format!("`{}` has no member `{name}`", btf.name(id)))?;
                numbers.extend(steps);
                ty
            }
        };
    }
    Ok(numbers)
}

fn element(btf: &Btf, id: TypeId) -> Result<Array, String> {
    match btf.get(id).map(|ty| &ty.kind) {
        Some(Kind::Array(array)) => Ok(*array),
        _ => Err(format!("`{}` is no array", btf.name(id))),
    }
}

/// Returns the numbers that lead to member `name` of `id`, and its type; more than one through unnamed members.
fn member(btf: &Btf, id: TypeId, name: &str) -> Option<(Vec<usize>, TypeId)> {
    search(btf, id, name, &mut BTreeSet::new())
}

/// Searches each type once, so that the search also ends for a type that contains itself.
fn search(
    btf: &Btf,
    id: TypeId,
    name: &str,
    seen: &mut BTreeSet<TypeId>,
) -> Option<(Vec<usize>, TypeId)> {
    let id = rules::base_of(btf, id);
    let (Kind::Struct(it) | Kind::Union(it)) = &btf.get(id)?.kind else { return None };
    if !seen.insert(id) {
        return None;
    }
    let is_named = |found: &[u8]| found == name.as_bytes() || is_tuple_field(found, name);
    if let Some(index) = it.members.iter().position(|member| is_named(btf.strings.get(member.name)))
    {
        return Some((vec![index], it.members.get(index)?.ty));
    }
    let mut nameless = it.members.iter().enumerate().filter(|(_, member)| member.name.is_empty());
    nameless.find_map(|(index, member)| {
        let (mut steps, ty) = search(btf, member.ty, name, seen)?;
        steps.insert(0, index);
        Some((steps, ty))
    })
}

/// Returns true for a tuple field: field `0` of a tuple is member `__0` in debug info.
fn is_tuple_field(found: &[u8], name: &str) -> bool {
    found.strip_prefix(b"__") == Some(name.as_bytes())
        && name.bytes().all(|byte| byte.is_ascii_digit())
}

fn enumerator(btf: &Btf, id: TypeId, path: &str) -> Result<usize, String> {
    let id = rules::base_of(btf, id);
    let Some(Kind::Enum(it) | Kind::Enum64(it)) = btf.get(id).map(|ty| &ty.kind) else {
        return Err(format!("`{}` is no enum of plain values", btf.name(id)));
    };
    let name = path.trim_start_matches('.');
    let found =
        it.variants.iter().position(|variant| btf.strings.get(variant.name) == name.as_bytes());
    found.ok_or_else(|| format!("`{}` has no value `{name}`", btf.name(id)))
}
