//! Sizes and offsets in memory.

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMType, LLVMTypeKind, target::LLVMTargetDataRef},
};

use super::{module::Module, opcode::Opcode, value::Value};

/// The memory layout of a module.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'m> {
    raw: LLVMTargetDataRef,
    module: std::marker::PhantomData<&'m ()>,
}

/// The distance of an address from its base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distance<'ctx> {
    /// The constant part, in bytes.
    pub constant: i64,
    /// The variable part: indices, each with the number of bytes per unit.
    pub variable: Vec<(Value<'ctx>, i64)>,
}

impl Module<'_> {
    /// Returns the memory layout of this module.
    #[must_use]
    pub fn layout(&self) -> Layout<'_> {
        // SAFETY: the module is alive, and the borrow keeps it so.
        let raw = unsafe { llvm::LLVMGetModuleDataLayout(self.as_raw()) };
        Layout { raw, module: std::marker::PhantomData }
    }
}

impl Layout<'_> {
    /// Returns the distance of `place`, an [`Opcode::Element`], from its operand 0; `None` for vectors and for
    /// excessive sizes.
    #[must_use]
    pub fn distance<'ctx>(&self, place: Value<'ctx>) -> Option<Distance<'ctx>> {
        if place.opcode() != Opcode::Element || !place.is_pointer() {
            return None;
        }
        // SAFETY: it is an instruction or constant expression of that kind.
        let mut of = unsafe { llvm::LLVMGetGEPSourceElementType(place.as_raw()) };
        let mut distance = Distance { constant: 0, variable: Vec::new() };
        for (position, index) in place.operands().into_iter().skip(1).enumerate() {
            let scale = if position == 0 {
                self.size(of)?
            } else if kind(of) == LLVMTypeKind::LLVMStructTypeKind as i32 {
                let element = u32::try_from(index.integer()?).ok()?;
                distance.constant = distance.constant.checked_add(self.offset(of, element)?)?;
                // SAFETY: the index of a valid address is below the number of elements.
                of = unsafe { llvm::LLVMStructGetTypeAtIndex(of, element) };
                continue;
            } else if kind(of) == LLVMTypeKind::LLVMArrayTypeKind as i32 {
                // SAFETY: it is an array type.
                of = unsafe { llvm::LLVMGetElementType(of) };
                self.size(of)?
            } else {
                return None;
            };
            match index.integer() {
                Some(index) => {
                    distance.constant = distance.constant.checked_add(index.checked_mul(scale)?)?;
                }
                None => distance.variable.push((index, scale)),
            }
        }
        Some(distance)
    }

    /// Returns the size in bytes of the variable that starts at `base`, on the stack or not, if it is defined here.
    #[must_use]
    pub fn object(&self, base: Value<'_>) -> Option<i64> {
        if base.opcode() == Opcode::Alloca {
            let only_one = base.operand(0).and_then(Value::integer) == Some(1);
            // SAFETY: it allocates a variable.
            let of = unsafe { llvm::LLVMGetAllocatedType(base.as_raw()) };
            return if only_one { self.size(of) } else { None };
        }
        let variable = base.global().filter(|it| !it.is_function() && !it.is_declaration())?;
        // SAFETY: it is a variable.
        self.size(unsafe { llvm::LLVMGlobalGetValueType(variable.value().as_raw()) })
    }

    pub(super) fn size(&self, of: *mut LLVMType) -> Option<i64> {
        // SAFETY: layout and type are alive; types that addresses are computed over have a size.
        i64::try_from(unsafe { llvm::LLVMABISizeOfType(self.raw, of) }).ok()
    }

    pub(super) fn offset(&self, structure: *mut LLVMType, element: u32) -> Option<i64> {
        // SAFETY: layout and type are alive, and the element is there.
        i64::try_from(unsafe { llvm::LLVMOffsetOfElement(self.raw, structure, element) }).ok()
    }
}

pub(super) fn kind(of: *mut LLVMType) -> i32 {
    // SAFETY: types live as long as their context.
    unsafe { llvm::LLVMGetTypeKind(of) }
}
