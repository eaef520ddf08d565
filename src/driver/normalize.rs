//! Normalization: foreign options are rewritten by [`rules`](super::rules), and our own get their values joined by
//! `=`, so that later stages read a single form.

use std::{collections::VecDeque, ffi::OsString};

use super::{
    dialect::{Flavor, Word},
    known::{Known, Meaning, Named, Takes},
    response::Place,
    rules::{Action, HOST_LIBRARIES, HOST_LIBRARY, Rule, Value},
    words,
};
use crate::report::{Error, Result};

/// A command line in our own options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Normal {
    /// Our options, values joined, and inputs.
    pub words: Vec<OsString>,
    /// Ignored options with the reasons, for the log.
    pub notes: Vec<String>,
    /// Ignored options whose effect users might expect, each once.
    pub notices: Vec<String>,
}

/// Converts `words` to our own options.
///
/// # Errors
/// An option is unknown, refused by a rule, lacks its value, or has an invalid one.
pub fn normalize(flavor: Flavor, words: Vec<Word>, known: &Known) -> Result<Normal> {
    let mut pass = Pass { flavor, known, words: words.into(), normal: Normal::default() };
    while let Some(word) = pass.words.pop_front() {
        let place = word.place.clone();
        pass.take(word).map_err(|error| place.locate(error))?;
    }
    Ok(pass.normal)
}

struct Pass<'known> {
    flavor: Flavor,
    known: &'known Known,
    words: VecDeque<Word>,
    normal: Normal,
}

