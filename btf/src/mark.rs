//! Marks of equal names: the writer of debug information distinguishes types that share a short name as `Same#2`, or
//! `same##2` in C, and whoever reads them later takes the mark away again.
//!
//! In C the name is the whole name, which the kernel compares: several types keep it. In Rust it lacks its path.

/// The names of which several types share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Short names, as in Rust: only one type may keep it.
    Short,
    /// Whole names, as in C: all types keep it.
    Whole,
}

/// Returns `name` with the mark of type number `number`.
#[must_use]
pub fn mark(name: &str, names: Names, number: usize) -> String {
    match names {
        Names::Short => format!("{name}#{number}"),
        Names::Whole => format!("{name}##{number}"),
    }
}

/// Splits a mark off `name`, or returns `None` if it has none; the number in a closure's `{closure_env#0}` is no mark.
#[must_use]
pub fn unmark(name: &[u8]) -> Option<(&[u8], Names)> {
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let front = name.get(..name.len().checked_sub(digits).filter(|_| digits > 0)?)?;
    let front = front.strip_suffix(b"#")?;
    Some(match front.strip_suffix(b"#") {
        Some(bare) => (bare, Names::Whole),
        None => (front, Names::Short),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_off_again() {
        for names in [Names::Short, Names::Whole] {
            let marked = mark("Same", names, 12);
            assert_eq!(unmark(marked.as_bytes()), Some((&b"Same"[..], names)));
        }
        for name in ["", "Same", "Same2", "Same#", "{closure_env#0}", "#", "12"] {
            assert_eq!(unmark(name.as_bytes()), None, "{name}");
        }
    }
}
