//! The order of inputs, libraries and the options between them that affect them.

use std::{collections::BTreeMap, path::Path};

use clap::ArgMatches;

use super::{options::Options, words};
use crate::plan::{Input, Members, Source};

enum Item {
    Input(Source),
    Switch(Switch),
}

#[derive(Clone, Copy)]
enum Switch {
    To(Members),
    Push,
    Pop,
}

/// Returns the inputs and libraries of `options` in command-line order, each with the state of `--whole-archive` at
/// its position.
pub fn in_order(options: &Options, matches: &ArgMatches) -> Vec<Input> {
    let mut items = BTreeMap::new();
    let mut place = |name: &str, all: Vec<Item>| {
        items.extend(matches.indices_of(name).into_iter().flatten().zip(all))
    };
    place(
        "inputs",
        options.inputs.iter().map(|path| Item::Input(Source::File(path.clone()))).collect(),
    );
    place("library", options.library.iter().map(|name| Item::Input(library(name))).collect());
    for (name, count, switch) in [
        ("whole_archive", options.whole_archive.len(), Switch::To(Members::All)),
        ("no_whole_archive", options.no_whole_archive.len(), Switch::To(Members::Needed)),
        ("push_state", options.push_state.len(), Switch::Push),
        ("pop_state", options.pop_state.len(), Switch::Pop),
    ] {
        place(name, (0..count).map(|_| Item::Switch(switch)).collect());
    }
    with_state(items.into_values())
}

fn with_state(items: impl Iterator<Item = Item>) -> Vec<Input> {
    let mut members = Members::Needed;
    let mut remembered = Vec::new();
    let mut inputs = Vec::new();
    for item in items {
        match item {
            Item::Input(source) => inputs.push(Input { source, members }),
            Item::Switch(Switch::To(to)) => members = to,
            Item::Switch(Switch::Push) => remembered.push(members),
            Item::Switch(Switch::Pop) => members = remembered.pop().unwrap_or_default(),
        }
    }
    inputs
}

fn library(name: &Path) -> Source {
    match words::strip_prefix(name.as_os_str(), ":") {
        Some(file) => Source::ExactLibrary(file.into()),
        None => Source::Library(name.to_owned()),
    }
}
