//! The text of a fixture: directives in comments, and the files it is made of.
//!
//! A directive is a comment line (`;` in `.ll`, `//` elsewhere) of the form `word: text`, before the first part. They
//! are carried out from top to bottom, in a folder of the fixture's own:
//!
//! - `llvm: 21..`, `llvm: ..20`, `llvm: 22`: the LLVM majors that the whole fixture is for, both ends included;
//! - `compile: FLAGS`: more flags for the compiler of a `.c` or `.rs` fixture;
//! - `run: COMMAND`: a shell command that must succeed; LLVM's tools are on PATH, `{linker}` is the linker;
//! - `env: NAME=VALUE`: set for the next link;
//! - `args: WORDS`: a link of `{this}`, which is added unless it is named, and so is `-o {out}`;
//! - `link: WORDS`: a link of the files it names; only `-o {out}` is added;
//! - `error: KIND TEXT`: that link fails with the exit code of `KIND` (see `report::ErrorKind`) and says `TEXT`;
//! - `cause: TEXT`, `help: TEXT`, `warning: TEXT`, `note: TEXT`, `place: TEXT`: so does such a line of what it says; `says: TEXT` is
//!   one more message of an error, `place:` the text of `--> TEXT`;
//! - `view: WHAT [SYMBOL] [in FILE]`: what is looked at from here on, see `view.rs`;
//! - `expect: PATTERN`: some line after the last one found; `expect-next: PATTERN`: the very next line;
//! - `reject: PATTERN`: no line of the view; `count: N PATTERN`: exactly N lines of it.
//!
//! A line `;--- name` or `//--- name` starts another file of that name. What stands before the first is `{this}`; if
//! that is only comments, the first part is.

use std::{fs, path::Path};

use super::{pattern::Pattern, view::View};

/// One fixture, parsed.
pub struct Fixture {
    /// Its path below `tests/cases`, without the extension.
    pub name: String,
    /// The files to write, by name.
    pub parts: Vec<Part>,
    /// Index of the part that is `{this}`.
    pub this: usize,
    /// More flags for the compiler of a `.c` or `.rs` fixture.
    pub compile: Vec<String>,
    /// The LLVM majors it is for.
    pub llvm: Majors,
    /// Steps, in order.
    pub steps: Vec<Step>,
}

/// A file of a fixture.
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// One directive, with the line it stands on.
pub struct Step {
    /// Counted from 1.
    pub line: usize,
    /// Action of the step.
    pub action: Action,
}

/// Actions that directives request.
pub enum Action {
    /// A shell command.
    Run(String),
    /// A variable for the next link.
    Env(String, String),
    /// A link.
    Link(Link),
    /// Looks at something.
    View(View),
    /// Some later line fits.
    Expect(Pattern),
    /// The next line fits.
    ExpectNext(Pattern),
    /// No line fits.
    Reject(Pattern),
    /// So many lines fit.
    Count(usize, Pattern),
}

/// One call of the linker.
pub struct Link {
    /// Its arguments, before substitution.
    pub args: Vec<String>,
    /// Its exit code.
    pub exit_code: i32,
    /// Patterns for standard error, each for a separate line, in any order.
    pub messages: Vec<String>,
}

/// A range of LLVM majors, both ends included.
pub struct Majors(u32, u32);

impl Majors {
    /// Returns true if `major` is in the range.
    pub fn contains(&self, major: u32) -> bool {
        (self.0..=self.1).contains(&major)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let (low, high) = text.split_once("..").unwrap_or((text, text));
        let number = |text: &str, open: u32| match text {
            "" => Ok(open),
            digits => digits.parse().map_err(|error| format!("`{digits}`: {error}")),
        };
        Ok(Self(number(low, 0)?, number(high, u32::MAX)?))
    }
}

impl Fixture {
    /// Reads the fixture `file`, which lies below `root`.
    pub fn read(root: &Path, file: &Path) -> Result<Self, String> {
        let name = file.strip_prefix(root).unwrap_or(file).with_extension("").display().to_string();
        let text = fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
        let extension =
            file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        Self::parse(&name, extension, &text).map_err(|problem| format!("{name}: {problem}"))
    }

    fn parse(name: &str, extension: &str, text: &str) -> Result<Self, String> {
        let comment = comment_of(extension)?;
        let (parts, this) = split(&format!("this.{extension}"), text, comment);
        let mut fixture = Self {
            name: name.to_owned(),
            parts,
            this,
            compile: Vec::new(),
            llvm: Majors(0, u32::MAX),
            steps: Vec::new(),
        };
        for (index, line) in
            text.lines().enumerate().take_while(|(_, line)| part_name(line).is_none())
        {
            if let Some((word, rest)) = directive(line, comment) {
                fixture
                    .add(index + 1, word, rest)
                    .map_err(|problem| format!("line {}: {problem}", index + 1))?;
            }
        }
        fixture.must_check_something()?;
        Ok(fixture)
    }

