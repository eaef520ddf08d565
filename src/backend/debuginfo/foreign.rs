//! Replaces types that LLVM makes no BTF for.
//!
//! LLVM supports the types of C (`BTFDebug::visitTypeEntry`). For another type it emits nothing and refers to `void`
//! instead, or, from an array of such elements, to a random number: `visitArrayType` never sets it. So before LLVM
//! makes BTF, each reference to such a type is redirected to the closest equivalent in C:
//!
//! | type | becomes |
//! |---|---|
//! | characters of Unicode | unsigned integers of that name |
//! | references of C++ | pointers |
//! | the type of `nullptr` | a pointer to `void` |
//! | classes | structures |
//! | base classes | members named after the class |
//! | functions, static members and types in a class | nothing |
//! | atomic and other qualified types that C lacks | the types that they qualify |
//! | a typedef of an integer as the base type of an enumeration | that integer |
//! | complex and decimal numbers, integers over 128 bits, pointers to members | an integer or bytes of that size |

use std::collections::HashMap;

use crate::llvm::{Context, Encoding, Global, MetadataKind, Module, Node, Tag, TypeBuilder};

/// The derived types that BTF has.
const DERIVED: [Tag; 6] =
    [Tag::MEMBER, Tag::POINTER, Tag::TYPEDEF, Tag::CONST, Tag::VOLATILE, Tag::RESTRICT];
/// The composite types that BTF has, or that LLVM converts.
const COMPOSITE: [Tag; 5] =
    [Tag::ARRAY, Tag::ENUMERATION, Tag::STRUCTURE, Tag::UNION, Tag::VARIANTS];
/// The most bits of an integer in BTF.
const WIDEST: u64 = 128;
/// The deepest chain of types that is followed, so that a cycle ends; real types nest only a few deep.
const MAX_DEPTH: usize = 64;

/// Returns the functions of `module`, other than programs, that take a reference of C++.
///
/// The kernel verifies a global function by its signature alone, and asks it to check each pointer for null; a
/// reference cannot be checked. A static function is verified with what its callers pass.
pub(in crate::backend) fn taking_references<'ctx>(
    context: &'ctx Context,
    module: &Module<'ctx>,
) -> Vec<Global<'ctx>> {
    let is_reference = |ty: &Node<'_>| {
        let bases = std::iter::successors(Some(*ty), |ty| match ty.tag() {
            Tag::TYPEDEF | Tag::CONST | Tag::VOLATILE => Some(ty.base_type()?.1),
            _ => None,
        });
        let mut bases = bases.take(MAX_DEPTH);
        bases.any(|ty| [Tag::REFERENCE, Tag::RVALUE_REFERENCE].contains(&ty.tag()))
    };
    let takes_one = |function: &Global<'ctx>| {
        let signature = function.subprogram(context).and_then(Node::signature_of_subprogram);
        let types = signature.map(Node::signature_types).unwrap_or_default();
        types.iter().skip(1).flatten().any(is_reference)
    };
    let subprograms = module
        .functions()
        .filter(|function| !function.is_declaration() && function.section().is_empty());
    subprograms.filter(takes_one).collect()
}

/// Replaces the types that LLVM makes no BTF for in all references from `nodes`, the whole graph; returns true if
/// anything changed.
pub(super) fn express<'ctx>(builder: TypeBuilder<'ctx>, nodes: &[Node<'ctx>]) -> bool {
    let mut express = Express { builder, known: HashMap::new() };
    let lists = nodes.iter().filter(|node| has_elements(**node));
    let pruned = lists.filter(|node| express.drop_elements(**node)).count();
    let widened = nodes.iter().filter(|node| name_integer(**node)).count();
    for &node in nodes {
        express.substitute(node, 0);
    }
    let mut replaced = 0;
    if express.known.values().any(Option::is_some) {
        replaced = nodes.iter().map(|node| express.replace_operands(*node)).sum();
    }
    pruned + widened + replaced > 0
}

fn has_elements(node: Node<'_>) -> bool {
    [Tag::STRUCTURE, Tag::UNION, Tag::CLASS].contains(&node.tag())
}

/// Sets the base type of the enumeration `node` to the integer behind its typedefs, if there are any: LLVM expects an
/// integer.
fn name_integer(node: Node<'_>) -> bool {
    if node.tag() != Tag::ENUMERATION {
        return false;
    }
    let Some((index, base)) = node.base_type() else { return false };
    let chain = std::iter::successors(Some(base), |base| Some(base.base_type()?.1));
    let mut chain = chain.take(MAX_DEPTH);
    match chain.find(|base| base.kind() == MetadataKind::Basic) {
        Some(integer) if integer != base => {
            node.set_node(index, integer);
            true
        }
        _ => false,
    }
}

/// Returns true for an element that takes no space in a value of its class.
fn takes_no_place(element: Node<'_>) -> bool {
    match element.kind() {
        MetadataKind::Subprogram => true,
        MetadataKind::Composite => element.tag() != Tag::VARIANTS,
        MetadataKind::Derived => match element.tag() {
            Tag::MEMBER => false,
            Tag::INHERITANCE => element.is_virtual(),
            Tag::VARIABLE | Tag::FRIEND | Tag::TYPEDEF => true,
            _ => false,
        },
        _ => false,
    }
}

