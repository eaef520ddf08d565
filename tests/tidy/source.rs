//! A source file as a list of tokens, without comments and without the contents of strings.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// One source file.
#[derive(Clone)]
pub struct Source {
    /// Below the repository, with `/`.
    pub path: String,
    /// In lines.
    pub length: usize,
    tokens: Vec<Token>,
}

#[derive(Clone)]
struct Token {
    text: String,
    line: usize,
}

/// Every file below `folder`, sorted.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("a readable folder").path()) {
        if !path.is_dir() {
            files.push(path);
        } else if !path.ends_with("target") {
            files.extend(files_below(&path));
        }
    }
    files.sort();
    files
}

impl Source {
    /// Reads every Rust file in `folders` of the repository at `root`, but no fixture.
    pub fn read_all(root: &Path, folders: &[&str]) -> Vec<Self> {
        let files = folders.iter().flat_map(|folder| files_below(&root.join(folder)));
        let rust = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
        rust.filter(|path| !path.starts_with(root.join("tests/cases")))
            .map(|path| Self::read(root, &path))
            .collect()
    }

    fn read(root: &Path, path: &Path) -> Self {
        let text =
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let below = path.strip_prefix(root).unwrap_or(path);
        let path = below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        Self { path, length: text.lines().count(), tokens: tokens(&text) }
    }

    /// The room of the product it is in: `backend` for `src/backend/merge.rs`, none for `src/lib.rs` and other
    /// crates.
    pub fn room(&self) -> Option<String> {
        let first = self.path.strip_prefix("src/")?.split('/').next()?.trim_end_matches(".rs");
        (!matches!(first, "lib" | "main")).then(|| first.to_owned())
    }

    /// Returns the imports from `crate::`, with the line: the first names of paths and of groups.
    pub fn imports_of_the_crate(&self) -> Vec<(usize, String)> {
        let mut names = Vec::new();
        for start in self.positions(&["crate", "::"]) {
            let rest = &self.tokens[start + 2..];
            match rest.first() {
                Some(token) if token.text == "{" => names.extend(group(&rest[1..])),
                Some(token) => names.push((token.line, token.text.clone())),
                None => {}
            }
        }
        names
    }

    /// All paths that start at `crate`, `super` or `self`, with groups spelled out.
    pub fn paths(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let is_start = matches!(self.tokens[at].text.as_str(), "crate" | "super" | "self");
            let follows = self.tokens.get(at + 1).is_some_and(|token| token.text == "::");
            at = if is_start && follows { self.expand(at, &[], &mut paths) } else { at + 1 };
        }
        paths
    }

    /// Adds the paths of the tree that starts at token `at`, behind `prefix`; returns where it ends.
    fn expand(&self, mut at: usize, prefix: &[String], paths: &mut Vec<Vec<String>>) -> usize {
        let text = |at: usize| self.tokens.get(at).map_or("", |token| token.text.as_str());
        let mut path = prefix.to_vec();
        loop {
            if text(at) == "{" {
                at += 1;
                while !matches!(text(at), "}" | "") {
                    at = if text(at) == "," { at + 1 } else { self.expand(at, &path, paths) };
                }
                return at + 1;
            }
            path.push(text(at).to_owned());
            at += 1;
            if text(at) != "::" {
                break;
            }
            at += 1;
        }
        if text(at) == "as" {
            at += 2;
        }
        paths.push(path);
        at
    }

    /// Lines where a path starts at the crate `name`.
    pub fn uses_of_crate(&self, name: &str) -> Vec<usize> {
        let before = |at: usize| at.checked_sub(1).map_or("", |at| self.tokens[at].text.as_str());
        let starts = |at: &usize| !matches!(before(*at), "::" | "." | "crate");
        let paths = self.positions(&[name, "::"]).into_iter().filter(starts);
        paths.chain(self.positions(&["use", name, ";"])).map(|at| self.tokens[at].line).collect()
    }

    /// Lines where the method `name` is called, but for calls on `self` and those whose result goes through `?`: they
    /// are of another method of that name.
    pub fn calls_of(&self, name: &str) -> Vec<usize> {
        let passes_errors_on = |at: &usize| {
            let after = at + 3 + balanced(&self.tokens[at + 3..]).len() + 1;
            self.tokens.get(after).is_some_and(|token| token.text == "?")
                || self.tokens[at - 1].text == "self"
        };
        let calls =
            self.positions(&[".", name, "("]).into_iter().filter(|at| !passes_errors_on(at));
        calls.map(|at| self.tokens[at].line).collect()
    }

    /// Lines where these tokens stand in a row; an empty one stands for nothing.
    pub fn lines_with(&self, tokens: &[&str]) -> Vec<usize> {
        let tokens: Vec<&str> = tokens.iter().copied().filter(|token| !token.is_empty()).collect();
        self.positions(&tokens).into_iter().map(|at| self.tokens[at].line).collect()
    }

    /// Lines of functions that others can call and that take a `bool`.
    pub fn bool_parameters(&self) -> Vec<usize> {
        let mut lines = Vec::new();
        for at in self.positions(&["fn"]) {
            let before = &self.tokens[at.saturating_sub(5)..at];
            if !before.iter().any(|token| token.text == "pub" && token.line == self.tokens[at].line)
            {
                continue;
            }
            let Some(open) = self.tokens[at..].iter().position(|token| token.text == "(") else {
                continue;
            };
            let parameters = balanced(&self.tokens[at + open + 1..]);
            if parameters.windows(2).any(|pair| pair[0].text == ":" && pair[1].text == "bool") {
                lines.push(self.tokens[at].line);
            }
        }
        lines
    }

    /// The same without its tests: files of their own, and the items below `#[cfg(test)]`.
    pub fn without_tests(&self) -> Self {
        let own_file = ["/tests.rs", "/fixture.rs"].iter().any(|name| self.path.ends_with(name));
        if own_file || self.path.contains("/tests/") {
            return Self { tokens: Vec::new(), ..self.clone() };
        }
        let mut kept = Vec::new();
        let mut from = 0;
        for start in self.positions(&["#", "[", "cfg", "(", "test", ")", "]"]) {
            kept.extend_from_slice(&self.tokens[from.min(start)..start]);
            from = start + 7 + item_length(&self.tokens[start + 7..]);
        }
        kept.extend_from_slice(&self.tokens[from..]);
        Self { tokens: kept, ..self.clone() }
    }

    fn positions(&self, wanted: &[&str]) -> Vec<usize> {
        let fits =
            |window: &[Token]| window.iter().zip(wanted).all(|(token, text)| token.text == *text);
        let found =
            self.tokens.windows(wanted.len()).enumerate().filter(|(_, window)| fits(window));
        found.map(|(at, _)| at).collect()
    }
}

