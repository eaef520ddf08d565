//! Lookup of options: those of [`options`](super::options) and the spellings of [`rules`](super::rules). The longest
//! matching name wins, so `-mcpu=v3` is not `-m cpu=v3`.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
};

use clap::{Arg, Command, ValueHint};

use super::{
    dialect::Word,
    rules::{Action, RULES, Rule, Value},
    words,
};

/// Our own options by name.
#[derive(Debug)]
pub struct Known {
    options: BTreeMap<String, Takes>,
    paths: BTreeSet<String>,
    letters: BTreeMap<char, String>,
}

/// The value of one of our options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// No value.
    Nothing,
    /// A value that does not start with `-`, unless it is joined.
    Value,
    /// A value that may start with `-`.
    AnyValue,
    /// A joined value, or one of these words, or nothing.
    Maybe(Vec<String>),
}

/// A recognized option.
#[derive(Debug)]
pub struct Named<'known> {
    /// Meaning of the option.
    pub meaning: Meaning<'known>,
    /// The value in the same word.
    pub value: Option<OsString>,
}

/// The meaning of an option.
#[derive(Clone, Debug)]
pub enum Meaning<'known> {
    /// Our own option of this name.
    Own(&'known str, &'known Takes),
    /// Several of our flags in one word, such as `-vV`.
    Flags(Vec<&'known str>),
    /// Another linker's option.
    Foreign(&'static Rule),
}

impl Known {
    /// Collects the options that `command` defines.
    pub fn of(command: &Command) -> Self {
        let mut known =
            Self { options: BTreeMap::new(), paths: BTreeSet::new(), letters: BTreeMap::new() };
        for arg in command.get_arguments().filter(|arg| !arg.is_positional()) {
            let letter = arg.get_short();
            let name = arg.get_long().map(str::to_owned).or_else(|| letter.map(String::from));
            if let Some(name) = name {
                known.letters.extend(letter.map(|letter| (letter, name.clone())));
                if arg.get_value_hint() == ValueHint::AnyPath {
                    known.paths.insert(name.clone());
                }
                known.options.insert(name, Takes::of(arg));
            }
        }
        known
    }

    /// Returns the option that `word`, which starts with a dash, names.
    pub fn find(&self, word: &Word) -> Option<Named<'_>> {
        let own = self.own_name(&word.text).or_else(|| self.own_letter(&word.text));
        let own = own.map(|(length, named)| ((length, 1), named));
        let (dashes, body) = strip_dashes(&word.text);
        let heard =
            |rule: &&Rule| rule.addressee.is_none_or(|addressee| addressee == word.addressee);
        let foreign = RULES.iter().filter(heard).filter_map(|rule| foreign(rule, dashes, &body));
        own.into_iter().chain(foreign).max_by_key(|(rank, _)| *rank).map(|(_, named)| named)
    }

    fn own_name(&self, text: &OsStr) -> Option<(usize, Named<'_>)> {
        let (dashes, body) = strip_dashes(text);
        let (name, value) = match words::split_once(&body, b'=') {
            Some((name, value)) => (name, Some(value)),
            None => (body, None),
        };
        let (name, takes) = self.options.get_key_value(name.to_str()?)?;
        let letters = dashes == 1
            && (name.len() == 1 || self.letters.contains_key(&first(name)) && hides(name));
        (!letters).then_some((name.len(), Named { meaning: Meaning::Own(name, takes), value }))
    }

    fn own_letter(&self, text: &OsStr) -> Option<(usize, Named<'_>)> {
        let (dashes, body) = strip_dashes(text);
        let letter = char::from(*body.as_encoded_bytes().first().filter(|_| dashes == 1)?);
        let name = self.letters.get(&letter)?;
        let takes = self.options.get(name)?;
        let rest = words::skip(&body, 1);
        let joined = words::strip_prefix(&rest, "=").unwrap_or_else(|| rest.clone());
        let value = (!rest.is_empty()).then_some(joined);
        if *takes != Takes::Nothing {
            return Some((1, Named { meaning: Meaning::Own(name, takes), value }));
        }
        let flags: Option<Vec<&str>> =
            body.to_str()?.chars().map(|letter| self.flag(letter)).collect();
        Some((1, Named { meaning: Meaning::Flags(flags?), value: None }))
    }

    fn flag(&self, letter: char) -> Option<&str> {
        self.letters
            .get(&letter)
            .filter(|name| self.options.get(*name) == Some(&Takes::Nothing))
            .map(String::as_str)
    }

    /// Returns true if the value of our option `name` is a path, which need not be UTF-8.
    pub fn takes_path(&self, name: &str) -> bool {
        self.paths.contains(name)
    }

    /// Returns the known option most similar to `word`, with its dashes: one that would be accepted there.
    pub fn nearest(&self, word: &Word) -> Option<String> {
        let (_, body) = strip_dashes(&word.text);
        let body = body.to_string_lossy();
        let name = body.split('=').next().unwrap_or_default();
        let own = self.options.keys().filter(|name| name.len() > 1).map(|name| format!("--{name}"));
        let fits = |rule: &&Rule| {
            rule.addressee.is_none_or(|addressee| addressee == word.addressee)
                && !matches!(rule.action, Action::Refuse(_))
        };
        let foreign = RULES
            .iter()
            .filter(fits)
            .flat_map(|rule| rule.spellings)
            .map(|spelling| (*spelling).to_owned());
        let scored = own.chain(foreign).filter_map(|option| {
            let other = option.trim_start_matches('-');
            let far = strsim::damerau_levenshtein(name, other);
            let begun = name.len() >= 4 && other.starts_with(name);
            (far <= name.len().min(other.len()) / 3 || begun).then_some((!begun, far, option))
        });
        scored.min_by_key(|(begun, far, _)| (*begun, *far)).map(|(_, _, option)| option)
    }
}

