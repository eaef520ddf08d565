//! The types that BTF shows.
//!
//! LLVM (`llvm/lib/Target/BPF/BTFDebug.cpp`, `visitTypeEntry` and its callees) starts from the signatures of functions,
//! the types of variables and those of CO-RE accesses, and follows everything, with one exception: behind a pointer in
//! a member of a structure, it stops at a structure's name. The result depends on how a type was reached and, since
//! LLVM continues from a type only once, on the order. Here the order does not matter: the most demanding path to a
//! type decides, so that nothing is missed in any order.
//!
//! If LLVM follows a path behind a pointer a second time, it follows the types already seen to the end and only there
//! checks whether the last step is a pointer: of two members `const struct cred *`, the second shows the structure.

use super::{
    code,
    metadata::{Metadata, Node},
};

/// The degree to which a type is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// Referred to only by something outside BTF.
    Mentioned,
    /// Shown, behind a pointer in a member.
    Pointed,
    /// Shown, in a member.
    Member,
    /// Shown.
    Shown,
    /// Shown, and may define a map, whose keys and values LLVM shows in full.
    Map,
}

/// Type tags (DWARF 5, section 7.5.3).
mod tag {
    pub(super) const ARRAY: u32 = 0x01;
    pub(super) const MEMBER: u32 = 0x0d;
    pub(super) const POINTER: u32 = 0x0f;
    pub(super) const STRUCTURE: u32 = 0x13;
    pub(super) const UNION: u32 = 0x17;
    pub(super) const ATOMIC: u32 = 0x47;
}

/// Fields of records (`BitcodeWriter::writeDICompositeType` and its like).
pub(super) mod field {
    pub(super) const TAG: usize = 1;
    pub(super) const NAME: usize = 2;
    pub(super) const BASE: usize = 6;
    pub(super) const COMPOSITE_FLAGS: usize = 10;
    pub(in crate::input) const ELEMENTS: usize = 11;
    pub(super) const DERIVED_ANNOTATIONS: usize = 13;
    pub(super) const SIGNATURE: usize = 2;
    pub(super) const SUBPROGRAM_TYPE: usize = 6;
    pub(super) const RETAINED: usize = 15;
    pub(super) const VARIABLE: usize = 1;
    pub(super) const GLOBAL_TYPE: usize = 6;
    pub(super) const LOCAL_TYPE: usize = 5;
    pub(super) const LOCAL_ARGUMENT: usize = 6;
    pub(in crate::input) const FILE_NAME: usize = 1;
    pub(in crate::input) const FILE_SOURCE: usize = 5;
    /// The lists of enumerations and of other types that a unit keeps for DWARF.
    pub(in crate::input) const UNIT_TYPES: [usize; 2] = [9, 10];
}

/// `DINode::FlagFwdDecl` of `llvm/IR/DebugInfoFlags.def`.
const FORWARD: u32 = 1 << 2;

/// Returns the need for each node of `metadata`; `None` for nodes that can be removed.
pub(super) fn needed(metadata: &Metadata) -> Vec<Option<Need>> {
    let count = metadata.nodes.len();
    let mut reach =
        Reach { metadata, needs: vec![None; count], ways: vec![0; count], pending: Vec::new() };
    reach.start();
    while let Some((number, need)) = reach.pending.pop() {
        // An entry with a lower need than the node has by now is skipped: each way counts once.
        if let Some(node) = metadata.nodes.get(number).filter(|_| reach.need(number) == Some(need))
        {
            reach.follow(number, node, need);
        }
    }
    reach.needs
}

/// Returns true if `node`, with the need `needed`, loses its elements, because none of its members is used.
pub(super) fn loses_elements(metadata: &Metadata, node: &Node, needed: Option<Need>) -> bool {
    node.code == code::COMPOSITE
        && needed == Some(Need::Mentioned)
        && node.is_own()
        && metadata.field(node, field::TAG) != Some(tag::ARRAY)
        && metadata.field(node, field::ELEMENTS).is_some_and(|elements| elements != 0)
}

struct Reach<'a> {
    metadata: &'a Metadata,
    needs: Vec<Option<Need>>,
    /// The number of paths through members and pointers in them to each node.
    ways: Vec<u32>,
    pending: Vec<(usize, Need)>,
}

