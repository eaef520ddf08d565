//! Conversion of a Rust name to a legal C identifier that a person can read back.
//!
//! `Option<(u8, &str)>` becomes `Option_tuple_u8_ref_str`: the words of the name in their order, punctuation as
//! words, paths cut to their last part. Percent- or dollar-encoding would be reversible by a machine, which is not
//! needed, and unreadable for people, who see these names in `bpftool` and in the verifier's log. Types with equal
//! identifiers are distinguished afterward ([`unique`](super::names::unique)).
//!
//! | Rust | identifier |
//! |---|---|
//! | `core::option::Option<u32>` | `Option_u32` |
//! | `(u8, char)`, `()`, `!` | `tuple_u8_char`, `unit`, `never` |
//! | `&T`, `&mut T`, `*const T`, `*mut T` | `ref_T`, `ref_mut_T`, `ptr_T`, `ptr_mut_T` |
//! | `[u8; 4]`, `&[u8]`, `&str` | `array_u8_4`, `ref_slice_u8`, `ref_str` |
//! | `&dyn my::Speak` | `ref_dyn_Speak` |
//! | `fn(u32, &u8) -> u64` | `fn_u32_ref_u8_ret_u64` |
//! | `my::prog::{closure_env#0}` | `prog_closure_env_0` |
//! | `<my::A as my::B>::{vtable_type}` | `A_as_B_vtable_type` |
//! | `Window<-3, true>` | `Window_neg_3_true` |
//! | `größe` | `gr_uf6__udf_e` |

use std::fmt::Write as _;

/// The maximum length of names: 5.10 accepts 128 bytes without the NUL, and older tools 128 with it.
pub(super) const MAX_LEN: usize = 127;

/// Returns the identifier for `name`.
pub(super) fn from_rust(name: &str) -> String {
    let mut words = Words { words: Vec::new(), rest: name };
    while words.step() {}
    let mut identifier = words.words.join("_");
    if identifier.is_empty() {
        identifier.push_str("anon");
    }
    if identifier.starts_with(|first: char| first.is_ascii_digit()) {
        identifier.insert(0, '_');
    }
    if identifier.len() > MAX_LEN { cut(&identifier, name, MAX_LEN) } else { identifier }
}

/// Cuts `identifier` to `len` bytes, of which the last 17 are `_` and a hash of `name`: stable across builds, and
/// different for names that differ after the cut.
pub(super) fn cut(identifier: &str, name: &str, len: usize) -> String {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let kept: String = identifier.chars().take(len.saturating_sub(17)).collect();
    format!("{kept}_{hash:016x}")
}

struct Words<'a> {
    words: Vec<String>,
    rest: &'a str,
}

impl Words<'_> {
    /// Converts the next word or punctuation; returns false at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if is_word(first) {
            self.word();
            return true;
        }
        let (len, word) = self.punctuation(first);
        if let Some(word) = word {
            self.words.push(word.to_owned());
        }
        self.rest = self.rest.get(len..).unwrap_or_default();
        true
    }

    /// Writes a word, unless it is a path's qualifier, which the next part makes redundant.
    fn word(&mut self) {
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        let next = rest.strip_prefix("::").and_then(|path| path.chars().next());
        if !next.is_some_and(is_word) {
            self.words.push(ascii(word));
        }
    }

    fn punctuation(&self, first: char) -> (usize, Option<&'static str>) {
        let after_fn = self.words.last().is_some_and(|word| word == "fn");
        for (text, word) in [("->", "ret"), ("*const ", "ptr"), ("*mut ", "ptr_mut")] {
            if self.rest.starts_with(text) {
                return (text.len(), Some(word));
            }
        }
        match first {
            '&' => (1, Some("ref")),
            '!' => (1, Some("never")),
            '(' if after_fn => (1, None),
            '(' if self.rest.starts_with("()") => (2, Some("unit")),
            '(' => (1, Some("tuple")),
            '[' => (1, Some(if is_array(self.rest) { "array" } else { "slice" })),
            '-' if self.rest.chars().nth(1).is_some_and(|it| it.is_ascii_digit()) => {
                (1, Some("neg"))
            }
            other => (other.len_utf8(), None),
        }
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn ascii(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            // Writing to a String cannot fail.
            _ = write!(out, "_u{:x}_", u32::from(c));
        }
    }
    out
}

/// Returns true if the bracket at the start contains `T; N`.
fn is_array(rest: &str) -> bool {
    let mut depth = 0;
    for c in rest.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            ';' if depth == 1 => return true,
            _ => {}
        }
        if depth == 0 {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::from_rust;

    #[test]
    fn identifiers_read_back_as_the_rust_name() {
        for (rust, identifier) in [
            ("Option<u32>", "Option_u32"),
            (
                "core::option::Option<core::result::Result<(), my::Error>>",
                "Option_Result_unit_Error",
            ),
            ("(u8, char)", "tuple_u8_char"),
            ("()", "unit"),
            ("!", "never"),
            ("&mut [u8]", "ref_mut_slice_u8"),
            ("&[[u8; 4]; 2]", "ref_array_array_u8_4_2"),
            ("*const core::ffi::c_void", "ptr_c_void"),
            ("*mut T", "ptr_mut_T"),
            ("&dyn my::Speak", "ref_dyn_Speak"),
            ("dyn core::ops::function::Fn(u32) -> u8 + Send", "dyn_Fn_tuple_u32_ret_u8_Send"),
            ("fn(u32, &u8) -> u64", "fn_u32_ref_u8_ret_u64"),
            ("unsafe extern \"C\" fn()", "unsafe_extern_C_fn"),
            ("my::prog::{closure_env#0}", "prog_closure_env_0"),
            ("{closure_env#0}<u32>", "closure_env_0_u32"),
            ("<my::A as my::B>::{vtable_type}", "A_as_B_vtable_type"),
            ("Window<-3, true>", "Window_neg_3_true"),
            ("größe", "gr_uf6__udf_e"),
            ("0abc", "_0abc"),
            ("<>", "anon"),
        ] {
            assert_eq!(from_rust(rust), identifier, "{rust}");
        }
    }

    #[test]
    fn long_names_are_cut_with_a_stable_hash() {
        let [one, two] =
            ["1", "2"].map(|end| from_rust(&format!("Pair<{}, {end}>", "Long".repeat(100))));
        assert_eq!((one.len(), two.len()), (127, 127));
        assert_eq!(one[..110], two[..110]);
        assert_ne!(one, two);
        assert!(one.ends_with("_6f94d1df040ec278"), "the hash changed: {one}");
    }
}
