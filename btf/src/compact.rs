//! Rewriting the string table: each string once, in the order of first use, and none that nothing uses.

use std::collections::HashMap;

use super::{
    Info,
    strings::{StrOff, Strings},
};

/// Rewrites the string table of `.BTF` and every offset into it, those of `.BTF.ext` included.
pub fn compact_strings(info: &mut Info) {
    let old = std::mem::take(&mut info.btf.strings);
    let mut new = Strings::default();
    let mut moved: HashMap<StrOff, StrOff> = HashMap::new();
    info.names_mut(|name| {
        *name = *moved.entry(*name).or_insert_with(|| new.intern(old.get(*name)))
    });
    info.btf.strings = new;
}