/// The first names of a `{...}` group, whose inside starts `tokens`.
fn group(tokens: &[Token]) -> Vec<(usize, String)> {
    let inside = balanced(tokens);
    let mut depth = 0_usize;
    let mut first = true;
    let mut names = Vec::new();
    for token in inside {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 0 => first = true,
            name if depth == 0 && first => {
                names.push((token.line, name.to_owned()));
                first = false;
            }
            _ => {}
        }
    }
    names
}

/// The length of the item that starts `tokens`: up to a semicolon, or to the end of its block.
fn item_length(tokens: &[Token]) -> usize {
    let end = tokens.iter().position(|token| token.text == ";" || token.text == "{");
    let Some(end) = end else { return tokens.len() };
    if tokens[end].text == ";" {
        end + 1
    } else {
        (end + 2 + balanced(&tokens[end + 1..]).len()).min(tokens.len())
    }
}

/// The tokens up to the bracket that closes the one before them.
fn balanced(tokens: &[Token]) -> &[Token] {
    let mut depth = 1_usize;
    let closes = |token: &Token| {
        match token.text.as_str() {
            "(" | "{" | "[" => depth += 1,
            ")" | "}" | "]" => depth -= 1,
            _ => {}
        }
        depth == 0
    };
    let end = tokens.iter().position(closes).unwrap_or(tokens.len());
    &tokens[..end]
}

fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let (mut tokens, mut at, mut line) = (Vec::new(), 0, 1);
    while at < bytes.len() {
        let length = token_length(&bytes[at..]);
        let piece = &text[at..at + length];
        let skipped = piece.starts_with("//") || piece.starts_with("/*") || piece.trim().is_empty();
        if !skipped {
            tokens.push(Token { text: piece.to_owned(), line });
        }
        line += piece.matches('\n').count();
        at += length;
    }
    tokens
}

/// The length of the token, comment or white space that `bytes` starts with; at least 1.
fn token_length(bytes: &[u8]) -> usize {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let until = |found: Option<usize>| found.unwrap_or(bytes.len());
    match bytes {
        [b'/', b'/', ..] => until(bytes.iter().position(|byte| *byte == b'\n')),
        [b'/', b'*', ..] => until(find(bytes, b"*/").map(|at| at + 2)),
        [b'r', b'"', ..]
        | [b'b', b'r', b'"', ..]
        | [b'r', b'#', b'"' | b'#', ..]
        | [b'b', b'r', b'#', ..] => raw(bytes),
        [b'b' | b'c', b'"', ..] => 1 + quoted(&bytes[1..]),
        [b'"', ..] => quoted(bytes),
        [b'\'', b'\\', ..] => {
            until(bytes.iter().skip(3).position(|byte| *byte == b'\'').map(|at| at + 4))
        }
        [b'\'', _, b'\'', ..] => 3,
        [b':', b':', ..] | [b'.', b'.', ..] => 2,
        [first, ..] if word(first) => {
            bytes.iter().position(|byte| !word(byte)).unwrap_or(bytes.len())
        }
        _ => 1,
    }
}

fn quoted(bytes: &[u8]) -> usize {
    let mut at = 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

fn raw(bytes: &[u8]) -> usize {
    let start = bytes.iter().position(|byte| *byte == b'"').unwrap_or(0);
    let hashes = bytes[..start].iter().filter(|byte| **byte == b'#').count();
    let end = [&b"\""[..], &b"#".repeat(hashes)].concat();
    find(&bytes[start + 1..], &end).map_or(bytes.len(), |at| start + 1 + at + end.len())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
