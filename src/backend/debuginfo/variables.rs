//! The types of variables, as debug information describes them.

use super::graph::nodes;
use crate::llvm::{Context, Global, MetadataKind, Node, Tag};

/// The type of a variable, as far as it matters for a value given as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::backend) enum Type {
    /// A number, or what is one in memory.
    Number(Number),
    /// An array of bytes.
    Text,
    /// Anything else.
    Other,
}

/// The kinds of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::backend) enum Number {
    /// Truth values.
    Bool,
    /// Numbers without sign.
    Unsigned,
    /// Numbers with a sign.
    Signed,
    /// Named numbers.
    Enum {
        /// The names and their numbers, in order.
        values: Vec<(String, i128)>,
    },
    /// Numbers that may or may not have a sign.
    Unknown,
}

/// The most typedefs and wrappers that are followed, so that a cycle ends.
const MAX_WRAPPERS: usize = 64;

impl Type {
    /// Returns the type of `variable`; `None` if it has no debug information.
    pub(in crate::backend) fn of<'s>(context: &'s Context, variable: Global<'s>) -> Option<Self> {
        let described = variable.attached(context).into_iter().flat_map(nodes);
        let mut types = described.filter_map(|node| nodes(node).find(|it| is_type(*it)));
        let outer = types.next()?;
        let mut all = std::iter::successors(Some(outer), |node| inner(*node)).take(MAX_WRAPPERS);
        Some(all.find_map(judge).unwrap_or(Self::Other))
    }
}

fn is_type(node: Node<'_>) -> bool {
    use MetadataKind::{Basic, Composite, Derived};
    matches!(node.kind(), Basic | Composite | Derived)
}

/// Returns the type behind a typedef, a qualifier, or a structure of one member.
fn inner<'s>(node: Node<'s>) -> Option<Node<'s>> {
    match node.tag() {
        Tag::TYPEDEF | Tag::CONST | Tag::VOLATILE | Tag::MEMBER => {
            node.base_type().map(|(_, base)| base)
        }
        Tag::STRUCTURE => {
            let lists = nodes(node).filter(|node| node.kind() == MetadataKind::Tuple);
            let mut filled = lists
                .flat_map(nodes)
                .filter(|member| member.tag() == Tag::MEMBER && member.type_size() > 0);
            let (only, None) = (filled.next()?, filled.next()) else { return None };
            nodes(only).filter(|it| is_type(*it)).find(|it| *it != node)
        }
        _ => None,
    }
}

fn judge(node: Node<'_>) -> Option<Type> {
    match (node.kind(), node.tag()) {
        (MetadataKind::Basic, _) => Some(match node.encoding_name().as_str() {
            "boolean" => Type::Number(Number::Bool),
            "unsigned" | "unsigned_char" => Type::Number(Number::Unsigned),
            "signed" | "signed_char" => Type::Number(Number::Signed),
            _ => Type::Other,
        }),
        (_, Tag::ENUMERATION) => Some(Type::Number(Number::Enum { values: enumerators(node) })),
        (_, Tag::ARRAY) => {
            let element = node.base_type().map(|(_, base)| base);
            let mut all = std::iter::successors(element, |node| inner(*node)).take(MAX_WRAPPERS);
            let is_byte = all.any(|it| it.kind() == MetadataKind::Basic && it.type_size() == 8);
            Some(if is_byte { Type::Text } else { Type::Other })
        }
        _ => None,
    }
}

/// Reads the enumerators from the printed nodes: LLVM's C API has no function for them.
fn enumerators(node: Node<'_>) -> Vec<(String, i128)> {
    let lists = nodes(node).filter(|node| node.kind() == MetadataKind::Tuple);
    let read = |node: Node<'_>| {
        let text = node.printed();
        let (_, rest) = text.split_once("DIEnumerator(name: \"")?;
        let (name, rest) = rest.split_once('"')?;
        let (_, rest) = rest.split_once("value: ")?;
        let value = rest.split([',', ')']).next()?.parse().ok()?;
        Some((name.to_owned(), value))
    };
    lists.flat_map(nodes).filter_map(read).collect()
}
