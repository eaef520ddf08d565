//! The calling rustc and the libLLVM it has loaded.
//!
//! rustc's memory map lists both, whatever its environment: exact even through shell wrappers, and with a
//! LD_LIBRARY_PATH that points elsewhere. Both must be mapped: desktop programs map a libLLVM too, for Mesa.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    Find, FoundBy,
    host::{Host, path_from_bytes},
    library::Image,
};

/// The number of ancestors to look at: rustc may be behind a wrapper or two.
const MAX_LEVELS: usize = 4;

/// The suffix that the kernel appends to the name of a mapped file that was deleted.
const DELETED: &[u8] = b" (deleted)";

/// Returns the libraries loaded by ancestors that are a rustc, the nearest first.
pub(super) fn find(host: &Host) -> Vec<Find> {
    ancestors(host).into_iter().flat_map(|pid| loaded_by(host, pid)).collect()
}

/// Returns the executables of the ancestors, the nearest first.
pub(super) fn executables(host: &Host) -> Vec<PathBuf> {
    let links = ancestors(host).into_iter().map(|pid| process(host, pid).join("exe"));
    links.filter_map(|link| fs::read_link(link).ok()).collect()
}

fn process(host: &Host, pid: u32) -> PathBuf {
    host.processes.join(pid.to_string())
}

fn ancestors(host: &Host) -> Vec<u32> {
    let mut found = Vec::new();
    let mut next = parent(&host.processes.join("self"));
    while let Some(pid) = next.filter(|pid| *pid > 1 && found.len() < MAX_LEVELS) {
        found.push(pid);
        next = parent(&process(host, pid));
    }
    found
}

/// Returns field 4 of `stat`; field 2, the name in parentheses, may hold spaces and parentheses itself.
fn parent(process: &Path) -> Option<u32> {
    let stat = fs::read(process.join("stat")).ok()?;
    let after_name = stat.rsplit(|byte| *byte == b')').next()?;
    let fields = std::str::from_utf8(after_name).ok()?;
    fields.split_ascii_whitespace().nth(1)?.parse().ok()
}

fn loaded_by(host: &Host, pid: u32) -> Vec<Find> {
    let found_by = FoundBy::CallingRustc { pid };
    let maps = fs::read(process(host, pid).join("maps")).unwrap_or_default();
    let files = mapped_files(&maps);
    let named = |file: &&&[u8], is_wanted: &dyn Fn(&str) -> bool| {
        let file = file.strip_suffix(DELETED).unwrap_or(file);
        path_from_bytes(file).file_name().and_then(|name| name.to_str()).is_some_and(is_wanted)
    };
    let Some(driver) = files.iter().find(|file| named(file, &|name| host.is_driver_name(name)))
    else {
        return Vec::new();
    };
    let libraries = files.iter().filter(|file| named(file, &|name| host.is_library_name(name)));
    let mut finds: Vec<Find> = libraries.map(|file| find_mapped(file, found_by)).collect();
    match finds.len() {
        0 => vec![Find::faulty(
            path_from_bytes(driver),
            found_by,
            "has an LLVM inside that it shares with nobody",
        )],
        1 => finds,
        _ => {
            prefer_needed(host, &path_from_bytes(driver), &mut finds);
            finds
        }
    }
}

fn find_mapped(file: &[u8], found_by: FoundBy) -> Find {
    match file.strip_suffix(DELETED) {
        None => Find::new(path_from_bytes(file), found_by),
        Some(file) => {
            Find::faulty(path_from_bytes(file), found_by, "was replaced while rustc was running")
        }
    }
}

/// Returns the distinct files in a memory map, in its order. A line is `address perms offset device inode      path`.
fn mapped_files(maps: &[u8]) -> Vec<&[u8]> {
    let mut files: Vec<&[u8]> = Vec::new();
    for line in maps.split(|byte| *byte == b'\n') {
        let start = line.iter().position(|byte| *byte == b'/');
        let file = start.and_then(|start| line.get(start..)).unwrap_or_default();
        if !file.is_empty() && files.last() != Some(&file) && !files.contains(&file) {
            files.push(file);
        }
    }
    files
}

/// Moves the library that rustc's driver was linked with to the front, if several are mapped (a plugin brought its
/// own).
fn prefer_needed(host: &Host, driver: &Path, finds: &mut [Find]) {
    let needed = Image::open(driver, host).and_then(|image| image.needed()).unwrap_or_default();
    let is_needed = |path: &Path| {
        path.file_name().is_some_and(|name| needed.iter().any(|needed| name == &**needed))
    };
    finds.sort_by_key(|find| !is_needed(&find.path));
}
