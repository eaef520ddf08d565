//! Features of the running kernel: the numbered lists of its interface, as its own BTF has them.

use anyhow::{Context as _, Result};
use libbpf_rs::btf::{Btf, types::Enum};
use serde_json::{Map, Value, json};

/// The enumerations of `include/uapi/linux/bpf.h` that the loader is asked for.
const LISTS: [&str; 3] = ["bpf_func_id", "bpf_map_type", "bpf_prog_type"];

/// `{"bpf_func_id": {"BPF_FUNC_map_lookup_elem": 1, ..}, ..}`
pub fn json() -> Result<Value> {
    let btf = Btf::from_vmlinux().context("the running kernel has no BTF")?;
    let lists = LISTS.map(|name| Ok((name.to_owned(), members(&btf, name)?)));
    lists.into_iter().collect::<Result<Map<String, Value>>>().map(Value::Object)
}

fn members(btf: &Btf<'_>, name: &str) -> Result<Value> {
    let list: Enum<'_> = btf.type_by_name(name).with_context(|| format!("no enum {name}"))?;
    let member = |at: &libbpf_rs::btf::types::EnumMember<'_>| {
        Some((at.name?.to_string_lossy().into_owned(), json!(at.value)))
    };
    let members = list.iter().filter_map(|at| member(&at));
    Ok(Value::Object(members.collect()))
}
