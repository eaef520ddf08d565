//! No file imports another that, by whatever way, imports it. A folder is one with the files in it: what its `mod.rs`
//! defines serves them, and their imports of it do not count.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;

/// Files in which circles are natural: a block has instructions, and an instruction its block.
const GRAPHS: [&str; 1] = ["src/llvm/"];

/// Files that each file imports.
type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_imports_form_a_circle() {
    let graph = graph(&super::product());
    let circles: Vec<String> = graph
        .keys()
        .filter(|file| !GRAPHS.iter().any(|folder| file.starts_with(folder)))
        .filter(|file| reached(&graph, file).contains(*file))
        .cloned()
        .collect();
    assert_eq!(circles, [""; 0], "these files import each other in circles");
}

#[test]
fn no_room_may_import_upward() {
    for (at, (room, allowed)) in super::IMPORTS.iter().enumerate() {
        let below = |name: &&&str| {
            // A crate of its own, below all rooms.
            **name == "btf" || super::IMPORTS[..at].iter().any(|(other, _)| other == *name)
        };
        let upward: Vec<_> = allowed.iter().filter(|name| !below(name)).collect();
        assert!(upward.is_empty(), "{room} stands below {upward:?}");
    }
}

fn graph(sources: &[Source]) -> Graph {
    let modules: BTreeMap<Vec<String>, &str> =
        sources.iter().filter_map(|source| Some((module(&source.path)?, &*source.path))).collect();
    let mut graph = Graph::new();
    for source in sources.iter().map(Source::without_tests) {
        let Some(own) = module(&source.path) else { continue };
        let targets = source.paths().into_iter().filter_map(|path| {
            let target = absolute(&own, &path)?;
            let found = (0..=target.len()).rev().find_map(|len| modules.get(&target[..len]));
            found.copied()
        });
        let children = modules.iter().filter(|(name, _)| {
            name.len() == own.len() + 1
                && name.starts_with(&own)
                && !source.lines_with(&[&name[own.len()], "::"]).is_empty()
        });
        let all = targets.chain(children.map(|(_, path)| *path));
        let around = |path: &&str| module(path).is_some_and(|name| own.starts_with(&name));
        let others = all.filter(|path| !around(path)).map(str::to_owned);
        graph.insert(source.path.clone(), others.collect());
    }
    graph
}

/// Returns all files that `start` imports, and those that they import, and so on.
fn reached<'g>(graph: &'g Graph, start: &str) -> BTreeSet<&'g String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&String> = graph[start].iter().collect();
    while let Some(file) = open.pop() {
        if reached.insert(file) {
            open.extend(graph.get(file).into_iter().flatten());
        }
    }
    reached
}

/// Returns the name of the module in `path`: `["backend", "merge"]` for `src/backend/merge.rs`; none for crate roots, and
/// for other crates.
fn module(path: &str) -> Option<Vec<String>> {
    let (room, rest) = match path.strip_prefix("btf/src/") {
        Some(rest) => (Some("btf"), rest),
        None => (None, path.strip_prefix("src/")?),
    };
    let rest = rest.strip_suffix(".rs")?;
    let parts = room.into_iter().chain(rest.split('/')).map(str::to_owned);
    let mut parts: Vec<String> = parts.collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib")) {
        parts.pop();
    }
    let program = ["main", "reexec", "crash_report"];
    (!parts.is_empty() && !program.contains(&parts[0].as_str())).then_some(parts)
}

/// Returns the module path that `path` means in the module `own`.
fn absolute(own: &[String], path: &[String]) -> Option<Vec<String>> {
    let mut base = own.to_vec();
    let mut rest = path;
    if path.first()? == "crate" {
        let is_own_crate = own.first().is_some_and(|room| room == "btf");
        base.truncate(usize::from(is_own_crate));
        rest = &path[1..];
    }
    while let Some(word) = rest.first().filter(|word| matches!(word.as_str(), "super" | "self")) {
        if word == "super" {
            base.pop()?;
        }
        rest = &rest[1..];
    }
    base.extend_from_slice(rest);
    Some(base)
}
