//! Rules and their violations.

use std::fmt;

use crate::{kernel::Kernel, model::TypeId};

/// A rule of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The fault if it is broken, in lower case.
    pub fact: &'static str,
    /// The function of kernel/bpf/btf.c that enforces it.
    pub source: &'static str,
}

impl Rule {
    pub(super) const fn new(fact: &'static str, source: &'static str) -> Self {
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
    /// The name; empty when anonymous.
    pub name: String,
    /// The member, enumerator, parameter or variable to blame: its name, or its number when it has none.
    pub member: Option<String>,
    /// The number.
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
