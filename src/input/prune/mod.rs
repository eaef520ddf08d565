//! Removes the types that a module's BTF does not need from bitcode, and other data that only DWARF shows (see
//! [`values`]).
//!
//! A source that includes `vmlinux.h` contains all types of the kernel that it can reach, a megabyte of metadata of
//! which BTF shows a twentieth. LLVM reads all of it, keeps it until the end of the link, and does so for each source.
//! Removing it afterwards is too late: the cost has been paid by then.
//!
//! So the descriptions are removed from the bits of the file before LLVM sees them. The rules of what BTF shows are
//! those of LLVM's `BTFDebug`: see [`reach`]. A structure reached only through pointers in other structures is a
//! forward declaration in BTF, or the definition from another source; it keeps its name and size here and loses its
//! members. Unreferenced nodes become empty lists, so that all numbers stay, and the space saved is filled with a block
//! that readers skip, so that all offsets stay.
//!
//! Source files get their own name as their text, so LLVM reads none of them: it would look up the text of each line
//! among all strings so far, one by one. `btf::sources` inserts the text later.
//!
//! Only modules that are understood to the last record are changed. Types are removed from those in C, since those of
//! other languages have other rules, and LLVM reads a type only if something that it reads refers to it. Values of
//! locals are removed from modules in any language; of a module in Rust that is linked for a few of its functions, reading
//! it all would take longer than LLVM takes for those. Everything else stays unchanged, including malformed input, which
//! LLVM reports. The code and the types in BTF must not change; nothing is removed if DWARF, which shows everything, is
//! requested.

mod code;
mod metadata;
mod reach;
mod rewrite;
mod values;
mod writer;

use super::{
    Reading, bitcode,
    bitstream::{Block, BlockHeader},
};
use metadata::Metadata;
use writer::Patch;

/// The block that holds a module (`bitc::MODULE_BLOCK_ID`).
const MODULE: u64 = 8;

/// Returns the changes to the bitcode `bytes`; `None` if there is nothing to gain, or something is not understood.
pub(super) fn patch(bytes: &[u8], reading: Reading) -> Option<Patch> {
    let (header, start) = module(bytes)?;
    let body = bytes.get(start..)?;
    let metadata = Metadata::read(Block::new(header, body), body, reading)?;
    let types = || rewrite::rewrite(&metadata, &reach::needed(&metadata), header.width, body);
    let mut patch = if metadata.is_c { types().unwrap_or_default() } else { Patch::default() };
    patch.0.extend(values::rewrite_all(&metadata.bodies, body));
    (!patch.0.is_empty()).then(|| patch.behind(start))
}

/// Returns the only module in `bytes`: its header, and the start of its body.
fn module(bytes: &[u8]) -> Option<(BlockHeader, usize)> {
    let mut modules = bitcode::blocks(bytes).filter(|(header, ..)| header.id == MODULE);
    let (header, body, end) = modules.next()?;
    (modules.next().is_none() && end <= bytes.len()).then_some((header, body))
}
