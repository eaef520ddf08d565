//! The form of the command's messages: text, one line each, or JSON in rustc's schema.

use std::{env, ffi::OsString, fs, io::IsTerminal, path::Path};

use serde_json::{Value, json};

use crate::report::{Error, Paint, Warning};

/// The largest source file of which a message quotes a line.
const LARGEST_SOURCE: u64 = 4 << 20;

/// The use of color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// On a terminal, and where cargo is told to use color.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The form of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorFormat {
    /// Text with causes, help and the quoted source line.
    #[default]
    Human,
    /// One line for each message: `file:line:column: error: message`.
    Short,
    /// One JSON object on a line for each message, in the schema of `rustc --error-format json`.
    Json,
}

/// The form and color of all messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Messages {
    /// The use of color.
    pub color: Color,
    /// The form.
    pub format: ErrorFormat,
}

impl Color {
    /// All values, in the order of `--help`.
    pub const ALL: [&str; 3] = ["auto", "always", "never"];

    /// Returns the value called `name`; the default for an unknown one.
    #[must_use]
    pub fn called(name: &str) -> Self {
        match name {
            "always" => Self::Always,
            "never" => Self::Never,
            _ => Self::Auto,
        }
    }
}

impl ErrorFormat {
    /// All values, in the order of `--help`.
    pub const ALL: [&str; 3] = ["human", "short", "json"];

    /// Returns the value called `name`; the default for an unknown one.
    #[must_use]
    pub fn called(name: &str) -> Self {
        match name {
            "short" => Self::Short,
            "json" => Self::Json,
            _ => Self::Human,
        }
    }
}

impl Messages {
    /// Reads the form from `args` that need not make a valid command line: its errors have a form, too.
    #[must_use]
    pub fn of(args: &[OsString]) -> Self {
        let mut messages = Self::default();
        let mut words = args.iter().filter_map(|word| word.to_str());
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word, None),
            };
            match name {
                "--color" => {
                    messages.color = Color::called(value.or_else(|| words.next()).unwrap_or(""));
                }
                "--error-format" => {
                    messages.format =
                        ErrorFormat::called(value.or_else(|| words.next()).unwrap_or(""));
                }
                _ => {}
            }
        }
        messages
    }

    /// Returns the style for text on `stream`.
    #[must_use]
    pub fn paint(self, stream: &impl IsTerminal) -> Paint {
        let cargo_wants = env::var_os("CARGO_TERM_COLOR").is_some_and(|when| when == "always");
        match self.color {
            Color::Always => Paint::Coloured,
            Color::Never => Paint::Plain,
            Color::Auto if cargo_wants => Paint::Coloured,
            Color::Auto => Paint::suits(stream),
        }
    }

    /// Renders an error and its parts, without a newline at the end.
    #[must_use]
    pub fn error(self, error: &Error, stream: &impl IsTerminal) -> String {
        match self.format {
            ErrorFormat::Human => error.render_quoting(self.paint(stream), &line_at),
            ErrorFormat::Short => each(error, |one| {
                let place = one.place().map(|place| format!("{place}: ")).unwrap_or_default();
                format!("{place}error: {}", one.message())
            }),
            ErrorFormat::Json => each(error, |one| {
                let causes = one.causes().iter().map(|cause| child("note", cause));
                let help = one.help_lines().iter().map(|help| child("help", help));
                let spans = one.place().and_then(span).into_iter().collect::<Vec<_>>();
                let rendered = one.render_alone(Paint::Plain);
                diagnostic("error", one.message(), None, spans, causes.chain(help), rendered)
            }),
        }
    }

    /// Renders a warning, without a newline at the end.
    #[must_use]
    pub fn warning(self, warning: &Warning, stream: &impl IsTerminal) -> String {
        match self.format {
            ErrorFormat::Human => warning.render(self.paint(stream)),
            ErrorFormat::Short => format!("warning: {} [{}]", warning.message, warning.kind),
            ErrorFormat::Json => {
                let help = warning.help.iter().map(|help| child("help", help));
                let name = Some(warning.kind.name());
                let rendered = warning.render(Paint::Plain);
                diagnostic("warning", &warning.message, name, Vec::new(), help, rendered)
            }
        }
    }

    /// Renders a note, without a newline at the end.
    #[must_use]
    pub fn note(self, note: &str, stream: &impl IsTerminal) -> String {
        match self.format {
            ErrorFormat::Human => self.paint(stream).note(note),
            ErrorFormat::Short => format!("note: {note}"),
            ErrorFormat::Json => {
                let rendered = Paint::Plain.note(note);
                diagnostic("note", note, None, Vec::new(), std::iter::empty(), rendered)
            }
        }
    }
}

