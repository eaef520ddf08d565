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
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.named(name).is_some() || self.patterns.iter().any(|pattern| matches(pattern, name))
    }
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
        (b'*', _) => (0..=name.len()).any(|skipped| fits(rest, &name[skipped..])),
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
    let end = pattern.iter().skip(1).position(|&byte| byte == b']')? + 1;
    Some((&pattern[..end], &pattern[end + 1..]))
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
    use super::matches;

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
