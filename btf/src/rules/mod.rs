//! The kernel's rules: checks that BPF_BTF_LOAD would accept the BTF, and finds the type at fault.
//!
//! This is a transcription of `btf_parse` of kernel/bpf/btf.c, in its two passes: each type by itself ([`meta`]),
//! then everything that depends on other types ([`resolve`] and [`member`]). The kernel stops at the first fault;
//! this reports one for each type if possible. Tests compare the verdicts with those of the running kernel, on the
//! rows of a recorded table and on generated blobs.
//!
//! The kernel does not see an object file's BTF unchanged: loaders complete externs first. [`check`] checks the BTF
//! that libbpf would pass on ([`loaded`]), [`violations`] checks the types unchanged.

mod kernel;
mod loaded;
mod member;
mod meta;
pub mod names;
mod origin;
mod resolve;
pub mod violation;

pub use crate::kernel::Kernel;
pub use kernel::{
    ATTRIBUTE_TAG, BITFIELDS, DATASEC, DECL_TAG, DOTTED_NAMES, EMPTY_DATASEC, ENUM64, FLOAT, FUNC,
    FUNC_LINKAGE, Feature, LONG_NAMES, PRINTABLE_SECTIONS, SIGNED_ENUM, SMALL_ENUM, TYPE_TAG,
    needs, oldest,
};
pub use loaded::as_loaded;
pub use origin::source_of;
pub use resolve::LOOP;
pub use violation::{Rule, Violation};

use super::{
    Info,
    model::{Btf, Kind, TypeId},
};
use crate::error::{Error, Result};

/// Returns all rules that the unchanged types break on `kernel`; empty if it would accept them.
#[must_use]
pub fn violations(btf: &Btf, kernel: Kernel) -> Vec<Violation> {
    let mut found = meta::violations(btf, kernel);
    // The kernel never resolves BTF that it could not parse, so neither do we: such faults would only be
    // consequences.
    if found.is_empty() {
        found = resolve::violations(btf, kernel);
    }
    found
}

/// Refuses BTF that `kernel` would refuse from libbpf.
///
/// # Errors
/// Returns an error with the types, and the source line that the first is reached from.
pub fn check(info: &Info, kernel: Kernel) -> Result<()> {
    let violations = violations(&as_loaded(&info.btf, kernel), kernel);
    match violations.first() {
        Some(first) => {
            let source = source_of(info, first.id);
            Err(Error::Refused { violations, source })
        }
        None => Ok(()),
    }
}

/// Returns the word that `bpftool` prints for a kind.
#[must_use]
pub const fn kind_word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Int(_) => "INT",
        Kind::Ptr(_) => "PTR",
        Kind::Array(_) => "ARRAY",
        Kind::Struct(_) => "STRUCT",
        Kind::Union(_) => "UNION",
        Kind::Enum(_) => "ENUM",
        Kind::Fwd(_) => "FWD",
        Kind::Typedef(_) => "TYPEDEF",
        Kind::Volatile(_) => "VOLATILE",
        Kind::Const(_) => "CONST",
        Kind::Restrict(_) => "RESTRICT",
        Kind::Func { .. } => "FUNC",
        Kind::FuncProto(_) => "FUNC_PROTO",
        Kind::Var { .. } => "VAR",
        Kind::Datasec(_) => "DATASEC",
        Kind::Float(_) => "FLOAT",
        Kind::DeclTag(_) => "DECL_TAG",
        Kind::TypeTag { .. } => "TYPE_TAG",
        Kind::Enum64(_) => "ENUM64",
    }
}

/// Builds violations of types of one BTF.
struct Blame<'a> {
    btf: &'a Btf,
    found: Vec<Violation>,
}

impl<'a> Blame<'a> {
    const fn new(btf: &'a Btf) -> Self {
        Self { btf, found: Vec::new() }
    }

    fn add(&mut self, id: TypeId, member: Option<usize>, rule: Rule) {
        self.push(id, member, rule, None);
    }

    fn add_lifted(&mut self, id: TypeId, member: Option<usize>, rule: Rule, kernel: Kernel) {
        self.push(id, member, rule, Some(kernel));
    }

    fn push(&mut self, id: TypeId, member: Option<usize>, rule: Rule, lifted: Option<Kernel>) {
        let kind = self.btf.get(id).map_or("BTF", |ty| kind_word(&ty.kind));
        let name = self.btf.name(id).into_owned();
        let position = member;
        let member = member.map(|index| self.member_name(id, index));
        self.found.push(Violation { id, kind, name, member, position, rule, lifted });
    }

    fn member_name(&self, id: TypeId, index: usize) -> String {
        let name = self.btf.get(id).and_then(|ty| match &ty.kind {
            Kind::Struct(it) | Kind::Union(it) => it.members.get(index).map(|member| member.name),
            Kind::Enum(it) | Kind::Enum64(it) => it.variants.get(index).map(|variant| variant.name),
            Kind::FuncProto(it) => it.params.get(index).map(|param| param.name),
            Kind::Datasec(it) => {
                it.entries.get(index).and_then(|entry| self.btf.get(entry.ty)).map(|var| var.name)
            }
            _ => None,
        });
        let name = name.map(|name| self.btf.strings.text(name)).unwrap_or_default();
        if name.is_empty() { format!("#{index}") } else { name.into_owned() }
    }
}

/// Returns the bytes of a value of type `id`, or `None` for types without size, such as `void` and functions.
#[must_use]
pub fn size_of(btf: &Btf, id: TypeId) -> Option<u64> {
    member::size(btf, id).map(|size| size.0)
}

/// Returns the type behind all typedefs, qualifiers and type tags, or `void` if they loop.
#[must_use]
pub fn base_of(btf: &Btf, id: TypeId) -> TypeId {
    btf.strip_modifiers(id)
}
