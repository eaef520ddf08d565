//! Names that the kernel and C accept.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        Info,
        mark::{self, Names},
        model::{Btf, Kind, TypeId},
        rules::names::{Place, valid},
        rules::{Kernel, LONG_NAMES},
        strings::StrOff,
    },
    identifier, members,
};

/// Removes the names of kinds that are unnamed in C, such as the `*const T` that LLVM before 20 gives a pointer.
pub fn unnamed_kinds(info: &mut Info) {
    for ty in &mut info.btf.types {
        if matches!(
            ty.kind,
            Kind::Ptr(_)
                | Kind::Const(_)
                | Kind::Volatile(_)
                | Kind::Restrict(_)
                | Kind::Array(_)
                | Kind::FuncProto(_)
        ) {
            ty.name = StrOff::EMPTY;
        }
    }
}

/// Names the struct of each variant after its enum: `Option_u32_Some`, instead of one of a hundred `Some`.
///
/// Rust's variants are in the scope of their enum, and BTF has no scopes.
pub fn variants(info: &mut Info) {
    let btf = &mut info.btf;
    let mut renames = Vec::new();
    for (_, ty) in btf.iter() {
        let Kind::Struct(outer) = &ty.kind else { continue };
        for union in outer.members.iter().filter(|member| member.name.is_empty()) {
            let Some(Kind::Union(it)) = btf.get(union.ty).map(|ty| &ty.kind) else { continue };
            if it.members.iter().any(|member| members::is_discriminant(btf, *member)) {
                let owner = btf.strings.text(ty.name).into_owned();
                let named =
                    it.members.iter().filter(|member| is_variant(btf, member.name, member.ty));
                renames
                    .extend(named.map(|member| {
                        (member.ty, format!("{owner}::{{{}}}", btf.name(member.ty)))
                    }));
            }
        }
    }
    for (id, name) in renames {
        let name = btf.strings.intern(name.as_bytes());
        if let Some(ty) = btf.get_mut(id) {
            ty.name = name;
        }
    }
}

fn is_variant(btf: &Btf, member: StrOff, id: TypeId) -> bool {
    let name = btf.get(id).filter(|ty| matches!(ty.kind, Kind::Struct(_))).map(|ty| ty.name);
    !member.is_empty() && name.is_some_and(|name| btf.strings.get(name) == btf.strings.get(member))
}

/// The new names from [`unmark`] and [`legal`]; [`unique`] distinguishes different types with the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renamed(BTreeSet<Vec<u8>>);

/// Removes the [marks](mark) of different types of one name.
pub fn unmark(info: &mut Info) -> Renamed {
    let mut renamed = Renamed::default();
    let btf = &mut info.btf;
    for ty in &mut btf.types {
        if !has_tag(&ty.kind) {
            continue;
        }
        let name = btf.strings.get(ty.name);
        if let Some((bare, names)) = mark::unmark(name) {
            let bare = bare.to_vec();
            ty.name = btf.strings.intern(&bare);
            if names == Names::Short {
                renamed.0.insert(bare);
            }
        }
    }
    renamed
}

/// Gives everything a legal name of at most 127 bytes; `renamed` is the result of [`unmark`].
///
/// Names that are already legal remain unchanged, even long ones.
pub fn legal(info: &mut Info, mut renamed: Renamed) -> Renamed {
    let Btf { types, strings, .. } = &mut info.btf;
    let mut known: BTreeMap<(StrOff, bool), StrOff> = BTreeMap::new();
    for ty in types {
        let place = place_of(&ty.kind);
        let mut own = true;
        super::super::walk::names_mut(ty, |name| {
            let place = if std::mem::take(&mut own) { place } else { Some(Place::Identifier) };
            let Some(place) = place.filter(|_| !name.is_empty()) else { return };
            let key = (*name, place == Place::Variable);
            *name = *known.entry(key).or_insert_with(|| {
                let old = strings.get(*name);
                if valid(old, place, Kernel::NEWEST) {
                    return *name;
                }
                let old = String::from_utf8_lossy(old).into_owned();
                let new = identifier::from_rust(&old);
                renamed.0.insert(new.clone().into_bytes());
                strings.intern(new.as_bytes())
            });
        });
    }
    renamed
}

