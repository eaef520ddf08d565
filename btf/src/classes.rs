//! Classes of equal types.
//!
//! Two types are equal if they look alike and refer to equal types: a circular definition as soon as a struct points
//! to itself. The solution is to start from the other end. Each type gets a hash of its look, references aside; then,
//! in rounds, a hash of its look and of the hashes of the types that it refers to. Types that no walk of that many
//! steps distinguishes have equal hashes. Hashes can collide and the rounds can be too few, so the classes are checked
//! afterward: all members of a class look alike and refer to members of equal classes (a bisimulation). A check takes
//! one look at each type; types that fail leave their class. libbpf instead compares pairs of graphs hypothetically,
//! which needs care with cycles.
//!
//! Names must be canonical: equal strings have equal offsets.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use crate::{
    model::{Composite, Datasec, Enum, FuncProto, Kind, Type, TypeId},
    strings::StrOff,
    walk,
};

/// A declaration tag as part of its target's look: text, component, attribute.
pub(crate) type Tag = (StrOff, i32, bool);

/// The tags of each type that has any, sorted.
pub(crate) type Tags = HashMap<TypeId, Vec<Tag>>;

/// A map with hashes of types as keys.
pub(crate) type ByHash<T> = HashMap<u64, T, BuildHasherDefault<Unchanged>>;

/// Returns the tags of all of `types`.
pub(crate) fn tags(types: &[Type]) -> Tags {
    let mut tags = Tags::new();
    for ty in types {
        if let Kind::DeclTag(tag) = &ty.kind {
            tags.entry(tag.ty).or_default().push((ty.name, tag.component, tag.attribute));
        }
    }
    tags.values_mut().for_each(|tags| tags.sort_unstable());
    tags
}

/// The types to classify.
pub(crate) struct Graph<'a> {
    /// The types; the first has number 1.
    pub types: &'a [Type],
    /// Their tags.
    pub tags: &'a Tags,
    /// The type that takes the place of each type, by its number; itself for most.
    pub stand_ins: &'a [TypeId],
    /// Returns true for a type that equals no other.
    pub is_single: &'a dyn Fn(&Type) -> bool,
}

/// The numbers of rounds to try: the types of a whole kernel need 6.
const ROUNDS: [usize; 4] = [6, 6, 12, 24];
/// The maximum number of checks that remove types from their classes.
const CHECKS: usize = 32;

impl Graph<'_> {
    /// Returns the first member of the class of each type, by number; `void` is alone in its class.
    ///
    /// No types are merged if chains that distinguish them are longer than any kernel follows.
    pub(crate) fn leaders(&self) -> Vec<TypeId> {
        let looks: Vec<u64> = self.looks();
        let mut hashes = looks.clone();
        let mut next = Vec::with_capacity(looks.len());
        let mut leaders = Vec::new();
        for rounds in ROUNDS {
            for _ in 0..rounds {
                self.round(&looks, &hashes, &mut next);
                std::mem::swap(&mut hashes, &mut next);
            }
            leaders = self.grouped(&hashes);
            if self.failures(&leaders).is_empty() {
                return leaders;
            }
        }
        for _ in 0..CHECKS {
            let failures = self.failures(&leaders);
            if failures.is_empty() {
                return leaders;
            }
            for id in failures {
                if let Some(leader) = leaders.get_mut(id.0 as usize) {
                    *leader = id;
                }
            }
        }
        (0..).map(TypeId).take(looks.len()).collect()
    }

    fn looks(&self) -> Vec<u64> {
        let mut looks = Vec::with_capacity(self.types.len().saturating_add(1));
        looks.push(0);
        for (id, ty) in (1..).map(TypeId).zip(self.types) {
            let mut look = look(ty, self.tags.get(&id));
            if (self.is_single)(ty) {
                look.add(id.0);
            }
            looks.push(look.finish());
        }
        looks
    }

    /// Computes the hashes after one more step into `next`.
    fn round(&self, looks: &[u64], hashes: &[u64], next: &mut Vec<u64>) {
        next.clear();
        next.push(0);
        for (ty, look) in self.types.iter().zip(looks.iter().skip(1)) {
            next.push(with_refs(*look, ty, |id| at(hashes, self.stand_in(id))));
        }
    }

    fn stand_in(&self, id: TypeId) -> TypeId {
        self.stand_ins.get(id.0 as usize).copied().unwrap_or(id)
    }

    fn grouped(&self, hashes: &[u64]) -> Vec<TypeId> {
        let mut firsts = ByHash::with_capacity_and_hasher(hashes.len(), Default::default());
        let ids = (0..).map(TypeId);
        ids.zip(hashes).map(|(id, hash)| *firsts.entry(*hash).or_insert(id)).collect()
    }

    /// Returns the types that do not belong to their classes.
    fn failures(&self, leaders: &[TypeId]) -> Vec<TypeId> {
        let leader = |id: TypeId| leaders.get(self.stand_in(id).0 as usize).copied();
        let ids = (1..).map(TypeId).zip(self.types);
        ids.filter(|(id, ty)| {
            let first = leaders.get(id.0 as usize).copied().unwrap_or(*id);
            let first_type = (first.0 as usize).checked_sub(1).and_then(|at| self.types.get(at));
            first != *id
                && !first_type.is_some_and(|first_type| {
                    !(self.is_single)(ty)
                        && self.tags.get(id) == self.tags.get(&first)
                        && alike(ty, first_type, |one, two| leader(one) == leader(two))
                })
        })
        .map(|(id, _)| id)
        .collect()
    }
}

