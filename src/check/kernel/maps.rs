//! The types of the maps that an object defines.

use super::{
    View,
    unknown::{Certainty, Unknown},
};
use crate::{bpf::kernel::map_type, check::stack, object::place::quoted};

/// Returns the maps whose type the kernel does not support.
pub(super) fn unknown(view: &View<'_>) -> Vec<Unknown> {
    let maps = stack::maps_of(&view.object.elf, view.object.btf.as_ref());
    maps.into_iter().filter_map(|map| one(view, &map.name, map.kind?)).collect()
}

fn one(view: &View<'_>, name: &str, number: u32) -> Option<Unknown> {
    let (what, since) = map_type(number)?;
    if since <= view.kernel {
        return None;
    }
    let subject = format!("map {}", quoted(name));
    let what = format!("map type `{what}`");
    Some(Unknown::entry(subject, what, Some(since)).with(
        Certainty::Certain,
        "use an older map type, such as perf_event_array (4.3) for a ring buffer",
    ))
}
