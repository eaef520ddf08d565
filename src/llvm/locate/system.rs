//! The libLLVMs installed by a distribution, a package manager or the user.

use std::path::{Path, PathBuf};

use super::{
    Find, FoundBy,
    host::{self, Host, Os},
};

/// The library folders on Linux: Debian, Alpine, Gentoo; Fedora and SUSE; Arch; local builds; Homebrew.
const LINUX: &[&str] = &[
    "usr/lib/llvm-*/lib",
    "usr/lib/llvm*/lib",
    "usr/lib/llvm/*/lib64",
    "usr/lib/llvm/*/lib",
    "usr/lib/*-linux-gnu",
    "usr/lib/*-linux-gnueabihf",
    "usr/lib64",
    "usr/lib64/llvm*/lib64",
    "usr/lib64/llvm*/lib",
    "usr/lib",
    "usr/local/lib",
    "usr/local/lib64",
    "home/linuxbrew/.linuxbrew/opt/llvm*/lib",
];

/// The library folders on macOS: Homebrew on Apple's and on Intel's processors, MacPorts.
const MACOS: &[&str] = &[
    "opt/homebrew/opt/llvm*/lib",
    "usr/local/opt/llvm*/lib",
    "opt/local/libexec/llvm-*/lib",
    "usr/local/lib",
];

/// The library folders on other Unix systems: FreeBSD and OpenBSD, NetBSD, illumos.
const UNIX: &[&str] = &[
    "usr/local/llvm*/lib",
    "usr/local/lib",
    "usr/pkg/lib",
    "usr/lib",
    "usr/lib/64",
    "opt/ooce/llvm-*/lib",
];

/// Returns every libLLVM in the system's folders and next to the `llvm-config` programs on PATH.
pub(super) fn find(host: &Host) -> Vec<Find> {
    let patterns = match host.os {
        Os::Linux => LINUX,
        Os::Apple => MACOS,
        Os::Unix => UNIX,
    };
    let known = patterns.iter().flat_map(|pattern| host.folders(pattern));
    let folders = of_configs(host).into_iter().chain(known);
    let libraries = folders.flat_map(|folder| host.libraries_in(&folder));
    libraries.map(|path| Find::new(path, FoundBy::System)).collect()
}

/// Returns the library folders of the installations that `llvm-config`, `llvm-config-22` and the like on PATH belong
/// to.
fn of_configs(host: &Host) -> Vec<PathBuf> {
    let is_config = |name: &str| name.starts_with("llvm-config") && !name.ends_with(".exe");
    let mut programs: Vec<PathBuf> =
        host.path_entries().iter().flat_map(|entry| host::entries(entry, is_config)).collect();
    programs = programs.iter().filter_map(|program| program.canonicalize().ok()).collect();
    programs.sort();
    programs.dedup();
    programs.iter().flat_map(|program| of_config(host, program)).collect()
}

/// Returns the library folder derived from the program's location if that works, since running it takes 10 ms;
/// otherwise, runs it (Nix keeps programs and libraries apart).
fn of_config(host: &Host, program: &Path) -> Vec<PathBuf> {
    let prefix = program.parent().and_then(Path::parent).unwrap_or(program);
    let folders: Vec<PathBuf> = [prefix.join("lib"), prefix.join("lib64")].into();
    let has_library = |folder: &PathBuf| !host.libraries_in(folder).is_empty();
    if folders.iter().any(has_library) {
        return folders;
    }
    host.printed_path(program, &["--libdir"]).into_iter().collect()
}
