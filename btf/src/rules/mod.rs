//! The kernel's rules: would BPF_BTF_LOAD take this BTF, and if not, which type is to blame?
//!
//! A transcription of what `btf_parse` of kernel/bpf/btf.c does, in its two passes: each type by itself
//! ([`meta`]), then everything that depends on other types ([`resolve`] and [`member`]). The kernel stops at the first
//! fault; this reports one for each type it can. That the verdicts agree is tested against the running kernel, on the
//! rows of a recorded table and on generated blobs.
//!
//! An object file is not what the kernel sees: loaders complete externs first. [`check`] judges what libbpf would
//! hand over ([`loaded`]), [`violations`] judges the types as they stand.

mod kernel;
mod loaded;
mod member;
mod meta;
pub mod names;
mod origin;
mod resolve;

use std::fmt;

pub use crate::bpf::kernel::Kernel;
pub use kernel::{
    ATTRIBUTE_TAG, BITFIELDS, DATASEC, DECL_TAG, DOTTED_NAMES, EMPTY_DATASEC, ENUM64, FLOAT, FUNC,
    FUNC_LINKAGE, Feature, LONG_NAMES, PRINTABLE_SECTIONS, SIGNED_ENUM, SMALL_ENUM, TYPE_TAG,
    needs, oldest,
};
pub use loaded::as_loaded;
pub use origin::source_of;
pub use resolve::LOOP;

use super::{
    Info,
    model::{Btf, Kind, TypeId},
};
use crate::report::{Error, Result};

/// A rule of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What is wrong when it is broken, lower-case.
    pub fact: &'static str,
    /// The function of kernel/bpf/btf.c that enforces it.
    pub source: &'static str,
}

impl Rule {
    const fn new(fact: &'static str, source: &'static str) -> Self {
        Self { fact, source }
    }
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The type to blame; `void` for the section as a whole.
    pub id: TypeId,
    /// The word that `bpftool` prints for its kind.
    pub kind: &'static str,
    /// Its name; empty when anonymous.
    pub name: String,
    /// The member, enumerator, parameter or variable to blame: its name, or its number when it has none.
    pub member: Option<String>,
    /// Its number.
    pub position: Option<usize>,
    /// The rule.
    pub rule: Rule,
    /// For a rule that a later kernel lifted: that kernel.
    pub lifted: Option<Kernel>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "(anon)" } else { &self.name };
        write!(f, "[{}] {} `{name}`", self.id.0, self.kind)?;
        if let Some(member) = &self.member {
            write!(f, ", `{member}`")?;
        }
        write!(f, ": {}", self.rule.fact)?;
        match self.lifted {
            Some(kernel) => write!(f, " (kernel {kernel} is the first that takes it)"),
            None => write!(f, " (kernel: {})", self.rule.source),
        }
    }
}

/// All broken rules, as `kernel` sees the types as they stand; empty when it would take them.
#[must_use]
pub fn violations(btf: &Btf, kernel: Kernel) -> Vec<Violation> {
    let mut found = meta::violations(btf, kernel);
    // The kernel never resolves what it could not parse, so neither do we: the faults would be echoes.
    if found.is_empty() {
        found = resolve::violations(btf, kernel);
    }
    found
}

/// Refuses BTF that `kernel` would refuse from libbpf.
///
/// # Errors
/// Names the type and the source line that it is reached from.
pub fn check(info: &Info, kernel: Kernel) -> Result<()> {
    let found = violations(&as_loaded(&info.btf, kernel), kernel);
    let Some(first) = found.first() else { return Ok(()) };
    let mut error = Error::link("the kernel would refuse the BTF of this object");
    for violation in found.iter().take(8) {
        error = error.because(violation);
    }
    if found.len() > 8 {
        error = error.because(format!("and {} more", found.len() - 8));
    }
    if let Some(source) = source_of(info, first.id) {
        error = error.because(format!("type [{}] is used {source}", first.id.0));
    }
    Err(error.help(advice(first)))
}

fn advice(violation: &Violation) -> String {
    match violation.lifted {
        Some(kernel) => {
            format!("pass --btf-compat with kernel {kernel} or later, or change the type")
        }
        None => "this is a bug of the linker; link without --btf to go on, and please report it"
            .to_owned(),
    }
}

/// The word that `bpftool` prints for a kind.
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

/// Bytes of a value of type `id`; nothing for what has no size, such as `void` and functions.
#[must_use]
pub fn size_of(btf: &Btf, id: TypeId) -> Option<u64> {
    member::size(btf, id).map(|size| size.0)
}

/// The type behind all typedefs, qualifiers and type tags; `void` when they loop.
#[must_use]
pub fn base_of(btf: &Btf, id: TypeId) -> TypeId {
    member::base(btf, id)
}
