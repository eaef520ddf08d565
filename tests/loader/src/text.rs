//! The outcome for people.

use std::fmt::Write as _;

use bpf_verdict::outcome::Program;

use crate::outcome::{Contents, Map, Outcome, Run, hex};

/// A few lines for each loader.
pub fn draw(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let loaded = &outcome.loaded;
        line(&mut text, format_args!("{}", outcome.loader.name()));
        if let Some(error) = &loaded.error {
            line(&mut text, format_args!("  refused: {}", indented(error)));
        }
        loaded.programs.iter().for_each(|program| draw_program(&mut text, program));
        loaded.maps.iter().for_each(|map| draw_map(&mut text, map));
        loaded.runs.iter().for_each(|run| draw_run(&mut text, run));
    }
    text
}

fn draw_program(text: &mut String, program: &Program) {
    let verdict = match (&program.error, program.verified) {
        (Some(error), _) => format!("refused: {}", indented(error)),
        (None, Some(verified)) => format!("loaded, {verified} instructions verified"),
        (None, None) => "loaded".to_owned(),
    };
    line(text, format_args!("  program {} ({}): {verdict}", program.name, program.kind));
}

fn draw_map(text: &mut String, map: &Map) {
    let Map { name, kind, key_size, value_size, max_entries, .. } = map;
    line(
        text,
        format_args!("  map {name} ({kind}): {key_size} -> {value_size} bytes, {max_entries}"),
    );
    match &map.contents {
        Contents::Plain(entries) => {
            for (key, value) in entries {
                line(text, format_args!("    {} = {}", hex(key), hex(value)));
            }
        }
        Contents::PerCpu(entries) => {
            for (key, cpus) in entries {
                let cpus: Vec<String> = cpus.iter().map(|value| hex(value)).collect();
                line(text, format_args!("    {} = {}", hex(key), cpus.join(" | ")));
            }
        }
        Contents::Records(records) => {
            records.iter().for_each(|record| line(text, format_args!("    {}", hex(record))));
        }
        Contents::Unread => {}
    }
}

fn draw_run(text: &mut String, run: &Run) {
    match &run.packet {
        Some(packet) => line(text, format_args!("  returned {} and {}", run.returned, hex(packet))),
        None => line(text, format_args!("  returned {}", run.returned)),
    }
}

fn indented(lines: &str) -> String {
    lines.trim_end().replace('\n', "\n    ")
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{arguments}");
}