    fn add(&mut self, line: usize, word: &str, text: &str) -> Result<(), String> {
        let action = match word {
            "llvm" => {
                self.llvm = Majors::parse(text)?;
                return Ok(());
            }
            "compile" => {
                self.compile = words(text);
                return Ok(());
            }
            "error" | "says" | "note" | "cause" | "help" | "warning" | "place" => {
                return self.last_link()?.must_say(word, text);
            }
            "run" => Action::Run(text.to_owned()),
            "env" => {
                let (name, value) = text.split_once('=').ok_or("env: wants NAME=VALUE")?;
                Action::Env(name.to_owned(), value.to_owned())
            }
            "args" => Action::Link(Link::new(with_this(words(text)))),
            "link" => Action::Link(Link::new(words(text))),
            "view" => Action::View(View::parse(text)?),
            "expect" => Action::Expect(Pattern::parse(text)?),
            "expect-next" => Action::ExpectNext(Pattern::parse(text)?),
            "reject" => Action::Reject(Pattern::parse(text)?),
            "count" => {
                let (number, pattern) = text.split_once(' ').ok_or("count: wants N PATTERN")?;
                let number = number.parse().map_err(|error| format!("`{number}`: {error}"))?;
                Action::Count(number, Pattern::parse(pattern)?)
            }
            _ => return Err(format!("no directive is called `{word}`")),
        };
        self.steps.push(Step { line, action });
        Ok(())
    }

    fn last_link(&mut self) -> Result<&mut Link, String> {
        let links = self.steps.iter_mut().rev().filter_map(|step| match &mut step.action {
            Action::Link(link) => Some(link),
            _ => None,
        });
        links.into_iter().next().ok_or_else(|| "there is no link before this".to_owned())
    }

    fn must_check_something(&self) -> Result<(), String> {
        let checks = self.steps.iter().any(|step| match &step.action {
            Action::Link(link) => link.exit_code != 0 || !link.messages.is_empty(),
            Action::Expect(_) | Action::ExpectNext(_) | Action::Reject(_) | Action::Count(..) => {
                true
            }
            Action::Run(_) | Action::Env(..) | Action::View(_) => false,
        });
        if checks { Ok(()) } else { Err("it checks nothing".to_owned()) }
    }
}

impl Link {
    fn new(args: Vec<String>) -> Self {
        Self { args, exit_code: 0, messages: Vec::new() }
    }

    fn must_say(&mut self, word: &str, text: &str) -> Result<(), String> {
        let text = if word == "error" {
            let (kind, text) = text.split_once(' ').unwrap_or((text, ""));
            self.exit_code = exit_code(kind)?;
            text
        } else {
            text
        };
        self.messages.push(match word {
            "place" => format!("--> {text}"),
            "says" => format!("error: {text}"),
            word => format!("{word}: {text}"),
        });
        Ok(())
    }
}

fn with_this(mut words: Vec<String>) -> Vec<String> {
    if !words.iter().any(|word| word.contains("{this}")) {
        words.push("{this}".to_owned());
    }
    words
}

fn exit_code(kind: &str) -> Result<i32, String> {
    use bpf_linker::ErrorKind;
    let kind = match kind {
        "link" => ErrorKind::Link,
        "usage" => ErrorKind::Usage,
        "input" => ErrorKind::Input,
        "llvm" => ErrorKind::Llvm,
        "io" => ErrorKind::Io,
        _ => return Err(format!("no kind of error is called `{kind}`")),
    };
    Ok(kind.exit_code().into())
}

fn comment_of(extension: &str) -> Result<&'static str, String> {
    match extension {
        "ll" => Ok(";"),
        "c" | "rs" => Ok("//"),
        _ => Err(format!("a fixture is .ll, .c or .rs, not .{extension}")),
    }
}

/// The word and text of `line`, if it is a directive: a comment whose first word ends in a colon.
fn directive<'text>(line: &'text str, comment: &str) -> Option<(&'text str, &'text str)> {
    let (word, text) = line.trim_start().strip_prefix(comment)?.trim_start().split_once(':')?;
    let is_word =
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    is_word.then(|| (word, text.trim()))
}

fn part_name(line: &str) -> Option<&str> {
    line.strip_prefix(";--- ").or_else(|| line.strip_prefix("//--- ")).map(str::trim)
}

fn split(first: &str, text: &str, comment: &str) -> (Vec<Part>, usize) {
    let mut parts = vec![Part { name: first.to_owned(), text: String::new() }];
    for line in text.lines() {
        match (part_name(line), parts.last_mut()) {
            (Some(name), _) => parts.push(Part { name: name.to_owned(), text: String::new() }),
            (None, Some(part)) => {
                part.text.push_str(line);
                part.text.push('\n');
            }
            (None, None) => {}
        }
    }
    let only_comments =
        |line: &str| line.trim().is_empty() || line.trim_start().starts_with(comment);
    let this = usize::from(parts.len() > 1 && parts[0].text.lines().all(only_comments));
    (parts, this)
}

/// Splits at white space; double quotes hold words together.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![];
    let mut word = None::<String>;
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}
