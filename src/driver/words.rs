//! Arguments as bytes: they need not be UTF-8, since paths need not be.

use std::ffi::{OsStr, OsString};

/// The argument that `bytes` spell.
///
/// On hosts whose arguments are not bytes, what is not UTF-8 becomes U+FFFD.
pub fn word(bytes: &[u8]) -> OsString {
    #[cfg(unix)]
    return <OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes.to_vec());
    #[cfg(not(unix))]
    return String::from_utf8_lossy(bytes).into_owned().into();
}

/// Whether `word` starts with the ASCII text `prefix`.
pub fn starts_with(word: &OsStr, prefix: &str) -> bool {
    word.as_encoded_bytes().starts_with(prefix.as_bytes())
}

/// What follows the ASCII text `prefix` in `word`.
pub fn strip_prefix(text: &OsStr, prefix: &str) -> Option<OsString> {
    text.as_encoded_bytes().strip_prefix(prefix.as_bytes()).map(word)
}

/// `text` without its first `count` bytes, which must be ASCII.
pub fn skip(text: &OsStr, count: usize) -> OsString {
    word(text.as_encoded_bytes().get(count..).unwrap_or_default())
}

/// The parts of `text` before and after the first `separator`.
pub fn split_once(text: &OsStr, separator: u8) -> Option<(OsString, OsString)> {
    let mut parts = text.as_encoded_bytes().splitn(2, |&byte| byte == separator).map(word);
    Some((parts.next()?, parts.next()?))
}

/// The parts of `text` between the commas; one empty part for an empty text.
pub fn split_commas(text: &OsStr) -> Vec<OsString> {
    text.as_encoded_bytes().split(|&byte| byte == b',').map(word).collect()
}

/// `first` and `second` in one.
pub fn join(first: impl Into<OsString>, second: &OsStr) -> OsString {
    let mut joined = first.into();
    joined.push(second);
    joined
}
