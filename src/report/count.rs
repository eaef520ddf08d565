//! Numbers with their noun.

use std::fmt::Display;

/// Formats `number` with `noun`, which takes an `s` in the plural: `1 program`, `2 programs`.
pub(crate) fn count(number: impl Display, noun: &str) -> String {
    let number = number.to_string();
    let ending = if number == "1" { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn one_is_singular() {
        assert_eq!(count(1, "map"), "1 map");
        assert_eq!(count(0_u64, "map"), "0 maps");
        assert_eq!(count(21, "byte"), "21 bytes");
    }
}
