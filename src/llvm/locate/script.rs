//! Linker scripts in place of a library: `libLLVM-22-rust-1.95.0-stable.so` is 42 bytes of text that name the real
//! file, `INPUT(libLLVM.so.22.1-rust-1.95.0-stable)`. ld follows it; the run-time loader cannot.

use std::path::{Path, PathBuf};

/// The longest text taken for a linker script.
pub(super) const MAX_LENGTH: usize = 4096;

/// Returns the file that the script `text` stands for; a relative name is relative to `folder`, the script's own.
///
/// The target is the first libLLVM among its inputs, else the first input; `None` if `text` is not a linker script.
pub(super) fn target(text: &str, folder: &Path) -> Option<PathBuf> {
    let text = without_comments(text);
    let inputs: Vec<&str> = inputs(&text).collect();
    let is_llvm = |name: &&&str| name.contains("LLVM");
    let input = inputs.iter().find(is_llvm).or(inputs.first())?;
    Some(match input.strip_prefix("-l") {
        Some(library) => folder.join(format!("lib{library}.so")),
        None => folder.join(input),
    })
}

fn without_comments(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        clean.push_str(before);
        clean.push(' ');
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    clean + rest
}

/// Returns the names in `INPUT(...)` and `GROUP(...)`, inside `AS_NEEDED(...)` too; other commands are ignored.
fn inputs(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split([' ', '\t', '\r', '\n', ',', ';', '"']).flat_map(split_parentheses);
    let mut commands: Vec<&str> = Vec::new();
    let mut last = "";
    words.filter(move |word| {
        let former = std::mem::replace(&mut last, word);
        match *word {
            "(" => commands.push(former),
            ")" => drop(commands.pop()),
            _ => return is_input_command(&commands) && *word != "AS_NEEDED",
        }
        false
    })
}

fn is_input_command(commands: &[&str]) -> bool {
    commands.first().is_some_and(|command| matches!(*command, "INPUT" | "GROUP"))
}

fn split_parentheses(word: &str) -> impl Iterator<Item = &str> {
    word.split_inclusive(['(', ')'])
        .flat_map(|part| {
            let mark = part.len().saturating_sub(usize::from(part.ends_with(['(', ')'])));
            let (front, mark) = part.split_at_checked(mark).unwrap_or((part, ""));
            [front, mark]
        })
        .filter(|part| !part.is_empty())
}
