//! The comparison of two declarations of one symbol, by the rules of libbpf's linker (`glob_sym_btf_matches` and
//! `map_defs_match` of `linker.c`).
//!
//! Qualifiers and typedefs do not count. Structs have equal names, and equal members unless they are behind a pointer;
//! arrays have equal elements, of any number; integers and enumerations have equal sizes; functions have equal types
//! of parameters and result. A map has an equal definition.

use std::collections::HashSet;

use super::{
    pool::Pool,
    sighting::{Item, Sighting},
    text,
};
use crate::{
    model::{Composite, FuncProto, FwdKind, Kind, Type, TypeId},
    strings::StrOff,
};

/// The maximum number of qualifiers and typedefs around a type.
const WRAPPERS: usize = 256;
/// The maximum number of levels of structs, arrays and functions.
const DEPTH: usize = 64;

/// Returns the difference between two sightings of a symbol, or `None` if they agree.
pub(super) fn difference(pool: &Pool, [one, two]: &[Sighting; 2]) -> Option<String> {
    let words = [one, two].map(|sighting| match sighting.item {
        Item::Function => "function",
        Item::Variable | Item::Map => "variable",
    });
    let [first, second] = words;
    if first != second {
        return Some(format!("it is a {first} in the one and a {second} in the other"));
    }
    let mut matching = Matching { pool, seen: HashSet::new() };
    let maps = (one.item == Item::Map && two.item == Item::Map)
        .then(|| Some([matching.map(one.ty)?, matching.map(two.ty)?]))
        .flatten();
    match maps {
        Some([one, two]) => matching.maps(one, two, DEPTH),
        None => matching.types(one.ty, two.ty, Depth::Whole, DEPTH),
    }
}

/// The depth to which structs are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Depth {
    /// With their members.
    Whole,
    /// By name, behind a pointer.
    Name,
}

/// The members of a map's definition that hold numbers.
const NUMBERS: [&str; 7] =
    ["type", "key_size", "value_size", "max_entries", "map_flags", "numa_node", "pinning"];
/// The members that hold types.
const TYPES: [&str; 2] = ["key", "value"];

struct Matching<'a> {
    pool: &'a Pool,
    /// The pairs that have been compared, or are being compared.
    seen: HashSet<(TypeId, TypeId, Depth)>,
}

impl<'a> Matching<'a> {
    fn types(&mut self, one: TypeId, two: TypeId, depth: Depth, levels: usize) -> Option<String> {
        let (one, two) = (self.bare(one), self.bare(two));
        if one == two || !self.seen.insert((one, two, depth)) {
            return None;
        }
        let levels = levels.checked_sub(1)?;
        let (first, second) = (self.pool.get(one), self.pool.get(two));
        let (Some(first), Some(second)) = (first, second) else {
            return self.differ(one, two);
        };
        if depth == Depth::Name && self.declares(first, second) {
            return None;
        }
        match (&first.kind, &second.kind) {
            (Kind::Int(first), Kind::Int(second)) if first.size == second.size => None,
            (Kind::Float(first), Kind::Float(second)) if first == second => None,
            (Kind::Enum(a), Kind::Enum(b)) | (Kind::Enum64(a), Kind::Enum64(b)) => {
                let agree = first.name == second.name && a.size == b.size;
                if agree { None } else { self.differ(one, two) }
            }
            (Kind::Fwd(a), Kind::Fwd(b)) if a == b && first.name == second.name => None,
            (Kind::Ptr(a), Kind::Ptr(b)) => self.types(*a, *b, Depth::Name, levels),
            (Kind::Array(a), Kind::Array(b)) => self.types(a.elem, b.elem, depth, levels),
            (Kind::Struct(a), Kind::Struct(b)) | (Kind::Union(a), Kind::Union(b)) => {
                if first.name != second.name {
                    return self.differ(one, two);
                }
                if depth == Depth::Name { None } else { self.members(first.name, a, b, levels) }
            }
            (Kind::FuncProto(a), Kind::FuncProto(b)) => self.functions(a, b, depth, levels),
            _ => self.differ(one, two),
        }
    }

    /// Returns true if one type is the forward declaration of the other.
    fn declares(&self, one: &Type, two: &Type) -> bool {
        let declares = |declaration: &Type, definition: &Type| {
            matches!(
                (&declaration.kind, &definition.kind),
                (Kind::Fwd(FwdKind::Struct), Kind::Struct(_))
                    | (Kind::Fwd(FwdKind::Union), Kind::Union(_))
            )
        };
        one.name == two.name && (declares(one, two) || declares(two, one))
    }

    fn members(
        &mut self,
        name: StrOff,
        one: &Composite,
        two: &Composite,
        levels: usize,
    ) -> Option<String> {
        let name = self.pool.strings.text(name);
        let (first, second) = (one.members.len(), two.members.len());
        if first != second {
            return Some(format!(
                "`{name}` has {first} members in the one and {second} in the other"
            ));
        }
        one.members.iter().zip(&two.members).find_map(|(one, two)| {
            let [first, second] = [one, two].map(|member| self.pool.strings.text(member.name));
            if one.name != two.name {
                return Some(format!(
                    "a member of `{name}` is `{first}` in the one and `{second}` in the other"
                ));
            }
            if (one.offset, one.width) != (two.offset, two.width) {
                let (one, two) = (one.offset, two.offset);
                return Some(format!(
                    "member `{first}` of `{name}` is at bit {one} in the one and at bit {two} in the other"
                ));
            }
            let difference = self.types(one.ty, two.ty, Depth::Whole, levels)?;
            Some(format!("in member `{first}` of `{name}`, {difference}"))
        })
    }

