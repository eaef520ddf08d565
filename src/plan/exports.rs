//! Symbols that stay visible.

/// The symbols that stay visible in the output.
///
/// Without any request, every symbol that is not static in the source stays visible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exports {
    /// Symbols by name, sorted, each once.
    pub names: Vec<Export>,
    /// Glob patterns (`*`, `?`, `[a-z]`) of version scripts and dynamic lists.
    pub patterns: Vec<String>,
    /// Names and glob patterns that version scripts make local, in the order written.
    pub locals: Vec<String>,
    /// Presence of any option or file about exports, even of an empty list.
    pub requested: Requested,
}

/// One symbol to export.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Export {
    /// The symbol's name in the symbol table.
    pub name: String,
    /// The origin of the request, for messages: `--export` or a file.
    pub requested_by: String,
    /// The treatment of a missing definition.
    pub presence: Presence,
}

/// The treatment of an export that no input defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// An error: the user named it.
    Required,
    /// Ignored: a list written by a tool names it.
    Optional,
}

/// Presence of export requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Requested {
    /// No option names exports: they are inferred from the inputs.
    #[default]
    Inferred,
    /// An option names exports: nothing else is exported.
    Explicit,
}

impl Exports {
    /// Returns the export that was requested by this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Export> {
        let index = self.names.binary_search_by(|export| export.name.as_str().cmp(name)).ok()?;
        self.names.get(index)
    }

    /// Returns true if `name` was requested, by name or by pattern.
    ///
    /// As in ld, an exact name beats a pattern and any other pattern beats a lone `*`; between equals, export beats
    /// hide.
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

/// Returns true if `name` matches the glob `pattern`: `*` any run, `?` one character, `[a-z]` one of a set.
///
/// The rules are those of version scripts, which use fnmatch(3).
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    fits(pattern.as_bytes(), name.as_bytes())
}

/// Matches by backtracking to the last `*` only: an earlier one can keep its shortest match, since the later one
/// absorbs the difference. The time is at most the product of the lengths.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut pattern, mut name) = (pattern, name);
    // The pattern after the last `*`, and the part of the name from which it has to match.
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', rest @ ..] = pattern {
            star = Some((rest, name));
            pattern = rest;
        } else if pattern.is_empty() && name.is_empty() {
            return true;
        } else if let Some(rest) = step(pattern, name) {
            (pattern, name) = rest;
        } else if let Some((rest, [_, tail @ ..])) = star {
            star = Some((rest, tail));
            (pattern, name) = (rest, tail);
        } else {
            return false;
        }
    }
}

/// Matches one character of `name`; returns the rest of both.
fn step<'a>(pattern: &'a [u8], name: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let ((&first, rest), (&byte, tail)) = (pattern.split_first()?, name.split_first()?);
    let set = if first == b'[' { set(rest) } else { None };
    let (is_match, rest) = match (first, set) {
        (_, Some((set, behind))) => (in_set(set, byte), behind),
        (b'?', None) => (true, rest),
        (first, None) => (first == byte, rest),
    };
    is_match.then_some((rest, tail))
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
            requested_by: "--export".into(),
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
            ("*a*b", "xaxxbx", false),
            ("a*", "a", true),
            ("a**?", "a", false),
            ("*[!x]", "xy", true),
            ("*[", "x[", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, name), fit, "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_take_no_longer_than_the_product_of_the_lengths() {
        let pattern = format!("{}*b", "*a".repeat(2000));
        assert!(!matches(&pattern, &"a".repeat(4000)));
        assert!(matches(&pattern, &format!("{}b", "a".repeat(4000))));
    }
}
