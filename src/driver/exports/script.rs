//! Version scripts and dynamic lists: the part of ld's script language that sets the visibility of symbols (ld's
//! manual, "VERSION Command" and "--dynamic-list").

use std::{iter::Peekable, vec};

/// Visibility settings of a script.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Global symbols by name.
    pub names: Vec<String>,
    /// Patterns of global symbols.
    pub patterns: Vec<String>,
    /// Names and patterns of local symbols.
    pub locals: Vec<String>,
}

/// Returns true if `text` contains a character that makes it a glob pattern.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Parses `NAME { global: a; b*; local: *; } PARENT; ...`.
///
/// # Errors
/// The script is malformed, with the line and the reason, or it uses `extern "C++"`.
pub fn parse_version_script(text: &str) -> Result<Script, String> {
    let mut parser = Parser::new(text)?;
    while parser.tokens.peek().is_some() {
        if parser.at_name() {
            parser.tokens.next();
        }
        parser.block(Labels::Allowed)?;
        if parser.at_name() {
            parser.tokens.next();
        }
        parser.expect(";")?;
    }
    Ok(parser.script)
}

/// Parses `{ a; b*; };`.
///
/// # Errors
/// The list is malformed, with the line and the reason, or it uses `extern "C++"`.
pub fn parse_dynamic_list(text: &str) -> Result<Script, String> {
    let mut parser = Parser::new(text)?;
    while parser.tokens.peek().is_some() {
        parser.block(Labels::Forbidden)?;
        parser.expect(";")?;
    }
    Ok(parser.script)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Labels {
    Allowed,
    Forbidden,
}

#[derive(Clone, Copy)]
enum Visibility {
    Global,
    Local,
}

#[derive(Clone, Debug)]
struct Token {
    text: String,
    kind: Kind,
    line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Name,
    Quoted,
    Mark,
}

struct Parser {
    tokens: Peekable<vec::IntoIter<Token>>,
    last_line: usize,
    script: Script,
}

impl Parser {
    fn new(text: &str) -> Result<Self, String> {
        Ok(Self {
            tokens: tokens(text)?.into_iter().peekable(),
            last_line: text.lines().count().max(1),
            script: Script::default(),
        })
    }

    fn at_name(&mut self) -> bool {
        self.tokens.peek().is_some_and(|token| token.kind != Kind::Mark)
    }

    fn at_mark(&mut self, mark: &str) -> bool {
        self.tokens.peek().is_some_and(|token| token.kind == Kind::Mark && token.text == mark)
    }

    fn expect(&mut self, mark: &str) -> Result<(), String> {
        if self.at_mark(mark) {
            self.tokens.next();
            return Ok(());
        }
        Err(match self.tokens.next() {
            Some(token) => {
                format!("line {}: expected `{mark}`, found `{}`", token.line, token.text)
            }
            None => {
                format!("line {}: expected `{mark}`, found the end of the file", self.last_line)
            }
        })
    }

    fn block(&mut self, labels: Labels) -> Result<(), String> {
        self.expect("{")?;
        let mut visibility = Visibility::Global;
        while self.at_name() {
            let Some(name) = self.tokens.next() else { break };
            if name.kind == Kind::Name && name.text == "extern" {
                self.language(name.line, visibility)?;
                continue;
            }
            if labels == Labels::Allowed && self.at_mark(":") {
                self.tokens.next();
                visibility = label(&name)?;
                continue;
            }
            self.add(name, visibility);
            // The semicolon after the last name of a block is optional.
            if !self.at_mark("}") {
                self.expect(";")?;
            }
        }
        self.expect("}")
    }

    /// Parses `extern "C" { a; b; };`.
    fn language(&mut self, line: usize, visibility: Visibility) -> Result<(), String> {
        match self.tokens.next() {
            Some(language) if language.text == "C" => {}
            Some(language) => {
                return Err(format!(
                    "line {line}: `extern \"{}\"` names symbols as their source does; write them as the symbol table does",
                    language.text
                ));
            }
            None => return Err(format!("line {line}: `extern` needs a language")),
        }
        self.expect("{")?;
        while self.at_name() {
            let Some(name) = self.tokens.next() else { break };
            self.add(name, visibility);
            if !self.at_mark("}") {
                self.expect(";")?;
            }
        }
        self.expect("}")?;
        if self.at_mark(";") {
            self.tokens.next();
        }
        Ok(())
    }

    fn add(&mut self, name: Token, visibility: Visibility) {
        let Token { text, kind, .. } = name;
        match visibility {
            Visibility::Local => self.script.locals.push(text),
            Visibility::Global if kind == Kind::Name && is_pattern(&text) => {
                self.script.patterns.push(text)
            }
            Visibility::Global => self.script.names.push(text),
        }
    }
}

fn label(name: &Token) -> Result<Visibility, String> {
    match name.text.as_str() {
        "global" => Ok(Visibility::Global),
        "local" => Ok(Visibility::Local),
        other => Err(format!(
            "line {}: unknown label `{other}:`; labels are `global:` and `local:`",
            name.line
        )),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (length, kind) = match first {
            '/' if rest.starts_with("/*") => {
                let end = rest.match_indices("*/").find(|(end, _)| *end > 1);
                let (end, mark) =
                    end.ok_or_else(|| format!("line {line}: the comment is never closed"))?;
                (end + mark.len(), None)
            }
            '#' => (rest.find('\n').unwrap_or(rest.len()), None),
            '"' => {
                let (end, mark) = rest
                    .match_indices('"')
                    .nth(1)
                    .ok_or_else(|| format!("line {line}: the quote is never closed"))?;
                (end + mark.len(), Some(Kind::Quoted))
            }
            '{' | '}' | ';' => (1, Some(Kind::Mark)),
            ':' if !rest.starts_with("::") => (1, Some(Kind::Mark)),
            char if char.is_whitespace() => (char.len_utf8(), None),
            _ => (name_end(rest), Some(Kind::Name)),
        };
        let (text, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let name = text.trim_matches('"');
        tokens.extend(kind.map(|kind| Token { text: name.to_owned(), kind, line }));
        line += text.matches('\n').count();
        rest = behind;
    }
    Ok(tokens)
}

/// Returns the length of the name at the start of `text`; `::` is part of a name, a single `:` ends it.
fn name_end(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            ':' if chars.next_if(|(_, next)| *next == ':').is_some() => {}
            '{' | '}' | ';' | ':' | '"' | '#' => return at,
            char if char.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(names: &[&str], patterns: &[&str], locals: &[&str]) -> Script {
        let own = |all: &[&str]| all.iter().map(|&text| text.to_owned()).collect();
        Script { names: own(names), patterns: own(patterns), locals: own(locals) }
    }

    #[test]
    fn version_scripts_say_what_is_global() {
        for (text, expected) in [
            ("", script(&[], &[], &[])),
            ("{ global: a; b; local: *; };", script(&["a", "b"], &[], &["*"])),
            ("{\n  global:\n    a;\n\n  local:\n    *;\n};\n", script(&["a"], &[], &["*"])),
            ("{ a; };", script(&["a"], &[], &[])),
            ("{ a };", script(&["a"], &[], &[])),
            ("{ global: x_*; \"y*\"; };", script(&["y*"], &["x_*"], &[])),
            ("V1 { global: a; }; V2 { global: b; } V1;", script(&["a", "b"], &[], &[])),
            ("{ extern \"C\" { a; b }; local: c; };", script(&["a", "b"], &[], &["c"])),
            ("# one\n{ /* two\n */ a; # three\n};", script(&["a"], &[], &[])),
            ("{ global: global; };", script(&["global"], &[], &[])),
            ("{ ns::f; };", script(&["ns::f"], &[], &[])),
        ] {
            assert_eq!(parse_version_script(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn dynamic_lists_name_symbols() {
        assert_eq!(parse_dynamic_list("{ a; b*; };"), Ok(script(&["a"], &["b*"], &[])));
        assert!(parse_dynamic_list("{ global: a; };").is_err());
    }

    #[test]
    fn what_is_malformed_is_named_with_its_line() {
        for (text, why) in [
            ("{ a;\n b }", "line 2: expected `;`, found the end of the file"),
            ("{ a b; };", "line 1: expected `;`, found `b`"),
            ("a;", "line 1: expected `{`, found `;`"),
            (
                "{ publik: a; };",
                "line 1: unknown label `publik:`; labels are `global:` and `local:`",
            ),
            ("{ /* a; };", "line 1: the comment is never closed"),
            ("{ \"a; };", "line 1: the quote is never closed"),
            (
                "{ extern }",
                "line 1: `extern \"}\"` names symbols as their source does; write them as the symbol table does",
            ),
        ] {
            assert_eq!(parse_version_script(text), Err(why.to_owned()), "{text}");
        }
    }
}
