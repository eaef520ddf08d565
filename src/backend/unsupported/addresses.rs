//! Reads of addresses that only a relocation of data could provide.
//!
//! libbpf and aya relocate code alone: `bpf_object__elf_collect` of libbpf skips the relocations of any section that has no
//! code, but for those of maps and of struct_ops. So a table of strings, or a pointer that starts as the address of a
//! variable, holds zeros at run time. Optimization resolves most reads of constants, and small constant
//! tables became choices; what is left here reads those zeros.

use std::collections::HashMap;

use super::{super::panics, Finding, construct::Construct};
use crate::{
    llvm::{Global, Instruction, Layout, Module, Opcode, Value},
    plan::LinkPlan,
};

/// The size of an address in bytes.
const ADDRESS: i64 = 8;

/// The most steps of an address computation that are followed.
const MOST_STEPS: usize = 256;

/// Copies, by how their names begin; operand 1 is the source, operand 2 the length.
const COPIES: [&str; 2] = ["llvm.memcpy.", "llvm.memmove."];

/// Reads of an address by its distance, which the verifier does not follow; operand 0 is the table.
const RELATIVE: &str = "llvm.load.relative.";

/// Sections whose relocations loaders apply or that they read themselves.
const RELOCATED: [&str; 4] = [".maps", "maps", ".struct_ops", "?.struct_ops"];

/// Returns the reads in `module` of addresses that no loader fills in; none if the kernel is not to load the program.
pub(super) fn search(plan: &LinkPlan, module: &Module<'_>) -> Vec<Finding> {
    let mut tables = Tables::of(module);
    if tables.addresses.is_empty() || !plan.is_for_a_kernel() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for function in module.defined_functions() {
        for instruction in function.instructions() {
            if let Some(variable) = tables.read_by(instruction) {
                found.push(Finding {
                    function: function.name(),
                    place: panics::source(instruction),
                    construct: Construct::StoredAddress(variable.name()),
                });
            }
        }
    }
    found
}

/// The variables that hold addresses, and at which offsets.
struct Tables<'m, 'c> {
    layout: Layout<'m>,
    addresses: HashMap<Global<'c>, Vec<i64>>,
}

/// The bytes that an instruction reads, and their address.
struct Read<'c> {
    from: Value<'c>,
    /// None if it is not known.
    bytes: Option<i64>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pointer,
    Number,
    Copy,
}

/// The places that an address may be: so many bytes into an object, and any multiple of the stride further on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reach {
    offset: i64,
    /// 0 if the place is known.
    stride: i64,
}

impl<'m, 'c> Tables<'m, 'c> {
    fn of(module: &'m Module<'c>) -> Self {
        let layout = module.layout();
        let variables = module.variables().filter(|variable| {
            !variable.is_declaration()
                && !variable.is_llvm_own()
                && variable.is_in_default_space()
                && !is_relocated(&variable.section())
        });
        let addresses = variables
            .map(|variable| (variable, layout.initial_addresses(variable)))
            .filter(|(_, addresses)| !addresses.is_empty());
        Self { layout, addresses: addresses.collect() }
    }

