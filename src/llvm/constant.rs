//! New initial values of variables, and loads that may rely on them.

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMType, LLVMTypeKind, LLVMValue},
};

use super::{global::Global, opcode::Opcode, text, value::Value};
use crate::bpf::target::Endian;

const INTEGER: i32 = LLVMTypeKind::LLVMIntegerTypeKind as i32;
const STRUCTURE: i32 = LLVMTypeKind::LLVMStructTypeKind as i32;
const ARRAY: i32 = LLVMTypeKind::LLVMArrayTypeKind as i32;

/// The largest variable that can be given a value, in bytes.
const LARGEST: u64 = 1 << 16;

/// The shape of a variable's type, as far as it can be given a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An integer of so many bytes, at most 8.
    Integer(usize),
    /// So many bytes.
    Bytes(usize),
}

impl Shape {
    /// Returns the size in bytes.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Integer(size) | Self::Bytes(size) => size,
        }
    }
}

impl<'ctx> Global<'ctx> {
    /// Returns the shape of a variable that is an integer, an array of bytes, or a structure of nothing but one; rustc
    /// makes all its statics of bytes.
    #[must_use]
    pub fn shape(self) -> Option<Shape> {
        // SAFETY: the global is alive.
        shape(unsafe { llvm::LLVMGlobalGetValueType(self.as_raw()) })
    }

    /// Sets the initial value of a variable that has a [`shape`](Self::shape) to `bytes`, as many as it has.
    pub fn set_initial_bytes(self, bytes: &[u8], endian: Endian) {
        // SAFETY: the global is alive.
        let ty = unsafe { llvm::LLVMGlobalGetValueType(self.as_raw()) };
        if let Some(value) = constant(ty, bytes, endian) {
            // SAFETY: the variable is alive, and the constant of its type.
            unsafe { llvm::LLVMSetInitializer(self.as_raw(), value) };
        }
    }

    /// Returns the initial value of a variable; `None` for a declaration.
    #[must_use]
    pub fn initial_value(self) -> Option<Value<'ctx>> {
        // SAFETY: the value is alive; the answer is null unless it is a variable.
        let raw = unsafe { llvm::LLVMIsAGlobalVariable(self.as_raw()) };
        // SAFETY: it is a variable; the answer is null for a declaration.
        (!raw.is_null()).then(|| Value::from_raw(unsafe { llvm::LLVMGetInitializer(raw) }))?
    }

    /// Makes volatile loads of a variable ordinary ones, so that they become its initial value.
    pub fn trust_initial_value(self) {
        let mut open = self.value().users();
        let mut seen = std::collections::HashSet::new();
        while let Some(user) = open.pop() {
            match user.opcode() {
                Opcode::Load => {
                    // SAFETY: it is a live load.
                    unsafe { llvm::LLVMSetVolatile(user.as_raw(), 0) };
                }
                // The address of a part, as an instruction or a constant.
                _ if user.is_address_of_part() && seen.insert(user) => open.extend(user.users()),
                _ => {}
            }
        }
    }
}

impl Value<'_> {
    fn is_address_of_part(self) -> bool {
        // SAFETY: the value is alive; the answer is null for any other kind of instruction.
        let instruction = unsafe { llvm::LLVMIsAGetElementPtrInst(self.as_raw()) };
        // SAFETY: as above, for constants.
        let constant = || unsafe { llvm::LLVMIsAConstantExpr(self.as_raw()) };
        !instruction.is_null() || (!constant().is_null() && self.is_pointer())
    }
}

fn kind(ty: *mut LLVMType) -> i32 {
    // SAFETY: types live as long as their context.
    unsafe { llvm::LLVMGetTypeKind(ty) }
}

fn only_field(ty: *mut LLVMType) -> Option<*mut LLVMType> {
    // SAFETY: it is a structure, the only kind that callers pass.
    let is_one = unsafe { llvm::LLVMCountStructElementTypes(ty) } == 1;
    // SAFETY: it has one field.
    is_one.then(|| unsafe { llvm::LLVMStructGetTypeAtIndex(ty, 0) })
}

fn shape(ty: *mut LLVMType) -> Option<Shape> {
    match kind(ty) {
        INTEGER => {
            // SAFETY: it is an integer type.
            let bits = unsafe { llvm::LLVMGetIntTypeWidth(ty) };
            let is_whole = matches!(bits, 1 | 8 | 16 | 32 | 64);
            is_whole.then_some(Shape::Integer((bits as usize).div_ceil(8)))
        }
        ARRAY => {
            // SAFETY: it is an array.
            let element = unsafe { llvm::LLVMGetElementType(ty) };
            // SAFETY: as above.
            let length = unsafe { llvm::LLVMGetArrayLength2(ty) };
            let is_text = shape(element) == Some(Shape::Integer(1)) && length <= LARGEST;
            is_text.then_some(Shape::Bytes(usize::try_from(length).ok()?))
        }
        STRUCTURE => shape(only_field(ty)?),
        _ => None,
    }
}

fn constant(ty: *mut LLVMType, bytes: &[u8], endian: Endian) -> Option<*mut LLVMValue> {
    match kind(ty) {
        INTEGER => {
            let join = |number: u64, byte: &u8| number.wrapping_shl(8) | u64::from(*byte);
            let number = match endian {
                Endian::Little => bytes.iter().rev().fold(0, join),
                Endian::Big => bytes.iter().fold(0, join),
            };
            // SAFETY: it is an integer type.
            Some(unsafe { llvm::LLVMConstInt(ty, number, 0) })
        }
        ARRAY => {
            // SAFETY: it is an array.
            let element = unsafe { llvm::LLVMGetElementType(ty) };
            let elements = bytes.chunks(1).map(|byte| constant(element, byte, endian));
            let mut elements = elements.collect::<Option<Vec<_>>>()?;
            let (start, length) = (elements.as_mut_ptr(), elements.len() as u64);
            // SAFETY: all elements are constants of the type.
            Some(unsafe { llvm::LLVMConstArray2(element, start, length) })
        }
        STRUCTURE => {
            let mut field = constant(only_field(ty)?, bytes, endian)?;
            // SAFETY: the structure has one field, of the constant's type.
            Some(unsafe { llvm::LLVMConstNamedStruct(ty, &raw mut field, 1) })
        }
        _ => None,
    }
}

impl<'ctx> Global<'ctx> {
    /// Replaces every use of a declaration by the address `number`.
    pub fn replace_uses_with_number(self, number: u64) {
        // SAFETY: the global is alive.
        let pointer = unsafe { llvm::LLVMTypeOf(self.as_raw()) };
        // SAFETY: the type is alive.
        let context = unsafe { llvm::LLVMGetTypeContext(pointer) };
        // SAFETY: the context is that of a live type.
        let integer = unsafe { llvm::LLVMIntTypeInContext(context, u64::BITS) };
        // SAFETY: it is an integer type.
        let number = unsafe { llvm::LLVMConstInt(integer, number, 0) };
        // SAFETY: number and type are alive.
        let address = unsafe { llvm::LLVMConstIntToPtr(number, pointer) };
        // SAFETY: both are live pointers of one type.
        unsafe { llvm::LLVMReplaceAllUsesWith(self.as_raw(), address) };
    }
}

impl super::metadata::Node<'_> {
    /// Returns the node as LLVM prints it, for what its C API does not give.
    #[must_use]
    pub fn printed(self) -> String {
        // SAFETY: the node is alive.
        let printed = unsafe { llvm::LLVMPrintValueToString(self.as_value()) };
        // SAFETY: the text is ours to free.
        unsafe { text::take_message(printed) }
    }
}
