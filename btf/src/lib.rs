//! BTF that every kernel and every loader accepts.
//!
//! LLVM emits BTF that mirrors the debug info it was given; rustc's debug info says things that C cannot, so the
//! kernel refuses it. Everything is put right here, on the emitted sections, independent of the LLVM version:
//!
//! - [`Btf`] and [`Ext`]: the decoded `.BTF` and `.BTF.ext`, and their codec;
//! - [`fixes`]: small passes, one for each trouble; [`fix`] runs them all;
//! - [`prune()`], [`dedup()`], [`compact_strings`]: nothing said that nobody needs, and nothing twice;
//! - [`co_re`]: what the loader fills in for the kernel at hand;
//! - [`rules`]: would the kernel take it;
//! - [`walk`]: every place where a type number or a string offset stands.

pub mod builder;
pub mod co_re;
mod codec;
mod compact;
mod cursor;
mod dedup;
mod dump;
mod ext;
pub mod fixes;
mod forwards;
mod layout;
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
pub use ext::{CoreRelo, Ext, FuncInfo, LineInfo, SecTable, records_mut};
pub use model::{
    Array, Btf, Composite, Datasec, DeclTag, Enum, FuncProto, FwdKind, Int, Kind, Linkage, Member,
    Param, SecEntry, Type, TypeId, Variant,
};
pub use prune::prune;
pub use strings::{StrOff, Strings};

use crate::{
    plan::{DebugInfo, SourceLines},
    report::Result,
};

/// The debug information of one object: `.BTF` and, if there is code, `.BTF.ext`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The types.
    pub btf: Btf,
    /// What ties instructions to them.
    pub ext: Option<Ext>,
}

impl Info {
    /// Decodes the two sections of one object.
    ///
    /// # Errors
    /// One of them is malformed, or they do not fit together.
    pub fn decode(btf: &[u8], ext: Option<&[u8]>) -> Result<Self> {
        let btf = Btf::decode(btf)?;
        let ext = ext.map(|bytes| Ext::decode(bytes, &btf)).transpose()?;
        Ok(Self { btf, ext })
    }

    /// Encodes the two sections: `.BTF`, then `.BTF.ext` if there is one.
    ///
    /// # Errors
    /// Something does not fit its field; see [`Btf::encode`].
    pub fn encode(&self) -> Result<(Vec<u8>, Option<Vec<u8>>)> {
        let ext = self.ext.as_ref().map(|ext| ext.encode(self.btf.endian)).transpose()?;
        Ok((self.btf.encode()?, ext))
    }
}

/// Makes `info` what kernel and loaders accept, and as small as it can be; doing it twice changes nothing more.
///
/// What needs the ELF file comes first and is not done here: linkage and names of functions, offsets and sizes in
/// sections, functions that LLVM gave no debug info.
///
/// # Errors
/// A CO-RE path names a member that its type does not have.
pub fn fix(info: &mut Info, plan: &DebugInfo) -> Result<()> {
    let kernel =
        plan.btf_compat.map_or(rules::Kernel::NEWEST, |(major, minor)| rules::Kernel(major, minor));
    let renamed = mend(info)?;
    fixes::compat::lower(info, kernel);
    if plan.source_lines == SourceLines::Drop {
        fixes::lines::drop_source(info);
    }
    fixes::refused::replace(info, kernel);
    fixes::lines::unindent(info);
    fixes::lines::remap_paths(info, &plan.remap_path_prefix);
    fixes::lines::shorten_paths(info);
    // Without variables and sections nothing says which types maps use.
    if rules::DATASEC.known_to(kernel) {
        prune(info);
    }
    dedup(info);
    fixes::names::unique(info, &renamed);
    forwards::order_forwards(info);
    compact_strings(info);
    Ok(())
}

/// Says in C's words what is said in Rust's; the order matters where a pass leaves something for the next.
fn mend(info: &mut Info) -> Result<fixes::names::Renamed> {
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
