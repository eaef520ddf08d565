//! Parts of BTF that depend on the ELF file: offsets and linkage of functions, and the variables of sections.
//!
//! LLVM leaves section sizes and variable offsets to the loader, by relocations; describes only functions with debug
//! info; and takes linkage from the source, although the linker has made most functions local since. This module
//! corrects all three from the symbol table; `.rel.BTF` and `.rel.BTF.ext` are not needed afterward.
//!
//! - [`signatures`] hides functions that the kernel could not verify alone;
//! - [`sync_with_symbols`] makes types and records agree with the symbol table;
//! - [`put`] encodes the sections again.

mod aliases;
pub mod co_re_list;
pub mod co_re_patch;
mod datasec;
pub mod externs;
mod functions;
mod lines;
mod orphans;
pub mod signatures;
mod variables;

use crate::{
    btf::{Ext, Info},
    elf::{Contents, Elf, Section},
    object::{self, Undefined, externs::Declared},
    plan::LinkMode,
    report::Result,
};

/// `SHT_PROGBITS`.
const PROGBITS: u32 = 1;
/// LLVM's alignment of both sections, whose records consist of 32-bit words.
const ALIGN: u64 = 4;

/// Makes `info` agree with `elf`: linkage and names of functions, a record for every function, variables of every
/// section, and the externs for `undefined`.
///
/// # Errors
/// Returns an error if a section is larger than BTF can encode.
pub fn sync_with_symbols(
    info: &mut Info,
    elf: &mut Elf,
    undefined: &[Undefined],
    declared: &Declared,
    mode: LinkMode,
) -> Result<()> {
    let functions = object::functions(elf);
    functions::sync_with_symbols(info, elf, &functions, declared);
    lines::sync_with_symbols(info, elf, &functions);
    datasec::sync_with_symbols(info, elf)?;
    if mode == LinkMode::Final {
        aliases::hide(info, elf);
    }
    externs::sync_with_symbols(info, undefined, declared, mode);
    variables::shrink_split(info);
    orphans::tombstone_all(info, undefined);
    Ok(())
}

/// Adds `.BTF` and `.BTF.ext` to `elf`.
///
/// # Errors
/// Returns an error if a value does not fit its field; see [`Info::encode`].
pub fn put(info: &Info, elf: &mut Elf) -> Result<()> {
    let (btf, ext) = info.encode()?;
    elf.add_section(section(".BTF", btf));
    // libbpf treats an empty one as corrupt BTF of the whole object; an object of maps alone has none.
    if let Some(ext) = ext.filter(|_| !info.ext.as_ref().is_some_and(Ext::is_empty)) {
        elf.add_section(section(".BTF.ext", ext));
    }
    Ok(())
}

fn section(name: &str, bytes: Vec<u8>) -> Section {
    Section {
        name: name.to_owned(),
        kind: PROGBITS,
        flags: 0,
        align: ALIGN,
        entry_size: 0,
        contents: Contents::Bytes(bytes),
        relocations: Vec::new(),
    }
}
