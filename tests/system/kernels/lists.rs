//! The numbered lists of the kernel table, held against what the kernels themselves say.

use bpf_linker::{
    Kernel as Version,
    internals::bpf::kernel::{HELPERS, MAP_TYPES, known_to},
};

use super::matrix::Answers;
use crate::support::kernels::Kernel;

/// Returns the differences between the table and the kernel.
pub fn faults(answers: &Answers) -> Vec<String> {
    let version = answers.kernel.version();
    let lists =
        [("bpf_func_id", "BPF_FUNC_", HELPERS), ("bpf_map_type", "BPF_MAP_TYPE_", MAP_TYPES)];
    lists
        .into_iter()
        .flat_map(|(list, prefix, table)| one(answers, version, list, prefix, table))
        .collect()
}

fn one(
    answers: &Answers,
    version: Version,
    list: &str,
    prefix: &str,
    table: &[(Version, &str)],
) -> Vec<String> {
    let Some(known) = answers.known[list].as_object() else {
        return vec![format!("{version} does not tell its {list}")];
    };
    let number = |name: &str| {
        // Names of helpers are as they are, those of map types in capitals.
        let capital = format!("{prefix}{}", name.to_uppercase());
        let number = known.get(&format!("{prefix}{name}")).or_else(|| known.get(&capital));
        number.and_then(serde_json::Value::as_u64)
    };
    let names =
        table.iter().flat_map(|(since, names)| names.split_whitespace().map(|name| (name, *since)));
    let mut faults: Vec<String> =
        names
            .zip(1..)
            .filter(|((name, since), at)| {
                if *since <= version { number(name) != Some(*at) } else { number(name).is_some() }
            })
            .map(|((name, since), at)| {
                format!("{version}: {prefix}{name} is {:?}, not {at} since {since}", number(name))
            })
            .collect();
    // A kernel that is newer than the table may have more.
    let entries = known.keys().filter(|name| name.starts_with(prefix));
    let own: std::collections::BTreeSet<u64> =
        entries.filter_map(|name| known[name].as_u64()).filter(|number| *number > 0).collect();
    if answers.kernel != Kernel::Newest && own.len() != known_to(table, version) {
        let knows = known_to(table, version);
        faults.push(format!("{version} has {} entries in {list}, the table {knows}", own.len()));
    }
    faults
}
