//! The remaining panics, as text and as JSON (`docs/report-schema.md`).

use serde_json::{Value, json};

use super::program_report;
use crate::{backend::Panic, report::demangled};

/// Returns a table of the panics, or an empty string if there are none.
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
            panic.may_hold.map_or_else(
                || panic.what.clone(),
                |held| format!("{}; may hold {held}", panic.what),
            ),
            panic.way.name().to_owned(),
            panic.value.to_string(),
        ]
    }));
    format!("\n{}", program_report::table(&rows))
}

/// Returns the panics as a JSON array.
pub(super) fn json(panics: &[Panic]) -> Value {
    let panics = panics.iter().map(|panic| {
        json!({
            "program": panic.program,
            "function": panic.function,
            "source": panic.source,
            "what": panic.what,
            "way": panic.way.name(),
            "value": panic.value,
            "may_hold": panic.may_hold,
        })
    });
    Value::Array(panics.collect())
}
