//! Operations that BPF may lack, and places in the source.

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMOpcode, LLVMType, LLVMTypeKind, LLVMValue},
};

use super::{global::Global, instruction::Instruction, text};

/// The operation of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A fence that orders memory accesses.
    Fence(Scope),
    /// An atomic load.
    AtomicLoad(Ordering),
    /// An atomic store.
    AtomicStore(Ordering),
    /// An atomic read-modify-write (`atomicrmw`).
    Update {
        /// The computation.
        update: Update,
        /// The width in bits.
        bits: u32,
    },
    /// A compare-and-exchange of this many bits.
    CompareExchange(u32),
    /// A jump to a computed address.
    IndirectJump,
    /// Fetching the next of a variable number of arguments.
    VariableArgument,
    /// A floating-point multiplication or division.
    FloatProduct,
    /// Another floating-point operation.
    Float,
    /// A call.
    Call,
    /// Anything else.
    Other,
}

/// The scope of a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All processors.
    System,
    /// The compiler alone.
    Compiler,
}

/// The ordering of an atomic access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordering {
    /// Sequentially consistent.
    Sequential,
    /// Any weaker ordering.
    Weaker,
}

/// The computation of an atomic update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// An addition.
    Add,
    /// Subtraction, and, or, xor, exchange.
    Simple,
    /// Nand, minimum, maximum.
    Compound,
    /// Floating point, or an operation added by a later LLVM.
    Other,
}

/// A place in the source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was passed to the compiler.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1; 0 if unknown.
    pub column: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.column {
            0 => write!(f, "{}:{}", self.file, self.line),
            column => write!(f, "{}:{}:{column}", self.file, self.line),
        }
    }
}

// The opcodes of LLVM's C interface do not change; a removed one, such as that of `br` in 23, leaves a hole.
const INDIRECT_JUMP: i32 = LLVMOpcode::LLVMIndirectBr as i32;
const LOAD: i32 = LLVMOpcode::LLVMLoad as i32;
const STORE: i32 = LLVMOpcode::LLVMStore as i32;
const CALL: i32 = LLVMOpcode::LLVMCall as i32;
const VARIABLE_ARGUMENT: i32 = LLVMOpcode::LLVMVAArg as i32;
const FLOAT_PRODUCTS: [i32; 3] =
    [LLVMOpcode::LLVMFMul as i32, LLVMOpcode::LLVMFDiv as i32, LLVMOpcode::LLVMFRem as i32];
const FLOATS: [i32; 9] = [
    LLVMOpcode::LLVMFAdd as i32,
    LLVMOpcode::LLVMFSub as i32,
    LLVMOpcode::LLVMFCmp as i32,
    LLVMOpcode::LLVMFPToUI as i32,
    LLVMOpcode::LLVMFPToSI as i32,
    LLVMOpcode::LLVMUIToFP as i32,
    LLVMOpcode::LLVMSIToFP as i32,
    LLVMOpcode::LLVMFPTrunc as i32,
    LLVMOpcode::LLVMFPExt as i32,
];
const FENCE: i32 = LLVMOpcode::LLVMFence as i32;
const COMPARE_EXCHANGE: i32 = LLVMOpcode::LLVMAtomicCmpXchg as i32;
const UPDATE: i32 = LLVMOpcode::LLVMAtomicRMW as i32;

impl<'ctx> Instruction<'ctx> {
    /// Returns its operation.
    #[must_use]
    pub fn operation(self) -> Operation {
        // SAFETY: the instruction is alive.
        match unsafe { llvm::LLVMGetInstructionOpcode(self.as_raw()) } {
            CALL => Operation::Call,
            LOAD => self.ordering().map_or(Operation::Other, Operation::AtomicLoad),
            STORE => self.ordering().map_or(Operation::Other, Operation::AtomicStore),
            FENCE => Operation::Fence(self.scope()),
            UPDATE => Operation::Update { update: self.update(), bits: self.operand_bits(1) },
            COMPARE_EXCHANGE => Operation::CompareExchange(self.operand_bits(1)),
            INDIRECT_JUMP => Operation::IndirectJump,
            VARIABLE_ARGUMENT => Operation::VariableArgument,
            code if FLOAT_PRODUCTS.contains(&code) => Operation::FloatProduct,
            code if FLOATS.contains(&code) => Operation::Float,
            _ => Operation::Other,
        }
    }

