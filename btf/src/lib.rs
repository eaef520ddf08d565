//! BTF that every kernel and every loader accepts.
//!
//! LLVM emits BTF that mirrors its input's debug info; rustc's debug info has contents that C cannot express, so the
//! kernel refuses it. This crate corrects the emitted sections, independent of the LLVM version:
//!
//! - [`Btf`] and [`Ext`]: the decoded `.BTF` and `.BTF.ext`, and their codec;
//! - [`fixes`]: small passes, one for each problem; [`fix`] runs them all;
//! - [`prune()`], [`dedup()`], [`compact_strings`]: removal of unused and duplicate types and strings;
//! - [`merge`](mod@merge): the types of several objects as those of one;
//! - [`co_re`]: relocations that the loader fills in for the running kernel;
//! - [`rules`]: the kernel's rules for BTF;
//! - [`walk`]: visitors of every type number and string offset.

// Code that input can reach does not panic: where there is an index, a slice or an `expect`, the reason next to it
// explains why it holds.
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::expect_used,
        clippy::get_unwrap,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

pub mod builder;
mod classes;
pub mod co_re;
mod codec;
mod compact;
mod cursor;
mod dedup;
mod dump;
mod endian;
mod error;
mod ext;
pub mod fixes;
mod forwards;
pub mod kernel;
mod layout;
pub mod map_def;
pub mod mark;
pub mod merge;
mod model;
mod prune;
mod renumber;
pub mod rules;
pub mod sources;
mod strings;
#[cfg(test)]
mod tests;
pub mod walk;

pub use codec::MAX_LIST;
pub use compact::compact_strings;
pub use dedup::{dedup, resolve_forwards};
pub use endian::Endian;
pub use error::{Error, Result};
pub use ext::{CoreRelo, Ext, FuncInfo, LineInfo, SecTable, records_mut};
pub use kernel::{Feature, Kernel};
pub use model::{
    Array, Btf, Composite, Datasec, DeclTag, Enum, FuncProto, FwdKind, Int, Kind, Linkage, Member,
    Param, SecEntry, Type, TypeId, Variant,
};
pub use prune::prune;
pub use strings::{StrOff, Strings};

/// The options of [`fix`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FixOptions<'a> {
    /// The oldest supported kernel; by default the newest.
    pub kernel: Kernel,
    /// The handling of source text and paths.
    pub source_lines: SourceLines,
    /// Prefixes to replace in source paths, each with its replacement; the last one that matches wins.
    pub remap_path_prefix: &'a [(String, String)],
}

/// The handling of source lines in BTF.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceLines {
    /// Text and paths, which the verifier prints.
    #[default]
    Keep,
    /// Neither text nor paths.
    Drop,
}

/// The debug information of one object: `.BTF` and, if there is code, `.BTF.ext`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The types.
    pub btf: Btf,
    /// The links from instructions to the types.
    pub ext: Option<Ext>,
}

impl Info {
    /// Decodes the two sections of one object.
    ///
    /// # Errors
    /// Returns an error if one of them is malformed, or they do not fit together.
    pub fn decode(btf: &[u8], ext: Option<&[u8]>) -> Result<Self> {
        let btf = Btf::decode(btf)?;
        let ext = ext.map(|bytes| Ext::decode(bytes, &btf)).transpose()?;
        Ok(Self { btf, ext })
    }

    /// Encodes the two sections: `.BTF`, then `.BTF.ext` if there is one.
    ///
    /// # Errors
    /// Returns an error if a value does not fit its field; see [`Btf::encode`].
    pub fn encode(&self) -> Result<(Vec<u8>, Option<Vec<u8>>)> {
        let ext = self.ext.as_ref().map(|ext| ext.encode(self.btf.endian)).transpose()?;
        Ok((self.btf.encode()?, ext))
    }
}

/// Makes `info` acceptable to the kernel and loaders, and minimal; the operation is idempotent.
///
/// Steps that need the ELF file run before and are not done here: linkage and names of functions, offsets and sizes
/// in sections, functions to which LLVM gave no debug info.
///
/// # Errors
/// Returns an error if a CO-RE path names a member that its type does not have.
pub fn fix(info: &mut Info, options: &FixOptions<'_>) -> Result<()> {
    let kernel = options.kernel;
    let renamed = repair(info)?;
    fixes::compat::lower(info, kernel);
    if options.source_lines == SourceLines::Drop {
        fixes::lines::drop_source(info);
    }
    fixes::refused::replace(info, kernel);
    fixes::lines::unindent(info);
    fixes::lines::remap_paths(info, options.remap_path_prefix);
    fixes::lines::shorten_paths(info);
    // Without variables and sections, the types that maps use are unknown.
    if kernel.knows(&rules::DATASEC) {
        prune(info);
    }
    dedup(info);
    fixes::names::unique(info, &renamed);
    forwards::order_forwards(info);
    compact_strings(info);
    Ok(())
}

/// Converts Rust's types to forms that C has; the order matters where a pass prepares another.
fn repair(info: &mut Info) -> Result<fixes::names::Renamed> {
    resolve_forwards(info);
    let renamed = fixes::names::unmark(info);
    fixes::paths::resolve(info)?;
    fixes::names::unnamed_kinds(info);
    fixes::members::drop_anonymous_void(info);
    fixes::void::void_values(info);
    fixes::void::bitless_ints(info);
    fixes::void::sizeless_enums(info);
    fixes::void::empty_params(info);
    fixes::names::variants(info);
    fixes::members::discriminants(info);
    fixes::members::bindgen_anonymous(info);
    fixes::members::sort(info);
    fixes::args::name_args(info);
    fixes::maps::unwrap_definitions(info);
    Ok(fixes::names::legal(info, renamed))
}
