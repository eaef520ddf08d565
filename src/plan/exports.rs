//! Which symbols stay visible.

/// The symbols that stay visible in the output.
///
/// When nothing was asked for, what is not static in the source stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exports {
    /// Symbols by name, sorted, each once.
    pub names: Vec<Export>,
    /// Glob patterns (`*`, `?`, `[a-z]`) of version scripts and dynamic lists.
    pub patterns: Vec<String>,
    /// Names and glob patterns that version scripts make local, in the order written.
    pub locals: Vec<String>,
    /// Whether any option or file spoke of exports at all, even to name none.
    pub requested: Requested,
}

/// One symbol to export.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Export {
    /// The symbol, as it stands in the symbol table.
    pub name: String,
    /// Where the wish was written, for messages: `--export` or a file.
    pub wished_by: String,
    /// Whether it is an error that no input defines it.
    pub presence: Presence,
}

/// Whether an export must exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// A person named it: it must be defined.
    Required,
    /// A list written by a tool: what is missing is passed over.
    Optional,
}

/// Whether exports were spoken of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Requested {
    /// No option named exports: they are inferred from the inputs.
    #[default]
    Inferred,
    /// An option did: only what it names is exported.
    Explicit,
}

impl Exports {
    /// The export called `name`, if it was asked for by name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Export> {
        let index = self.names.binary_search_by(|export| export.name.as_str().cmp(name)).ok()?;
        self.names.get(index)
    }

    /// Whether `name` was asked for, by name or by pattern.
    ///
    /// As in ld: an exact name beats a pattern, any other pattern beats a lone `*`, and of two alike the wish to
    /// export beats the wish to hide.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        let hidden = closeness(&self.locals, name);
        self.named(name).is_some()
            || closeness(&self.patterns, name).is_some_and(|shown| Some(shown) >= hidden)
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Anything,
    Pattern,
    Exact,
}

fn closeness(patterns: &[String], name: &str) -> Option<Closeness> {
    let judge = |pattern: &String| match pattern.as_str() {
        "*" => Closeness::Anything,
        pattern if pattern == name => Closeness::Exact,
        _ => Closeness::Pattern,
    };
    patterns.iter().filter(|pattern| matches(pattern, name)).map(judge).max()
}

/// Whether `name` fits the glob `pattern`: `*` any run, `?` one character, `[a-z]` one of a set.
///
/// The rules are those of version scripts, which use fnmatch(3).
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    fits(pattern.as_bytes(), name.as_bytes())
}

fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let Some((&first, rest)) = pattern.split_first() else { return name.is_empty() };
    match (first, name.split_first()) {
        (b'*', _) => {
            (0..=name.len()).any(|skipped| name.get(skipped..).is_some_and(|name| fits(rest, name)))
        }
        (b'?', Some((_, tail))) => fits(rest, tail),
        (b'[', Some((&byte, tail))) => match set(rest) {
            Some((set, rest)) => in_set(set, byte) && fits(rest, tail),
            None => byte == b'[' && fits(rest, tail),
        },
        (byte, Some((&other, tail))) => byte == other && fits(rest, tail),
        (_, None) => false,
    }
}

fn set(pattern: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = pattern.iter().skip(1).position(|&byte| byte == b']')?.checked_add(1)?;
    let (set, behind) = pattern.split_at_checked(end)?;
    Some((set, behind.get(1..)?))
}

fn in_set(set: &[u8], byte: u8) -> bool {
    let (negated, set) = match set {
        [b'!' | b'^', rest @ ..] => (true, rest),
        _ => (false, set),
    };
    let mut rest = set;
    let mut found = false;
    while let Some((&low, tail)) = rest.split_first() {
        if let [b'-', high, tail @ ..] = tail {
            found |= (low..=*high).contains(&byte);
            rest = tail;
        } else {
            found |= low == byte;
            rest = tail;
        }
    }
    found != negated
}

#[cfg(test)]
mod tests {
    use super::{Export, Exports, Presence, matches};

    #[test]
    fn the_closest_wish_decides() {
        let named = Export {
            name: "a_named".into(),
            wished_by: "--export".into(),
            presence: Presence::Required,
        };
        let exports = Exports {
            names: vec![named],
            patterns: vec!["*".into(), "a_*".into()],
            locals: vec![
                "a_named".into(),
                "a_hidden".into(),
                "a_p*".into(),
                "b_*".into(),
                "*".into(),
            ],
            ..Exports::default()
        };
        for (name, exported) in [
            ("a_named", true),
            ("a_hidden", false),
            ("a_pattern", true),
            ("b_x", false),
            ("c", true),
        ] {
            assert_eq!(exports.contains(name), exported, "{name}");
        }
    }

    #[test]
    fn globs_fit_as_fnmatch_does() {
        for (pattern, name, fit) in [
            ("*", "", true),
            ("xdp_*", "xdp_drop", true),
            ("xdp_*", "tc_drop", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[x", "[x", true),
            ("*a*b", "xaxxb", true),
        ] {
            assert_eq!(matches(pattern, name), fit, "{pattern} {name}");
        }
    }
}