    /// Returns the variable from which `instruction` may read an address.
    fn read_by(&mut self, instruction: Instruction<'c>) -> Option<Global<'c>> {
        let read = self.read(instruction)?;
        let objects = self.objects(read.from)?;
        objects.into_iter().find_map(|(global, reach)| {
            let addresses = self.addresses.get(&global)?;
            addresses.iter().any(|address| read.meets(reach, *address)).then_some(global)
        })
    }

    fn read(&self, instruction: Instruction<'c>) -> Option<Read<'c>> {
        let value = instruction.value();
        match value.opcode() {
            // A call of what a register points to is an error of its own.
            Opcode::Load if instruction.is_used() && !is_called(value) => Some(Read {
                from: value.operand(0)?,
                bytes: Some(self.layout.bytes(value)?),
                kind: if value.is_pointer() { Kind::Pointer } else { Kind::Number },
            }),
            Opcode::Call => {
                let name = instruction.callee()?.name();
                if name.starts_with(RELATIVE) {
                    return Some(Read { from: value.operand(0)?, bytes: None, kind: Kind::Copy });
                }
                let is_copy = COPIES.iter().any(|copy| name.starts_with(copy));
                let bytes = instruction.constant_operand(2).and_then(|it| i64::try_from(it).ok());
                is_copy.then_some(Read { from: value.operand(1)?, bytes, kind: Kind::Copy })
            }
            _ => None,
        }
    }

    /// Returns the variables that `place` may point into, and where; none if that takes too many steps.
    fn objects(&self, place: Value<'c>) -> Option<Vec<(Global<'c>, Reach)>> {
        let mut known = HashMap::from([(place, Reach { offset: 0, stride: 0 })]);
        let (mut open, mut found) = (vec![place], Vec::new());
        for _ in 0..MOST_STEPS {
            let Some(one) = open.pop() else {
                let objects = found.into_iter();
                return Some(
                    objects
                        .filter_map(|one: Value<'c>| Some((one.global()?, *known.get(&one)?)))
                        .collect(),
                );
            };
            let reach = *known.get(&one)?;
            if one.global().is_some() && !found.contains(&one) {
                found.push(one);
            }
            for (source, reach) in self.sources(one, reach) {
                let joined = known.get(&source).map_or(reach, |former| former.join(reach));
                if known.insert(source, joined) != Some(joined) {
                    open.push(source);
                }
            }
        }
        None
    }

    /// Returns the addresses that `place` is computed from, with what is to be added to them.
    fn sources(&self, place: Value<'c>, reach: Reach) -> Vec<(Value<'c>, Reach)> {
        let (values, reach) = match place.opcode() {
            Opcode::Element => (place.operand(0).into_iter().collect(), self.moved(place, reach)),
            Opcode::Freeze | Opcode::SpaceCast => (place.operand(0).into_iter().collect(), reach),
            Opcode::Select => (place.operands().into_iter().skip(1).collect(), reach),
            Opcode::Phi => (place.incoming().into_iter().map(|(value, _)| value).collect(), reach),
            _ => (Vec::new(), reach),
        };
        values.into_iter().map(|value| (value, reach)).collect()
    }

    fn moved(&self, element: Value<'c>, reach: Reach) -> Reach {
        let distance = self.layout.distance(element);
        let moved = distance.and_then(|distance| {
            let strides = distance.variable.iter().map(|(_, scale)| *scale);
            let offset = reach.offset.checked_add(distance.constant)?;
            Some(Reach { offset, stride: strides.fold(reach.stride, common) })
        });
        moved.unwrap_or(Reach { offset: 0, stride: 1 })
    }
}

impl Reach {
    fn join(self, other: Self) -> Self {
        let apart = self.offset.saturating_sub(other.offset);
        Self { offset: self.offset, stride: common(common(self.stride, other.stride), apart) }
    }

    /// Returns true if one of the places is from `first` on, and fewer than `count` bytes further.
    fn meets(self, first: i64, count: i64) -> bool {
        let apart = self.offset.saturating_sub(first);
        match self.stride {
            0 => (0..count).contains(&apart),
            stride => apart.rem_euclid(stride) < count,
        }
    }
}

impl Read<'_> {
    /// Returns true if it may read the address at offset `address` of an object. A number that is read from a place that
    /// varies is one of the others in the table, unless the address is at the same distance from each entry.
    fn meets(&self, reach: Reach, address: i64) -> bool {
        let Some(bytes) = self.bytes else { return true };
        let is_whole = bytes == ADDRESS && reach.stride % ADDRESS == 0;
        match self.kind {
            Kind::Number if reach.stride != 0 && !is_whole => false,
            Kind::Number | Kind::Pointer if reach.stride != 0 => reach.meets(address, 1),
            _ => {
                let first = address.saturating_sub(bytes).saturating_add(1);
                reach.meets(first, bytes.saturating_add(ADDRESS - 1))
            }
        }
    }
}

fn is_relocated(section: &str) -> bool {
    RELOCATED.iter().any(|known| {
        section.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Returns true if a call goes where `value` points.
fn is_called(value: Value<'_>) -> bool {
    value.users().into_iter().any(|user| {
        let callee = user.operand_count().checked_sub(1).and_then(|last| user.operand(last));
        user.opcode() == Opcode::Call && callee == Some(value)
    })
}

/// Returns the greatest common divisor; 0 has every divisor.
fn common(one: i64, other: i64) -> i64 {
    let (mut one, mut other) = (one.saturating_abs(), other.saturating_abs());
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(offset: i64, stride: i64) -> Reach {
        Reach { offset, stride }
    }

    #[test]
    fn strides_meet_the_addresses_of_every_entry() {
        for (offset, stride, first, count, expected) in [
            (8, 0, 8, 1, true),
            (8, 0, 0, 8, false),
            (0, 16, 32, 1, true),
            (8, 16, 32, 1, false),
            (0, 1, 40, 1, true),
        ] {
            assert_eq!(reach(offset, stride).meets(first, count), expected, "{offset} {stride}");
        }
    }

    #[test]
    fn joined_places_share_a_stride() {
        assert_eq!(reach(0, 0).join(reach(24, 0)), reach(0, 24));
        assert_eq!(reach(0, 16).join(reach(24, 0)), reach(0, 8));
        assert_eq!(reach(8, 0).join(reach(8, 0)), reach(8, 0));
    }
}
