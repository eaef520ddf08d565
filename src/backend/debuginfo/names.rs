//! Gives each type a unique name.
//!
//! When LLVM makes BTF, it looks up the target of a pointer member by the structure's short name, without its scope,
//! and takes the first: of `left::Same` and `right::Same`, every pointer points to one. So all but one of several types
//! that share a short name get a mark, which `btf::fixes` removes again.
//!
//! Two nodes are not always two types: each compile unit has its own description of a type that it uses. rustc gives
//! each type an identifier, the same in all crates. C has none: there, types of the same name, line and size count as
//! one, as when a header is included twice. If that is wrong, the result is no worse than before.

use std::collections::BTreeMap;

use crate::btf::mark::{Names, mark};
use crate::llvm::{Context, Node, Operand, Text};

/// Adds a suffix to equal names of different types.
pub(super) fn disambiguate<'ctx>(context: &'ctx Context, composites: &[Node<'ctx>]) {
    let mut types: BTreeMap<String, BTreeMap<Identity, usize>> = BTreeMap::new();
    // Every suffix is decided before any is set: the names are part of the comparison.
    let marks: Vec<(Node<'_>, String)> = composites
        .iter()
        .filter(|node| !node.is_forward())
        .filter_map(|&node| {
            let name = node.type_name();
            if name.is_empty() {
                return None;
            }
            let known = types.entry(name.clone()).or_default();
            let next = known.len() + 1;
            let identity = identity(node, &name);
            let names = if identity.is_of_c() { Names::Whole } else { Names::Short };
            let number = *known.entry(identity).or_insert(next);
            (number > 1).then(|| (node, mark(&name, names, number)))
        })
        .collect();
    marks.into_iter().for_each(|(node, name)| rename(context, node, &name));
}

/// The properties, besides the name, in which two descriptions of one type agree.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    /// The compiler's identifiers.
    Named(Vec<String>),
    /// The line and the size in bits.
    Declared(u32, u64),
}

impl Identity {
    /// Returns true for a type of C or C++, whose identifiers are mangled names.
    fn is_of_c(&self) -> bool {
        match self {
            Self::Named(identifiers) => identifiers.iter().any(|name| name.starts_with("_ZTS")),
            Self::Declared(..) => true,
        }
    }
}

/// Returns the identity of a composite type, whose strings are its name and, if the compiler sets one, its identifier.
fn identity(node: Node<'_>, name: &str) -> Identity {
    let texts = node.operands().into_iter().filter_map(|operand| match operand {
        Operand::Text(text) => Some(text.to_text()),
        _ => None,
    });
    let identifiers: Vec<String> = texts.filter(|text| text != name).collect();
    if identifiers.is_empty() {
        Identity::Declared(node.type_line(), node.type_size())
    } else {
        Identity::Named(identifiers)
    }
}

fn rename<'ctx>(context: &'ctx Context, node: Node<'ctx>, name: &str) {
    let former = node.type_name();
    let is_name =
        |operand: &Operand<'_>| matches!(operand, Operand::Text(text) if text.to_text() == former);
    let index = node.operands().iter().position(is_name);
    if let (Some(index), Some(text)) = (index, Text::new(context, name)) {
        node.set_text(index, text);
    }
}
