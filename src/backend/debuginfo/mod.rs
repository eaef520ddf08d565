//! Prepares debug information for LLVM's BTF generation.
//!
//! Nearly everything is corrected in the emitted object (`btf`). But code generation irrecoverably loses some
//! information, which is therefore expressed differently before it:
//!
//! - [`names`]: the types that pointers point to, if several types share a short name;
//! - [`variants`]: the variants of enumerations with data, which LLVM older than 22 cannot express in BTF;
//! - [`maps`]: the keys and values of wrapped map definitions, which LLVM older than 22 leaves out;
//! - [`signatures`]: functions without a signature, for which LLVM writes a random number;
//! - [`foreign`]: types of C++, Rust and Zig that LLVM makes no BTF for;
//! - [`members`]: names that would take LLVM long, and that the object gets back.

mod foreign;
mod graph;
mod maps;
pub(super) mod members;
mod names;
pub(super) mod signatures;
pub(super) mod tags;
pub(super) mod variables;
mod variants;

pub(super) use foreign::taking_references;

use crate::{
    llvm::{Context, MetadataKind, Module, TypeBuilder},
    plan::Btf,
};

/// The first LLVM that makes BTF for the variants of enumerations and looks for map definitions inside wrappers.
const KNOWS_RUST: u32 = 22;

/// Changes the debug information of `module` so that BTF loses no information and LLVM writes no random numbers; only
/// the latter if `btf` is omitted, as LLVM's BTF then serves only for source lines. Returns the number of members and
/// enumerators.
pub(super) fn prepare<'ctx>(context: &'ctx Context, module: &Module<'ctx>, btf: Btf) -> usize {
    let mut nodes = graph::all(context, module);
    let builder = TypeBuilder::new(context, module).filter(|_| !nodes.is_empty());
    let is_changed = builder.is_some_and(|builder| foreign::express(builder, &nodes));
    if is_changed && btf == Btf::Emit {
        nodes = graph::all(context, module);
    }
    let mut composites = nodes;
    composites.retain(|node| node.kind() == MetadataKind::Composite);
    let count = members::count(&composites);
    if btf == Btf::Omit {
        return count;
    }
    if context.library().version().major < KNOWS_RUST {
        maps::unwrap(context, module);
        variants::express(context, module, &composites);
    }
    names::disambiguate(context, &composites);
    count
}
