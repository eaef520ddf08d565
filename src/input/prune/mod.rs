//! Bitcode without the types that its BTF does not need, and without what else only DWARF shows (see [`values`]).
//!
//! A source that includes `vmlinux.h` brings all types of the kernel that it can reach, a megabyte of metadata of which
//! BTF shows a twentieth. LLVM reads all of it, keeps it until the end of the link, and does so for each source. Telling
//! it afterwards what is not needed is too late: by then it has paid.
//!
//! So the descriptions go before LLVM sees them, from the bits of the file. The rules of what BTF shows are those of
//! LLVM's `BTFDebug`: see [`reach`]. A structure that only pointers in other structures lead to is there a forward
//! declaration, or what another source says of it; it keeps its name and size here and loses its members. What
//! then nothing refers to becomes an empty list, so that all numbers stay, and what the smaller block saves is
//! filled with a block that readers pass over, so that all offsets stay.
//!
//! Source files get their own name as their text. LLVM then reads none of them: it would look up the text of each line
//! among all strings so far, one by one. `btf::sources` puts the text in.
//!
//! Only what is understood to the last record is touched, and of it only C: Rust's types have other rules, and Rust
//! links little else than one module. Everything else is left as it is, also what is malformed, which LLVM complains of.
//! Nothing here may change code or types; DWARF, which shows all, forbids it.

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

/// What to change in the bitcode `bytes`; `None` where there is nothing to gain, or something is not understood.
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

/// The only module in `bytes`: its header, and where its body starts.
fn module(bytes: &[u8]) -> Option<(BlockHeader, usize)> {
    let mut modules = bitcode::blocks(bytes).filter(|(header, ..)| header.id == MODULE);
    let (header, body, end) = modules.next()?;
    (modules.next().is_none() && end <= bytes.len()).then_some((header, body))
}
