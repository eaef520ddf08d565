//! Consistency of the table, with itself and with our own options.

use std::collections::BTreeSet;

use clap::CommandFactory;

use super::{super::options::Options, Action, RULES};

#[test]
fn each_spelling_has_one_rule() {
    let mut seen = BTreeSet::new();
    for rule in RULES {
        for spelling in rule.spellings {
            let name =
                (spelling.trim_start_matches('-').to_owned(), format!("{:?}", rule.addressee));
            assert!(seen.insert(name), "{spelling} stands twice");
        }
    }
}

#[test]
fn rules_rewrite_to_options_that_exist() {
    let command = Options::command();
    let exists = |option: &str| {
        let name = option.trim_start_matches('-').split('=').next().unwrap_or_default();
        command.get_arguments().any(|arg| {
            arg.get_long() == Some(name)
                || arg.get_short().is_some_and(|letter| name == letter.to_string())
        })
    };
    for rule in RULES {
        match rule.action {
            Action::Rewrite(to) | Action::RewriteOneOf(to, ..) => assert!(exists(to), "{to}"),
            Action::Replace(words) => words.iter().for_each(|word| assert!(exists(word), "{word}")),
            Action::Join | Action::Ignore(_) | Action::Note(_) | Action::Refuse(_) => {}
        }
    }
}
