//! The contents of a program, as text and as JSON (`docs/report-schema.md`).

use std::fmt::Write;

use serde_json::{Value, json};

use crate::{
    check::stack::{Call, Count, Function, Heaviest, Map, ProgramStats, Role, Target},
    link::btf::co_re_list::Record,
    report::{count, demangled},
};

/// Version of the JSON form; it increases only when a field changes its meaning or is removed.
const SCHEMA: u32 = 1;

/// The most functions of a chain that a report lists for each function: no kernel accepts a chain as long.
const MOST_SHOWN: usize = 64;

/// Returns the report as JSON, with a trailing newline.
pub(super) fn json(survey: &ProgramStats, records: &[Record], panics: &Value) -> String {
    let deepest = deepest(survey);
    let functions = survey.functions.iter().zip(0..);
    let functions = functions.map(|(function, index)| {
        let (chain, stack) = deepest.start(index, MOST_SHOWN);
        let symbols = chain.iter().filter_map(|&index| survey.functions.get(index));
        json!({
            "name": demangled(&function.name),
            "symbol": function.name,
            "section": function.section,
            "role": role(function),
            "instructions": function.instructions,
            "stack": function.stack,
            "source": function.source,
            "calls": function.calls.iter().map(|call| call_json(survey, call)).collect::<Vec<_>>(),
            "deepest": {
                "stack": stack,
                "symbols": symbols.map(|function| &function.name).collect::<Vec<_>>(),
            },
        })
    });
    let value = json!({
        "schema": SCHEMA,
        "functions": functions.collect::<Vec<_>>(),
        "maps": survey.maps.iter().map(map_json).collect::<Vec<_>>(),
        "panics": panics,
        "core": records.iter().map(record_json).collect::<Vec<_>>(),
        "totals": {
            "programs": programs(survey),
            "functions": survey.functions.len(),
            "instructions": survey.instructions(),
            "stack": largest_chain(survey, &deepest),
            "maps": survey.maps.len(),
            "map_bytes": survey.maps.iter().filter_map(Map::bytes).sum::<u64>(),
            "data_bytes": survey.data,
        },
    });
    format!("{value:#}\n")
}

fn call_json(survey: &ProgramStats, call: &Call) -> Value {
    let symbol = |index: usize| survey.functions.get(index).map(|function| &function.name);
    let (kind, callee) = match &call.target {
        Target::Function(index) => ("function", json!(symbol(*index))),
        Target::Callback(index) => ("callback", json!(symbol(*index))),
        Target::Deferred(index) => ("deferred", json!(symbol(*index))),
        Target::Extern(name) => ("extern", json!(name)),
        Target::Helper(number) => ("helper", json!(number)),
        Target::Indirect => ("indirect", Value::Null),
    };
    json!({ "kind": kind, "callee": callee, "source": call.source })
}

fn map_json(map: &Map) -> Value {
    json!({
        "name": map.name,
        "type": map.kind_name(),
        "key_size": map.key_size,
        "value_size": map.value_size,
        "max_entries": map.max_entries,
        "bytes": map.bytes(),
    })
}

/// Returns the report as text: a table of functions, one of maps, and totals.
pub(super) fn human(survey: &ProgramStats, records: &[Record]) -> String {
    let deepest = deepest(survey);
    let header = ["function", "section", "insns", "stack", "deepest", "chain", "source"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for (function, index) in survey.functions.iter().zip(0..) {
        let (chain, stack) = deepest.start(index, MOST_SHOWN);
        let names = chain.iter().filter_map(|&index| survey.functions.get(index));
        rows.push(vec![
            demangled(&function.name),
            function.section.clone(),
            function.instructions.to_string(),
            function.stack.to_string(),
            stack.to_string(),
            names.map(|function| demangled(&function.name)).collect::<Vec<_>>().join(" > "),
            function.source.clone().unwrap_or_default(),
        ]);
    }
    let mut text = table(&rows);
    if !survey.maps.is_empty() {
        let header = ["map", "type", "key", "value", "entries", "bytes"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(survey.maps.iter().map(map_row));
        let _ = write!(text, "\n{}", table(&rows));
    }
    if !records.is_empty() {
        let header = ["CO-RE in", "at", "asks", "type", "path", "access", "source"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(records.iter().map(record_row));
        let _ = write!(text, "\n{}", table(&rows));
    }
    let _ = writeln!(
        text,
        "\n{}, {}, {}, {} of stack at most, {}, {} of data",
        count(programs(survey), "program"),
        count(survey.functions.len(), "function"),
        count(survey.instructions(), "instruction"),
        count(largest_chain(survey, &deepest), "byte"),
        count(survey.maps.len(), "map"),
        count(survey.data, "byte"),
    );
    text
}

fn map_row(map: &Map) -> Vec<String> {
    let number =
        |value: Option<u64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    vec![
        map.name.clone(),
        map.kind_name(),
        number(map.key_size.map(u64::from)),
        number(map.value_size.map(u64::from)),
        number(map.max_entries.map(u64::from)),
        number(map.bytes()),
    ]
}

fn record_json(record: &Record) -> Value {
    json!({
        "symbol": record.program,
        "instruction": record.instruction,
        "kind": record.kind,
        "type": record.ty,
        "path": record.path,
        "access": record.access,
        "source": Some(&record.source).filter(|source| !source.is_empty()),
    })
}

fn record_row(record: &Record) -> Vec<String> {
    vec![
        demangled(&record.program),
        record.instruction.to_string(),
        record.kind.to_owned(),
        record.ty.clone(),
        record.path.clone(),
        record.access.clone(),
        record.source.clone(),
    ]
}

/// Formats `rows` as aligned columns, two spaces apart.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

fn deepest(survey: &ProgramStats) -> Heaviest {
    survey.heaviest(|function| Count::NEW.frame(function))
}

fn largest_chain(survey: &ProgramStats, deepest: &Heaviest) -> u64 {
    let roots = survey.roots().into_iter();
    roots.map(|(root, _)| deepest.start(root, 0).1).max().unwrap_or(0)
}

fn programs(survey: &ProgramStats) -> usize {
    survey.functions.iter().filter(|function| function.role == Role::Program).count()
}

fn role(function: &Function) -> &'static str {
    match function.role {
        Role::Program => "program",
        Role::Subprogram => "subprogram",
    }
}
