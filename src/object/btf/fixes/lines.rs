//! What `.BTF` says of the source: text and paths.

use std::path::Path;

use super::super::{Info, ext::records_mut, strings::StrOff};

/// Takes the source text off every line; files, line numbers and columns stay.
pub fn drop_source(info: &mut Info) {
    if let Some(ext) = &mut info.ext {
        records_mut(&mut ext.line_info).for_each(|line| line.text = StrOff::EMPTY);
    }
}

/// Takes the indentation off every line: the kernel and bpftool skip it (`ltrim` in kernel/bpf/log.c), and a tenth of
/// the strings is made of it.
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

/// Replaces the front of file paths: each pair is (old, new), whole components, and the last pair that fits wins.
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