/// Returns the place of a name for a type of this kind, or `None` for free text and names of sections.
const fn place_of(kind: &Kind) -> Option<Place> {
    match kind {
        Kind::Int(_)
        | Kind::Float(_)
        | Kind::DeclTag(_)
        | Kind::TypeTag { .. }
        | Kind::Datasec(_) => None,
        Kind::Var { .. } => Some(Place::Variable),
        _ => Some(Place::Identifier),
    }
}

/// Returns true if C writes `struct`, `union` or `enum` before the name: these share one namespace.
const fn has_tag(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Struct(_) | Kind::Union(_) | Kind::Enum(_) | Kind::Enum64(_) | Kind::Fwd(_)
    )
}

/// Distinguishes different types that were given the same name: the second becomes `name___2`, and so on.
///
/// Three underscores are CO-RE's mark of a flavor, which loaders remove before they look a type up in the kernel
/// (`bpf_core_essential_name_len`). This must run after dedup, when the remaining types differ. Their order depends
/// on the types alone, because every LLVM emits them in a different order.
pub fn unique(info: &mut Info, renamed: &Renamed) {
    let btf = &mut info.btf;
    let mut used: BTreeSet<Vec<u8>> =
        btf.types.iter().map(|ty| btf.strings.get(ty.name).to_vec()).collect();
    let mut sharing: BTreeMap<&[u8], Vec<TypeId>> = BTreeMap::new();
    for (id, ty) in btf.iter().filter(|(_, ty)| has_tag(&ty.kind)) {
        if let Some(name) = renamed.0.get(btf.strings.get(ty.name)) {
            sharing.entry(name).or_default().push(id);
        }
    }
    for (name, mut ids) in sharing {
        let base = String::from_utf8_lossy(name);
        ids.sort_by_key(|&id| btf.get(id).map(|ty| looks(btf, &ty.kind)));
        for id in ids.into_iter().skip(1) {
            let fresh = (2u32..)
                .map(|count| flavour(&base, count))
                .find(|name| used.insert(name.clone().into_bytes()));
            let fresh = fresh.map(|fresh| btf.strings.intern(fresh.as_bytes()));
            if let (Some(fresh), Some(ty)) = (fresh, btf.get_mut(id)) {
                ty.name = fresh;
            }
        }
    }
}

/// The size in bytes, and the names and offsets or values of the members.
type Looks = (u32, Vec<(Vec<u8>, u64)>);

fn looks(btf: &Btf, kind: &Kind) -> Looks {
    let name = |name: StrOff| btf.strings.get(name).to_vec();
    match kind {
        Kind::Struct(it) | Kind::Union(it) => {
            let members = it.members.iter();
            (it.size, members.map(|member| (name(member.name), member.offset.into())).collect())
        }
        Kind::Enum(it) | Kind::Enum64(it) => {
            let values = it.variants.iter();
            (it.size, values.map(|value| (name(value.name), value.value)).collect())
        }
        // A declaration leaves the name to the definition.
        _ => (u32::MAX, Vec::new()),
    }
}

fn flavour(base: &str, count: u32) -> String {
    let suffix = format!("___{count}");
    let room = identifier::MAX_LEN - suffix.len();
    if base.len() > room {
        identifier::cut(base, base, room) + &suffix
    } else {
        base.to_owned() + &suffix
    }
}

/// Shortens names that are too long for `kernel` and replaces dots it does not accept; a new kernel needs no change.
pub fn shorten_for(info: &mut Info, kernel: Kernel) {
    let Btf { types, strings, .. } = &mut info.btf;
    for ty in types {
        let place = place_of(&ty.kind);
        let mut own = true;
        super::super::walk::names_mut(ty, |name| {
            let place = if std::mem::take(&mut own) { place } else { Some(Place::Identifier) };
            let Some(place) = place.filter(|_| !name.is_empty()) else { return };
            let old = strings.get(*name);
            if valid(old, place, kernel) {
                return;
            }
            let old = String::from_utf8_lossy(old).into_owned();
            let mut new =
                if place == Place::Identifier { old.replace('.', "_") } else { old.clone() };
            if !kernel.knows(&LONG_NAMES) && new.len() > identifier::MAX_LEN {
                new = identifier::cut(&new, &old, identifier::MAX_LEN);
            }
            *name = strings.intern(new.as_bytes());
        });
    }
}