    /// Returns the ordering of an access; `None` if it is not atomic.
    fn ordering(self) -> Option<Ordering> {
        // LLVMAtomicOrdering: 0 is not atomic, 7 is sequentially consistent.
        // SAFETY: the instruction is a live load or store.
        match unsafe { llvm::LLVMGetOrdering(self.as_raw()) } {
            0 => None,
            7 => Some(Ordering::Sequential),
            _ => Some(Ordering::Weaker),
        }
    }

    fn scope(self) -> Scope {
        // SAFETY: the instruction is a live fence.
        let own = unsafe { llvm::LLVMIsAtomicSingleThread(self.as_raw()) };
        if own == 0 { Scope::System } else { Scope::Compiler }
    }

    fn update(self) -> Update {
        // LLVMAtomicRMWBinOp, which only grows.
        // SAFETY: the instruction is a live `atomicrmw`.
        match unsafe { llvm::LLVMGetAtomicRMWBinOp(self.as_raw()) } {
            1 => Update::Add,
            0 | 2 | 3 | 5 | 6 => Update::Simple,
            4 | 7..=10 => Update::Compound,
            _ => Update::Other,
        }
    }

    /// Returns the width of operand `index`; pointers have 64 bits.
    fn operand_bits(self, index: u32) -> u32 {
        // SAFETY: the instruction is alive and has that operand.
        let operand = unsafe { llvm::LLVMGetOperand(self.as_raw(), index) };
        // SAFETY: an operand is alive.
        let of = unsafe { llvm::LLVMTypeOf(operand) };
        if kind(of) != LLVMTypeKind::LLVMIntegerTypeKind as i32 {
            return 64;
        }
        // SAFETY: it is an integer type.
        unsafe { llvm::LLVMGetIntTypeWidth(of) }
    }

    /// Returns true if its result is used.
    #[must_use]
    pub fn is_used(self) -> bool {
        // SAFETY: the instruction is alive.
        !unsafe { llvm::LLVMGetFirstUse(self.as_raw()) }.is_null()
    }

    /// Returns true if it is a volatile load or store, or an atomic one.
    #[must_use]
    pub fn is_volatile(self) -> bool {
        // SAFETY: the instruction is alive.
        let code = unsafe { llvm::LLVMGetInstructionOpcode(self.as_raw()) };
        // SAFETY: it is a load or a store.
        let said = || unsafe { llvm::LLVMGetVolatile(self.as_raw()) != 0 };
        (code == LOAD || code == STORE) && (said() || self.ordering().is_some())
    }

    /// Returns true for a call of a function that returns more than one register.
    ///
    /// Inline assembly is also a call in IR, with a structure of its outputs as the result; but nothing is called, and
    /// each output has its own register.
    #[must_use]
    pub fn is_wide_call(self) -> bool {
        self.operation() == Operation::Call && !self.is_assembly() && {
            // SAFETY: the instruction is a live call.
            let called = unsafe { llvm::LLVMGetCalledFunctionType(self.as_raw()) };
            // SAFETY: it is a function type.
            is_wide(unsafe { llvm::LLVMGetReturnType(called) })
        }
    }

    /// Returns its place in the source.
    #[must_use]
    pub fn place(self) -> Option<Place> {
        place(self.as_raw())
    }

    /// Deletes it and replaces its result by undef.
    pub fn take_out(self) {
        // SAFETY: the instruction is alive.
        let of = unsafe { llvm::LLVMTypeOf(self.as_raw()) };
        if kind(of) != LLVMTypeKind::LLVMVoidTypeKind as i32 {
            // SAFETY: a type of values.
            let nothing = unsafe { llvm::LLVMGetUndef(of) };
            // SAFETY: both are alive and of one type.
            unsafe { llvm::LLVMReplaceAllUsesWith(self.as_raw(), nothing) };
        }
        // SAFETY: nothing uses it any more.
        unsafe { llvm::LLVMInstructionEraseFromParent(self.as_raw()) };
    }
}

