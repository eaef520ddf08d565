//! Symbols in readable form.

/// Returns the name of `symbol` as in its source: mangled Rust names as a path without the hash, others unchanged.
#[must_use]
pub fn demangled(symbol: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(symbol))
}

/// Returns the demangled name in backquotes, for messages.
#[must_use]
pub fn quoted(symbol: &str) -> String {
    format!("`{}`", demangled(symbol))
}

#[cfg(test)]
mod tests {
    use super::{demangled, quoted};

    #[test]
    fn a_path_of_rust_has_no_hash_and_other_names_stay() {
        for (symbol, name) in [
            ("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad"),
            ("_RNvCs1234_7mycrate3foo", "mycrate::foo"),
            ("entry", "entry"),
            ("_Z3fooi", "_Z3fooi"),
        ] {
            assert_eq!(demangled(symbol), name);
            assert_eq!(quoted(symbol), format!("`{name}`"));
        }
    }
}
