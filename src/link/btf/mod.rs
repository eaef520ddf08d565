//! What of BTF depends on the ELF file around it: which function is where, who sees it, what is in which section.
//!
//! LLVM leaves section sizes and variable offsets to the loader, by way of relocations; describes only functions that
//! have debug info; and takes linkage from the source, although the linker has made most functions local since. All
//! of it is put right here from the symbol table, after which `.rel.BTF` and `.rel.BTF.ext` are not needed any more.
//!
//! - [`fit`] makes types and records agree with the symbol table;
//! - [`put`] encodes the sections again.

pub mod co_re_list;
pub mod co_re_patch;
mod datasec;
pub mod externs;
mod functions;
mod lines;
mod orphans;
mod variables;

use crate::{
    btf::{Ext, Info},
    elf::{Contents, Elf, Section},
    object::{self, Undefined, externs::Declared},
    report::Result,
};

/// `SHT_PROGBITS`.
const PROGBITS: u32 = 1;
/// What LLVM aligns both sections to; their records are of 32-bit words.
const ALIGN: u64 = 4;

/// Makes `info` agree with `elf`: linkage and names of functions, a record for every function, variables of every
/// section, and what is `undefined`.
///
/// # Errors
/// A section is larger than BTF can say.
pub fn fit(
    info: &mut Info,
    elf: &mut Elf,
    undefined: &[Undefined],
    declared: &Declared,
) -> Result<()> {
    let functions = object::functions(elf);
    functions::fit(info, elf, &functions, declared);
    lines::fit(info, elf, &functions);
    datasec::fit(info, elf)?;
    externs::fit(info, undefined, declared);
    variables::shrink_split(info);
    orphans::retire_all(info);
    Ok(())
}

/// Adds `.BTF` and `.BTF.ext` to `elf`.
///
/// # Errors
/// Something does not fit its field; see [`Info::encode`].
pub fn put(info: &Info, elf: &mut Elf) -> Result<()> {
    let (btf, ext) = info.encode()?;
    elf.add_section(section(".BTF", btf));
    // For libbpf an empty one makes the BTF of the whole object corrupt; an object of nothing but maps has none.
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
