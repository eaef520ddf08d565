//! Parses LLVM's diagnostics about programs that BPF cannot express.
//!
//! The back end reports `FILE:LINE:COLUMN: in function NAME TYPE: WORDS` (`DiagnosticInfoUnsupported::print` of
//! `llvm/lib/IR/DiagnosticInfo.cpp`); the words contain a call that it cannot lower as a node of its graph.

use super::{Finding, construct::Construct};
use crate::llvm::Place;

/// The constructs for LLVM's messages; measured with LLVM 19, 22 and 23. Calls in the source that return more than one
/// register are found in IR, so the message on returns is about calls that code generation inserts.
const WORDS: [(&str, Construct); 12] = [
    ("Looks like the BPF stack limit is exceeded", Construct::Stack),
    ("unsupported dynamic stack allocation", Construct::DynamicStack),
    ("stack arguments are not supported", Construct::Parameters),
    ("too many arguments", Construct::Arguments(None)),
    ("pass by value not supported", Construct::ByValue),
    ("aggregate returns are not supported", Construct::WideReturn),
    ("stack return values are not supported", Construct::WideReturn),
    ("only small returns supported", Construct::WideArithmetic),
    ("unsupported signed division", Construct::SignedDivision),
    ("Invalid usage of the XADD return value", Construct::AtomicResult),
    ("unsupported atomic operation, please use 32/64 bit version", Construct::AtomicWidth(16)),
    ("variadic functions are not supported", Construct::Variadic),
];

/// Parses `text`; returns `None` for unknown messages.
pub(super) fn parse(text: &str) -> Option<Finding> {
    let (place, rest) = text.split_once(": in function ")?;
    let (function, words) = rest.split_once(' ')?;
    let (_, construct) = WORDS.iter().find(|(known, _)| words.contains(known))?;
    let construct = match construct {
        Construct::Arguments(_) => Construct::Arguments(callee(words)),
        other => other.clone(),
    };
    Some(Finding { function: function.to_owned(), place: parse_place(place), construct })
}

fn callee(words: &str) -> Option<String> {
    let (_, rest) = words.split_once("GlobalAddress<ptr @")?;
    let (name, _) = rest.split_once('>')?;
    Some(name.trim_matches('"').to_owned())
}

fn parse_place(text: &str) -> Option<Place> {
    let (rest, column) = text.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let line = line.parse().ok().filter(|line| *line > 0)?;
    Some(Place { file: file.to_owned(), line, column: column.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_place_and_callee_are_found() {
        let text = "dir/args.c:8:10: in function entry i64 (ptr): 0x7ff6ec1c70b0: i64 = \
                    GlobalAddress<ptr @six> 0, args.c:8:10 too many arguments\n";
        let place = Place { file: "dir/args.c".to_owned(), line: 8, column: 10 };
        let found = Finding {
            function: "entry".to_owned(),
            place: Some(place),
            construct: Construct::Arguments(Some("six".to_owned())),
        };
        assert_eq!(parse(text), Some(found));
    }

    #[test]
    fn a_place_that_is_unknown_is_none() {
        let text =
            "<unknown>:0:0: in function six i64 (i64, ...): variadic functions are not supported";
        let found = parse(text).expect("known words");
        assert_eq!((found.place, found.construct), (None, Construct::Variadic));
    }

    #[test]
    fn other_words_are_nobodys() {
        assert_eq!(parse("x.c:1:2: in function f void (): something new"), None);
        assert_eq!(parse("error: cannot do it"), None);
    }
}
