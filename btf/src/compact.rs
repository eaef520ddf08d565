//! Compaction of the string table: each used string once, in the order of first use.

use super::{
    Info,
    strings::{Renamed, Strings},
};

/// Rewrites the string table of `.BTF` and every offset into it, including those of `.BTF.ext`.
pub fn compact_strings(info: &mut Info) {
    let mut old = std::mem::take(&mut info.btf.strings);
    old.forget_index();
    let mut new = Strings::default();
    let mut renamed = Renamed::new(&old, Vec::new());
    info.names_mut(|name| *name = renamed.get(*name, &mut new));
    info.btf.strings = new;
}
