//! Statistics of a program: the size, frame and callees of every function, and the calls of every program that need the
//! most stack.
//!
//! The survey uses the object from code generation, which still contains the debug information.

mod arguments;
mod chains;
mod components;
mod ends;
mod frame;
mod limits;
mod maps;
mod needs;
mod tail_calls;
mod traps;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    bpf::insn::{self, INSN_SIZE, Insn, StackArgument},
    elf::{Binding, Elf, Place, Relocation, SectionId, SymbolId, SymbolKind},
    object::{self, Callee, Object, Reference, place::SourceLines},
};

pub use chains::{Chain, Circle, Count, Heaviest, Root, SYNCHRONOUS};
pub use ends::Fault;
pub use limits::{MAX_FRAMES, STACK_LIMIT};
pub use maps::Map;
pub(super) use maps::of as maps_of;

/// The contents of an object.
#[derive(Clone, Debug)]
pub struct ProgramStats {
    /// The functions, by section, then by address.
    pub functions: Vec<Function>,
    /// The maps, by name.
    pub maps: Vec<Map>,
    /// The bytes of variables and constants: `.data`, `.rodata`, `.bss` and the like.
    pub data: u64,
}

/// One function of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The symbol.
    pub name: String,
    /// The section that contains the function.
    pub section: String,
    /// The role for a loader.
    pub role: Role,
    /// The size in instruction slots, as the verifier counts them.
    pub instructions: u64,
    /// The bytes it uses of its frame.
    pub stack: u64,
    /// The source location, as `file:line`, if there is debug information.
    pub source: Option<String>,
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// True if it reads constants, which may decide the code it reaches: the verifier skips the rest.
    pub reads_constants: bool,
    /// True if other code may call it: it is verified separately.
    pub is_global: bool,
    /// The last argument beyond the fifth that it takes, and the last that it passes.
    pub excess: Vec<Excess>,
    /// The first rule of the kernel on ends and jumps that it breaks, and the source location, as `file:line`.
    pub fault: Option<(Fault, Option<String>)>,
}

/// An argument beyond the fifth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excess {
    /// The argument, and its use.
    pub argument: StackArgument,
    /// The source location, as `file:line`.
    pub source: Option<String>,
}

/// The role of a function for a loader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A program, which the loader loads.
    Program,
    /// A function that programs call.
    Subprogram,
}

/// A call, or the address of a function for a helper to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The callee.
    pub target: Target,
    /// The source location, as `file:line`.
    pub source: Option<String>,
}

/// The callee of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A function, by its index.
    Function(usize),
    /// A function, by its index, that a helper calls before it returns.
    Callback(usize),
    /// A function, by its index, that is called later, on a separate stack.
    Deferred(usize),
    /// A symbol that the loader resolves.
    Extern(String),
    /// A helper, by number.
    Helper(i32),
    /// The value of a register.
    Indirect,
}

impl ProgramStats {
    /// Surveys `object`, which code generation emitted.
    #[must_use]
    pub fn of(object: &Object) -> Self {
        let found = object.functions();
        let indices: BTreeMap<SymbolId, usize> =
            found.iter().map(|function| function.symbol).zip(0..).collect();
        let lines = object.btf.as_ref().map(SourceLines::of);
        let context =
            Context { elf: &object.elf, lines, constants: constants(&object.elf), indices };
        let described = found.iter().map(|function| describe(&context, function));
        Self {
            functions: described.collect(),
            maps: maps::of(&object.elf, object.btf.as_ref()),
            data: maps::data(&object.elf),
        }
    }

    /// Returns the instruction slots of all functions.
    #[must_use]
    pub fn instructions(&self) -> u64 {
        self.functions.iter().map(|function| function.instructions).sum()
    }
}

/// An object, with indices of what is looked up for each function.
struct Context<'o> {
    elf: &'o Elf,
    lines: Option<SourceLines<'o>>,
    /// The offsets of references to constants, by section.
    constants: BTreeMap<SectionId, BTreeSet<u64>>,
    indices: BTreeMap<SymbolId, usize>,
}

