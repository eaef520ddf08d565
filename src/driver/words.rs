//! Arguments as bytes: like paths, they need not be UTF-8.

use std::ffi::{OsStr, OsString};

/// Converts `bytes` to an argument.
///
/// On hosts whose arguments are not bytes, invalid UTF-8 becomes U+FFFD.
pub fn word(bytes: &[u8]) -> OsString {
    #[cfg(unix)]
    return <OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes.to_vec());
    #[cfg(not(unix))]
    return String::from_utf8_lossy(bytes).into_owned().into();
}

/// Returns true if `word` starts with the ASCII text `prefix`.
pub fn starts_with(word: &OsStr, prefix: &str) -> bool {
    word.as_encoded_bytes().starts_with(prefix.as_bytes())
}

/// Returns the rest of `text` after the ASCII `prefix`, if it starts with it.
pub fn strip_prefix(text: &OsStr, prefix: &str) -> Option<OsString> {
    text.as_encoded_bytes().strip_prefix(prefix.as_bytes()).map(word)
}

/// Returns `text` without its first `count` bytes, which must be ASCII.
pub fn skip(text: &OsStr, count: usize) -> OsString {
    word(text.as_encoded_bytes().get(count..).unwrap_or_default())
}

/// Returns the parts of `text` before and after the first `separator`.
pub fn split_once(text: &OsStr, separator: u8) -> Option<(OsString, OsString)> {
    let mut parts = text.as_encoded_bytes().splitn(2, |&byte| byte == separator).map(word);
    Some((parts.next()?, parts.next()?))
}

/// Returns the parts of `text` between commas; one empty part for an empty text.
pub fn split_commas(text: &OsStr) -> Vec<OsString> {
    text.as_encoded_bytes().split(|&byte| byte == b',').map(word).collect()
}

/// Concatenates `first` and `second`.
pub fn join(first: impl Into<OsString>, second: &OsStr) -> OsString {
    let mut joined = first.into();
    joined.push(second);
    joined
}
