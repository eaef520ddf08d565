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
//! Only modules that are understood to the last record are changed, and only those in C: Rust's types have other rules,
//! and Rust rarely links more than one module. Everything else stays unchanged, including malformed input, which LLVM
//! reports. The code and the types in BTF must not change; nothing is removed if DWARF, which shows everything, is
//! requested.

mod code;
mod metadata;
mod reach;
mod rewrite;
mod values;
mod writer;

use super::{
    bitcode,
    bitstream::{Block, BlockHeader},
};
use metadata::Metadata;
use writer::Patch;

/// The block that holds a module (`bitc::MODULE_BLOCK_ID`).
const MODULE: u64 = 8;

/// Returns the changes to the bitcode `bytes`; `None` if there is nothing to gain, or something is not understood.
pub(super) fn patch(bytes: &[u8]) -> Option<Patch> {
    let (header, start) = module(bytes)?;
    let body = bytes.get(start..)?;
    let metadata = Metadata::read(Block::new(header, body), body)?;
    metadata.is_c().then_some(())?;
    let needed = reach::needed(&metadata);
    let mut patch = rewrite::rewrite(&metadata, &needed, header.width, body).unwrap_or_default();
    patch.0.extend(values::rewrite_all(&metadata.bodies, body));
    (!patch.0.is_empty()).then(|| patch.behind(start))
}

/// Returns the only module in `bytes`: its header, and the start of its body.
fn module(bytes: &[u8]) -> Option<(BlockHeader, usize)> {
    let mut modules = bitcode::blocks(bytes).filter(|(header, ..)| header.id == MODULE);
    let (header, body, end) = modules.next()?;
    (modules.next().is_none() && end <= bytes.len()).then_some((header, body))
}
