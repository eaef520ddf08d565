//! The second pass: rules that depend on other types (`btf_check_all_types`).
//!
//! The kernel walks each type depth first to find recursion by value and chains that are too long. The end of the
//! walk depends on its path: behind a pointer a struct need not be entered; inside a struct a pointer need not be
//! followed. The kernel keeps a stack of 32, so depth depends on the order of types. Hence this is the same walk,
//! with the same stack: a topological sort would accept types that the kernel refuses.
//!
//! This pass is stricter in two points, where the kernel misses a fault because of the order of types: an array that
//! contains itself through a typedef or qualifier, if a pointer led there first; and a section entry smaller than its
//! variable, if the section comes before the variable. Such types are never intended.

use super::{
    super::model::{Array, Btf, Datasec, DeclTag, FuncProto, Kind, TypeId},
    Blame, Kernel, Rule, Violation,
    member::{self, Size},
    names::{self, Place},
};

/// A type that contains itself.
pub const LOOP: Rule = Rule::new("it contains itself", "env_stack_push");
const DEPTH: Rule = Rule::new("it is nested more than 32 deep", "env_stack_push");
const TARGET: Rule = Rule::new("it refers to what it may not", "btf_modifier_resolve");
const MEMBER: Rule = Rule::new("a member without size", "btf_struct_resolve");
const INDEX: Rule = Rule::new("an array index that is no integer", "btf_array_resolve");
const ELEM: Rule = Rule::new("an array of what has no size", "btf_array_resolve");
const ELEM_INT: Rule = Rule::new("an array of integers of odd size", "btf_array_resolve");
const ARRAY_SIZE: Rule = Rule::new("an array of 4 GiB or more", "btf_array_resolve");
const NOT_VAR: Rule = Rule::new("an entry that is no VAR", "btf_datasec_resolve");
const VAR_SIZE: Rule = Rule::new("an entry smaller than its variable", "btf_datasec_resolve");
const TAG_TARGET: Rule = Rule::new("a tag on what cannot have one", "btf_decl_tag_resolve");
const TAG_COMPONENT: Rule =
    Rule::new("a tag on a member that is not there", "btf_decl_tag_resolve");
const PROTO: Rule = Rule::new("its type is no FUNC_PROTO", "btf_func_check");
const UNNAMED: Rule = Rule::new("a function with an unnamed parameter", "btf_func_check");
const RETURN: Rule = Rule::new("it returns what has no size", "btf_func_proto_check");
const PARAM: Rule =
    Rule::new("a parameter without size, or void with a name", "btf_func_proto_check");
const PARAM_NAME: Rule = Rule::new("the name is not one the kernel takes", "btf_func_proto_check");
const TAG_ORDER: Rule = Rule::new("a type tag behind a modifier", "btf_check_type_tags");

const MAX_DEPTH: usize = 32;

pub(super) fn violations(btf: &Btf, kernel: Kernel) -> Vec<Violation> {
    let mut walk = Walk {
        btf,
        kernel,
        blame: Blame::new(btf),
        states: vec![State::New; btf.types.len() + 1],
        stack: Vec::new(),
        mode: Mode::Open,
    };
    for (id, ty) in btf.iter() {
        walk.resolve(id);
        if let Kind::FuncProto(proto) = &ty.kind {
            walk.check_proto(id, proto);
        }
    }
    btf.iter().for_each(|(id, ty)| walk.check_tag_order(id, &ty.kind));
    walk.blame.found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    OnStack,
    Resolved,
}

/// The first kind of type on the walk's path (`enum resolve_mode`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Open,
    Pointer,
    Value,
}

/// The next step for the type on top of the stack.
enum Step {
    Done,
    /// A visit of that type first, to be continued at that entry.
    Visit(TypeId, usize),
    Fault(Option<usize>, Rule),
}

struct Walk<'a> {
    btf: &'a Btf,
    kernel: Kernel,
    blame: Blame<'a>,
    states: Vec<State>,
    stack: Vec<(TypeId, usize)>,
    mode: Mode,
}

