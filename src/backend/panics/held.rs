//! Finds the resources that a program holds where it panics. The kernel rejects a program that ends with one of them
//! ("Unreleased reference", "bpf_spin_lock is still held").
//!
//! A panic with a resource that is certainly held is an error. If it is held only on some ways to the panic, or perhaps
//! null, the verifier decides.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{remaining, sites::left_at};
use crate::{
    backend::session::Session,
    bpf::kernel::{Resource, acquired_by, helper_name, released_by},
    llvm::{Block, Global, Instruction, Opcode, Place, Predicate, Value},
    report::{Error, Result, quoted},
};

/// A call that acquires a resource.
struct Acquisition<'c> {
    value: Value<'c>,
    pair: usize,
    resource: Resource,
    place: Option<Place>,
}

/// The acquisitions that are held at a point, by index.
#[derive(Clone, Default, PartialEq, Eq)]
struct State {
    /// Held on every way to the point.
    certain: BTreeSet<usize>,
    /// Held on some way to it.
    possible: BTreeSet<usize>,
    /// Released on some way to it since they were acquired.
    released: BTreeSet<usize>,
}

impl State {
    fn acquire(&mut self, index: usize, resource: Resource) {
        self.released.remove(&index);
        self.possible.insert(index);
        if resource.is_result() {
            // It may be null, which a branch is to tell.
            self.certain.remove(&index);
        } else {
            self.certain.insert(index);
        }
    }

    fn release(&mut self, index: usize) {
        if self.possible.remove(&index) {
            self.released.insert(index);
        }
        self.certain.remove(&index);
    }

    /// Adds what holds on another way to the same point. Returns true if that changed anything.
    fn join(&mut self, other: &Self) -> bool {
        let before = (self.certain.len(), self.possible.len(), self.released.len());
        self.certain.retain(|index| other.certain.contains(index));
        self.possible.extend(&other.possible);
        self.released.extend(&other.released);
        before != (self.certain.len(), self.possible.len(), self.released.len())
    }
}

struct Walk<'c> {
    leave: Global<'c>,
    acquisitions: Vec<Acquisition<'c>>,
}

/// Checks what `function`, a program or a callback, holds where it calls `leave`, and notes what it may hold in the
/// session's panics.
///
/// # Errors
/// It certainly holds a resource at a panic.
pub(super) fn check<'c>(
    session: &Session<'_>,
    function: Global<'c>,
    leave: Global<'c>,
) -> Result<()> {
    let acquisitions: Vec<_> = function.instructions().filter_map(acquisition).collect();
    if acquisitions.is_empty() {
        return Ok(());
    }
    let walk = Walk { leave, acquisitions };
    let starts = walk.starts(function);
    let known: HashSet<String> =
        session.panics.borrow().iter().filter_map(|panic| panic.source.clone()).collect();
    let mut errors = Vec::new();
    for block in function.blocks() {
        let (Some(end), Some(start)) = (left_at(block, leave), starts.get(&block)) else {
            continue;
        };
        let mark = end.previous().unwrap_or(end);
        let place = place(function, block, mark, &known);
        let state = walk.after(block, start.clone());
        match state.certain.first().and_then(|index| walk.acquisitions.get(*index)) {
            Some(held) => errors.push(error(function, place, held)),
            None => walk.note(session, function, place, &state.possible),
        }
    }
    match errors.len() {
        0 => Ok(()),
        1 => Err(errors.remove(0)),
        _ => Err(Error::link("a program may panic while it holds what it must release")
            .with_parts(errors)),
    }
}

fn acquisition(call: Instruction<'_>) -> Option<Acquisition<'_>> {
    let (pair, resource) = acquired_by(&called(call)?)?;
    Some(Acquisition { value: call.value(), pair, resource, place: own_place(call) })
}

/// Returns the name of the helper or kernel function that `call` calls.
fn called(call: Instruction<'_>) -> Option<String> {
    match call.helper() {
        Some(number) => helper_name(number),
        None => call.callee().filter(|callee| callee.is_declaration()).map(Global::name),
    }
}

/// Returns the place of the panic that ends at `mark`, in `block` of `function`: the one that is `known` from before
/// inlining, when the handler was a function of its own.
fn place<'c>(
    function: Global<'c>,
    block: Block<'c>,
    mark: Instruction<'c>,
    known: &HashSet<String>,
) -> Option<Place> {
    let own = std::iter::successors(Some(mark), |it| it.previous());
    let before = function.blocks().filter(|other| other.successors().contains(&block));
    let branches = before.filter_map(Block::terminator);
    let mut located = own.chain(branches).filter(|it| !it.inlined_places().is_empty());
    let located = located.next()?;
    let places = located.inlined_places();
    let found = places.into_iter().find(|place| known.contains(&place.to_string()));
    found.or_else(|| remaining::source(located))
}

/// Returns the innermost place of `call` in the file of the program itself: not in a crate that wraps the function.
fn own_place(call: Instruction<'_>) -> Option<Place> {
    let places = call.inlined_places();
    let own = places.last()?.file.clone();
    places.into_iter().find(|place| place.file == own)
}

fn error(function: Global<'_>, place: Option<Place>, held: &Acquisition<'_>) -> Error {
    let words = held.resource.words();
    let since = held.place.as_ref().map_or(String::new(), |place| format!(", since {place}"));
    Error::link(format!("{} may panic while it holds {words}", quoted(&function.name())))
        .at(place.map(|place| place.to_string()))
        .because(format!(
            "it holds {words}{since}, and the kernel rejects a program that ends with it"
        ))
        .help("do what may panic before, or test first and release in both cases")
}