/// Returns the hash of `id`, and that of `void` for a type out of range.
pub(crate) fn at(hashes: &[u64], id: TypeId) -> u64 {
    hashes.get(id.0 as usize).copied().unwrap_or_default()
}

/// Returns the hash of a type with that look and those references.
pub(crate) fn with_refs(look: u64, ty: &Type, hash: impl Fn(TypeId) -> u64) -> u64 {
    let mut mix = Mix(look);
    walk::refs(ty, |id| mix.add_wide(hash(id)));
    mix.finish()
}

/// Returns the state of a hash after everything in `ty` but its references.
pub(crate) fn look(ty: &Type, tags: Option<&Vec<Tag>>) -> Mix {
    let mut mix = Mix(ty.name.0.into());
    match &ty.kind {
        Kind::Int(int) => {
            mix.all(1, [int.size, int.encoding.into(), int.offset.into(), int.bits.into()]);
        }
        Kind::Ptr(_) => mix.add(2),
        Kind::Array(array) => mix.all(3, [array.len]),
        Kind::Struct(it) => mix.composite(4, it),
        Kind::Union(it) => mix.composite(5, it),
        Kind::Enum(it) => mix.enumeration(6, it),
        Kind::Fwd(kind) => mix.all(7, [*kind as u32]),
        Kind::Typedef(_) => mix.add(8),
        Kind::Volatile(_) => mix.add(9),
        Kind::Const(_) => mix.add(10),
        Kind::Restrict(_) => mix.add(11),
        Kind::Func { linkage, .. } => mix.all(12, [linkage.raw()]),
        Kind::FuncProto(it) => mix.all(13, it.params.iter().map(|param| param.name.0)),
        Kind::Var { linkage, .. } => mix.all(14, [linkage.raw()]),
        Kind::Datasec(it) => mix.all(15, it.entries.iter().map(|entry| entry.offset)),
        Kind::Float(size) => mix.all(16, [*size]),
        Kind::DeclTag(tag) => mix.all(17, [tag.component as u32, tag.attribute.into()]),
        Kind::TypeTag { attribute, .. } => mix.all(18, [(*attribute).into()]),
        Kind::Enum64(it) => mix.enumeration(19, it),
    }
    for (name, component, attribute) in tags.into_iter().flatten() {
        mix.all(name.0, [*component as u32, (*attribute).into()]);
    }
    mix
}

