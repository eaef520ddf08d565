//! Rendering of errors and warnings in rustc's style, with color on a terminal.

use std::{
    env,
    fmt::{self, Write},
    io::IsTerminal,
};

use super::{Error, Warning};

/// The style of rendered text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Plain text.
    Plain,
    /// Text with the escape sequences of a terminal.
    Coloured,
}

impl Paint {
    /// Uses color if `stream` is a terminal that supports it and NO_COLOR is unset: see <https://no-color.org>.
    #[must_use]
    pub fn suits(stream: &impl IsTerminal) -> Self {
        let minds = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_none_or(|term| term == "dumb");
        if stream.is_terminal() && !minds && !dumb { Self::Coloured } else { Self::Plain }
    }

    /// Renders a note that belongs to no error or warning.
    #[must_use]
    pub fn note(self, note: &str) -> String {
        format!("{}{}", self.wrap(Style::Note, "note"), subject(self, note))
    }

    fn wrap(self, style: Style, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Coloured => format!("\x1b[{}m{text}\x1b[0m", style.code()),
        }
    }
}

#[derive(Clone, Copy)]
enum Style {
    Error,
    Warning,
    Note,
    Message,
    Mark,
}

impl Style {
    /// Returns the SGR parameters (select graphic rendition): bold with red, yellow, green, no color and blue, as in
    /// rustc.
    const fn code(self) -> &'static str {
        match self {
            Self::Error => "1;31",
            Self::Warning => "1;33",
            Self::Note => "1;32",
            Self::Message => "1",
            Self::Mark => "1;34",
        }
    }
}

impl Error {
    /// Renders the error for a terminal or as plain text; [`Display`](fmt::Display) is the plain form.
    #[must_use]
    pub fn render(&self, paint: Paint) -> String {
        self.render_quoting(paint, &|_| None)
    }

    /// Renders the error with the source line at each place, which `line_at` returns if it is known.
    #[must_use]
    pub fn render_quoting(&self, paint: Paint, line_at: &dyn Fn(&str) -> Option<String>) -> String {
        let mut text = String::new();
        for part in &self.rest.parts {
            let _ = write!(text, "{}\n\n", part.render_quoting(paint, line_at));
        }
        text + &self.render_one(paint, line_at)
    }

    /// Renders the error without its parts.
    #[must_use]
    pub fn render_alone(&self, paint: Paint) -> String {
        self.render_one(paint, &|_| None)
    }

    fn render_one(&self, paint: Paint, line_at: &dyn Fn(&str) -> Option<String>) -> String {
        let mut text = String::new();
        let _ =
            write!(text, "{}{}", paint.wrap(Style::Error, "error"), subject(paint, &self.message));
        if let Some(place) = &self.rest.place {
            let _ = write!(text, "\n  {} {place}", paint.wrap(Style::Mark, "-->"));
            quote(&mut text, paint, place, line_at(place));
        }
        notes(&mut text, paint, "cause", &self.causes);
        notes(&mut text, paint, "help", &self.help);
        text
    }
}

impl Warning {
    /// Renders the warning for a terminal or as plain text; [`Display`](fmt::Display) is the plain form.
    #[must_use]
    pub fn render(&self, paint: Paint) -> String {
        let message = format!("{} [{}]", self.message.trim_end(), self.kind);
        let label = paint.wrap(Style::Warning, "warning");
        let mut text = format!("{label}{}", subject(paint, &message));
        notes(&mut text, paint, "help", &self.help);
        text
    }
}

/// Appends the source `line` at `place`, with a caret below the column.
fn quote(text: &mut String, paint: Paint, place: &str, line: Option<String>) {
    let Some(line) = line.filter(|line| !line.trim().is_empty()) else { return };
    let numbers = place.rsplitn(3, ':').map_while(|part| part.parse().ok());
    let (number, column): (usize, Option<usize>) = match numbers.collect::<Vec<_>>().as_slice() {
        [column, number, ..] => (*number, Some(*column)),
        [number] => (*number, None),
        [] => return,
    };
    let width = number.to_string().len().max(2);
    let bar = paint.wrap(Style::Mark, &format!("{:width$} |", ""));
    let mark = paint.wrap(Style::Mark, &format!("{number:>width$} |"));
    let _ = write!(text, "\n{bar}\n{mark} {line}");
    if let Some(column) = column.filter(|column| (1..=line.chars().count()).contains(column)) {
        let caret = paint.wrap(Style::Error, "^");
        let _ = write!(text, "\n{bar} {:column$}{caret}", "", column = column - 1);
    }
}

fn subject(paint: Paint, message: &str) -> String {
    paint.wrap(Style::Message, &format!(": {}", indented(message)))
}

fn notes(text: &mut String, paint: Paint, label: &str, lines: &[String]) {
    for line in lines {
        let mark = paint.wrap(Style::Mark, "=");
        let label = paint.wrap(Style::Message, &format!("{label}:"));
        let _ = write!(text, "\n  {mark} {label} {}", indented(line));
    }
}

fn indented(text: &str) -> String {
    text.trim_end().replace('\n', "\n    ")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Paint::Plain))
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Paint::Plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_first_and_places_follow_their_message() {
        let part = Error::link("`six` takes 6 arguments").at(Some("six.c:2")).help("pass a struct");
        let whole = Error::link("one limit is exceeded").with_parts([part]);
        let text = "error: `six` takes 6 arguments\n  --> six.c:2\n  = help: pass a struct\n\n\
                    error: one limit is exceeded";
        assert_eq!(whole.to_string(), text);
    }

    #[test]
    fn the_source_line_is_quoted_with_a_caret() {
        let error = Error::link("subject").at(Some("a.c:7:5")).help("remedy");
        let text = error.render_quoting(Paint::Plain, &|_| Some("    return 1.0;".to_owned()));
        assert_eq!(
            text,
            "error: subject\n  --> a.c:7:5\n   |\n 7 |     return 1.0;\n   |     ^\n  = help: remedy"
        );
        let without = error.render_quoting(Paint::Plain, &|_| None);
        assert_eq!(without, error.to_string());
    }

    #[test]
    fn colour_adds_nothing_but_escapes() {
        let error = Error::link("subject").at(Some("a.c:1")).because("fact").help("remedy");
        let painted = error.render(Paint::Coloured);
        assert!(
            painted.starts_with("\x1b[1;31merror\x1b[0m\x1b[1m: subject\x1b[0m\n  \x1b[1;34m-->")
        );
        let mut plain = painted;
        for code in ["1;31", "1;33", "1;34", "1", "0"] {
            plain = plain.replace(&format!("\x1b[{code}m"), "");
        }
        assert_eq!(plain, error.to_string());
    }
}
