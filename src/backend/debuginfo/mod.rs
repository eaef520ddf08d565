//! What of debug information must change before LLVM makes BTF of it.
//!
//! That is little: nearly all is put right on the emitted object (`btf`). But some things are lost for good in
//! code generation, so they are said in another way before it:
//!
//! - [`names`]: which of several types of one short name a pointer points to;
//! - [`variants`]: the variants of enumerations with data, which LLVM before 22 cannot express in BTF;
//! - [`maps`]: the keys and values of maps whose definition is wrapped, which LLVM before 22 leaves out;
//! - [`signatures`]: functions without one, for which LLVM writes a random number;
//! - [`foreign`]: types of C++, Rust and Zig that LLVM makes no BTF of.

mod foreign;
mod graph;
mod maps;
mod names;
pub(super) mod signatures;
pub(super) mod tags;
mod variants;

use crate::{
    llvm::{Context, MetadataKind, Module, TypeBuilder},
    plan::Btf,
};

/// The first LLVM that makes BTF of the variants of enumerations, and looks for map definitions inside wrappers.
const KNOWS_RUST: u32 = 22;

/// Makes the debug information of `module` such that no truth is lost in BTF, and LLVM writes no random numbers, if `btf`
/// is only read for the lines of the source.
pub(super) fn prepare<'ctx>(context: &'ctx Context, module: &Module<'ctx>, btf: Btf) {
    let mut nodes = graph::all(context, module);
    let builder = TypeBuilder::new(context, module).filter(|_| !nodes.is_empty());
    let is_changed = builder.is_some_and(|builder| foreign::express(builder, &nodes));
    if btf == Btf::Omit {
        return;
    }
    if is_changed {
        nodes = graph::all(context, module);
    }
    let mut composites = nodes;
    composites.retain(|node| node.kind() == MetadataKind::Composite);
    if context.library().version().major < KNOWS_RUST {
        maps::unwrap(context, module);
        variants::express(context, module, &composites);
    }
    names::tell_apart(context, &composites);
}
