//! A readable list of an object's CO-RE queries.

use std::collections::{BTreeMap, HashMap};

use crate::{
    bpf::insn::INSN_SIZE,
    btf::{
        Btf, CoreRelo, FixOptions, Info,
        co_re::{
            CoreReloKind, Queries, Subject,
            access::{AccessSpec, enumerator},
        },
        fix,
        rules::kind_word,
    },
    elf::Elf,
    object::{self, Function, Object, place::SourceLines},
    report::Result,
};

/// One CO-RE record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The function that contains the instruction, or else the section.
    pub program: String,
    /// The instruction, in slots from the start of the function.
    pub instruction: u64,
    /// The query, in libbpf's term: `byte_off`, `type_exists`.
    pub kind: &'static str,
    /// The root in C syntax: `struct task_struct`.
    pub ty: String,
    /// The path after the root in C syntax, `.se.load.weight`; an enumerator; empty for a type as a whole.
    pub path: String,
    /// The access string: `0:4:1:1`.
    pub access: String,
    /// The source location, `file:line` or `file:line:column`; empty if unknown.
    pub source: String,
}

/// Lists all records of `object`, which code generation emitted, as they are in the finished object.
///
/// # Errors
/// Returns an error if a path is invalid.
pub fn list(object: &Object) -> Result<Vec<Record>> {
    let asks = |info: &&Info| info.ext.as_ref().is_some_and(|ext| !ext.core_relos.is_empty());
    let Some(mut info) = object.btf.as_ref().filter(asks).cloned() else { return Ok(Vec::new()) };
    let queries = Queries::of(&info);
    fix(&mut info, &FixOptions::default())?;
    Ok(records(&info, &queries, &object.elf))
}

/// Returns all records of a finished object, in stored order.
#[must_use]
pub fn records(info: &Info, queries: &Queries, elf: &Elf) -> Vec<Record> {
    let functions = object::functions(elf);
    let mut places: HashMap<&str, BTreeMap<u64, &Function>> = HashMap::new();
    for function in &functions {
        let section = places.entry(&function.section_name).or_default();
        section.entry(function.offset).or_insert(function);
    }
    let lines = SourceLines::of(info);
    let tables = info.ext.iter().flat_map(|ext| &ext.core_relos);
    let all = tables.flat_map(|table| table.records.iter().map(|relo| (table.section, *relo)));
    all.map(|(section, relo)| {
        let section = info.btf.strings.text(section);
        let before = places.get(&*section);
        let before = before.and_then(|it| it.range(..=u64::from(relo.insn_off)).next_back());
        record(info, (queries, &lines), before.map(|(_, function)| *function), &section, relo)
    })
    .collect()
}

fn record(
    info: &Info,
    (queries, lines): (&Queries, &SourceLines<'_>),
    before: Option<&Function>,
    section: &str,
    relo: CoreRelo,
) -> Record {
    let offset = u64::from(relo.insn_off);
    let function = before.filter(|it| offset < it.offset.saturating_add(it.size));
    let start = function.map_or(0, |function| function.offset);
    let asked = queries.place(section, relo.insn_off).map(str::to_owned);
    Record {
        program: function.map_or(section, |function| &function.name).to_owned(),
        instruction: (offset - start) / INSN_SIZE,
        kind: CoreReloKind::from_raw(relo.kind).map_or("unknown", CoreReloKind::word),
        ty: root(&info.btf, relo),
        path: path(&info.btf, relo),
        access: info.btf.strings.text(relo.access).into_owned(),
        source: asked.or_else(|| lines.source_of(section, offset)).unwrap_or_default(),
    }
}

fn root(btf: &Btf, relo: CoreRelo) -> String {
    let word = btf.get(relo.ty).map(|ty| kind_word(&ty.kind).to_ascii_lowercase());
    format!("{} {}", word.unwrap_or_default(), btf.name(relo.ty))
}

fn path(btf: &Btf, relo: CoreRelo) -> String {
    let path = match CoreReloKind::from_raw(relo.kind).map(CoreReloKind::subject) {
        Some(Subject::Field) => AccessSpec::of(btf, relo).map(|spec| spec.path),
        Some(Subject::EnumValue) => enumerator(btf, relo).map(|(name, _)| name),
        Some(Subject::Type) | None => None,
    };
    path.unwrap_or_default()
}