impl Reach<'_> {
    fn need(&self, number: usize) -> Option<Need> {
        self.needs.get(number).copied().flatten()
    }

    /// Records that node `number` has this need, and queues its references.
    fn want(&mut self, number: usize, need: Need) {
        if let Some(former) = self.needs.get_mut(number) {
            if *former < Some(need) {
                *former = Some(need);
                self.pending.push((number, need));
            }
        }
    }

    fn want_field(&mut self, node: &Node, index: usize, need: Need) {
        if let Some(number) = self.metadata.reference(node, index) {
            self.want(number, need);
        }
    }

    fn start(&mut self) {
        let metadata = self.metadata;
        let lists = lists_of_types(metadata);
        for (number, (node, is_list)) in metadata.nodes.iter().zip(lists).enumerate() {
            // A function's own nodes stay, needed or not.
            if !node.is_own() || !(is_type(node) || is_list) {
                self.want(number, Need::Mentioned);
            }
        }
        for &number in &metadata.attached {
            let Some(node) = metadata.nodes.get(number) else { continue };
            match node.code {
                code::SUBPROGRAM => self.start_from_function(node),
                code::GLOBAL_EXPRESSION => {
                    let variable = metadata.reference(node, field::VARIABLE);
                    if let Some(variable) = variable.and_then(|number| metadata.nodes.get(number)) {
                        self.want_field(variable, field::GLOBAL_TYPE, Need::Map);
                    }
                }
                _ if is_type(node) => self.want(number, Need::Shown),
                _ => self.want(number, Need::Mentioned),
            }
        }
    }

    /// Starts from the signature and the declared types of the arguments.
    fn start_from_function(&mut self, function: &Node) {
        let metadata = self.metadata;
        self.want_field(function, field::SUBPROGRAM_TYPE, Need::Shown);
        let retained = metadata.reference(function, field::RETAINED);
        let retained = retained.and_then(|list| metadata.nodes.get(list));
        for (_, number) in retained.into_iter().flat_map(|list| metadata.references(list)) {
            let Some(local) = metadata.nodes.get(number) else { continue };
            let is_argument = metadata.field(local, field::LOCAL_ARGUMENT) != Some(0);
            if local.code == code::LOCAL && is_argument {
                self.want_field(local, field::LOCAL_TYPE, Need::Shown);
            }
        }
    }

    fn follow(&mut self, number: usize, node: &Node, need: Need) {
        match node.code {
            code::COMPOSITE => self.follow_composite(number, node, need),
            code::DERIVED => self.follow_derived(node, need),
            code::SUBROUTINE => {
                self.mention_all(node, &[]);
                if need > Need::Mentioned {
                    self.want_elements(node, field::SIGNATURE, Need::Shown);
                }
            }
            code::UNIT => self.mention_all(node, &field::UNIT_TYPES),
            _ => self.mention_all(node, &[]),
        }
    }

    /// Records the references of `node` as mentioned, except those in its fields `without`.
    fn mention_all(&mut self, node: &Node, without: &[usize]) {
        let metadata = self.metadata;
        for (index, number) in metadata.references(node) {
            if !without.contains(&index) {
                self.want(number, Need::Mentioned);
            }
        }
    }

    /// Records this need for the elements of the list in field `index` of `node`.
    fn want_elements(&mut self, node: &Node, index: usize, need: Need) {
        let metadata = self.metadata;
        let list = metadata.reference(node, index).and_then(|list| metadata.nodes.get(list));
        for (_, element) in list.into_iter().flat_map(|list| metadata.references(list)) {
            self.want(element, need);
        }
    }

    fn follow_composite(&mut self, number: usize, node: &Node, need: Need) {
        let metadata = self.metadata;
        if loses_elements(metadata, node, self.need(number)) {
            return self.mention_all(node, &[field::ELEMENTS]);
        }
        self.mention_all(node, &[]);
        if need == Need::Mentioned {
            return;
        }
        match metadata.field(node, field::TAG) {
            Some(tag::ARRAY) if need == Need::Map => self.want_field(node, field::BASE, Need::Map),
            Some(tag::ARRAY) => self.want_field(node, field::BASE, Need::Shown),
            Some(tag::STRUCTURE | tag::UNION) => {
                self.want_elements(node, field::ELEMENTS, Need::Shown);
                if need == Need::Map && self.defines_map(node) {
                    self.want_members(node);
                }
            }
            _ => {}
        }
    }

    /// Returns true if `node` has a member `type`.
    fn defines_map(&self, node: &Node) -> bool {
        self.members(node).any(|member| {
            let name = self.metadata.reference(member, field::NAME);
            name.is_some_and(|name| self.metadata.type_names.contains(&name))
        })
    }

    /// Records the pointees of the members of a map definition as needed, as if they stood alone.
    fn want_members(&mut self, node: &Node) {
        let types =
            self.members(node).filter_map(|member| self.metadata.reference(member, field::BASE));
        types.collect::<Vec<_>>().into_iter().for_each(|ty| self.want(ty, Need::Map));
    }

    fn members<'b>(&'b self, node: &'b Node) -> impl Iterator<Item = &'b Node> + 'b {
        let list = self.metadata.reference(node, field::ELEMENTS);
        let list = list.and_then(|list| self.metadata.nodes.get(list));
        let members = list.into_iter().flat_map(|list| self.metadata.references(list));
        members.filter_map(|(_, member)| self.metadata.nodes.get(member))
    }

    fn follow_derived(&mut self, node: &Node, need: Need) {
        self.mention_all(node, &[]);
        let metadata = self.metadata;
        let need = match (need, metadata.field(node, field::TAG)) {
            (Need::Mentioned, _) => return,
            (_, Some(tag::MEMBER)) => Need::Member,
            (Need::Member, _) if self.is_plain_pointer(node) => Need::Pointed,
            (need, _) => need,
        };
        let Some(base) = metadata.reference(node, field::BASE) else { return };
        let is_atomic = metadata.field(node, field::TAG) == Some(tag::ATOMIC);
        if need == Need::Pointed && !is_atomic && self.is_named_structure(base) {
            return;
        }
        self.want(base, need);
        if need < Need::Shown {
            self.count_path(base);
        }
    }

    /// Records one more path to `number`; from the second on, its end is shown unless the last step is a pointer.
    fn count_path(&mut self, number: usize) {
        if let Some(ways) = self.ways.get_mut(number) {
            *ways = ways.saturating_add(1);
        }
        let is_member = self.need(number) >= Some(Need::Member);
        if !is_member || self.ways.get(number).is_none_or(|ways| *ways < 2) {
            return;
        }
        let metadata = self.metadata;
        let mut last = number;
        // A chain is at most as long as the number of nodes; a damaged one may be a cycle.
        for _ in 0..metadata.nodes.len() {
            let Some(node) = metadata.nodes.get(last) else { return };
            if node.code != code::DERIVED {
                return;
            }
            let Some(base) = metadata.reference(node, field::BASE) else { return };
            if self.is_named_structure(base) && !self.is_plain_pointer(node) {
                return self.want(base, Need::Member);
            }
            last = base;
        }
    }

    fn is_plain_pointer(&self, node: &Node) -> bool {
        let field = |index| self.metadata.field(node, index);
        field(field::TAG) == Some(tag::POINTER)
            && field(field::DERIVED_ANNOTATIONS).unwrap_or(0) == 0
    }

    /// Implements `BTFDebug::IsForwardDeclCandidate`.
    fn is_named_structure(&self, number: usize) -> bool {
        let metadata = self.metadata;
        metadata.nodes.get(number).is_some_and(|node| {
            let field = |index| metadata.field(node, index);
            node.code == code::COMPOSITE
                && matches!(field(field::TAG), Some(tag::STRUCTURE | tag::UNION))
                && field(field::NAME) != Some(0)
                && field(field::COMPOSITE_FLAGS).is_some_and(|flags| flags & FORWARD == 0)
        })
    }
}

const fn is_type(node: &Node) -> bool {
    matches!(
        node.code,
        code::SUBRANGE
            | code::ENUMERATOR
            | code::BASIC
            | code::DERIVED
            | code::COMPOSITE
            | code::SUBROUTINE
            | code::GENERIC_SUBRANGE
    )
}

/// Returns, for each node, true if it is a list that belongs to a type: its elements, or the types of a signature.
fn lists_of_types(metadata: &Metadata) -> Vec<bool> {
    let mut lists = vec![false; metadata.nodes.len()];
    for node in &metadata.nodes {
        let list = match node.code {
            code::COMPOSITE => metadata.reference(node, field::ELEMENTS),
            code::SUBROUTINE => metadata.reference(node, field::SIGNATURE),
            _ => None,
        };
        let Some(list) = list else { continue };
        let is_list = metadata.nodes.get(list).is_some_and(|list| list.code == code::TUPLE);
        if let Some(known) = lists.get_mut(list) {
            *known = is_list;
        }
    }
    lists
}
