//! Checks the names of LLVM's own options.
//!
//! LLVM ignores unknown options, so a typo in `--llvm-args` would go unnoticed. LLVM can print its options, but then
//! exits; so the command line starts a separate process for the list if there are such options to check. A program that
//! embeds the linker checks them in the same way, or not at all.

use std::{collections::BTreeSet, convert::Infallible, path::Path};

use crate::{
    llvm::Library,
    report::{Error, Result},
};

/// The option that prints the list, which includes itself.
const LIST: &str = "help-list-hidden";

/// Makes the libLLVM at `path` print its options to standard output, after which LLVM ends the process.
///
/// # Errors
/// The library cannot be loaded, or it returned without ending the process.
pub fn print_and_exit(path: &Path) -> Result<Infallible> {
    let library = Library::open(path)?;
    library.set_options(vec![format!("--{LIST}")])?;
    Err(Error::llvm(format!("{library} does not list its options")))
}

/// Checks that `list`, the output of [`print_and_exit`] for `library`, contains each option among `words`.
///
/// # Errors
/// An option is unknown; the error names the nearest known one.
pub fn check(words: &[String], list: &str, library: &str) -> Result<()> {
    let known: BTreeSet<&str> = list.lines().filter_map(name).collect();
    if !known.contains(LIST) {
        log::warn!("{library} does not list its options, so --llvm-args is not checked");
        return Ok(());
    }
    match words.iter().filter_map(|word| name(word)).find(|name| !known.contains(name)) {
        Some(unknown) => Err(explain(unknown, &known, library)),
        None => Ok(()),
    }
}

/// Returns the name of the option in a word or a line of the list: `-x`, `--x=1`, `  --x[=<value>]  - what it does`.
fn name(text: &str) -> Option<&str> {
    let name = text.trim_start().strip_prefix('-')?;
    let name = name.strip_prefix('-').unwrap_or(name);
    let name = name.split(|c: char| c == '=' || c == '[' || c.is_whitespace()).next();
    name.filter(|name| !name.is_empty())
}

fn explain(unknown: &str, known: &BTreeSet<&str>, library: &str) -> Error {
    let error = Error::usage(format!("--llvm-args: {library} has no option `-{unknown}`"));
    let near = known.iter().map(|other| (strsim::damerau_levenshtein(unknown, other), *other));
    match near.filter(|(distance, _)| *distance <= 3.max(unknown.len() / 3)).min() {
        Some((_, other)) => error.help(format!("did you mean `-{other}`?")),
        None => {
            error.help("`opt --help-list-hidden` and `llc --help-list-hidden` list LLVM's options")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "OPTIONS:\n  -h                      - Alias for --help\n  \
        --bpf-stack-size=<int>  - Specify the BPF stack size limit\n                             - more\n  \
        --help-list-hidden      - Display list of all available options\n  \
        --stats[=<value>]\n    =on                   - yes\n";

    fn checked(words: &[&str]) -> Result<()> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        check(&words, PRINTED, "LLVM 22")
    }

    #[test]
    fn every_spelling_of_a_known_option_passes() {
        let words = ["-bpf-stack-size=4096", "--bpf-stack-size", "4096", "-h", "--stats=on"];
        assert_eq!(checked(&words), Ok(()));
    }

    #[test]
    fn a_typo_is_an_error_with_the_nearest_name() {
        let error = checked(&["-bpf-stack-sise=4096"]).expect_err("a typo");
        assert_eq!(
            error.to_string(),
            "error: --llvm-args: LLVM 22 has no option `-bpf-stack-sise`\n  = help: did you mean `-bpf-stack-size`?"
        );
    }

    #[test]
    fn values_are_no_options() {
        assert!(checked(&["-on"]).is_err());
        assert!(checked(&["-more"]).is_err());
    }

    #[test]
    fn what_is_no_list_refuses_nothing() {
        assert_eq!(check(&["-x".to_owned()], "killed", "LLVM 22"), Ok(()));
    }
}
