//! The tables of operations (`struct_ops`) that programs fill in.
//!
//! libbpf loads whatever a table names, if it creates the table, and nothing that is in tables alone otherwise: to load
//! one program by itself, the other slots have to be empty.

use std::{collections::BTreeMap, ffi::OsStr};

use anyhow::{Context as _, Result};
use libbpf_rs::{AsRawLibbpf as _, MapType, OpenObject};

/// The size of a slot, which holds the address of libbpf's program until the object is loaded.
const SLOT: usize = size_of::<usize>();

/// Empties the slots of all but the wanted programs, and leaves out tables without one.
pub fn keep(object: &mut OpenObject, is_wanted: impl Fn(&OsStr) -> bool) -> Result<()> {
    let programs: BTreeMap<usize, bool> = object
        .progs()
        .map(|program| (program.as_libbpf_object().as_ptr().addr(), is_wanted(program.name())))
        .collect();
    for mut map in object.maps_mut() {
        if map.map_type() != MapType::StructOps {
            continue;
        }
        let mut is_used = false;
        let table = map.initial_value_mut().context("a table of operations has no value")?;
        for slot in table.chunks_exact_mut(SLOT) {
            let address = usize::from_ne_bytes(slot.try_into().expect("a chunk has its size"));
            match programs.get(&address) {
                Some(true) => is_used = true,
                Some(false) => slot.fill(0),
                None => {}
            }
        }
        map.set_autocreate(is_used).context("cannot leave out a table of operations")?;
    }
    Ok(())
}
