//! Compaction of the string table: each used string once, in the order of first use.

use std::collections::HashMap;

use super::{
    Info,
    strings::{StrOff, Strings},
};

/// Rewrites the string table of `.BTF` and every offset into it, including those of `.BTF.ext`.
pub fn compact_strings(info: &mut Info) {
    let old = std::mem::take(&mut info.btf.strings);
    let mut new = Strings::default();
    let mut moved: HashMap<StrOff, StrOff> = HashMap::new();
    info.names_mut(|name| {
        *name = *moved.entry(*name).or_insert_with(|| new.intern(old.get(*name)))
    });
    info.btf.strings = new;
}
