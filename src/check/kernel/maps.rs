//! The types of the maps that an object defines, and of the fields in their values that the kernel manages.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use super::View;
use crate::{
    bpf::{
        insn::INSN_SIZE,
        kernel::{Kernel, map_field, map_type, struct_ops},
        sections,
    },
    btf::{Btf, Kind, TypeId, map_def::MapDef},
    check::{
        need::{Certainty, Need, NeedKind},
        stack::{self, Map},
    },
    object::{Function, place::quoted},
};

/// The most levels of structures and arrays that are searched for fields; the kernel goes no deeper than 4.
const DEPTH: usize = 8;

/// Returns what the kernel lacks of what each map needs, by name.
pub(super) fn needs(view: &View<'_>) -> BTreeMap<String, Vec<Need>> {
    let maps = stack::maps_of(&view.object.elf, view.object.btf.as_ref());
    let variables = view.object.btf.as_ref().map(|info| Variables::of(&info.btf));
    let mut found: BTreeMap<String, Vec<Need>> = BTreeMap::new();
    for map in maps {
        let fields = fields(view, &map.name, variables.as_ref());
        let needs = kind(view, &map).into_iter().chain(fields).collect();
        found.insert(map.name, needs);
    }
    for (name, needs) in tables(view, variables.as_ref()) {
        found.entry(name).or_default().extend(needs);
    }
    found
}

/// The needs of a map, by its name.
type Named = (String, Vec<Need>);

/// Returns the needs of the maps that `function` refers to, at the lines where it first does, and of the tables of
/// operations that name it.
pub(super) fn used(
    view: &View<'_>,
    function: &Function,
    maps: &BTreeMap<String, Vec<Need>>,
) -> Vec<Named> {
    let (start, end) = (function.offset, function.offset.saturating_add(function.size));
    let symbols = view.relocated.range((function.section, start)..(function.section, end));
    let mut found: BTreeMap<&str, u64> = BTreeMap::new();
    for ((_, offset), symbol) in symbols {
        found.entry(&symbol.name).or_insert(offset.saturating_sub(start) / INSN_SIZE);
    }
    found.extend(tables_with(view, function).into_iter().map(|table| (table, 0)));
    let used = found.into_iter().filter_map(|(name, slot)| {
        let (name, needs) = maps.get_key_value(name)?;
        let source = view.source(function, slot);
        let needs = needs.iter().map(|need| need.clone().at(source.clone()));
        Some((name.clone(), needs.collect()))
    });
    used.collect()
}

/// Returns the names of the tables of operations that name `function`.
fn tables_with<'view>(view: &'view View<'_>, function: &Function) -> Vec<&'view str> {
    let elf = &view.object.elf;
    let mut found = Vec::new();
    for (id, section) in elf.sections.iter().filter(|(_, it)| is_of_tables(&it.name)) {
        for (_, table) in elf.symbols_in(*id) {
            let range = table.value..table.value.saturating_add(table.size);
            let mut slots = section.relocations.iter().filter(|it| range.contains(&it.offset));
            if slots.any(|slot| slot.symbol == function.symbol) {
                found.push(table.name.as_str());
            }
        }
    }
    found
}

fn is_of_tables(section: &str) -> bool {
    section.trim_start_matches('?').starts_with(sections::STRUCT_OPS)
}

fn kind(view: &View<'_>, map: &Map) -> Option<Need> {
    let (what, since) = map_type(map.kind?)?;
    if since <= view.kernel {
        return None;
    }
    let (subject, what) = (format!("map {}", quoted(&map.name)), format!("map type `{what}`"));
    Some(Need::entry(NeedKind::MapType, subject, what, Some(since)).with(
        Certainty::Certain,
        "use an older map type, such as perf_event_array (4.3) for a ring buffer",
    ))
}

/// Returns the needs of the fields in the values of the map `name`.
fn fields(view: &View<'_>, name: &str, variables: Option<&Variables<'_>>) -> Vec<Need> {
    let Some(variables) = variables else { return Vec::new() };
    let btf = variables.btf;
    let ty = variables.ty(name).and_then(|ty| MapDef::of(btf, ty)?.pointee("value"));
    let mut found = Vec::new();
    if let Some(ty) = ty {
        collect(btf, ty, DEPTH, &mut found);
    }
    let late = found.into_iter().filter(|(_, since)| *since > view.kernel);
    late.map(|(field, since)| {
        let subject = format!("the values of map {}", quoted(name));
        let what = format!("fields of type `{field}`");
        Need::entry(NeedKind::MapField, subject, what, Some(since))
    })
    .collect()
}

/// Adds the types of fields in `ty` that the kernel manages, and the first kernel with each.
fn collect(btf: &Btf, ty: TypeId, depth: usize, found: &mut Vec<(&'static str, Kernel)>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let ty = btf.strip_modifiers(ty);
    let mut add = |name: &str| {
        found.extend(map_field(name).filter(|field| !found.contains(field)));
    };
    match btf.get(ty).map(|it| &it.kind) {
        Some(Kind::Struct(it) | Kind::Union(it)) => {
            add(&btf.name(ty));
            for member in &it.members {
                collect(btf, member.ty, depth, found);
            }
        }
        Some(Kind::Array(it)) => collect(btf, it.elem, depth, found),
        Some(Kind::Ptr(to)) => {
            if let Some(Kind::TypeTag { .. }) = btf.get(*to).map(|it| &it.kind) {
                add(&btf.name(*to));
            }
        }
        _ => {}
    }
}

/// Returns the needs of the tables of operations, by the type of each.
fn tables(view: &View<'_>, variables: Option<&Variables<'_>>) -> Vec<(String, Vec<Need>)> {
    let (elf, Some(variables)) = (&view.object.elf, variables) else { return Vec::new() };
    let sections = elf.sections.iter().filter(|(_, section)| is_of_tables(&section.name));
    let symbols = sections.flat_map(|(id, section)| {
        let certainty =
            if section.name.starts_with('?') { Certainty::Guarded } else { Certainty::Certain };
        elf.symbols_in(*id).into_iter().map(move |(_, symbol)| (certainty, symbol))
    });
    let named = symbols.filter_map(|(certainty, symbol)| {
        let ty = variables.btf.strip_modifiers(variables.ty(&symbol.name)?);
        let (table, since) = struct_ops(&variables.btf.name(ty))?;
        let need = (since > view.kernel).then(|| {
            let subject = format!("the table of operations {}", quoted(&symbol.name));
            let what = format!("operations of type `{table}`");
            Need::entry(NeedKind::StructOps, subject, what, Some(since)).with(certainty, "")
        });
        Some((symbol.name.clone(), need.into_iter().collect()))
    });
    named.collect()
}

/// The types of variables, by name.
struct Variables<'btf> {
    btf: &'btf Btf,
    types: HashMap<Cow<'btf, str>, TypeId>,
}

impl<'btf> Variables<'btf> {
    fn of(btf: &'btf Btf) -> Self {
        let mut types = HashMap::new();
        for (id, it) in btf.iter() {
            if let Kind::Var { ty, .. } = it.kind {
                types.entry(btf.name(id)).or_insert(ty);
            }
        }
        Self { btf, types }
    }

    fn ty(&self, name: &str) -> Option<TypeId> {
        self.types.get(name).copied()
    }
}
