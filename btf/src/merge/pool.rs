//! The types and strings of all parts, equal ones once.
//!
//! A part is added type by type: its own types are hashed as in [`classes`], and a type whose hash is
//! known is taken for the known one if both look alike and refer to equal types. Objects that include the same headers
//! thus add few types each, and what is left for deduplication over all parts grows with the number of different
//! types, not with the number of objects.

use crate::{
    classes::{self, ByHash, Tag, Tags},
    model::{Kind, Type, TypeId},
    strings::{StrOff, Strings},
    walk,
};

/// The treatment of a type of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Equal types become one.
    Shared,
    /// A type of its own, even if another looks alike: a static variable.
    Own,
    /// The declaration or definition of the global symbol with that index.
    Global(usize),
    /// Removed.
    Dropped,
}

/// The rounds of hashing; types that only longer walks distinguish are left to the last deduplication.
const ROUNDS: usize = 4;
/// The maximum number of checks of one part.
const CHECKS: usize = 16;

/// The types and strings of all parts.
#[derive(Default)]
pub(super) struct Pool {
    /// The types; the first has number 1.
    pub types: Vec<Type>,
    /// The strings, each once.
    pub strings: Strings,
    /// The number of the type of each global symbol, by its index.
    pub globals: Vec<Option<TypeId>>,
    /// True if there may be equal types: two have one hash, or one changed after it was hashed.
    pub has_doubles: bool,
    tags: Tags,
    index: ByHash<TypeId>,
}

/// The types of one part, with their names in the strings of the pool.
struct Local<'a> {
    types: &'a [Type],
    fates: &'a [Fate],
    tags: &'a Tags,
    hashes: &'a [u64],
}

impl Pool {
    /// Creates an empty pool for that many global symbols.
    pub(super) fn new(globals: usize) -> Self {
        Self { globals: vec![None; globals], ..Self::default() }
    }

    /// Adds `types`, whose names are in [`strings`](Self::strings), and returns the number of each here, by its
    /// former number.
    pub(super) fn add(&mut self, types: Vec<Type>, fates: &[Fate]) -> Vec<TypeId> {
        let tags = own_tags(&types, fates);
        let hashes = hashes(&types, fates, &tags);
        let slots = self.slots(&Local { types: &types, fates, tags: &tags, hashes: &hashes });
        self.append(types, fates, slots, tags, &hashes)
    }

    /// Returns the type to use for each type: one of the pool, or, with a number beyond the last of the pool, one of
    /// the part.
    fn slots(&mut self, local: &Local<'_>) -> Vec<TypeId> {
        let last = self.last_id().0;
        let own = |id: TypeId| TypeId(last.saturating_add(id.0));
        let mut slots = Vec::with_capacity(local.hashes.len());
        slots.push(TypeId::VOID);
        for ((id, fate), hash) in
            (1..).map(TypeId).zip(local.fates).zip(local.hashes.iter().skip(1))
        {
            slots.push(match fate {
                // `append` replaces the number of a type of the part by the final one.
                Fate::Shared => *self.index.entry(*hash).or_insert(own(id)),
                Fate::Own => own(id),
                Fate::Global(index) => {
                    self.globals.get(*index).copied().flatten().unwrap_or(own(id))
                }
                Fate::Dropped => TypeId::VOID,
            });
        }
        for _ in 0..CHECKS {
            let failures = self.failures(local, &slots);
            if failures.is_empty() {
                return slots;
            }
            for id in failures {
                if let Some(slot) = slots.get_mut(id.0 as usize) {
                    *slot = own(id);
                }
            }
        }
        for ((id, fate), slot) in (1..).map(TypeId).zip(local.fates).zip(slots.iter_mut().skip(1)) {
            *slot = if *fate == Fate::Shared { own(id) } else { *slot };
        }
        slots
    }

    /// Returns the types that differ from the one that their slot names.
    fn failures(&self, local: &Local<'_>, slots: &[TypeId]) -> Vec<TypeId> {
        let last = self.last_id();
        let slot = |id: TypeId| slots.get(id.0 as usize).copied().unwrap_or_default();
        let rows = (1..).map(TypeId).zip(local.types).zip(local.fates);
        rows.filter(|((id, ty), fate)| {
            if **fate != Fate::Shared {
                return false;
            }
            let other = slot(*id);
            if other <= last {
                let known = self.get(other);
                let alike = known.is_some_and(|known| {
                    classes::alike(ty, known, |here, there| slot(here) == there)
                });
                return !alike || local.tags.get(id) != self.tags.get(&other);
            }
            let first = TypeId(other.0.saturating_sub(last.0));
            let alike = first == *id
                || get(local.types, first).is_some_and(|first| {
                    classes::alike(ty, first, |one, two| slot(one) == slot(two))
                });
            !alike || local.tags.get(id) != local.tags.get(&first)
        })
        .map(|((id, _), _)| id)
        .collect()
    }

