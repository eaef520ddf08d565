//! `--explain NAME`: the row of docs/diagnostics.md about a warning or an error.

use std::fmt::Write;

use crate::report::{Error, Result, WarningKind, nearest};

const DIAGNOSTICS: &str = include_str!("../../docs/diagnostics.md");

/// Returns the explanation of the warning called `name`, or of all errors whose message has these words.
///
/// # Errors
/// Nothing is called so.
pub fn explain(name: &str) -> Result<String> {
    let name = name.strip_prefix("no-").filter(|it| is_warning(it)).unwrap_or(name);
    let name = WarningKind::from_name(name).map_or(name, |kind| kind.name());
    let mut text = String::new();
    for [message, cause, cure] in rows() {
        let plain = message.replace('`', "");
        let plain = plain.trim();
        let is_named = plain == name;
        if is_named || (!is_warning(name) && name.len() > 2 && plain.contains(name)) {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{plain}\n  cause: {cause}\n  fix: {cure}");
        }
    }
    if is_warning(name) {
        let _ =
            writeln!(text, "  -W no-{name} silences it, --fatal-warnings turns it into an error");
    }
    if !text.is_empty() {
        return Ok(text);
    }
    let error = Error::usage(format!("nothing is called `{name}`"));
    let known = WarningKind::ALL.iter().map(|kind| kind.name().to_owned());
    Err(match nearest(name, known) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("name a warning, such as missing-debug-info, or words of a message"),
    })
}

fn is_warning(name: &str) -> bool {
    WarningKind::from_name(name).is_some()
}

/// Returns the rows of three cells, without the heads of their tables.
fn rows() -> impl Iterator<Item = [&'static str; 3]> {
    let rows = DIAGNOSTICS.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
        let row = [cells.next()?, cells.next()?, cells.next()?];
        cells.next().is_none().then_some(row)
    });
    rows.filter(|[message, cause, _]| !matches!((*message, *cause), ("message" | "name", "cause")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_is_explained() {
        for kind in WarningKind::ALL {
            let text = explain(kind.name()).unwrap_or_else(|error| panic!("{kind}: {error}"));
            assert!(text.contains("cause: ") && text.contains("fix: "), "{kind}: {text}");
            assert_eq!(explain(&format!("no-{kind}")).ok(), Some(text));
        }
    }

    #[test]
    fn words_of_an_error_find_its_row_and_others_a_near_name() {
        assert!(explain("is defined twice").is_ok_and(|text| text.contains("fix:")));
        let error = explain("missing-debug-infos").map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("did you mean `missing-debug-info`?")));
    }
}
