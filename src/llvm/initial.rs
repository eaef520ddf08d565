//! The addresses in initial values of variables.

use std::collections::HashSet;

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMType, LLVMTypeKind},
};

use super::{
    global::Global,
    layout::{Layout, kind},
    value::Value,
};

const STRUCTURE: i32 = LLVMTypeKind::LLVMStructTypeKind as i32;
const ARRAY: i32 = LLVMTypeKind::LLVMArrayTypeKind as i32;
const VECTOR: i32 = LLVMTypeKind::LLVMVectorTypeKind as i32;

impl Layout<'_> {
    /// Returns the offsets, in bytes, at which the initial value of `variable` holds the address of a function or variable.
    #[must_use]
    pub fn initial_addresses(&self, variable: Global<'_>) -> Vec<i64> {
        let values = self.initial_values(variable).into_iter();
        let mut found = values
            .filter(|(_, value)| is_address(*value))
            .map(|(offset, _)| offset)
            .collect::<Vec<_>>();
        found.sort_unstable();
        found
    }

    /// Returns the values that are no aggregates in the initial value of `variable`, each with its offset in bytes; not
    /// those in arrays of plain numbers, and not those in aggregates of zeros.
    #[must_use]
    pub fn initial_values<'ctx>(&self, variable: Global<'ctx>) -> Vec<(i64, Value<'ctx>)> {
        // SAFETY: the value is alive; the answer is null unless it is a variable.
        let raw = unsafe { llvm::LLVMIsAGlobalVariable(variable.value().as_raw()) };
        if raw.is_null() {
            return Vec::new();
        }
        // SAFETY: it is a variable; the answer is null for a declaration.
        let initial = Value::from_raw(unsafe { llvm::LLVMGetInitializer(raw) });
        let mut open = initial.map(|value| (0, value)).into_iter().collect::<Vec<_>>();
        let mut found = Vec::new();
        while let Some((offset, value)) = open.pop() {
            match self.elements(value) {
                Some(elements) => open.extend(
                    elements.into_iter().map(|(element, distance)| (offset + distance, element)),
                ),
                None => found.push((offset, value)),
            }
        }
        found
    }

    /// Returns the size in bytes of the type of `value`.
    #[must_use]
    pub fn bytes(&self, value: Value<'_>) -> Option<i64> {
        self.size(type_of(value))
    }

    /// Returns the elements of a constant aggregate and their offsets; none for any other constant.
    fn elements<'ctx>(&self, aggregate: Value<'ctx>) -> Option<Vec<(Value<'ctx>, i64)>> {
        let of = type_of(aggregate);
        let step = match kind(of) {
            STRUCTURE => None,
            // SAFETY: it is an array or a vector.
            ARRAY | VECTOR => Some(self.size(unsafe { llvm::LLVMGetElementType(of) })?),
            _ => return None,
        };
        let place = |index: u32| match step {
            Some(step) => step.checked_mul(index.into()),
            None => self.offset(of, index),
        };
        // Zeros, and arrays of plain numbers, have no operands.
        let elements = (0..aggregate.operand_count())
            .filter_map(|index| Some((aggregate.operand(index)?, place(index)?)));
        Some(elements.collect())
    }
}

impl Value<'_> {
    /// Returns true if both values are of one type.
    #[must_use]
    pub fn is_of_type_of(self, other: Self) -> bool {
        type_of(self) == type_of(other)
    }
}

impl Global<'_> {
    /// Returns true if the variable is in the default address space.
    #[must_use]
    pub fn is_in_default_space(self) -> bool {
        // SAFETY: the address of a global is a pointer.
        unsafe { llvm::LLVMGetPointerAddressSpace(type_of(self.value())) == 0 }
    }
}

/// Returns true if a constant is computed from the address of a global. A block's address is none: LLVM makes jump tables
/// of those.
fn is_address(constant: Value<'_>) -> bool {
    let (mut open, mut seen) = (vec![constant], HashSet::new());
    while let Some(value) = open.pop() {
        if value.global().is_some() {
            return true;
        }
        let operands = value.operands();
        if seen.insert(value) && operands.iter().all(|operand| operand.is_constant()) {
            open.extend(operands);
        }
    }
    false
}

fn type_of(value: Value<'_>) -> *mut LLVMType {
    // SAFETY: the value is alive.
    unsafe { llvm::LLVMTypeOf(value.as_raw()) }
}