/// Renders the parts of `error` and then the error itself, each on a line of its own.
fn each(error: &Error, render: impl Fn(&Error) -> String) -> String {
    let mut all = Vec::new();
    let mut open = vec![(error, false)];
    while let Some((one, are_parts_done)) = open.pop() {
        if are_parts_done || one.parts().is_empty() {
            all.push(render(one));
        } else {
            open.push((one, true));
            open.extend(one.parts().iter().rev().map(|part| (part, false)));
        }
    }
    all.join("\n")
}

/// Returns one message in the schema of rustc (the rustc book, "JSON Output"), on one line.
fn diagnostic(
    level: &str,
    message: &str,
    code: Option<&str>,
    spans: Vec<Value>,
    children: impl Iterator<Item = Value>,
    rendered: String,
) -> String {
    let value = json!({
        "$message_type": "diagnostic",
        "message": message,
        "code": code.map(|code| json!({ "code": code, "explanation": null })),
        "level": level,
        "spans": spans,
        "children": children.collect::<Vec<_>>(),
        "rendered": rendered + "\n",
    });
    value.to_string()
}

fn child(level: &str, message: &str) -> Value {
    json!({
        "message": message, "code": null, "level": level, "spans": [], "children": [],
        "rendered": null,
    })
}

/// Returns the span of one character at `place`. The offset in the file is unknown, and 0.
fn span(place: &str) -> Option<Value> {
    let (file, line, column) = split(place)?;
    let text = line_at(place).map(|text| {
        json!({ "text": text, "highlight_start": column.max(1), "highlight_end": column.max(1) + 1 })
    });
    Some(json!({
        "file_name": file,
        "byte_start": 0, "byte_end": 0,
        "line_start": line, "line_end": line,
        "column_start": column.max(1), "column_end": column.max(1) + 1,
        "is_primary": true,
        "text": text.into_iter().collect::<Vec<_>>(),
        "label": null, "suggested_replacement": null, "suggestion_applicability": null,
        "expansion": null,
    }))
}

/// Splits `file:line` or `file:line:column`; the column is 0 if it is missing.
fn split(place: &str) -> Option<(&str, usize, usize)> {
    let (before, last) = place.rsplit_once(':')?;
    let last = last.parse().ok()?;
    match before.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?))) {
        Some((file, line)) => Some((file, line, last)),
        None => Some((before, last, 0)),
    }
}

/// Returns the source line at `place`, if its file can be read.
fn line_at(place: &str) -> Option<String> {
    let (file, line, _) = split(place)?;
    let found = fs::metadata(Path::new(file)).ok()?;
    if !found.is_file() || found.len() > LARGEST_SOURCE {
        return None;
    }
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().nth(line.checked_sub(1)?)?;
    Some(line.trim_end().replace('\t', "    "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_read_from_a_command_line_that_may_be_wrong() {
        let of = |words: &[&str]| Messages::of(&words.iter().map(Into::into).collect::<Vec<_>>());
        assert_eq!(of(&["x", "--nonsense"]), Messages::default());
        assert_eq!(of(&["--error-format=json", "-z"]).format, ErrorFormat::Json);
        assert_eq!(of(&["--error-format", "short"]).format, ErrorFormat::Short);
        assert_eq!(of(&["--color=never", "--color", "always"]).color, Color::Always);
        assert_eq!(of(&["--color"]).color, Color::Auto);
    }

    #[test]
    fn places_are_split_from_the_right() {
        assert_eq!(split("a.c:3"), Some(("a.c", 3, 0)));
        assert_eq!(split("C:/a.c:3:7"), Some(("C:/a.c", 3, 7)));
        assert_eq!(split("a.c"), None);
        assert_eq!(split("a.c:x"), None);
    }
}
