//! Reports about the link itself.

use std::{fmt::Write, path::Path};

use serde_json::json;

use super::phases::Clock;
use crate::{
    backend::{LinkTrace, LinkedModule, Reason},
    output,
    plan::{Listing, Reports},
    report::Result,
};

/// Prints and writes the requested reports.
///
/// # Errors
/// A file cannot be written.
pub(super) fn publish(reports: &Reports, link_trace: &LinkTrace, clock: &Clock) -> Result<()> {
    if reports.trace == Listing::Print {
        output::write_stderr(&trace(&link_trace.taken));
    }
    if reports.dropped == Listing::Print {
        output::write_stderr(&dropped(link_trace));
    }
    link_trace.why_live.iter().for_each(|answer| output::write_stderr(answer));
    if let Some(path) = &reports.why_extract {
        write(path, &why_extract(&link_trace.taken))?;
    }
    if let Some(path) = &reports.time_trace {
        write(path, &time_trace(link_trace, clock))?;
    }
    Ok(())
}

/// Writes `text` to the file `path`, or to standard output for `-`.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    if path == Path::new("-") {
        output::write_stdout(text.as_bytes())
    } else {
        output::write(path, text.as_bytes())
    }
}

/// Returns one line for each module, as ld prints.
fn trace(taken: &[LinkedModule]) -> String {
    lines(taken.iter().map(|taken| taken.origin.to_string()))
}

fn dropped(link_trace: &LinkTrace) -> String {
    lines(link_trace.dropped.iter().map(|(origin, name)| {
        format!("removing unused `{}` of {origin}", rustc_demangle::demangle(name))
    }))
}

/// Returns the same table as lld: the referring file, the extracted member, and the symbol.
fn why_extract(taken: &[LinkedModule]) -> String {
    let header = "reference\textracted\tsymbol".to_owned();
    let rows = taken.iter().filter_map(|taken| match &taken.reason {
        Reason::Given => None,
        Reason::Needed { symbol, by } => {
            let by = by.as_ref().map_or_else(|| "<internal>".to_owned(), ToString::to_string);
            Some(format!("{by}\t{}\t{}", taken.origin, rustc_demangle::demangle(symbol)))
        }
    });
    lines(std::iter::once(header).chain(rows))
}

/// Returns the trace in the format of chrome://tracing and Perfetto, with times in microseconds.
fn time_trace(link_trace: &LinkTrace, clock: &Clock) -> String {
    let phases = clock.phases();
    let mut events = vec![json!({
        "name": "link", "ph": "X", "pid": 1, "tid": 1, "ts": 0,
        "dur": phases.last().map_or(0, |last| micros(last.began + last.took)),
        "args": {
            "modules": link_trace.taken.iter().filter(|taken| taken.reason == Reason::Given).count(),
            "members": link_trace.taken.iter().filter(|taken| taken.reason != Reason::Given).count(),
            "bytes": link_trace.taken.iter().map(|taken| taken.bytes).sum::<usize>(),
        },
    })];
    events.extend(phases.iter().map(|phase| {
        json!({
            "name": phase.name, "ph": "X", "pid": 1, "tid": 1,
            "ts": micros(phase.began), "dur": micros(phase.took),
        })
    }));
    format!("{:#}\n", json!({ "displayTimeUnit": "ms", "traceEvents": events }))
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    })
}
