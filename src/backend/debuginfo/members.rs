//! Hides the names of members and enumerators while LLVM makes BTF.
//!
//! LLVM compares each name with all names so far, one by one (`BTFStringTable::addString`), so the time grows with the
//! square of their number: seconds for the types of a kernel. Most names are those of members and enumerators, and
//! which of them belongs where follows from the name of the type and the order. So just before code generation they
//! are replaced by a few short names, and afterwards put back in the object's BTF.
//!
//! LLVM treats types without a name differently, so these keep the names of their members, and so does a type whose
//! name another type with other members has. The replacements are several, because LLVM also looks for equal members
//! and takes those on one line for candidates.

use std::collections::{BTreeMap, HashSet, btree_map::Entry};

use super::graph;
use crate::{
    btf::{Btf, Kind, StrOff},
    llvm::{Context, MetadataKind, Module, Node, Operand, Tag, Text},
};

/// The number of names from which hiding them takes less time than comparing them.
pub(in super::super) const MANY: usize = 4096;

/// The number of different replacements.
const REPLACEMENTS: usize = 64;

/// The start of a replacement, which is no part of a name in any language.
const START: char = '\u{1}';

/// The name of a member from which LLVM recognizes the definition of a map.
const OF_MAPS: &str = "type";

/// The kinds of types with members or enumerators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Struct,
    Union,
    Enum,
}

/// The hidden names of each type, by kind and name.
#[derive(Debug, Default)]
pub(in super::super) struct Hidden(BTreeMap<(Sort, String), Vec<String>>);

/// Returns the number of members and enumerators of `composites`.
pub(super) fn count(composites: &[Node<'_>]) -> usize {
    composites.iter().map(|composite| composite.elements().len()).sum()
}

/// Hides names in `module`, which must be used for code generation only.
pub(in super::super) fn hide<'ctx>(context: &'ctx Context, module: &Module<'ctx>) -> Hidden {
    let replacements = (0..REPLACEMENTS).map(|number| format!("{START}{number}"));
    let replacements = replacements.map(|name| Text::new(context, &name));
    let Some(replacements) = replacements.collect::<Option<Vec<_>>>() else {
        return Hidden::default();
    };
    let mut types: BTreeMap<(Sort, String), Option<Named<'ctx>>> = BTreeMap::new();
    let mut kept = HashSet::new();
    let composites = graph::all(context, module).into_iter();
    for composite in composites.filter(|node| node.kind() == MetadataKind::Composite) {
        let elements = composite.elements();
        match (key(composite), names(composite, &elements)) {
            (Some(key), Some(names)) => {
                merge(types.entry(key), Named { elements, names }, &mut kept);
            }
            _ => kept.extend(elements),
        }
    }
    let types = types.into_iter().filter_map(|(key, named)| Some((key, named?)));
    let types = types.collect::<Vec<_>>();
    log::debug!("hiding the names of {} types' members", types.len());
    for (_, Named { elements, .. }) in &types {
        for (element, text) in elements.iter().zip(replacements.iter().cycle()) {
            if let Some(index) = name_index(*element).filter(|_| !kept.contains(element)) {
                element.set_text(index, *text);
            }
        }
    }
    Hidden(types.into_iter().map(|(key, named)| (key, named.names)).collect())
}

/// The elements of all types of one name, with the names of each in order.
struct Named<'ctx> {
    elements: Vec<Node<'ctx>>,
    names: Vec<String>,
}

/// Adds `named` to the types of the same name; if they differ, all their elements are `kept`.
fn merge<'ctx>(
    entry: Entry<'_, (Sort, String), Option<Named<'ctx>>>,
    named: Named<'ctx>,
    kept: &mut HashSet<Node<'ctx>>,
) {
    let known = match entry {
        Entry::Vacant(entry) => {
            entry.insert(Some(named));
            return;
        }
        Entry::Occupied(entry) => entry.into_mut(),
    };
    match known {
        Some(known) if known.names == named.names => known.elements.extend(named.elements),
        _ => kept.extend(known.take().into_iter().flat_map(|it| it.elements).chain(named.elements)),
    }
}

/// Returns the kind and name of a type whose elements may lose their names.
fn key(composite: Node<'_>) -> Option<(Sort, String)> {
    let sort = match composite.tag() {
        Tag::STRUCTURE | Tag::CLASS => Sort::Struct,
        Tag::UNION => Sort::Union,
        Tag::ENUMERATION => Sort::Enum,
        _ => return None,
    };
    let name = composite.type_name();
    (!name.is_empty() && !composite.is_forward()).then_some((sort, name))
}

/// Returns the names of `elements`; `None` if one is neither a member nor an enumerator, or LLVM looks for its name.
fn names(composite: Node<'_>, elements: &[Node<'_>]) -> Option<Vec<String>> {
    let is_enum = composite.tag() == Tag::ENUMERATION;
    let name = |element: &Node<'_>| {
        let fits = match element.kind() {
            MetadataKind::Derived => !is_enum && element.tag() == Tag::MEMBER,
            MetadataKind::Described => is_enum,
            _ => false,
        };
        let name = element.operands().into_iter().find_map(text).unwrap_or_default();
        (fits && name != OF_MAPS).then_some(name)
    };
    elements.iter().map(name).collect()
}

fn text(operand: Operand<'_>) -> Option<String> {
    match operand {
        Operand::Text(text) => Some(text.to_text()),
        _ => None,
    }
}

/// Returns the operand that is the name of a member or enumerator: its only string.
fn name_index(element: Node<'_>) -> Option<usize> {
    element.operands().into_iter().position(|operand| matches!(operand, Operand::Text(_)))
}

impl Hidden {
    /// Puts the names back into `btf`. Returns false if a place is not found.
    pub(in super::super) fn restore(&self, btf: &mut Btf) -> bool {
        let Btf { types, strings, .. } = btf;
        let mut is_complete = true;
        for ty in types {
            let (sort, places) = match &mut ty.kind {
                Kind::Struct(it) => (Sort::Struct, names_of(&mut it.members, |it| &mut it.name)),
                Kind::Union(it) => (Sort::Union, names_of(&mut it.members, |it| &mut it.name)),
                Kind::Enum(it) | Kind::Enum64(it) => {
                    (Sort::Enum, names_of(&mut it.variants, |it| &mut it.name))
                }
                _ => continue,
            };
            let key = (sort, strings.text(ty.name).into_owned());
            match self.0.get(&key).filter(|names| names.len() == places.len()) {
                Some(names) => {
                    let names = places.into_iter().zip(names);
                    names.for_each(|(place, name)| *place = strings.intern(name.as_bytes()));
                }
                None => {
                    let is_hidden = |place: &StrOff| strings.text(*place).starts_with(START);
                    is_complete &= !places.iter().any(|place| is_hidden(place));
                }
            }
        }
        is_complete
    }
}

fn names_of<T>(items: &mut [T], name: fn(&mut T) -> &mut StrOff) -> Vec<&mut StrOff> {
    items.iter_mut().map(name).collect()
}