/// Returns true if `name` after one dash reads as a letter with a joined value, as in ld: `-output` is `-o utput`.
fn hides(name: &str) -> bool {
    matches!(first(name), 'o' | 'l')
}

fn first(name: &str) -> char {
    name.chars().next().unwrap_or_default()
}

impl Takes {
    fn of(arg: &Arg) -> Self {
        let only_flag =
            arg.get_possible_values().first().is_some_and(|value| value.get_name().is_empty());
        if only_flag || !arg.get_action().takes_values() {
            return Self::Nothing;
        }
        if arg.get_num_args().is_some_and(|range| range.min_values() == 0) {
            let values =
                arg.get_possible_values().into_iter().map(|value| value.get_name().to_owned());
            return Self::Maybe(if arg.is_require_equals_set() {
                Vec::new()
            } else {
                values.collect()
            });
        }
        if arg.is_allow_hyphen_values_set() { Self::AnyValue } else { Self::Value }
    }
}

fn strip_dashes(text: &OsStr) -> (usize, OsString) {
    let dashes = if words::starts_with(text, "--") { 2 } else { 1 };
    (dashes, words::skip(text, dashes))
}

type Ranked<'known> = ((usize, u8), Named<'known>);

fn foreign(rule: &'static Rule, dashes: usize, body: &OsStr) -> Option<Ranked<'static>> {
    let priority = if rule.addressee.is_some() { 2 } else { 0 };
    let names = rule.spellings.iter().map(|spelling| spelling.trim_start_matches('-'));
    let fitting = names.filter(|name| name.len() > 1 || dashes == 1).filter_map(|name| {
        let value = value_after(body, name, rule.value)?;
        Some(((name.len(), priority), Named { meaning: Meaning::Foreign(rule), value }))
    });
    fitting.max_by_key(|(rank, _)| *rank)
}

/// Returns the value in `body` if `name` matches, or `None` if it does not match.
fn value_after(body: &OsStr, name: &str, value: Value) -> Option<Option<OsString>> {
    let rest = words::strip_prefix(body, name)?;
    match value {
        _ if rest.is_empty() && value != Value::Glued => Some(None),
        Value::Glued => Some(Some(rest)),
        Value::None => None,
        Value::Required if name.len() == 1 => Some(Some(rest)),
        Value::Required | Value::Optional => words::strip_prefix(&rest, "=").map(Some),
    }
}
