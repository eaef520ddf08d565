//! Reports of the verdicts: text, JSON, and a table of programs by kernels.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{
    budget::{Finding, Level},
    judge::Verdict,
    machine::Answer,
    outcome::Program,
};

/// Version of the JSON form; it increases only when a field changes its meaning or is removed.
const SCHEMA: u32 = 1;

/// Returns true if every kernel takes everything, and nothing is over a budget.
#[must_use]
pub fn is_good(answers: &[Answer], findings: &[Finding]) -> bool {
    let mut verdicts = answers.iter().flat_map(|answer| &answer.verdicts);
    verdicts.all(|verdict| verdict.loaded.is_good())
        && findings.iter().all(|finding| finding.level == Level::Warning)
}

/// Returns the answers as JSON, with a trailing newline.
#[must_use]
pub fn json(answers: &[Answer], findings: &[Finding]) -> String {
    let kernels = answers.iter().map(|answer| {
        let objects = answer.verdicts.iter().map(|verdict| {
            let mut value = verdict.loaded.json();
            value["object"] = json!(verdict.object.display().to_string());
            value["loader"] = json!(verdict.loader.name());
            value
        });
        json!({
            "kernel": answer.release,
            "notes": answer.notes,
            "objects": objects.collect::<Vec<Value>>(),
        })
    });
    let value = json!({
        "schema": SCHEMA,
        "good": is_good(answers, findings),
        "kernels": kernels.collect::<Vec<_>>(),
        "budget": findings.iter().map(Finding::json).collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

/// Returns a few lines for each kernel.
#[must_use]
pub fn text(answers: &[Answer], logs: Logs) -> String {
    let mut text = String::new();
    for answer in answers {
        let _ = writeln!(text, "kernel {}", answer.release);
        for note in &answer.notes {
            let _ = writeln!(text, "  note: {note}");
        }
        for verdict in &answer.verdicts {
            let _ = writeln!(text, "  {} by {}", verdict.object.display(), verdict.loader.name());
            if let Some(error) = &verdict.loaded.error {
                let _ = writeln!(text, "    refused: {}", indented(error, 6));
            }
            for program in &verdict.loaded.programs {
                program_lines(&mut text, program, logs);
            }
        }
    }
    text
}

/// The raw logs that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logs {
    /// Only where nothing explains a refusal.
    Unexplained,
    /// All.
    All,
}

fn program_lines(text: &mut String, program: &Program, logs: Logs) {
    let Some(error) = &program.error else {
        let _ = writeln!(text, "    {}: loaded{}", program.name, figures(program));
        return;
    };
    match &program.explanation {
        Some(explanation) => {
            let _ = writeln!(text, "    {}: {}", program.name, indented(&explanation.text(), 6));
        }
        None => {
            let _ = writeln!(text, "    {}: refused", program.name);
        }
    }
    if logs == Logs::All || program.explanation.is_none() {
        let _ = writeln!(text, "      {}", indented(error, 6));
    }
}

fn figures(program: &Program) -> String {
    let mut text = String::new();
    let mut add = |figure: Option<String>| {
        if let Some(figure) = figure {
            let _ = write!(text, ", {figure}");
        }
    };
    add(program.verified.map(|it| format!("{it} instructions verified")));
    add(program.states.map(|[total, peak]| format!("{total} states, {peak} at once")));
    add(program.stack.map(|it| format!("{it} bytes of stack")));
    add(program.size.map(|it| format!("{it} bytes")));
    add(program.micros.map(|it| format!("{it} µs")));
    text
}

/// Returns a table: a row for each program of an object and loader, a column for each kernel with the number of verified
/// instructions, `loaded` where none is known, or `refused`.
#[must_use]
pub fn table(answers: &[Answer]) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut header = vec!["object".to_owned(), "loader".to_owned(), "program".to_owned()];
    header.extend(answers.iter().map(|answer| short(&answer.release)));
    rows.push(header);
    let verdicts = answers.first().map_or(&[][..], |answer| &answer.verdicts);
    for (index, verdict) in verdicts.iter().enumerate() {
        let of = |answer: &Answer| answer.verdicts.get(index).cloned();
        let mut names: Vec<String> = Vec::new();
        for answer in answers {
            for program in of(answer).into_iter().flat_map(|it| it.loaded.programs) {
                if !names.contains(&program.name) {
                    names.push(program.name);
                }
            }
        }
        if names.is_empty() {
            names.push("-".to_owned());
        }
        for name in names {
            let file =
                verdict.object.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let mut row = vec![file, verdict.loader.name().to_owned(), name.clone()];
            row.extend(answers.iter().map(|answer| cell(of(answer).as_ref(), &name)));
            rows.push(row);
        }
    }
    aligned(&rows)
}

fn cell(verdict: Option<&Verdict>, name: &str) -> String {
    let Some(verdict) = verdict else { return "-".to_owned() };
    match verdict.loaded.programs.iter().find(|program| program.name == name) {
        Some(program) if program.error.is_some() => "refused".to_owned(),
        Some(program) => program.verified.map_or_else(|| "loaded".to_owned(), |it| it.to_string()),
        None if verdict.loaded.error.is_some() => "refused".to_owned(),
        None => "-".to_owned(),
    }
}

/// Returns the release without what distributions add.
fn short(release: &str) -> String {
    release.split(['-', '+']).next().unwrap_or_default().to_owned()
}

fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn indented(lines: &str, by: usize) -> String {
    lines.trim_end().replace('\n', &format!("\n{:by$}", ""))
}
