//! Reads of constant tables that hold addresses, as choices between their entries.
//!
//! No loader applies relocations to data, so a table of addresses holds zeros at run time. LLVM makes such tables itself:
//! of a `switch` between addresses, where the CPU level has computed jumps; and in position-independent code, as rustc's is,
//! it makes those tables of distances, which the verifier does not follow ("math between map_value pointer and register").
//! Addresses in code are relocated.

use crate::llvm::{
    Binary, Builder, Context, Global, Instruction, Layout, Module, Opcode, Predicate, Resize, Value,
};

/// The most entries that become a choice.
const MOST_ENTRIES: usize = 16;

/// The bytes of a distance in a table of those.
const DISTANCE: i64 = 4;

/// A read from a table.
struct Read<'c> {
    load: Instruction<'c>,
    table: Global<'c>,
    /// Chooses the entry.
    index: Value<'c>,
    /// The distance between the indices of two neighboring entries.
    step: i64,
    /// The value read for each index, from 0 on.
    values: Vec<Value<'c>>,
}

/// Replaces the reads of addresses from small constant tables in `module`, and where one is replaced, also those of
/// numbers from the same table: the verifier then knows which number belongs to which address.
pub(super) fn lower<'c>(context: &'c Context, module: &Module<'c>) {
    let layout = module.layout();
    for function in module.defined_functions() {
        let loads = function.instructions().collect::<Vec<_>>();
        let reads = loads.into_iter().filter_map(|load| read(&layout, load)).collect::<Vec<_>>();
        let addressed = reads.iter().filter(|read| read.load.value().is_pointer());
        let tables = addressed.map(|read| read.table).collect::<Vec<_>>();
        for read in reads.iter().filter(|read| tables.contains(&read.table)) {
            choose(context, read);
        }
    }
}

/// Returns what `load` reads if that is in an entry of a small constant table, chosen by one index.
fn read<'c>(layout: &Layout<'_>, load: Instruction<'c>) -> Option<Read<'c>> {
    let value = load.value();
    if !load.is_used() || load.is_volatile() {
        return None;
    }
    let (mut place, mut start, mut variable) = (value.operand(0)?, 0_i64, Vec::new());
    let is_relative = is_relative(load);
    if is_relative {
        variable.push((value.operand(1)?, DISTANCE));
    } else if value.opcode() != Opcode::Load {
        return None;
    }
    while place.opcode() == Opcode::Element {
        let distance = layout.distance(place)?;
        start = start.checked_add(distance.constant)?;
        variable.extend(distance.variable);
        place = place.operand(0)?;
    }
    let (table, [(index, scale)]) = (place.global()?, variable.as_slice()) else { return None };
    if !is_constant_table(table) {
        return None;
    }
    let entry = |entry: Value<'c>| {
        let entry = if is_relative { target(entry, table)? } else { entry };
        let is_function = entry.global().is_some_and(Global::is_function);
        (entry.is_of_type_of(value) && !is_function).then_some(entry)
    };
    let values = entries(layout, table, (start, *scale), entry)?;
    let step = if is_relative { DISTANCE } else { 1 };
    Some(Read { load, table, index: *index, step, values })
}

/// Returns true for a call that adds to an address the number of 32 bits there, with an offset: LLVM makes tables of such
/// numbers in position-independent code (`RelLookupTableConverterPass`).
fn is_relative(call: Instruction<'_>) -> bool {
    let is_call = call.value().opcode() == Opcode::Call;
    is_call && call.callee().is_some_and(|callee| callee.name().starts_with("llvm.load.relative."))
}

/// Returns the address whose distance from `table` is `entry`.
fn target<'c>(entry: Value<'c>, table: Global<'c>) -> Option<Value<'c>> {
    let difference =
        entry.operand(0).filter(|_| entry.opcode() == Opcode::Resize(Resize::Trunc))?;
    let is_from_table = difference.opcode() == Opcode::Binary(Binary::Sub)
        && difference.operand(1)?.operand(0)? == table.value();
    let address = difference.operand(0).filter(|address| address.opcode() == Opcode::FromPointer);
    address.filter(|_| is_from_table)?.operand(0)
}

fn is_constant_table(table: Global<'_>) -> bool {
    let section = table.section();
    (section.is_empty() || section.starts_with(".rodata"))
        && !table.is_function()
        && !table.is_declaration()
        && table.is_constant()
        && table.is_in_default_space()
}

/// Returns what `entry` makes of the values at `start`, and each `scale` bytes further, to the end of `table`.
fn entries<'c>(
    layout: &Layout<'_>,
    table: Global<'c>,
    (start, scale): (i64, i64),
    entry: impl Fn(Value<'c>) -> Option<Value<'c>>,
) -> Option<Vec<Value<'c>>> {
    let values = layout.initial_values(table);
    let end = values.iter().map(|(offset, _)| offset.saturating_add(1)).max()?;
    if scale < 1 || !(0..scale).contains(&start) {
        return None;
    }
    let mut found = Vec::new();
    let mut offset = start;
    while offset < end {
        let (_, value) = values.iter().find(|(at, _)| *at == offset)?;
        if found.len() == MOST_ENTRIES {
            return None;
        }
        found.push(entry(*value)?);
        offset = offset.checked_add(scale)?;
    }
    Some(found)
}

/// Puts a choice between the entries in the place of what `read` loads.
fn choose<'c>(context: &'c Context, read: &Read<'c>) {
    let (Some(bits), Some((last, others))) = (read.index.bits(), read.values.split_last()) else {
        return;
    };
    let builder = Builder::before(context, read.load);
    let mut numbered = others.iter().zip(0..).collect::<Vec<_>>();
    numbered.reverse();
    let chosen = numbered.into_iter().fold(*last, |chosen, (value, number)| {
        let is_it =
            builder.compare(Predicate::Eq, read.index, builder.integer(bits, read.step * number));
        builder.select(is_it, *value, chosen)
    });
    read.load.value().replace_uses_with(chosen);
    read.load.take_out();
}
