//! Wishes about single symbols.

/// Changes to symbols and constants; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbols {
    /// Names defined on the command line, each with what references to it mean (`--defsym`).
    pub defined: Vec<(String, Definition)>,
    /// Symbols `S` whose references become `__wrap_S`, while those of `__real_S` become `S` (`--wrap`).
    pub wrapped: Vec<String>,
    /// Constants and the text of their value (`--set`); the last value of a name counts.
    pub set: Vec<(String, String)>,
}

/// The meaning of a name defined on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Definition {
    /// Another symbol.
    Symbol(String),
    /// An address, which is a plain number to the program.
    Number(u64),
}

impl Definition {
    /// Reads a symbol, or a number in decimal or after `0x`; `None` for an expression.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        };
        let is_name = |text: &str| {
            text.chars().all(|char| char.is_alphanumeric() || "_.$@".contains(char))
                && !text.starts_with(|char: char| char.is_ascii_digit())
        };
        match number {
            Some(number) => Some(Self::Number(number)),
            None => (!text.is_empty() && is_name(text)).then(|| Self::Symbol(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Definition;

    #[test]
    fn a_definition_is_a_symbol_or_a_number() {
        assert_eq!(Definition::parse("0x10"), Some(Definition::Number(16)));
        assert_eq!(Definition::parse("7"), Some(Definition::Number(7)));
        assert_eq!(Definition::parse("old.1"), Some(Definition::Symbol("old.1".to_owned())));
        for expression in ["", "a+4", "0x", "4a", "-1", "18446744073709551616"] {
            assert_eq!(Definition::parse(expression), None, "{expression}");
        }
    }
}
