//! Merges the licenses and versions of a program, which every C source file repeats.
//!
//! As in libbpf's linker, equal values are merged, whatever their names and linkage: otherwise static ones would be
//! concatenated, and others would be duplicate definitions.

use std::collections::BTreeMap;

use crate::{
    backend::opened::Opened,
    llvm::Global,
    report::{Error, Origin, Result},
};

/// The sections that libbpf reads one value from (`bpf_object__elf_collect` in tools/lib/bpf/libbpf.c).
const SECTIONS: [&str; 2] = ["license", "version"];

/// Merges equal values in `opened` when they are linked in this order.
///
/// # Errors
/// Two values differ.
pub(in crate::backend) fn unify(opened: &[Opened<'_>]) -> Result<()> {
    let mut first = BTreeMap::<String, Said<'_>>::new();
    for input in opened {
        for variable in input.module.variables().filter(|variable| !variable.is_declaration()) {
            let section = variable.section();
            if !SECTIONS.contains(&section.as_str()) {
                continue;
            }
            let value = variable.initializer_text();
            match first.get(&section) {
                None => {
                    first.insert(section, Said { variable, value, origin: &input.origin });
                }
                Some(said) if said.value == value => said.absorb(variable),
                Some(said) => {
                    let other = Said { variable, value, origin: &input.origin };
                    return Err(said.contradicted(&section, &other));
                }
            }
        }
    }
    Ok(())
}

struct Said<'s> {
    variable: Global<'s>,
    value: String,
    origin: &'s Origin,
}

impl Said<'_> {
    /// Replaces `other` with the first variable.
    fn absorb(&self, other: Global<'_>) {
        self.variable.export();
        other.set_name(&self.variable.name());
        other.make_discardable();
    }

    fn contradicted(&self, section: &str, other: &Said<'_>) -> Error {
        Error::link(format!("the inputs disagree about the {section}"))
            .because(self.sentence())
            .because(other.sentence())
            .help("a program has one: make them equal, or leave one out")
    }

    fn sentence(&self) -> String {
        format!("`{}` in {} is {}", self.variable.name(), self.origin, self.value)
    }
}
