//! Suggestions for misspelled names.

/// Returns the name in `known` nearest to `name`: at most a third of its length and six edits away, and the first in
/// alphabetical order among equals.
#[must_use]
pub fn nearest(name: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    // The distance is at least the difference in length, which is cheaper to compute.
    let limit = (name.len() / 3).clamp(1, 6);
    let close = known
        .into_iter()
        .filter(|other| other != name && other.len().abs_diff(name.len()) <= limit)
        .map(|other| (strsim::damerau_levenshtein(name, &other), other));
    close.filter(|(distance, _)| *distance <= limit).min().map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, known: &[&str]) -> Option<String> {
        nearest(name, known.iter().map(ToString::to_string))
    }

    #[test]
    fn a_transposition_is_near_and_another_word_is_not() {
        assert_eq!(of("nosuch", &["no_such", "entry"]).as_deref(), Some("no_such"));
        assert_eq!(of("entyr", &["no_such", "entry"]).as_deref(), Some("entry"));
        assert_eq!(of("memcpy", &["memset", "malloc"]), None);
        assert_eq!(of("a", &["b"]).as_deref(), Some("b"));
        assert_eq!(of("entry", &["entry"]), None);
    }
}