struct Express<'ctx> {
    builder: TypeBuilder<'ctx>,
    /// The replacement of each visited type; `None` for a type that stays.
    known: HashMap<Node<'ctx>, Option<Node<'ctx>>>,
}

impl<'ctx> Express<'ctx> {
    /// Drops elements of the structure `of` that take no space in it.
    fn drop_elements(&mut self, of: Node<'ctx>) -> bool {
        let mut dropped = false;
        for (index, operand) in of.operands().into_iter().enumerate() {
            let list = operand.node().filter(|node| node.kind() == MetadataKind::Tuple);
            let Some(list) = list else { continue };
            let (former, kept) = (list.operands().len(), self.placed(list, 0));
            if kept.len() < former {
                if let Some(list) = self.builder.list(&kept) {
                    of.set_node(index, list);
                    dropped = true;
                }
            }
        }
        dropped
    }

    /// Returns the elements of `list` that take space, or their replacements.
    fn placed(&mut self, list: Node<'ctx>, depth: usize) -> Vec<Node<'ctx>> {
        let elements = list.operands().into_iter().filter_map(|element| element.node());
        let placed = elements.filter(|element| !takes_no_place(*element));
        placed.map(|element| self.settled(element, depth)).collect()
    }

    /// Replaces each type that `node` refers to and that has a replacement; returns the number of replaced types.
    fn replace_operands(&self, node: Node<'ctx>) -> usize {
        let operands = node.operands().into_iter().enumerate();
        let replaced = operands.filter_map(|(index, operand)| {
            node.set_node(index, (*self.known.get(&operand.node()?)?)?);
            Some(())
        });
        replaced.count()
    }

    /// Returns the replacement of `node`, creating it on first use; `None` if the node stays.
    fn substitute(&mut self, node: Node<'ctx>, depth: usize) -> Option<Node<'ctx>> {
        if let Some(known) = self.known.get(&node) {
            return *known;
        }
        // A class that is its own base, in a damaged input, stays as it is.
        self.known.insert(node, None);
        let made = match node.kind() {
            _ if depth > MAX_DEPTH => None,
            MetadataKind::Basic => self.basic(node),
            MetadataKind::Derived => self.derived(node, depth + 1),
            MetadataKind::Composite => self.composite(node, depth + 1),
            _ => None,
        };
        self.known.insert(node, made);
        made
    }

    /// Returns the replacement of `node`, or the node itself if it stays.
    fn settled(&mut self, node: Node<'ctx>, depth: usize) -> Node<'ctx> {
        self.substitute(node, depth).unwrap_or(node)
    }

    fn basic(&self, node: Node<'ctx>) -> Option<Node<'ctx>> {
        if node.tag() == Tag::UNSPECIFIED {
            return self.builder.pointer(None);
        }
        let size = node.type_size();
        match node.encoding() {
            Encoding::Plain if size <= WIDEST => None,
            Encoding::Unicode => self.builder.unsigned(&node.type_name(), size),
            Encoding::Plain | Encoding::Other => self.bytes(size),
        }
    }

    fn derived(&mut self, node: Node<'ctx>, depth: usize) -> Option<Node<'ctx>> {
        let own = node.tag();
        if DERIVED.contains(&own) {
            return None;
        }
        let base = node.base_type().map(|(_, base)| self.settled(base, depth));
        match own {
            Tag::REFERENCE | Tag::RVALUE_REFERENCE => self.builder.pointer(base),
            Tag::POINTER_TO_MEMBER => self.bytes(node.type_size()),
            Tag::INHERITANCE => {
                let base = base?;
                self.builder.member(node, &base.type_name(), base)
            }
            Tag::VARIABLE | Tag::FRIEND => None,
            _ => base,
        }
    }

    fn composite(&mut self, node: Node<'ctx>, depth: usize) -> Option<Node<'ctx>> {
        match node.tag() {
            Tag::CLASS => {
                let operands = node.operands().into_iter().filter_map(|operand| operand.node());
                let lists = operands.filter(|node| node.kind() == MetadataKind::Tuple);
                let mut elements: Vec<_> =
                    lists.flat_map(|list| self.placed(list, depth)).collect();
                elements.retain(|element| element.kind() == MetadataKind::Derived);
                self.builder.structure(node, &elements)
            }
            known if COMPOSITE.contains(&known) => None,
            _ => self.bytes(node.type_size()),
        }
    }

    /// Returns an integer of `size` bits if C has one, else an array of as many bytes.
    fn bytes(&self, size: u64) -> Option<Node<'ctx>> {
        let name = match size {
            8 => "unsigned char",
            16 => "unsigned short",
            32 => "unsigned int",
            64 => "unsigned long long",
            128 => "unsigned __int128",
            _ => {
                let byte = self.builder.unsigned("unsigned char", 8)?;
                return self.builder.array(byte, size.div_ceil(8), size);
            }
        };
        self.builder.unsigned(name, size)
    }
}
