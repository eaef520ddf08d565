//! Source text and paths in `.BTF`.

use std::path::Path;

use super::super::{Info, ext::records_mut, strings::StrOff};

/// The prefix of shortened paths of the standard library.
const STANDARD_LIBRARY: &str = "library/core/";

/// Removes the source text from every line; files, line numbers and columns remain.
pub fn drop_source(info: &mut Info) {
    if let Some(ext) = &mut info.ext {
        records_mut(&mut ext.line_info).for_each(|line| line.text = StrOff::EMPTY);
    }
}

/// Removes the indentation from every line: the kernel and bpftool skip it (`ltrim` in kernel/bpf/log.c), and it
/// makes up a tenth of the strings.
pub fn unindent(info: &mut Info) {
    let Info { btf, ext: Some(ext) } = info else { return };
    for line in records_mut(&mut ext.line_info) {
        let text = btf.strings.get(line.text);
        let bare = text.trim_ascii();
        if bare.len() < text.len() {
            let bare = bare.to_vec();
            line.text = btf.strings.intern(&bare);
        }
    }
}

/// Replaces prefixes of file paths: each pair is (old, new), whole components, and the last pair that matches wins.
pub fn remap_paths(info: &mut Info, prefixes: &[(String, String)]) {
    let Info { btf, ext: Some(ext) } = info else { return };
    if prefixes.is_empty() {
        return;
    }
    for line in records_mut(&mut ext.line_info) {
        let path = btf.strings.text(line.file).into_owned();
        if let Some(path) = remapped(&path, prefixes) {
            line.file = btf.strings.intern(path.as_bytes());
        }
    }
}

/// Shortens the paths of crates and of the standard library to their part below the local directory, so that an
/// object does not reveal the home directory of its build and is the same on every machine. The standard library's
/// file and line are enough: its text is that of intrinsics, and a tenth of the object's strings.
pub fn shorten_paths(info: &mut Info) {
    let Info { btf, ext: Some(ext) } = info else { return };
    for line in records_mut(&mut ext.line_info) {
        let path = btf.strings.text(line.file).into_owned();
        if let Some(short) = shortened(&path) {
            line.file = btf.strings.intern(short.as_bytes());
        }
        if btf.strings.get(line.file).starts_with(STANDARD_LIBRARY.as_bytes()) {
            line.text = StrOff::EMPTY;
        }
    }
}

/// Returns the short path: `aya-ebpf-0.2.1/src/lib.rs` of cargo's registry, `library/core/src/ptr/mod.rs` of rustc's
/// own source.
fn shortened(path: &str) -> Option<&str> {
    if let Some((_, rest)) = path.split_once("/registry/src/") {
        return Some(rest.split_once('/')?.1);
    }
    let (front, _) = path.split_once("/library/")?;
    let folder = front.rsplit('/').next()?;
    let is_source = folder.starts_with("rustc-")
        || front.ends_with("/lib/rustlib/src/rust")
        || front.strip_prefix("/rustc/").is_some_and(|commit| !commit.contains('/'));
    path.get(front.len() + 1..).filter(|_| is_source)
}

fn remapped(path: &str, prefixes: &[(String, String)]) -> Option<String> {
    prefixes.iter().rev().find_map(|(old, new)| {
        let rest = Path::new(path).strip_prefix(old).ok()?.to_str()?;
        let joined = if rest.is_empty() {
            new.clone()
        } else {
            Path::new(new).join(rest).to_str()?.to_owned()
        };
        Some(joined)
    })
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn sources_of_others_are_named_without_their_place() {
        for (path, short) in [
            (
                "/home/a/.cargo/registry/src/index-1/aya-ebpf-0.2.1/src/lib.rs",
                "aya-ebpf-0.2.1/src/lib.rs",
            ),
            ("/rustc/59807616e1fa/library/core/src/ptr/mod.rs", "library/core/src/ptr/mod.rs"),
            ("/usr/src/rustc-1.96.0/library/core/src/ptr/mod.rs", "library/core/src/ptr/mod.rs"),
            ("/t/lib/rustlib/src/rust/library/core/src/lib.rs", "library/core/src/lib.rs"),
        ] {
            assert_eq!(shortened(path), Some(short));
        }
        for own in ["/home/a/library/src/main.rs", "/home/a/src/main.rs", "src/main.rs"] {
            assert_eq!(shortened(own), None);
        }
    }
}
