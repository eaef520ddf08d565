//! Which types BTF shows.
//!
//! LLVM (`llvm/lib/Target/BPF/BTFDebug.cpp`, `visitTypeEntry` and what it calls) starts from the signatures of functions,
//! the types of variables and those of CO-RE accesses, and follows everything, but for one thing: behind a pointer in a
//! member of a structure it goes no further than to a structure's name. What it shows depends on how a type was reached,
//! and, since it goes on from a type only once, on the order. Here the order does not count: a type is as needed as
//! the most demanding way to it says, so that nothing is missed in any order.
//!
//! Where a way behind a pointer is gone a second time, LLVM follows what it has seen to its end, and there only looks whether
//! the last step is a pointer: of two members `const struct cred *` the second shows the structure.

use super::{
    code,
    metadata::{Metadata, Node},
};

/// How much of a type is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// Something refers to it that is not in BTF.
    Mentioned,
    /// It is shown, behind a pointer in a member.
    Pointed,
    /// It is shown, in a member.
    Member,
    /// It is shown.
    Shown,
    /// It is shown, and may define a map, of which LLVM shows keys and values in full.
    Map,
}

/// Tags (DWARF 5, section 7.5.3).
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

/// How much of each node of `metadata` is needed; `None` of what can go.
pub(super) fn needed(metadata: &Metadata) -> Vec<Option<Need>> {
    let count = metadata.nodes.len();
    let mut reach =
        Reach { metadata, needs: vec![None; count], ways: vec![0; count], pending: Vec::new() };
    reach.start();
    while let Some((number, need)) = reach.pending.pop() {
        // What asked for less when it was put there is passed over: each way counts once.
        if let Some(node) = metadata.nodes.get(number).filter(|_| reach.need(number) == Some(need))
        {
            reach.follow(number, node, need);
        }
    }
    reach.needs
}

/// Whether `node`, which is `needed` so, loses its elements: what no member can be asked for.
pub(super) fn is_hollow(metadata: &Metadata, node: &Node, needed: Option<Need>) -> bool {
    node.code == code::COMPOSITE
        && needed == Some(Need::Mentioned)
        && node.is_own()
        && metadata.field(node, field::TAG) != Some(tag::ARRAY)
        && metadata.field(node, field::ELEMENTS).is_some_and(|elements| elements != 0)
}

struct Reach<'a> {
    metadata: &'a Metadata,
    needs: Vec<Option<Need>>,
    /// How many members and pointers in them lead to a node.
    ways: Vec<u32>,
    pending: Vec<(usize, Need)>,
}

impl Reach<'_> {
    fn need(&self, number: usize) -> Option<Need> {
        self.needs.get(number).copied().flatten()
    }

    /// Notes that node `number` is needed so, and by what it refers to, later.
    fn want(&mut self, number: usize, need: Need) {
        if let Some(former) = self.needs.get_mut(number)
            && *former < Some(need)
        {
            *former = Some(need);
            self.pending.push((number, need));
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
            // What a function has to itself stays, needed or not.
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

    /// The signature, and the types of the arguments as they are declared.
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

    /// What `node` refers to is mentioned, but for what its fields `without` refer to.
    fn mention_all(&mut self, node: &Node, without: &[usize]) {
        let metadata = self.metadata;
        for (index, number) in metadata.references(node) {
            if !without.contains(&index) {
                self.want(number, Need::Mentioned);
            }
        }
    }

    /// The elements of the list that field `index` of `node` refers to are needed so.
    fn want_elements(&mut self, node: &Node, index: usize, need: Need) {
        let metadata = self.metadata;
        let list = metadata.reference(node, index).and_then(|list| metadata.nodes.get(list));
        for (_, element) in list.into_iter().flat_map(|list| metadata.references(list)) {
            self.want(element, need);
        }
    }

    fn follow_composite(&mut self, number: usize, node: &Node, need: Need) {
        let metadata = self.metadata;
        if is_hollow(metadata, node, self.need(number)) {
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

    /// Whether `node` has a member `type`.
    fn defines_map(&self, node: &Node) -> bool {
        self.members(node).any(|member| {
            let name = self.metadata.reference(member, field::NAME);
            name.is_some_and(|name| self.metadata.type_names.contains(&name))
        })
    }

    /// What the members of a map's definition point to is needed as if it stood alone.
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
            self.go_again(base);
        }
    }

    /// Notes one more way to `number`; from the second on, what ends there is shown unless a pointer is the last step.
    fn go_again(&mut self, number: usize) {
        if let Some(ways) = self.ways.get_mut(number) {
            *ways = ways.saturating_add(1);
        }
        let is_member = self.need(number) >= Some(Need::Member);
        if !is_member || self.ways.get(number).is_none_or(|ways| *ways < 2) {
            return;
        }
        let metadata = self.metadata;
        let mut last = number;
        // A chain is no longer than there are nodes; a damaged one may be a ring.
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

    /// `BTFDebug::IsForwardDeclCandidate`.
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

/// Which nodes are lists that belong to a type: its elements, and the types of a signature.
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
