//! Finds and replaces names in assembly text.

use std::ops::Range;

/// The keywords of BPF assembly, besides registers and numbers (`BPFAsmParser.cpp`, `BPFInstrInfo.td`).
const KEYWORDS: [&str; 27] = [
    "if", "goto", "gotol", "gotox", "may_goto", "call", "callx", "exit", "ll", "lock", "skb", "u8",
    "u16", "u32", "u64", "s8", "s16", "s32", "s64", "be16", "be32", "be64", "le16", "le32", "le64",
    "may", "as",
];

/// The directives by which assembly reads a file, or a part of one.
const READING: [&str; 2] = [".incbin", ".include"];

/// Returns the names in `text`, each with its range; strings, operands, numbers and keywords are skipped.
pub(super) fn names(text: &str) -> Vec<(&str, Range<usize>)> {
    let bytes = text.as_bytes();
    let at = |place: usize| bytes.get(place).copied().unwrap_or(0);
    let mut found = Vec::new();
    let mut place = 0;
    while place < bytes.len() {
        let start = place;
        match at(place) {
            b'"' => place = end_of_string(bytes, place),
            b'$' => place = end_of_operand(bytes, place),
            byte if is_part(byte) => {
                while is_part(at(place)) {
                    place += 1;
                }
                if let Some(word) = text.get(start..place).filter(|word| is_name(word)) {
                    found.push((word, start..place));
                }
            }
            _ => place += 1,
        }
    }
    found
}

/// Returns `text` with the names replaced for which `rename` returns another; `None` if nothing changes.
pub(super) fn renamed(text: &str, rename: impl Fn(&str) -> Option<String>) -> Option<String> {
    let (mut result, mut done) = (String::new(), 0);
    for (name, range) in names(text) {
        if let Some(other) = rename(name) {
            result.push_str(text.get(done..range.start)?);
            result.push_str(&other);
            done = range.end;
        }
    }
    if done == 0 {
        return None;
    }
    result.push_str(text.get(done..)?);
    Some(result)
}

/// Returns the directive in `text` that reads a file, or a name composed from macro arguments, which could be one.
pub(super) fn reading(text: &str) -> Option<String> {
    let is_composed =
        |word: &&str| word.contains('\\') && (word.contains('.') || word.matches('\\').count() > 1);
    let composed = text.split(|c: char| c.is_whitespace() || ";,\"".contains(c)).find(is_composed);
    let mut names = names(text).into_iter().map(|(name, _)| name);
    let read = names.find(|name| READING.contains(&name.to_ascii_lowercase().as_str()));
    read.or(composed).map(ToOwned::to_owned)
}

const fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.'
}

fn is_name(word: &str) -> bool {
    let is_register =
        word.strip_prefix(['r', 'w']).is_some_and(|number| number.parse::<u8>().is_ok());
    !word.starts_with(|first: char| first.is_ascii_digit())
        && !is_register
        && !KEYWORDS.contains(&word)
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut place = start + 1;
    while let Some(byte) = bytes.get(place) {
        match byte {
            b'\\' => place += 2,
            b'"' => return place + 1,
            _ => place += 1,
        }
    }
    bytes.len()
}

/// Returns the end of an operand: `$0`, `${0:w}`, `$$`.
fn end_of_operand(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start + 1..).unwrap_or_default();
    let length = match rest.first() {
        Some(b'{') => rest.iter().position(|byte| *byte == b'}').map_or(rest.len(), |end| end + 1),
        Some(b'$') => 1,
        _ => rest.iter().take_while(|byte| byte.is_ascii_digit()).count(),
    };
    start + 1 + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_neither_keywords_nor_registers_nor_operands() {
        let found = |text| names(text).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(found("r1 = 1; call sub; $0 = r0"), ["sub"]);
        assert_eq!(found("r1 = table.1 ll; w3 = *(u32 *)(r1 + 0x10)"), ["table.1"]);
        assert_eq!(
            found("if r1 == 0 goto ${2:l}; $$x = ${0:w}\n.string \"sub\\\"\" "),
            ["x", ".string"]
        );
        assert_eq!(found("call r1x; call R10"), ["r1x", "R10"]);
    }

    #[test]
    fn other_names_keep_what_is_between() {
        let rename = |name: &str| (name == "sub").then(|| "sub.1".to_owned());
        let text = renamed("r1 = 1; call sub; r0 = subtract ll; call sub", rename);
        assert_eq!(text.as_deref(), Some("r1 = 1; call sub.1; r0 = subtract ll; call sub.1"));
        assert_eq!(renamed("call other", rename), None);
    }

    #[test]
    fn files_are_found_behind_macros_too() {
        assert_eq!(reading(".incbin \"x\"").as_deref(), Some(".incbin"));
        assert_eq!(reading("r0 = 0; .Include \"x\"").as_deref(), Some(".Include"));
        assert_eq!(reading(".macro m a\n.inc\\a \"x\"\n.endm\nm bin").as_deref(), Some(".inc\\a"));
        assert_eq!(
            reading(".macro m a b\n\\a\\b \"x\"\n.endm\nm .inc bin").as_deref(),
            Some("\\a\\b")
        );
        assert_eq!(reading(".macro m a\n\\a += 1\n.endm\nm r1; .string \"a .incbin\""), None);
    }
}
