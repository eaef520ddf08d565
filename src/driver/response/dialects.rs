//! The three dialects of response files: detection, reading and writing.

use std::{
    ffi::{OsStr, OsString},
    fmt,
};

use super::super::words::word;

/// The syntax of a response file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// One argument per line; only backslash and space are escaped, by a backslash; an empty line is an empty argument
    /// (`rustc_codegen_ssa/src/back/link.rs`, `escape_linker_args`).
    Rustc,
    /// Arguments separated by white space; `'`, `"` and backslash quote (libiberty's `buildargv`, LLVM's
    /// `TokenizeGNUCommandLine`).
    Gnu,
    /// UTF-16 with a byte order mark; `"` groups, `\"` is a quote.
    Windows,
}

/// The reason why a response file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// A NUL, which is not allowed in an argument.
    Nul {
        /// Offset in bytes from the start.
        at: usize,
    },
    /// An unclosed quote.
    OpenQuote {
        /// Line number, starting at 1.
        line: usize,
    },
    /// Invalid UTF-16.
    Utf16,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nul { at } => write!(f, "it holds a NUL at byte {at}; is it a text file?"),
            Self::OpenQuote { line } => {
                write!(f, "the quote opened in line {line} is never closed")
            }
            Self::Utf16 => f.write_str("it starts as UTF-16, but is not valid UTF-16"),
        }
    }
}

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Dialect {
    /// Detects the dialect of a file with these `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Self::Windows,
            bytes if is_rustc(bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes)) => Self::Rustc,
            _ => Self::Gnu,
        }
    }
}

fn is_rustc(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    // Fast path: most files escape nothing, and they can be large.
    if !(bytes.contains(&b'\\') || bytes.contains(&b' ') || bytes.contains(&b'\r')) {
        return true;
    }
    while let Some((&byte, tail)) = rest.split_first() {
        rest = match (byte, tail) {
            (b'\\', [b'\\' | b' ', tail @ ..]) => tail,
            (b'\\' | b' ', _) | (b'\r', [b'\n', ..]) => return false,
            _ => tail,
        };
    }
    true
}

/// Splits the `bytes` of a response file into arguments.
///
/// # Errors
/// The file contains a NUL or an unclosed quote, or does not match its byte order mark.
pub fn split(bytes: &[u8]) -> Result<Vec<OsString>, Malformed> {
    let dialect = Dialect::of(bytes);
    if dialect == Dialect::Windows {
        return read_windows(bytes);
    }
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(Malformed::Nul { at });
    }
    let bytes = bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes);
    match dialect {
        Dialect::Rustc => Ok(read_rustc(bytes)),
        _ => read_gnu(bytes),
    }
}

fn read_rustc(bytes: &[u8]) -> Vec<OsString> {
    let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if bytes.is_empty() {
        return Vec::new();
    }
    lines.split(|&byte| byte == b'\n').map(|line| word(&unescape(line))).collect()
}

/// Removes each backslash and keeps the byte after it.
fn unescape(line: &[u8]) -> Vec<u8> {
    if !line.contains(&b'\\') {
        return line.to_vec();
    }
    let mut bytes = line.iter().copied();
    std::iter::from_fn(|| match bytes.next()? {
        b'\\' => bytes.next(),
        byte => Some(byte),
    })
    .collect()
}

fn read_gnu(bytes: &[u8]) -> Result<Vec<OsString>, Malformed> {
    let mut words = Vec::new();
    let mut current: Option<Vec<u8>> = None;
    let mut quote: Option<(u8, usize)> = None;
    let mut bytes = bytes.iter().copied().enumerate().peekable();
    let mut line = 1_usize;
    while let Some((_, byte)) = bytes.next() {
        line = line.saturating_add(usize::from(byte == b'\n'));
        match (byte, quote) {
            (b'\\', _) => {
                let (_, escaped) = bytes.next().unwrap_or((0, b'\\'));
                line = line.saturating_add(usize::from(escaped == b'\n'));
                current.get_or_insert_default().push(escaped);
            }
            (byte, Some((open, _))) if byte == open => quote = None,
            (byte, Some(_)) => current.get_or_insert_default().push(byte),
            (b'"' | b'\'', None) => {
                quote = Some((byte, line));
                current.get_or_insert_default();
            }
            (b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C, None) => words.extend(current.take()),
            (byte, None) => current.get_or_insert_default().push(byte),
        }
    }
    if let Some((_, line)) = quote {
        return Err(Malformed::OpenQuote { line });
    }
    words.extend(current);
    Ok(words.iter().map(|bytes| word(bytes)).collect())
}

