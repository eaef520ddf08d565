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
        let mut text = String::new();
        for part in &self.rest.parts {
            let _ = write!(text, "{}\n\n", part.render(paint));
        }
        let _ =
            write!(text, "{}{}", paint.wrap(Style::Error, "error"), subject(paint, &self.message));
        if let Some(place) = &self.rest.place {
            let _ = write!(text, "\n  {} {place}", paint.wrap(Style::Mark, "-->"));
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