impl<'c> Walk<'c> {
    /// Returns what is held at the start of each reachable block.
    fn starts(&self, function: Global<'c>) -> HashMap<Block<'c>, State> {
        let mut starts = HashMap::new();
        let Some(entry) = function.blocks().next() else { return starts };
        starts.insert(entry, State::default());
        let mut open = vec![entry];
        while let Some(block) = open.pop() {
            let Some(start) = starts.get(&block).cloned() else { continue };
            let end = self.after(block, start);
            for next in block.successors() {
                let state = self.on_edge(block, next, end.clone());
                let changed = match starts.get_mut(&next) {
                    Some(known) => known.join(&state),
                    None => starts.insert(next, state).is_none(),
                };
                if changed {
                    open.push(next);
                }
            }
        }
        starts
    }

    /// Returns what is held at the end of `block`.
    fn after(&self, block: Block<'c>, mut state: State) -> State {
        for instruction in block.instructions() {
            self.step(instruction, &mut state);
        }
        state
    }

    fn step(&self, instruction: Instruction<'c>, state: &mut State) {
        let value = instruction.value();
        match value.opcode() {
            // A stored reference may be released where it is loaded again.
            Opcode::Store => {
                let stored = value.operand(0).and_then(|stored| self.reference(stored));
                stored.into_iter().for_each(|index| state.release(index));
            }
            Opcode::Call => self.call(instruction, state),
            _ => {}
        }
    }

    fn call(&self, call: Instruction<'c>, state: &mut State) {
        let name = called(call);
        let closed = name.as_deref().map(released_by).unwrap_or_default();
        let is_helper = call.helper().is_some();
        let is_own = call.callee().is_some_and(|callee| !callee.is_declaration());
        // What never returns releases nothing that matters; the mark follows it.
        if is_own && call.next_one().and_then(Instruction::callee) == Some(self.leave) {
            return;
        }
        let is_known = call.callee().is_some_and(Global::is_llvm_own);
        for operand in call.value().operands() {
            let Some(index) = self.reference(operand) else { continue };
            let pair = self.acquisitions.get(index).map(|it| it.pair);
            if !is_known && (!is_helper || pair.is_some_and(|pair| closed.contains(&pair))) {
                state.release(index);
            }
        }
        for (index, held) in self.acquisitions.iter().enumerate() {
            if !held.resource.is_result() && (is_own || closed.contains(&held.pair)) {
                state.release(index);
            }
        }
        if let Some(index) = self.acquisitions.iter().position(|it| it.value == call.value()) {
            let resource = self.acquisitions.get(index).map(|it| it.resource);
            resource.into_iter().for_each(|resource| state.acquire(index, resource));
        }
    }

    /// Returns the acquisition whose result `value` is, or points into.
    fn reference(&self, mut value: Value<'c>) -> Option<usize> {
        loop {
            match value.opcode() {
                Opcode::Element | Opcode::SpaceCast | Opcode::Freeze => value = value.operand(0)?,
                Opcode::FromPointer | Opcode::ToPointer => value = value.operand(0)?,
                _ => break,
            }
        }
        let found = self.acquisitions.iter().position(|it| it.value == value)?;
        self.acquisitions.get(found).filter(|it| it.resource.is_result()).map(|_| found)
    }

    /// Returns `state` as it is on the edge from `from` to `to`, which may tell that a reference is null or not.
    fn on_edge(&self, from: Block<'c>, to: Block<'c>, mut state: State) -> State {
        let Some((index, is_null)) = self.tested(from, to) else { return state };
        if is_null {
            state.certain.remove(&index);
            state.possible.remove(&index);
        } else if state.possible.contains(&index) && !state.released.contains(&index) {
            state.certain.insert(index);
        }
        state
    }

    /// Returns the reference that the end of `from` tests for null, and whether it is null on the way to `to`.
    fn tested(&self, from: Block<'c>, to: Block<'c>) -> Option<(usize, bool)> {
        let successors = from.successors();
        let [yes, no] = successors.as_slice() else { return None };
        let condition = from.terminator()?.value().operand(0)?;
        let Opcode::Compare(predicate) = condition.opcode() else { return None };
        let is_equal = match predicate {
            Predicate::Eq => true,
            Predicate::Ne => false,
            _ => return None,
        };
        let (left, right) = (condition.operand(0)?, condition.operand(1)?);
        let (value, other) = if is_null(left) { (right, left) } else { (left, right) };
        if yes == no || !is_null(other) {
            return None;
        }
        Some((self.reference(value)?, is_equal == (*yes == to)))
    }

    /// Notes in the session's panics what `function` may hold at `place`.
    fn note(
        &self,
        session: &Session<'_>,
        function: Global<'_>,
        place: Option<Place>,
        possible: &BTreeSet<usize>,
    ) {
        let held = possible.iter().filter_map(|index| self.acquisitions.get(*index));
        let Some(held) = held.map(|it| it.resource.words()).next() else { return };
        let (name, place) = (function.name(), place.map(|place| place.to_string()));
        for panic in session.panics.borrow_mut().iter_mut() {
            if panic.source == place && (panic.program == name || panic.function == name) {
                panic.may_hold = Some(held);
            }
        }
    }
}

/// Returns true for the null pointer and the integer 0.
fn is_null(value: Value<'_>) -> bool {
    let is_pointer = value.is_constant() && value.is_pointer() && value.operand_count() == 0;
    value.integer() == Some(0) || is_pointer && value.global().is_none() && !value.is_undefined()
}