    /// Appends the types that are their own slots, and returns the final number of each type.
    fn append(
        &mut self,
        types: Vec<Type>,
        fates: &[Fate],
        slots: Vec<TypeId>,
        mut tags: Tags,
        hashes: &[u64],
    ) -> Vec<TypeId> {
        let last = self.last_id();
        let mut numbers = Vec::with_capacity(hashes.len());
        numbers.push(TypeId::VOID);
        for (((id, ty), fate), slot) in
            (1..).map(TypeId).zip(types).zip(fates).zip(slots.into_iter().skip(1))
        {
            if slot <= last {
                numbers.push(slot);
                continue;
            }
            let first = TypeId(slot.0.saturating_sub(last.0));
            let known = match fate {
                Fate::Global(index) => self.globals.get(*index).copied().flatten(),
                _ if first < id => numbers.get(first.0 as usize).copied(),
                _ => None,
            };
            let number = known.unwrap_or_else(|| {
                self.types.push(ty);
                self.last_id()
            });
            numbers.push(number);
            match fate {
                Fate::Global(index) => {
                    if let Some(global) = self.globals.get_mut(*index) {
                        *global = Some(number);
                    }
                }
                Fate::Shared if known.is_none() => {
                    let first = self.index.entry(classes::at(hashes, id)).or_insert(number);
                    if first.0 == last.0.saturating_add(id.0) {
                        *first = number;
                    }
                    self.has_doubles |= *first != number;
                    if let Some(tags) = tags.remove(&id) {
                        self.tags.insert(number, tags);
                    }
                }
                _ => {}
            }
        }
        let new = self.types.get_mut(last.0 as usize..).unwrap_or_default();
        for ty in new {
            walk::refs_mut(ty, |id| *id = numbers.get(id.0 as usize).copied().unwrap_or_default());
        }
        numbers
    }

    /// Returns the type numbered `id`, or `None` for `void` and beyond the last.
    pub(super) fn get(&self, id: TypeId) -> Option<&Type> {
        get(&self.types, id)
    }

    /// Returns a mutable reference to the type numbered `id`.
    pub(super) fn get_mut(&mut self, id: TypeId) -> Option<&mut Type> {
        self.types.get_mut((id.0 as usize).checked_sub(1)?)
    }

    /// Returns the number of the last type.
    pub(super) fn last_id(&self) -> TypeId {
        TypeId(u32::try_from(self.types.len()).unwrap_or(u32::MAX))
    }
}

fn get(types: &[Type], id: TypeId) -> Option<&Type> {
    types.get((id.0 as usize).checked_sub(1)?)
}

/// Returns the tags of types that can be shared. Those of a global symbol are collected from all of its declarations.
fn own_tags(types: &[Type], fates: &[Fate]) -> Tags {
    let mut tags = classes::tags(types);
    tags.retain(|id, _: &mut Vec<Tag>| {
        let fate = (id.0 as usize).checked_sub(1).and_then(|at| fates.get(at));
        fate == Some(&Fate::Shared)
    });
    tags
}

/// Returns a hash of each type that is the same in every part.
fn hashes(types: &[Type], fates: &[Fate], tags: &Tags) -> Vec<u64> {
    let mut looks = Vec::with_capacity(types.len().saturating_add(1));
    looks.push(0);
    for ((id, ty), fate) in (1..).map(TypeId).zip(types).zip(fates) {
        let look = match fate {
            // A declaration and the definition differ in look; both are the type of the symbol.
            Fate::Global(_) => {
                let mut look = classes::look(&anonymous(), None);
                look.add(ty.name.0);
                look
            }
            _ => classes::look(ty, tags.get(&id)),
        };
        looks.push(look.finish());
    }
    let mut hashes = looks.clone();
    let mut next = Vec::with_capacity(looks.len());
    for _ in 0..ROUNDS {
        next.clear();
        next.push(0);
        for ((ty, fate), look) in types.iter().zip(fates).zip(looks.iter().skip(1)) {
            next.push(match fate {
                Fate::Global(_) => *look,
                _ => classes::with_refs(*look, ty, |id| classes::at(&hashes, id)),
            });
        }
        std::mem::swap(&mut hashes, &mut next);
    }
    hashes
}

const fn anonymous() -> Type {
    Type { name: StrOff::EMPTY, kind: Kind::Ptr(TypeId::VOID) }
}
