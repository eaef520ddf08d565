//! ELF bytes to the finished object: BTF, maps, stripping.
//!
//! Everything happens on one model of the file, [`elf::Elf`], that is parsed once and emitted once:
//!
//! - [`inspect`]: functions, calls, and what is undefined;
//! - [`merge`]: sections that loaders want as one;
//! - [`strip`]: sections and symbols that nobody reads;
//! - [`btf`]: types, and what ties them to the code;
//! - [`needs`]: the check that nothing is missing.

pub mod btf;
pub mod elf;
mod facts;
pub mod inspect;
pub mod merge;
pub mod needs;
pub mod strip;

pub use facts::{Extern, Facts, Scalar, Shape, SourcePlace};

use crate::{
    plan::LinkPlan,
    report::{Result, Warnings},
};

/// Turns the object that code generation emitted into the one that is written.
///
/// `facts` is what the backend knows beyond `raw`; empty facts are fine.
///
/// # Errors
/// `raw` is not a BPF object, needs what nobody defines, or its BTF breaks a rule of the kernel.
pub fn finish(
    raw: Vec<u8>,
    plan: &LinkPlan,
    facts: &Facts,
    _warnings: &Warnings,
) -> Result<Vec<u8>> {
    let mut elf = elf::Elf::parse(&raw)?;
    drop(raw);
    merge::merge(&mut elf)?;
    let undefined = inspect::undefined_of(&elf);
    needs::check(&undefined, facts, &plan.undefined)?;
    for name in [".BTF", ".BTF.ext"] {
        if let Some(id) = elf.section_named(name) {
            elf.remove_section(id);
        }
    }
    strip::strip(&mut elf, plan.debug_info.dwarf);
    elf.emit()
}