/// Returns true if two types differ in nothing but references, and `same` holds for each pair of references.
pub(crate) fn alike(one: &Type, two: &Type, mut same: impl FnMut(TypeId, TypeId) -> bool) -> bool {
    one.name == two.name
        && match (&one.kind, &two.kind) {
            (Kind::Ptr(one), Kind::Ptr(two))
            | (Kind::Typedef(one), Kind::Typedef(two))
            | (Kind::Volatile(one), Kind::Volatile(two))
            | (Kind::Const(one), Kind::Const(two))
            | (Kind::Restrict(one), Kind::Restrict(two)) => same(*one, *two),
            (Kind::Array(one), Kind::Array(two)) => {
                one.len == two.len && same(one.elem, two.elem) && same(one.index, two.index)
            }
            (Kind::Struct(one), Kind::Struct(two)) | (Kind::Union(one), Kind::Union(two)) => {
                alike_members(one, two, same)
            }
            (
                Kind::Func { proto: one, linkage: first },
                Kind::Func { proto: two, linkage: second },
            )
            | (Kind::Var { ty: one, linkage: first }, Kind::Var { ty: two, linkage: second }) => {
                first == second && same(*one, *two)
            }
            (Kind::FuncProto(one), Kind::FuncProto(two)) => alike_protos(one, two, same),
            (Kind::Datasec(one), Kind::Datasec(two)) => alike_sections(one, two, same),
            (Kind::DeclTag(one), Kind::DeclTag(two)) => {
                (one.component, one.attribute) == (two.component, two.attribute)
                    && same(one.ty, two.ty)
            }
            (
                Kind::TypeTag { ty: one, attribute: first },
                Kind::TypeTag { ty: two, attribute: second },
            ) => first == second && same(*one, *two),
            (one, two) => one == two,
        }
}

fn alike_members(
    one: &Composite,
    two: &Composite,
    mut same: impl FnMut(TypeId, TypeId) -> bool,
) -> bool {
    (one.size, one.bitfields, one.members.len()) == (two.size, two.bitfields, two.members.len())
        && one.members.iter().zip(&two.members).all(|(one, two)| {
            (one.name, one.offset, one.width) == (two.name, two.offset, two.width)
                && same(one.ty, two.ty)
        })
}

fn alike_protos(
    one: &FuncProto,
    two: &FuncProto,
    mut same: impl FnMut(TypeId, TypeId) -> bool,
) -> bool {
    one.params.len() == two.params.len()
        && same(one.ret, two.ret)
        && one
            .params
            .iter()
            .zip(&two.params)
            .all(|(one, two)| one.name == two.name && same(one.ty, two.ty))
}

fn alike_sections(
    one: &Datasec,
    two: &Datasec,
    mut same: impl FnMut(TypeId, TypeId) -> bool,
) -> bool {
    (one.size, one.entries.len()) == (two.size, two.entries.len())
        && one.entries.iter().zip(&two.entries).all(|(one, two)| {
            (one.offset, one.size) == (two.offset, two.size) && same(one.ty, two.ty)
        })
}

/// The state of a hash.
#[derive(Clone, Copy)]
pub(crate) struct Mix(u64);

impl Mix {
    /// Adds a word.
    pub(crate) fn add(&mut self, word: u32) {
        self.add_wide(word.into());
    }

    fn add_wide(&mut self, word: u64) {
        // Multiplication spreads each bit upward; the rotation brings the upper bits back down.
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }

    fn all(&mut self, first: u32, words: impl IntoIterator<Item = u32>) {
        self.add(first);
        words.into_iter().for_each(|word| self.add(word));
    }

    fn composite(&mut self, number: u32, it: &Composite) {
        self.all(number, [it.size, it.bitfields.into()]);
        for member in &it.members {
            self.all(member.name.0, [member.offset, member.width.into()]);
        }
    }

    fn enumeration(&mut self, number: u32, it: &Enum) {
        self.all(number, [it.size, it.signed.into()]);
        for variant in &it.variants {
            self.add(variant.name.0);
            self.add_wide(variant.value);
        }
    }

    /// Returns the hash.
    pub(crate) fn finish(self) -> u64 {
        let spread = (self.0 ^ self.0 >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        spread ^ spread >> 32
    }
}

/// Uses a number that is a hash already as its own hash.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unchanged(u64);

impl Hasher for Unchanged {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