/// Writes `args` as a response file in GNU's dialect, which can express any argument.
///
/// Each line ends in a space, which shows the reader that rustc did not write the file.
#[must_use]
pub fn write_gnu<'a>(args: impl IntoIterator<Item = &'a OsStr>) -> Vec<u8> {
    let mut file = Vec::new();
    for arg in args {
        file.push(b'"');
        for &byte in arg.as_encoded_bytes() {
            if matches!(byte, b'"' | b'\\') {
                file.push(b'\\');
            }
            file.push(byte);
        }
        file.extend_from_slice(b"\" \n");
    }
    file
}

fn read_windows(bytes: &[u8]) -> Result<Vec<OsString>, Malformed> {
    let unit = if bytes.first() == Some(&0xFF) { u16::from_le_bytes } else { u16::from_be_bytes };
    let pairs = bytes.chunks_exact(2);
    let odd = pairs.remainder();
    let units = pairs.skip(1).filter_map(|pair| pair.try_into().ok().map(unit));
    let text = String::from_utf16(&units.collect::<Vec<_>>());
    let text = text.ok().filter(|_| odd.is_empty()).ok_or(Malformed::Utf16)?;
    if let Some(at) = text.find('\0') {
        return Err(Malformed::Nul { at });
    }
    match lines_in_quotes(&text) {
        Some(words) => Ok(words),
        None => split_windows(&text),
    }
}

/// Splits rustc's form for MSVC: each line is quoted, inner quotes are escaped, and nothing else is, so a backslash at
/// the end of a path stands right before the closing quote.
fn lines_in_quotes(text: &str) -> Option<Vec<OsString>> {
    text.lines().map(|line| undo_quotes(line.strip_prefix('"')?.strip_suffix('"')?)).collect()
}

fn undo_quotes(inner: &str) -> Option<OsString> {
    let mut undone = String::with_capacity(inner.len());
    for char in inner.chars() {
        if char == '"' && undone.pop() != Some('\\') {
            return None;
        }
        undone.push(char);
    }
    Some(undone.into())
}

/// Splits by the rules of `CommandLineToArgvW`: backslashes are literal unless a quote follows them; then two make
/// one, and an odd one escapes the quote.
fn split_windows(text: &str) -> Result<Vec<OsString>, Malformed> {
    let mut words: Vec<OsString> = Vec::new();
    let mut current: Option<String> = None;
    let mut quoted_since = None;
    let mut line = 1_usize;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        line = line.saturating_add(usize::from(char == '\n'));
        match char {
            '\\' => {
                let more = std::iter::from_fn(|| chars.next_if_eq(&'\\')).count();
                let count = more.saturating_add(1);
                let before_quote = chars.peek() == Some(&'"');
                let kept = if before_quote { count / 2 } else { count };
                let current = current.get_or_insert_default();
                current.extend(std::iter::repeat_n('\\', kept));
                if before_quote && count % 2 == 1 {
                    current.extend(chars.next());
                }
            }
            '"' => {
                quoted_since = if quoted_since.is_some() { None } else { Some(line) };
                current.get_or_insert_default();
            }
            char if char.is_ascii_whitespace() && quoted_since.is_none() => {
                words.extend(current.take().map(OsString::from));
            }
            char => current.get_or_insert_default().push(char),
        }
    }
    if let Some(line) = quoted_since {
        return Err(Malformed::OpenQuote { line });
    }
    words.extend(current.map(OsString::from));
    Ok(words)
}
