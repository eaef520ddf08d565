//! Parses a query: the function that asks, and the question.

use std::fmt::Write as _;

use super::{super::session::Session, names_of_callers};
use crate::{
    bpf::signature::{Scalar, Signature},
    llvm::{Global, Instruction, MetadataKind, Module, Node, Operand},
    report::{Error, Result, quoted},
};

/// The last of `enum bpf_core_relo_kind` (`include/uapi/linux/bpf.h`): a type match.
const LAST_KIND: u64 = 12;
/// `BPF_CORE_FIELD_EXISTS`.
const FIELD_EXISTS: u64 = 2;
/// The kinds that a field can be asked for instead of its own, which the crate btf-core counts from 1 in the second byte
/// of a query's kind; `fixes::shapes` of the crate btf makes types of them.
const SHAPES: [&str; 7] = ["int", "ptr", "struct", "enum", "ints", "ptrs", "structs"];

/// The question that a function asks.
#[derive(Debug)]
pub(super) struct Query<'s> {
    /// The function, which has no parameters, calls the marker once, and returns the answer.
    pub(super) function: Global<'s>,
    /// The return type; `None` if the answer is unused.
    pub(super) returns: Option<Scalar>,
    /// The kind, a value of `enum bpf_core_relo_kind`.
    pub(super) kind: u64,
    /// The kind that the field is asked for, if that is not its own.
    shape: Option<&'static str>,
    /// The path after a dot, the place in the source and the module, each on a line.
    text: String,
    /// The type that the path starts from.
    pub(super) root: Node<'s>,
}

impl<'s> Query<'s> {
    /// Parses the query that `function` makes of `marker`.
    ///
    /// # Errors
    /// The function is not from the crate btf-core, or has no debug info.
    pub(super) fn of(
        session: &'s Session<'_>,
        module: &Module<'s>,
        function: Global<'s>,
        marker: Global<'s>,
    ) -> Result<Self> {
        let (kind, shape, text) = asked(function, marker).ok_or_else(|| unknown(function))?;
        let returns = match function.signature() {
            Some(Signature { returns, parameters })
                if parameters.is_empty() && matches!(returns, None | Some(Scalar::Integer(64))) =>
            {
                returns
            }
            _ => return Err(unknown(function)),
        };
        let place = place_in(&text);
        let root = function.attached(&session.context).into_iter().find_map(type_parameter);
        let root = root.ok_or_else(|| undescribed(module, function, &text))?;
        let name = name_of(root);
        if root.kind() != MetadataKind::Composite || !is_c_name(&name) {
            return Err(Error::link(format!(
                "the CO-RE query at {place} is about `{name}`, which is no name of a C type"
            ))
            .because("loaders look types up by name: structures, unions and enumerations of the kernel")
            .help("ask about a struct, union or enum that is named as in the kernel, without generics"));
        }
        Ok(Self { function, returns, kind, shape, text, root })
    }

    /// Returns the place of the query: file, line and column.
    pub(super) fn place(&self) -> &str {
        place_in(&self.text)
    }

    /// Returns the path and the place, as a record passes them to the BTF stage: `.se.load@src/main.rs:7:9`, or
    /// `.se.load!int@src/main.rs:7:9`.
    pub(super) fn path_at_place(&self) -> String {
        let path = self.text.lines().next().unwrap_or_default();
        let mut text: String = path.chars().filter(|char| !char.is_whitespace()).collect();
        if let Some(shape) = self.shape {
            let _ = write!(text, "!{shape}");
        }
        let _ = write!(text, "@{}", self.place());
        text
    }

    /// Returns the size of the root type in bytes.
    pub(super) fn root_size(&self) -> u64 {
        self.root.type_size() / 8
    }
}

/// Returns the kind, the shape asked for instead of the field's own, and the text of the only call of `marker` in `function`.
fn asked(function: Global<'_>, marker: Global<'_>) -> Option<(u64, Option<&'static str>, String)> {
    let mut calls = function.instructions().filter(|call| call.callee() == Some(marker));
    let (call, None) = (calls.next()?, calls.next()) else { return None };
    let asked = call.constant_operand(0)?;
    let (kind, shape) = (asked & 0xff, usize::try_from(asked >> 8).ok()?);
    let shape = match shape.checked_sub(1) {
        None => None,
        Some(index) if kind == FIELD_EXISTS => Some(*SHAPES.get(index)?),
        Some(_) => return None,
    };
    (kind <= LAST_KIND).then_some(())?;
    Some((kind, shape, text(call)?))
}

fn text(call: Instruction<'_>) -> Option<String> {
    let length = usize::try_from(call.constant_operand(2)?).ok()?;
    let bytes = call.variable_operand(1)?.initial_bytes()?;
    let text = String::from_utf8(bytes.get(..length)?.to_vec()).ok()?;
    (text.starts_with('.') && text.lines().count() == 3).then_some(text)
}

fn place_in(text: &str) -> &str {
    text.lines().nth(1).unwrap_or_default()
}

/// Returns the first type parameter of the subprogram `node`.
fn type_parameter(node: Node<'_>) -> Option<Node<'_>> {
    let lists = nodes(node).filter(|node| node.kind() == MetadataKind::Tuple);
    let mut elements = lists.flat_map(nodes);
    let parameter = elements.find(|node| node.kind() == MetadataKind::TypeParameter)?;
    nodes(parameter).next()
}

fn nodes<'s>(of: Node<'s>) -> impl Iterator<Item = Node<'s>> {
    of.operands().into_iter().filter_map(Operand::node)
}

/// Returns the name of any node: its first string.
fn name_of(node: Node<'_>) -> String {
    let texts = node.operands().into_iter().find_map(|operand| match operand {
        Operand::Text(text) => Some(text.to_text()),
        _ => None,
    });
    texts.unwrap_or_default()
}

fn is_c_name(name: &str) -> bool {
    let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(is_word)
}

fn unknown(function: Global<'_>) -> Error {
    let name = quoted(&function.name());
    Error::link(format!("{name} asks a CO-RE query that cannot be read"))
        .because(format!(
            "a function that calls `{}` takes nothing, calls it once, and with constants",
            super::MARKER
        ))
        .help("ask through the macros of the crate btf-core, and take a crate and a linker of one release")
}

/// Returns the error about a type without debug information; names the crate, which the module path starts with, and
/// the functions that ask.
fn undescribed(module: &Module<'_>, function: Global<'_>, text: &str) -> Error {
    let path = text.lines().nth(2).unwrap_or_default();
    let name = path.split("::").next().unwrap_or_default();
    let error = Error::link(format!(
        "the CO-RE query at {} has no debug info that tells its type",
        place_in(text)
    ))
    .because(format!("crate `{name}` was compiled without full debug info"));
    names_of_callers(module, function)
        .into_iter()
        .fold(error, |error, caller| error.because(format!("it is asked in `{caller}`")))
        .help("compile it with `-C debuginfo=2`: in Cargo.toml, `debug = 2` in the profile")
}
