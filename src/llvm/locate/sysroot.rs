//! The libLLVM in rustc's sysroot, for when no rustc is an ancestor, or the system exposes no memory maps.
//!
//! A sysroot is identified by its `librustc_driver`, which names exactly the libLLVM it was linked with.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::{
    Find, FoundBy, callers,
    host::{self, Host},
    library::Image,
};

/// The program to run if RUSTC is not set.
const RUSTC: &str = "rustc";

/// Returns the libraries of the sysroots in PATH: rustc prepends its `lib/rustlib/HOST/bin` before it runs a linker.
pub(super) fn in_path(host: &Host) -> Vec<Find> {
    host.path_entries()
        .iter()
        .filter_map(|entry| of_tools_folder(entry))
        .flat_map(|root| find_in(host, root))
        .collect()
}

/// Returns the sysroot whose `lib/rustlib/HOST/bin` is `folder`.
fn of_tools_folder(folder: &Path) -> Option<&Path> {
    let mut above = folder.ancestors();
    let [bin, _, rustlib, lib, root] = std::array::from_fn(|_| above.next());
    let is_named =
        |path: Option<&Path>, name: &str| path.and_then(Path::file_name) == Some(OsStr::new(name));
    (is_named(bin, "bin") && is_named(rustlib, "rustlib") && is_named(lib, "lib")).then_some(root?)
}

/// Returns the libraries of the sysroots in which the ancestors' executables are installed.
pub(super) fn of_ancestors(host: &Host) -> Vec<Find> {
    let executables = callers::executables(host);
    let compilers = executables.iter().filter(|executable| is_compiler(executable));
    let roots = compilers.filter_map(|executable| executable.parent()?.parent());
    roots.flat_map(|root| find_in(host, root)).collect()
}

/// Returns true for rustc, rustdoc and the drivers built on them, but not for the shell in `/usr/bin`, next to Debian's
/// rustc.
fn is_compiler(executable: &Path) -> bool {
    let name = executable.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("rust") || name.ends_with("-driver")
}

/// Returns the libraries of the sysroot that rustc prints: RUSTC if it is set, since cargo then runs that one, else the
/// first `rustc` on PATH. Running it takes 15 to 40 ms, so this source is the last of the three.
pub(super) fn of_rustc(host: &Host) -> Vec<Find> {
    let named = host.rustc.as_deref().filter(|name| !name.is_empty());
    let Some(program) = host.program(named.unwrap_or(OsStr::new(RUSTC))) else { return Vec::new() };
    let beside = beside(host, &program);
    if !beside.is_empty() {
        return beside;
    }
    let root = host.printed_path(&program, &["--print", "sysroot"]);
    root.map(|root| find_in(host, &root)).unwrap_or_default()
}

/// Returns the libraries of the sysroot that `program` is installed in: what rustc would print, without the wait. Empty
/// for a wrapper and for rustup's proxy, which are elsewhere.
fn beside(host: &Host, program: &Path) -> Vec<Find> {
    let program = program.canonicalize().unwrap_or_default();
    let is_rustc = program.file_name() == Some(OsStr::new(RUSTC));
    let root = program.parent().and_then(Path::parent).filter(|_| is_rustc);
    root.map(|root| find_in(host, root)).unwrap_or_default()
}

fn find_in(host: &Host, root: &Path) -> Vec<Find> {
    let folders = library_folders(root);
    let drivers =
        folders.iter().flat_map(|folder| host::entries(folder, |name| host.is_driver_name(name)));
    drivers
        .flat_map(|driver| of_driver(host, &driver))
        .map(|path| Find::new(path, FoundBy::Sysroot))
        .collect()
}

/// Returns `lib`, `lib64`, and Debian's `lib/TRIPLE`.
fn library_folders(root: &Path) -> Vec<PathBuf> {
    let lib = root.join("lib");
    let multiarch = host::entries(&lib, |name| name.contains("-linux-gnu"));
    [lib, root.join("lib64")].into_iter().chain(multiarch).collect()
}

/// Returns the libLLVM that `driver` needs, where its loader would find it; empty if LLVM is linked into it.
fn of_driver(host: &Host, driver: &Path) -> Vec<PathBuf> {
    let Ok(image) = Image::open(driver, host) else { return Vec::new() };
    let needed = image.needed().unwrap_or_default();
    let run_paths = image.run_paths().unwrap_or_default();
    let names = needed.iter().filter_map(|name| name.rsplit('/').next());
    let names: Vec<&str> = names.filter(|name| host.is_library_name(name)).collect();
    let Some(folder) = driver.parent() else { return Vec::new() };
    let expanded = run_paths.iter().filter_map(|path| expand(path, folder));
    let folders: Vec<PathBuf> = [folder.to_owned()].into_iter().chain(expanded).collect();
    names
        .iter()
        .filter_map(|name| {
            folders.iter().map(|folder| folder.join(name)).find(|path| path.exists())
        })
        .collect()
}

/// Replaces the first placeholder of a run path, the folder of the library that holds it; `None` if it is relative.
fn expand(run_path: &str, folder: &Path) -> Option<PathBuf> {
    let placeholder = ["$ORIGIN", "${ORIGIN}", "@loader_path"]
        .into_iter()
        .find_map(|name| run_path.strip_prefix(name));
    let path = placeholder
        .map_or_else(|| PathBuf::from(run_path), |rest| folder.join(rest.trim_start_matches('/')));
    path.is_absolute().then_some(path)
}
