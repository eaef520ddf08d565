//! Reads of constant tables that hold addresses, as choices between their entries.
//!
//! No loader applies relocations to data, so a table of addresses holds zeros at run time. LLVM makes such tables itself:
//! of a `switch` between addresses, where the CPU level has computed jumps. The address of an entry in code is relocated.

use crate::llvm::{
    Builder, Context, Global, Instruction, Layout, Module, Opcode, Predicate, Value,
};

/// The most entries that become a choice.
const MOST_ENTRIES: usize = 16;

/// A read from a table.
struct Read<'c> {
    load: Instruction<'c>,
    table: Global<'c>,
    /// Chooses the entry.
    index: Value<'c>,
    /// What is read for each index, from 0 on.
    values: Vec<Value<'c>>,
}

/// Replaces the reads of addresses from small constant tables in `module`, and where one is replaced, also those of
/// numbers from the same table: the verifier then knows which number belongs to which address.
pub(super) fn lower<'c>(context: &'c Context, module: &Module<'c>) {
    let layout = module.layout();
    for function in module.functions().filter(|function| !function.is_declaration()) {
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
    if value.opcode() != Opcode::Load || !load.is_used() || load.is_volatile() {
        return None;
    }
    let (mut place, mut start, mut variable) = (value.operand(0)?, 0_i64, Vec::new());
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
    let values = entries(layout, table, start, *scale, value)?;
    Some(Read { load, table, index: *index, values })
}

fn is_constant_table(table: Global<'_>) -> bool {
    let section = table.section();
    (section.is_empty() || section.starts_with(".rodata"))
        && !table.is_function()
        && !table.is_declaration()
        && table.is_constant()
        && table.is_in_default_space()
}

/// Returns the values of the type of `like` at `start`, and each `scale` bytes further, to the end of `table`.
fn entries<'c>(
    layout: &Layout<'_>,
    table: Global<'c>,
    start: i64,
    scale: i64,
    like: Value<'c>,
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
        let is_function = value.global().is_some_and(Global::is_function);
        if found.len() == MOST_ENTRIES || is_function || !value.is_of_type_of(like) {
            return None;
        }
        found.push(*value);
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
        let is_it = builder.compare(Predicate::Eq, read.index, builder.integer(bits, number));
        builder.select(is_it, *value, chosen)
    });
    read.load.value().replace_uses_with(chosen);
    read.load.take_out();
}