impl Pass<'_> {
    fn take(&mut self, word: Word) -> Result<()> {
        if word.text == "--" {
            let inputs = std::mem::take(&mut self.words);
            return inputs.into_iter().try_for_each(|word| self.input(word));
        }
        if !words::starts_with(&word.text, "-") || word.text == "-" {
            return self.input(word);
        }
        let Some(Named { meaning, value }) = self.known.find(&word) else {
            return Err(self.unknown(&word));
        };
        match meaning {
            Meaning::Own(name, takes) => self.own(&word, name, takes, value),
            Meaning::Flags(names) => {
                names.into_iter().for_each(|name| self.emit(name, None));
                Ok(())
            }
            Meaning::Foreign(rule) => self.foreign(word, rule, value),
        }
    }

    fn input(&mut self, word: Word) -> Result<()> {
        if word.text.is_empty() {
            return match word.place {
                Place::CommandLine => {
                    Err(Error::usage("an argument is empty, and an input needs a name")
                        .help("look for an unset variable in quotes where the linker is called"))
                }
                Place::File(_) => {
                    self.normal
                        .notes
                        .push(format!("an empty argument in {} is passed over", word.place));
                    Ok(())
                }
            };
        }
        // After `--`, an input can start with a dash, which clap would take for an option.
        let dashed = words::starts_with(&word.text, "-") && word.text != "-";
        self.normal.words.push(if dashed { words::join("./", &word.text) } else { word.text });
        Ok(())
    }

    fn own(
        &mut self,
        word: &Word,
        name: &str,
        takes: &Takes,
        joined: Option<OsString>,
    ) -> Result<()> {
        let value = match (takes, joined) {
            (Takes::Nothing, Some(value)) => {
                return Err(Error::usage(format!(
                    "`--{name}` takes no value, but is given `{}`",
                    value.to_string_lossy()
                )));
            }
            (Takes::Nothing, None) => None,
            (_, Some(value)) => Some(value),
            (Takes::Maybe(values), None) => {
                self.next_if(|next| values.iter().any(|value| *next == **value))
            }
            (Takes::AnyValue, None) => Some(self.value_of(word)?),
            (Takes::Value, None) => {
                if let Some(next) = self.words.front().filter(|next| is_option(next)) {
                    let (option, next) = (word.text.to_string_lossy(), next.text.to_string_lossy());
                    return Err(Error::usage(format!(
                        "`{option}` needs a value, but `{next}` follows"
                    ))
                    .help(format!("if that is the value, write `{}`", joined_form(name, &next))));
                }
                Some(self.value_of(word)?)
            }
        };
        if let Some(value) =
            value.as_ref().filter(|value| value.to_str().is_none() && !self.known.takes_path(name))
        {
            return Err(Error::usage(format!("`--{name}` cannot be {:?}", value))
                .because("it is not UTF-8, and not a path"));
        }
        if self.flavor.is_for_host()
            && name == "library"
            && value
                .as_ref()
                .is_some_and(|value| HOST_LIBRARIES.iter().any(|host| *value == **host))
        {
            let library = value.unwrap_or_default();
            self.ignored(&format!("-l{}", library.to_string_lossy()), HOST_LIBRARY);
            return Ok(());
        }
        self.emit(name, value);
        Ok(())
    }

    fn foreign(&mut self, word: Word, rule: &Rule, joined: Option<OsString>) -> Result<()> {
        let mut shown = word.text.to_string_lossy().into_owned();
        let value = match (rule.value, joined) {
            (Value::Required, None) => {
                let value = self.value_of(&word)?;
                shown.push_str(&format!(" {}", value.to_string_lossy()));
                Some(value)
            }
            (_, joined) => joined,
        };
        match rule.action {
            Action::Rewrite(to) => self.emit(to, value),
            Action::Replace(words) => self.normal.words.extend(words.iter().map(OsString::from)),
            Action::RewriteOneOf(to, values, otherwise) => match value {
                Some(value) if values.iter().any(|known| value == **known) => {
                    self.emit(to, Some(value))
                }
                _ => self.ignored(&shown, otherwise),
            },
            Action::Join => {
                let base = rule.spellings.first().copied().unwrap_or_default();
                let text = words::join(format!("{base}="), &value.unwrap_or_default());
                self.words.push_front(Word { text, ..word });
            }
            Action::Ignore(reason) => self.ignored(&shown, reason),
            Action::Note(reason) => {
                let name = rule.spellings.first().copied().unwrap_or_default();
                let notice = format!("`{}` is ignored: {reason}", as_written(name));
                if !self.normal.notices.contains(&notice) {
                    self.normal.notices.push(notice);
                }
            }
            Action::Refuse(reason) => {
                return Err(Error::usage(format!("`{shown}` is not supported")).because(reason));
            }
        }
        Ok(())
    }

    fn value_of(&mut self, word: &Word) -> Result<OsString> {
        let next = self.words.pop_front().map(|next| next.text);
        next.ok_or_else(|| Error::usage(format!("`{}` needs a value", word.text.to_string_lossy())))
    }

    fn next_if(&mut self, fits: impl Fn(&OsString) -> bool) -> Option<OsString> {
        if !fits(&self.words.front()?.text) {
            return None;
        }
        self.words.pop_front().map(|next| next.text)
    }

    /// Writes our option `name`; text after an `=` in it comes before the value.
    fn emit(&mut self, name: &str, value: Option<OsString>) {
        let dashes = if name.len() == 1 { "-" } else { "--" };
        let mut text = OsString::from(format!("{dashes}{name}"));
        if let Some(value) = value {
            text.push(if name.contains('=') { "" } else { "=" });
            text.push(value);
        }
        self.normal.words.push(text);
    }

    fn ignored(&mut self, option: &str, reason: &str) {
        let option = as_written(option);
        self.normal.notes.push(format!("`{option}` is passed over: {reason}"));
    }

    fn unknown(&self, word: &Word) -> Error {
        let error = Error::usage(format!("unknown option `{}`", word.text.to_string_lossy()));
        match self.known.nearest(word) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => {
                error.help("`--help` lists the options; an input of such a name goes after `--`")
            }
        }
    }
}

/// Returns an option as users write it: `-z X` is joined for its rules alone.
fn as_written(option: &str) -> String {
    option.replacen("-z=", "-z ", 1)
}

fn is_option(word: &Word) -> bool {
    words::starts_with(&word.text, "-") && word.text != "-"
}

fn joined_form(name: &str, value: &str) -> String {
    if name.len() == 1 { format!("-{name}{value}") } else { format!("--{name}={value}") }
}