fn describe(context: &Context<'_>, function: &object::Function) -> Function {
    let code: Vec<Insn> = object::instructions(context.elf, function).collect();
    let source = |slot: u64| {
        let offset = function.offset + slot * INSN_SIZE;
        context.lines.as_ref()?.source_of(&function.section_name, offset)
    };
    let call = |reference: &Reference| {
        let target = target(context.elf, reference, function, &context.indices)?;
        Some(Call { target, source: source(reference.instruction) })
    };
    Function {
        name: function.name.clone(),
        section: function.section_name.clone(),
        role: if function.is_program() { Role::Program } else { Role::Subprogram },
        instructions: function.instructions(),
        stack: frame::size(&code),
        source: source(0),
        calls: function.references.iter().filter_map(call).collect(),
        reads_constants: reads_constants(context, function),
        is_global: function.binding != Binding::Local,
        fault: ends::fault(&code).map(|(slot, fault)| (fault, source(slot))),
        excess: excess(&code, source),
    }
}

/// Returns true if code of `function` refers to a constant.
fn reads_constants(context: &Context<'_>, function: &object::Function) -> bool {
    let own = function.offset..function.offset.saturating_add(function.size);
    let constants = context.constants.get(&function.section);
    constants.is_some_and(|it| it.range(own).next().is_some())
}

/// Returns the offsets at which code refers to constants whose value the verifier knows, by section: global ones, and
/// parts of others that it reads at a constant offset. Elements of tables are not among them.
fn constants(elf: &Elf) -> BTreeMap<SectionId, BTreeSet<u64>> {
    let is_constant = |code: &[u8], relocation: &&Relocation| {
        let Some(symbol) = elf.symbols.get(&relocation.symbol) else { return false };
        let Place::Section(id) = symbol.place else { return false };
        elf.sections.get(&id).is_some_and(|it| it.name.starts_with(".rodata"))
            && (symbol.binding == Binding::Global || is_read_directly(elf, code, relocation.offset))
    };
    let found = elf.code().map(|(id, section)| {
        let constants = section.relocations.iter().filter(|it| is_constant(section.bytes(), it));
        (id, constants.map(|relocation| relocation.offset).collect())
    });
    found.collect()
}

/// Returns true if the address that the instruction at byte `offset` of `code` loads is read through unchanged.
fn is_read_directly(elf: &Elf, code: &[u8], offset: u64) -> bool {
    let from = usize::try_from(offset).ok().and_then(|offset| code.get(offset..));
    let mut code = insn::decode(from.unwrap_or_default(), elf.endian);
    let Some(address) = code.next().map(|insn| insn.destination) else { return false };
    let user = code.find(|insn| {
        insn.reads(address) || insn.overwrites(address) || insn.jump_target().is_some()
    });
    user.is_some_and(|insn| insn.class() == insn::Class::Ldx && insn.source == address)
}

fn excess(code: &[Insn], source: impl Fn(u64) -> Option<String>) -> Vec<Excess> {
    let last = |number: fn(StackArgument) -> Option<u16>| {
        let found = code.iter().filter_map(|insn| {
            let argument = insn.stack_argument()?;
            Some((number(argument)?, insn.slot, argument))
        });
        let (_, slot, argument) = found.max_by_key(|(number, ..)| *number)?;
        Some(Excess { argument, source: source(slot) })
    };
    let taken = last(|it| if let StackArgument::Taken(number) = it { Some(number) } else { None });
    let passed =
        last(|it| if let StackArgument::Passed(number) = it { Some(number) } else { None });
    taken.into_iter().chain(passed).collect()
}

fn target(
    elf: &Elf,
    reference: &Reference,
    function: &object::Function,
    indices: &BTreeMap<SymbolId, usize>,
) -> Option<Target> {
    match &reference.callee {
        Callee::Function(symbol) => indices.get(symbol).copied().map(Target::Function),
        Callee::Callback(symbol) => {
            let index = indices.get(symbol).copied()?;
            let taker = next_call(function, reference.instruction);
            Some(match taker {
                Some(Callee::Helper(helper)) if SYNCHRONOUS.contains(helper) => {
                    Target::Callback(index)
                }
                _ => Target::Deferred(index),
            })
        }
        Callee::Undefined(symbol) => {
            let symbol = elf.symbols.get(symbol)?;
            // For variables, only the address is taken.
            (symbol.kind != SymbolKind::Object).then(|| Target::Extern(symbol.name.clone()))
        }
        Callee::Helper(number) => Some(Target::Helper(*number)),
        Callee::Indirect => Some(Target::Indirect),
    }
}

/// Returns the next callee, which receives the address taken.
fn next_call(function: &object::Function, after: u64) -> Option<&Callee> {
    let next = function.references.partition_point(|other| other.instruction <= after);
    let later = function.references.get(next..).unwrap_or_default();
    later.iter().map(|other| &other.callee).find(|callee| !matches!(callee, Callee::Callback(_)))
}