impl<'a> Walk<'a> {
    fn kind(&self, id: TypeId) -> Option<&'a Kind> {
        self.btf.get(id).map(|ty| &ty.kind)
    }

    fn state(&self, id: TypeId) -> State {
        self.states.get(id.0 as usize).copied().unwrap_or(State::Resolved)
    }

    fn set(&mut self, id: TypeId, state: State) {
        if let Some(slot) = self.states.get_mut(id.0 as usize) {
            *slot = state;
        }
    }

    /// Resolves a type, as `btf_resolve`.
    fn resolve(&mut self, root: TypeId) {
        if !needs_resolve(self.kind(root)) || self.state(root) == State::Resolved {
            return;
        }
        self.mode = Mode::Open;
        self.push(root);
        while let Some(&(id, next)) = self.stack.last() {
            match self.step(id, next) {
                Step::Done => {
                    self.set(id, State::Resolved);
                    self.stack.pop();
                }
                Step::Visit(target, resume) => {
                    if let Some(top) = self.stack.last_mut() {
                        top.1 = resume;
                    }
                    self.push(target);
                }
                Step::Fault(member, rule) => self.give_up(id, member, rule),
            }
        }
    }

    /// Pushes a type to the stack, as `env_stack_push`.
    fn push(&mut self, id: TypeId) {
        if self.stack.len() == MAX_DEPTH {
            return self.give_up(id, None, DEPTH);
        }
        if self.state(id) != State::New {
            return self.give_up(id, None, LOOP);
        }
        self.set(id, State::OnStack);
        self.stack.push((id, 0));
        if self.mode == Mode::Open {
            self.mode = match self.kind(id) {
                Some(Kind::Ptr(_)) => Mode::Pointer,
                Some(Kind::Struct(_) | Kind::Union(_) | Kind::Array(_)) => Mode::Value,
                _ => Mode::Open,
            };
        }
    }

    /// Blames `id` and marks all types on the path as checked, so that each fault is reported once.
    fn give_up(&mut self, id: TypeId, member: Option<usize>, rule: Rule) {
        self.blame.add(id, member, rule);
        for (id, _) in std::mem::take(&mut self.stack) {
            self.set(id, State::Resolved);
        }
    }

    /// Returns true if the type need not be entered: `env_type_is_resolve_sink`, or already resolved.
    fn settled(&self, id: TypeId) -> bool {
        let kind = self.kind(id);
        let sink = match self.mode {
            Mode::Open => !needs_resolve(kind),
            Mode::Pointer => {
                !kind.is_some_and(|kind| is_modifier(kind) || matches!(kind, Kind::Ptr(_)))
            }
            Mode::Value => !kind.is_some_and(|kind| {
                is_modifier(kind)
                    || matches!(kind, Kind::Array(_) | Kind::Struct(_) | Kind::Union(_))
            }),
        };
        sink || self.state(id) == State::Resolved
    }

    fn step(&self, id: TypeId, next: usize) -> Step {
        match self.kind(id) {
            Some(Kind::Ptr(target)) => self.step_pointer(*target),
            Some(Kind::Array(array)) => self.step_array(*array),
            Some(Kind::Struct(_) | Kind::Union(_)) => self.step_members(id, next),
            Some(Kind::Var { ty, .. }) => self.step_var(*ty),
            Some(Kind::Func { proto, .. }) => self.step_func(*proto),
            Some(Kind::DeclTag(tag)) => self.step_tag(tag),
            Some(Kind::Datasec(it)) => self.step_datasec(it, next),
            Some(kind) => kind.modified().map_or(Step::Done, |target| self.step_modifier(target)),
            None => Step::Done,
        }
    }

    fn step_modifier(&self, target: TypeId) -> Step {
        if is_source_only(self.kind(target)) {
            return Step::Fault(None, TARGET);
        }
        if !self.settled(target) {
            return Step::Visit(target, 0);
        }
        if self.may_point_at(target) { Step::Done } else { Step::Fault(None, TARGET) }
    }

    fn step_pointer(&self, target: TypeId) -> Step {
        match self.step_modifier(target) {
            Step::Done => {
                self.pointer_behind(target).map_or(Step::Done, |behind| Step::Visit(behind, 0))
            }
            step => step,
        }
    }

    /// Returns the pointer behind modifiers that were resolved while a pointer still ended the walk.
    fn pointer_behind(&self, target: TypeId) -> Option<TypeId> {
        is_modifier(self.kind(target)?).then_some(())?;
        let base = self.btf.strip_modifiers(target);
        let pointer = matches!(self.kind(base), Some(Kind::Ptr(_)));
        (pointer && !self.settled(base)).then_some(base)
    }

    fn step_var(&self, target: TypeId) -> Step {
        match self.step_pointer(target) {
            Step::Done if member::size(self.btf, target).is_none() => Step::Fault(None, TARGET),
            step => step,
        }
    }

    fn step_array(&self, array: Array) -> Step {
        for (part, rule) in [(array.index, INDEX), (array.elem, ELEM)] {
            if is_source_only(self.kind(part)) || !self.has_size_kind(part) {
                return Step::Fault(None, rule);
            }
            if !self.settled(part) {
                return Step::Visit(part, 0);
            }
            if rule == INDEX && !member::is_regular_int(self.btf, part) {
                return Step::Fault(None, rule);
            }
        }
        let Some(Size(size)) = member::size(self.btf, array.elem) else {
            return Step::Fault(None, ELEM);
        };
        if member::is_odd_int(self.btf, array.elem) {
            return Step::Fault(None, ELEM_INT);
        }
        let fits = size
            .checked_mul(u64::from(array.len))
            .is_some_and(|bytes| bytes <= u64::from(u32::MAX));
        if fits { Step::Done } else { Step::Fault(None, ARRAY_SIZE) }
    }

    fn step_members(&self, id: TypeId, next: usize) -> Step {
        let Some(Kind::Struct(it) | Kind::Union(it)) = self.kind(id) else { return Step::Done };
        let resumed = next.checked_sub(1);
        for (index, entry) in it.members.iter().enumerate().skip(resumed.unwrap_or(0)) {
            if is_source_only(self.kind(entry.ty)) || !self.has_size_kind(entry.ty) {
                return Step::Fault(Some(index), MEMBER);
            }
            if Some(index) != resumed && !self.settled(entry.ty) {
                return Step::Visit(entry.ty, index + 1);
            }
            if let Err(rule) = member::check(self.btf, it, *entry) {
                return Step::Fault(Some(index), rule);
            }
        }
        Step::Done
    }

    fn step_func(&self, proto: TypeId) -> Step {
        let Some(Kind::FuncProto(it)) = self.kind(proto) else { return Step::Fault(None, PROTO) };
        let unnamed = it.params.iter().any(|param| param.name.is_empty() && !param.ty.is_void());
        if unnamed { Step::Fault(None, UNNAMED) } else { Step::Done }
    }

    fn step_tag(&self, tag: &DeclTag) -> Step {
        let components = match self.kind(tag.ty) {
            Some(Kind::Struct(it) | Kind::Union(it)) => Some(it.members.len()),
            Some(Kind::Func { proto, .. }) => match self.kind(*proto) {
                Some(Kind::FuncProto(it)) => Some(it.params.len()),
                _ => Some(0),
            },
            Some(Kind::Var { .. } | Kind::Typedef(_)) => None,
            _ => return Step::Fault(None, TAG_TARGET),
        };
        if !self.settled(tag.ty) {
            return Step::Visit(tag.ty, 0);
        }
        let component = usize::try_from(tag.component).ok();
        match (component, components) {
            (None, _) => Step::Done,
            (Some(component), Some(count)) if component < count => Step::Done,
            _ => Step::Fault(None, TAG_COMPONENT),
        }
    }

    fn step_datasec(&self, it: &Datasec, next: usize) -> Step {
        for (index, entry) in it.entries.iter().enumerate().skip(next.saturating_sub(1)) {
            let Some(Kind::Var { ty, .. }) = self.kind(entry.ty) else {
                return Step::Fault(Some(index), NOT_VAR);
            };
            if !self.settled(entry.ty) {
                return Step::Visit(entry.ty, index + 1);
            }
            match member::size(self.btf, *ty) {
                Some(Size(size)) if u64::from(entry.size) >= size => {}
                _ => return Step::Fault(Some(index), VAR_SIZE),
            }
        }
        Step::Done
    }

    /// Checks a prototype, as `btf_func_proto_check`.
    fn check_proto(&mut self, id: TypeId, proto: &FuncProto) {
        if !proto.ret.is_void() && !self.passable(proto.ret) {
            self.blame.add(id, None, RETURN);
        }
        let last = proto.params.len().saturating_sub(1);
        for (index, param) in proto.params.iter().enumerate() {
            let name = self.btf.strings.get(param.name);
            if !param.name.is_empty() && !names::valid(name, Place::Identifier, self.kernel) {
                self.blame.add(id, Some(index), PARAM_NAME);
            }
            let variadic = index == last && param.ty.is_void() && param.name.is_empty();
            if !variadic && !self.passable(param.ty) {
                self.blame.add(id, Some(index), PARAM);
            }
        }
    }

    fn passable(&mut self, id: TypeId) -> bool {
        if is_source_only(self.kind(id)) {
            return false;
        }
        self.resolve(id);
        member::size(self.btf, id).is_some()
    }

    /// Checks that tags come before all other modifiers, as `btf_check_type_tags`.
    fn check_tag_order(&mut self, id: TypeId, kind: &Kind) {
        let mut in_tags = matches!(kind, Kind::TypeTag { .. });
        let mut chain = Some(kind);
        let mut len = 0;
        while let Some(kind) = chain.filter(|kind| is_modifier(kind)) {
            let tag = matches!(kind, Kind::TypeTag { .. });
            len += 1;
            if len > MAX_DEPTH {
                return self.blame.add(id, None, DEPTH);
            }
            if tag && !in_tags {
                return self.blame.add(id, None, TAG_ORDER);
            }
            in_tags &= tag;
            chain = kind.modified().and_then(|next| self.kind(next));
        }
    }

    /// Returns true for a valid pointee. `void`, forward declarations and prototypes have no size but are valid, as
    /// is a function that was resolved before, because the kernel then sees its prototype.
    fn may_point_at(&self, target: TypeId) -> bool {
        let base = self.btf.strip_modifiers(target);
        !matches!(self.kind(base), Some(Kind::Func { .. })) || self.state(base) == State::Resolved
    }

    /// Returns true if the type has a size: the opposite of `btf_type_nosize_or_null`.
    fn has_size_kind(&self, id: TypeId) -> bool {
        !matches!(self.kind(id), None | Some(Kind::Fwd(_) | Kind::Func { .. } | Kind::FuncProto(_)))
    }
}

fn needs_resolve(kind: Option<&Kind>) -> bool {
    kind.is_some_and(|kind| {
        is_modifier(kind)
            || matches!(
                kind,
                Kind::Ptr(_)
                    | Kind::Struct(_)
                    | Kind::Union(_)
                    | Kind::Array(_)
                    | Kind::Var { .. }
                    | Kind::Func { .. }
                    | Kind::DeclTag(_)
                    | Kind::Datasec(_)
            )
    })
}

const fn is_source_only(kind: Option<&Kind>) -> bool {
    matches!(kind, Some(Kind::Var { .. } | Kind::DeclTag(_) | Kind::Datasec(_)))
}

fn is_modifier(kind: &Kind) -> bool {
    kind.modified().is_some()
}
