//! Round trips: a list of arguments written in a dialect reads back unchanged.

use std::ffi::{OsStr, OsString};

use proptest::{collection::vec, prelude::*};

use super::{super::words::word, Dialect, Malformed, split, write_gnu};

/// Generates arguments from characters that the dialects treat specially.
fn argument(special: &'static str) -> impl Strategy<Value = OsString> {
    let special = proptest::sample::select(special.chars().collect::<Vec<_>>());
    let char = prop_oneof![3 => special, 2 => proptest::char::range('a', 'e'), 1 => any::<char>()];
    let text = vec(char.prop_filter("no argument holds a NUL", |char| *char != '\0'), 0..12);
    text.prop_map(|chars| chars.into_iter().collect::<String>().into())
}

/// Generates an argument of bytes that need not be UTF-8.
fn bytes() -> impl Strategy<Value = OsString> {
    vec(1..=255_u8, 0..12).prop_map(|bytes| word(&bytes))
}

/// Mimics rustc's writer (`rustc_codegen_ssa/src/back/link.rs`): a backslash before each backslash and space.
fn write_rustc(args: &[OsString]) -> Vec<u8> {
    let mut file = Vec::new();
    for arg in args {
        for &byte in arg.as_encoded_bytes() {
            if matches!(byte, b'\\' | b' ') {
                file.push(b'\\');
            }
            file.push(byte);
        }
        file.push(b'\n');
    }
    file
}

/// Mimics rustc's writer for MSVC: UTF-16LE with a byte order mark, each argument in quotes, a backslash before each
/// quote.
fn write_windows(args: &[OsString]) -> Vec<u8> {
    let text =
        args.iter().map(|arg| format!("\"{}\"\n", arg.to_str().unwrap().replace('"', "\\\"")));
    let units = text.flat_map(|line| line.encode_utf16().collect::<Vec<_>>());
    std::iter::once(0xFEFF).chain(units).flat_map(u16::to_le_bytes).collect()
}

fn holds(forbidden: &'static [u8]) -> impl Fn(&Vec<OsString>) -> bool {
    move |args| {
        !args.iter().any(|arg| arg.as_encoded_bytes().iter().any(|byte| forbidden.contains(byte)))
    }
}

/// Returns true if the file reads back as one of rustc's: DOS line ends would mark another writer, and a leading byte
/// order mark is not part of an argument.
fn rustc_can_write(args: &Vec<OsString>) -> bool {
    let dos = args.iter().any(|arg| arg.as_encoded_bytes().ends_with(b"\r"));
    let first = args.first().map(|arg| arg.as_encoded_bytes()).unwrap_or_default();
    let marked =
        [&b"\xEF\xBB\xBF"[..], b"\xFF\xFE", b"\xFE\xFF"].iter().any(|mark| first.starts_with(mark));
    holds(b"\n")(args) && !dos && !marked
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_500, ..ProptestConfig::default() })]

    #[test]
    fn rustc_round_trip(args in vec(argument(" \\\"'\t#$@\r"), 0..12).prop_filter("not rustc's", rustc_can_write)) {
        prop_assert_eq!(split(&write_rustc(&args)), Ok(args));
    }

    #[test]
    fn rustc_round_trip_of_bytes(args in vec(bytes(), 0..6).prop_filter("not rustc's", rustc_can_write)) {
        prop_assert_eq!(split(&write_rustc(&args)), Ok(args));
    }

    #[test]
    fn gnu_round_trip(args in vec(prop_oneof![argument(" \\\"'\t\n\r#$@"), bytes()], 0..12)) {
        prop_assert_eq!(split(&write_gnu(args.iter().map(OsString::as_os_str))), Ok(args));
    }

    #[test]
    fn windows_round_trip(args in vec(argument(" \\\"'\t#$@"), 0..12).prop_filter("one line each", holds(b"\n\r"))) {
        prop_assert_eq!(split(&write_windows(&args)), Ok(args));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        let _ = split(&bytes);
    }

    #[test]
    fn any_utf16_is_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        let _ = split(&[&[0xFF, 0xFE][..], &bytes].concat());
    }
}

#[test]
fn the_dialect_is_told_from_the_bytes() {
    for (bytes, dialect) in [
        (&b""[..], Dialect::Rustc),
        (b"a\nb\n", Dialect::Rustc),
        (b"a\\ b\n", Dialect::Rustc),
        (b"a\\\\\n\"b\"\n", Dialect::Rustc),
        (b"a\tb\n", Dialect::Rustc),
        (b"a b\n", Dialect::Gnu),
        (b"a\\\"b\n", Dialect::Gnu),
        (b"a\\", Dialect::Gnu),
        (b"a\\\\ b", Dialect::Gnu),
        (b"a\r\nb", Dialect::Gnu),
        (b"\xFF\xFEa\0", Dialect::Windows),
        (b"\xFE\xFF\0a", Dialect::Windows),
    ] {
        assert_eq!(Dialect::of(bytes), dialect, "{bytes:?}");
    }
}

#[test]
fn gnu_quotes_as_its_tokenizers_do() {
    let words = |bytes: &[u8]| split(bytes).unwrap();
    assert_eq!(words(b"a'b c'd \"e'f\" 'g\"h'"), ["ab cd", "e'f", "g\"h"]);
    assert_eq!(words(br#"a\ b "c\"d" 'e\'f' \\ g"#), ["a b", "c\"d", "e'f", "\\", "g"]);
    assert_eq!(words(b" '' \"\" "), ["", ""]);
    assert_eq!(words(b"a \\"), ["a", "\\"]);
    assert_eq!(split(b"a\n b \"c\n"), Err(Malformed::OpenQuote { line: 2 }));
}

#[test]
fn windows_backslashes_are_literal_but_before_quotes() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let words = |text: &str| split(&[vec![0xFF, 0xFE], utf16(text)].concat()).unwrap();
    assert_eq!(words(r#"C:\a\b "C:\c d\\" e\\\"f"#), [r"C:\a\b", r"C:\c d\", r#"e\"f"#]);
    assert_eq!(words("a \"\" b"), ["a", "", "b"]);
    assert_eq!(words("\"C:\\x\\\"\n\"y\"\n"), [r"C:\x\", "y"]);
}

#[test]
fn an_empty_list_is_an_empty_file() {
    assert!(write_gnu(std::iter::empty::<&OsStr>()).is_empty());
    assert_eq!(split(b""), Ok(Vec::new()));
    assert_eq!(split(b"\n"), Ok(vec![OsString::new()]));
}
