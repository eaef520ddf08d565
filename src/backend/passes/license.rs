//! The licence and the version of a program are said once, although every source file of C says them.
//!
//! As libbpf's linker does, equal ones become one, whatever their names and whether they are static or not: left
//! alone, static ones would be put one behind the other, and others be defined twice.

use std::collections::BTreeMap;

use crate::{
    backend::opened::Opened,
    llvm::Global,
    report::{Error, Origin, Result},
};

/// Sections that libbpf reads one value from (`bpf_object__elf_collect` in tools/lib/bpf/libbpf.c).
const SECTIONS: [&str; 2] = ["license", "version"];

/// Makes equal ones in `opened` one when they are linked in this order.
///
/// # Errors
/// Two differ.
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
    /// Makes `other` give way to the first one.
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
