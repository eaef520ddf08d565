//! Patterns for lines: words, with regular expressions between `{{` and `}}`.

use std::fmt;

use regex_lite::Regex;

/// A pattern; any run of white space fits any other.
pub struct Pattern {
    text: String,
    regex: Regex,
}

impl Pattern {
    /// Parses `text`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty pattern fits every line".to_owned());
        }
        let mut source = String::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once("{{") {
            let (expression, after) = after.split_once("}}").ok_or("`{{` without `}}`")?;
            source.push_str(&literal_source(literal));
            source.push_str(&format!("(?:{expression})"));
            rest = after;
        }
        source.push_str(&literal_source(rest));
        let regex = Regex::new(&source).map_err(|error| error.to_string())?;
        Ok(Self { text: text.to_owned(), regex })
    }

    /// Returns true if `line`, whose white space is single spaces, matches.
    pub fn fits(&self, line: &str) -> bool {
        self.regex.is_match(line)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn literal_source(text: &str) -> String {
    let mut source = regex_lite::escape(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    if text.starts_with(char::is_whitespace) && !source.is_empty() {
        source.insert(0, ' ');
    }
    if text.ends_with(char::is_whitespace) {
        source.push(' ');
    }
    source
}