    fn functions(
        &mut self,
        one: &FuncProto,
        two: &FuncProto,
        depth: Depth,
        levels: usize,
    ) -> Option<String> {
        let (first, second) = (one.params.len(), two.params.len());
        if first != second {
            return Some(format!("it has {first} parameters in the one and {second} in the other"));
        }
        let params = one.params.iter().zip(&two.params).enumerate();
        for (index, (one, two)) in params {
            if let Some(difference) = self.types(one.ty, two.ty, depth, levels) {
                return Some(format!("in parameter {}, {difference}", index.saturating_add(1)));
            }
        }
        let difference = self.types(one.ret, two.ret, depth, levels)?;
        Some(format!("in the result, {difference}"))
    }

    fn differ(&self, one: TypeId, two: TypeId) -> Option<String> {
        let [first, second] = [one, two].map(|id| text::of(self.pool, id));
        let [first_size, second_size] = [one, two].map(|id| match self.pool.get(id)?.kind {
            Kind::Int(ref int) => Some(int.size),
            Kind::Float(size) => Some(size),
            Kind::Enum(ref it) | Kind::Enum64(ref it) => Some(it.size),
            _ => None,
        });
        Some(match (first_size, second_size) {
            (Some(one), Some(two)) if first == second => {
                format!("`{first}` has {one} bytes in the one and {two} in the other")
            }
            _ => format!("`{first}` in the one is `{second}` in the other"),
        })
    }

    /// Returns the type behind all typedefs, qualifiers and type tags.
    fn bare(&self, mut id: TypeId) -> TypeId {
        for _ in 0..WRAPPERS {
            match self.pool.get(id).and_then(|ty| ty.kind.modified()) {
                Some(to) => id = to,
                None => break,
            }
        }
        id
    }

    /// Returns the struct of a map's definition.
    fn map(&self, id: TypeId) -> Option<&'a Composite> {
        match &self.pool.get(self.bare(id))?.kind {
            Kind::Struct(it) => Some(it),
            _ => None,
        }
    }

    fn maps(&mut self, one: &Composite, two: &Composite, levels: usize) -> Option<String> {
        let levels = levels.checked_sub(1)?;
        for name in NUMBERS {
            let [first, second] = [one, two].map(|map| self.number(map, name));
            if first != second {
                return Some(format!(
                    "`{name}` of the map is {first} in the one and {second} in the other"
                ));
            }
        }
        for name in TYPES {
            let difference = match [one, two].map(|map| self.pointee(map, name)) {
                [None, None] => None,
                [Some(one), Some(two)] => self.types(one, two, Depth::Whole, levels),
                _ => Some("it is missing in one of them".to_owned()),
            };
            if let Some(difference) = difference {
                return Some(format!("of the map's `{name}`, {difference}"));
            }
        }
        match [one, two].map(|map| self.inner(map)) {
            [None, None] => None,
            [Some(one), Some(two)] => {
                let difference = match [one, two].map(|id| self.pool.get(id).map(|ty| &ty.kind)) {
                    [Some(Kind::Struct(one)), Some(Kind::Struct(two))] => {
                        self.maps(one, two, levels)
                    }
                    _ => self.types(one, two, Depth::Whole, levels),
                };
                difference.map(|difference| format!("in the inner map, {difference}"))
            }
            _ => Some("only one of them has an inner map".to_owned()),
        }
    }

    fn member(&self, map: &Composite, name: &str) -> Option<TypeId> {
        let found =
            map.members.iter().find(|member| self.pool.strings.get(member.name) == name.as_bytes());
        Some(self.bare(found?.ty))
    }

    fn pointee(&self, map: &Composite, name: &str) -> Option<TypeId> {
        match &self.pool.get(self.member(map, name)?)?.kind {
            Kind::Ptr(to) => Some(self.bare(*to)),
            _ => None,
        }
    }

    /// Returns a number, encoded as `int (*name)[number]`; 0 if it is missing.
    fn number(&self, map: &Composite, name: &str) -> u32 {
        match self.pointee(map, name).and_then(|id| self.pool.get(id)).map(|ty| &ty.kind) {
            Some(Kind::Array(array)) => array.len,
            _ => 0,
        }
    }

    /// Returns the type that `values`, an array of pointers, points to.
    fn inner(&self, map: &Composite) -> Option<TypeId> {
        let Kind::Array(array) = &self.pool.get(self.member(map, "values")?)?.kind else {
            return None;
        };
        match &self.pool.get(self.bare(array.elem))?.kind {
            Kind::Ptr(to) => Some(self.bare(*to)),
            _ => None,
        }
    }
}
