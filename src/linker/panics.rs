//! The panics that remain, for a person and as JSON (`docs/report-schema.md`).

use serde_json::{Value, json};

use super::program_report;
use crate::{backend::Panic, report::demangled};

/// A table of the panics; nothing if there are none.
pub(super) fn human(panics: &[Panic]) -> String {
    if panics.is_empty() {
        return String::new();
    }
    let header = ["panic in", "at", "what", "way", "value"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(panics.iter().map(|panic| {
        vec![
            demangled(&panic.program),
            panic.source.clone().unwrap_or_default(),
            panic.what.clone(),
            panic.way.name().to_owned(),
            panic.value.to_string(),
        ]
    }));
    format!("\n{}", program_report::table(&rows))
}

/// A list of the panics.
pub(super) fn json(panics: &[Panic]) -> Value {
    let panics = panics.iter().map(|panic| {
        json!({
            "program": panic.program,
            "function": panic.function,
            "source": panic.source,
            "what": panic.what,
            "way": panic.way.name(),
            "value": panic.value,
        })
    });
    Value::Array(panics.collect())
}