impl Global<'_> {
    /// Returns the place in the source where a function is defined.
    #[must_use]
    pub fn place(self) -> Option<Place> {
        place(self.as_raw())
    }

    /// Returns true if a function returns no value.
    #[must_use]
    pub fn returns_nothing(self) -> bool {
        // SAFETY: the global is a live function, the only kind that callers pass.
        let own = unsafe { llvm::LLVMGlobalGetValueType(self.as_raw()) };
        // SAFETY: the type is one of functions.
        let returned = unsafe { llvm::LLVMGetReturnType(own) };
        kind(returned) == LLVMTypeKind::LLVMVoidTypeKind as i32
    }

    /// Returns true if a function returns more than one register.
    #[must_use]
    pub fn returns_wide(self) -> bool {
        // SAFETY: the global is a live function, the only kind that callers pass.
        let own = unsafe { llvm::LLVMGlobalGetValueType(self.as_raw()) };
        // SAFETY: it is a function type.
        is_wide(unsafe { llvm::LLVMGetReturnType(own) })
    }

    /// Returns true if a function takes a variable number of arguments.
    #[must_use]
    pub fn is_variadic(self) -> bool {
        // SAFETY: the global is a live function, the only kind that callers pass.
        let own = unsafe { llvm::LLVMGlobalGetValueType(self.as_raw()) };
        // SAFETY: it is a function type.
        unsafe { llvm::LLVMIsFunctionVarArg(own) != 0 }
    }
}

fn place(of: *mut LLVMValue) -> Option<Place> {
    // SAFETY: an instruction or a function, alive.
    let line = unsafe { llvm::LLVMGetDebugLocLine(of) };
    if line == 0 {
        return None;
    }
    let mut length = 0;
    // SAFETY: as above.
    let start = unsafe { llvm::LLVMGetDebugLocFilename(of, &raw mut length) };
    // SAFETY: LLVM gives a range of the context's.
    let file = unsafe { text::copy(start, length as usize) };
    // SAFETY: as above.
    let column = unsafe { llvm::LLVMGetDebugLocColumn(of) };
    Some(Place { file, line, column })
}

/// Returns true if a value takes more than one register: a wide integer, or an aggregate of several values.
fn is_wide(of: *mut LLVMType) -> bool {
    registers(of) > 1
}

fn registers(of: *mut LLVMType) -> u64 {
    const VOID: i32 = LLVMTypeKind::LLVMVoidTypeKind as i32;
    const INTEGER: i32 = LLVMTypeKind::LLVMIntegerTypeKind as i32;
    const STRUCTURE: i32 = LLVMTypeKind::LLVMStructTypeKind as i32;
    const ARRAY: i32 = LLVMTypeKind::LLVMArrayTypeKind as i32;
    match kind(of) {
        VOID => 0,
        // SAFETY: it is an integer type.
        INTEGER => u64::from(unsafe { llvm::LLVMGetIntTypeWidth(of) }.div_ceil(64)),
        STRUCTURE => {
            // SAFETY: it is a structure type.
            let count = unsafe { llvm::LLVMCountStructElementTypes(of) };
            // SAFETY: the index is below the number of elements.
            let element = |index| unsafe { llvm::LLVMStructGetTypeAtIndex(of, index) };
            (0..count).map(|index| registers(element(index))).sum()
        }
        ARRAY => {
            // SAFETY: it is an array type.
            let length = unsafe { llvm::LLVMGetArrayLength2(of) };
            // SAFETY: it is an array type.
            length.saturating_mul(registers(unsafe { llvm::LLVMGetElementType(of) }))
        }
        _ => 1,
    }
}

fn kind(of: *mut LLVMType) -> i32 {
    // SAFETY: types live as long as their context.
    unsafe { llvm::LLVMGetTypeKind(of) }
}
