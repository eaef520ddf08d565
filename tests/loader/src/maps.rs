//! The maps of a loaded program, read and written through libbpf whoever loaded it.

use std::{cell::RefCell, ffi::OsStr};

use anyhow::{Context as _, Result};
use aya::programs::ProgramInfo;
use libbpf_rs::{MapCore, MapFlags, MapHandle, MapType, RingBufferBuilder};

use crate::outcome::{Contents, Map};

/// More entries than this are not read.
const MOST_ENTRIES: u32 = 65_536;

/// The maps that the program uses.
pub fn of_program(info: &ProgramInfo) -> Result<Vec<MapHandle>> {
    let ids = info.map_ids().context("cannot ask for the program's maps")?;
    ids.unwrap_or_default()
        .into_iter()
        .map(|id| MapHandle::from_map_id(id).with_context(|| format!("cannot open map {id}")))
        .collect()
}

/// Puts an entry into the map of that name, every CPU's if it has one per CPU.
pub fn put(maps: &[MapHandle], name: &str, key: &[u8], value: &[u8]) -> Result<()> {
    let map = maps
        .iter()
        .find(|map| is_named(map, name))
        .with_context(|| format!("the program uses no map {name}"))?;
    if map.map_type().is_percpu() {
        let cpus = libbpf_rs::num_possible_cpus()?;
        map.update_percpu(key, &vec![value.to_vec(); cpus], MapFlags::ANY)
    } else {
        map.update(key, value, MapFlags::ANY)
    }
    .with_context(|| format!("cannot put an entry into map {name}"))
}

/// The kernel keeps 15 bytes of a name.
fn is_named(map: &MapHandle, name: &str) -> bool {
    const KEPT: usize = 15;
    map.name() == OsStr::new(name.get(..KEPT).unwrap_or(name))
}

/// The map and what it holds now; takes the records out of ring buffers.
pub fn read(map: &MapHandle) -> Result<Map> {
    Ok(Map {
        name: map.name().to_string_lossy().into_owned(),
        kind: format!("{:?}", map.map_type()),
        key_size: map.key_size(),
        value_size: map.value_size(),
        max_entries: map.max_entries(),
        contents: contents(map).with_context(|| format!("cannot read map {:?}", map.name()))?,
    })
}

fn contents(map: &MapHandle) -> Result<Contents> {
    match map.map_type() {
        MapType::RingBuf => records(map),
        _ if map.max_entries() > MOST_ENTRIES => Ok(Contents::Unread),
        MapType::Hash | MapType::LruHash | MapType::Array => plain(map),
        MapType::PercpuHash | MapType::LruPercpuHash | MapType::PercpuArray => per_cpu(map),
        _ => Ok(Contents::Unread),
    }
}

fn plain(map: &MapHandle) -> Result<Contents> {
    let mut entries = Vec::new();
    for key in map.keys() {
        match map.lookup(&key, MapFlags::ANY)? {
            Some(value) if value.iter().any(|byte| *byte != 0) => entries.push((key, value)),
            _ => {}
        }
    }
    entries.sort();
    Ok(Contents::Plain(entries))
}

fn per_cpu(map: &MapHandle) -> Result<Contents> {
    let mut entries = Vec::new();
    for key in map.keys() {
        match map.lookup_percpu(&key, MapFlags::ANY)? {
            Some(cpus) if cpus.iter().flatten().any(|byte| *byte != 0) => entries.push((key, cpus)),
            _ => {}
        }
    }
    entries.sort();
    Ok(Contents::PerCpu(entries))
}

fn records(map: &MapHandle) -> Result<Contents> {
    let records = RefCell::new(Vec::new());
    let mut builder = RingBufferBuilder::new();
    builder.add(map, |record| {
        records.borrow_mut().push(record.to_vec());
        0
    })?;
    let ring = builder.build()?;
    ring.consume()?;
    drop(ring);
    Ok(Contents::Records(records.into_inner()))
}
