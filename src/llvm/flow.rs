//! Control-flow queries: terminators, callers and source lines.

use std::ptr::NonNull;

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMOpaqueMetadata, LLVMOpcode},
};

use super::{
    block::Block,
    global::{Attribute, Global},
    instruction::Instruction,
    operation::{Operation, Place},
    text,
};

/// A use of a function.
#[derive(Clone, Copy, Debug)]
pub enum Use<'ctx> {
    /// A call by an instruction.
    Call(Instruction<'ctx>),
    /// An instruction that passes or stores its address.
    Address(Instruction<'ctx>),
    /// A constant that holds its address, such as the value of a variable.
    Constant,
}

impl<'ctx> Instruction<'ctx> {
    /// Returns true for `unreachable`.
    #[must_use]
    pub fn is_unreachable(self) -> bool {
        // SAFETY: the instruction is alive.
        !unsafe { llvm::LLVMIsAUnreachableInst(self.as_raw()) }.is_null()
    }

    /// Returns true for `ret`.
    #[must_use]
    pub fn is_return(self) -> bool {
        // SAFETY: the instruction is alive.
        !unsafe { llvm::LLVMIsAReturnInst(self.as_raw()) }.is_null()
    }

    /// Returns the instruction before it in its block.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        // SAFETY: the instruction is alive and in a block.
        Self::from_raw(unsafe { llvm::LLVMGetPreviousInstruction(self.as_raw()) })
    }

    /// Returns its block.
    #[must_use]
    pub fn block(self) -> Option<Block<'ctx>> {
        // SAFETY: the instruction is alive.
        Block::from_raw(unsafe { llvm::LLVMGetInstructionParent(self.as_raw()) })
    }

    /// Returns the function that contains it.
    #[must_use]
    pub fn function(self) -> Option<Global<'ctx>> {
        let block = self.block()?;
        // SAFETY: the block is alive.
        Global::from_raw(unsafe { llvm::LLVMGetBasicBlockParent(block.as_raw()) })
    }

    /// Returns true for a call that never returns.
    #[must_use]
    pub fn never_returns(self) -> bool {
        self.operation() == Operation::Call
            && (self.has(Attribute::NoReturn)
                || self.callee().is_some_and(|callee| callee.has(Attribute::NoReturn)))
    }

    /// Returns the number of the kernel helper that it calls.
    #[must_use]
    pub fn helper(self) -> Option<u64> {
        const TO_POINTER: i32 = LLVMOpcode::LLVMIntToPtr as i32;
        if self.operation() != Operation::Call {
            return None;
        }
        // SAFETY: the instruction is a live call.
        let called = unsafe { llvm::LLVMGetCalledValue(self.as_raw()) };
        // SAFETY: a called value is alive.
        if unsafe { llvm::LLVMIsAConstantExpr(called) }.is_null() {
            return None;
        }
        // SAFETY: it is a constant expression.
        if unsafe { llvm::LLVMGetConstOpcode(called) } != TO_POINTER {
            return None;
        }
        // SAFETY: a conversion has an operand.
        let number = unsafe { llvm::LLVMGetOperand(called, 0) };
        // SAFETY: an operand is alive.
        if unsafe { llvm::LLVMIsAConstantInt(number) }.is_null() {
            return None;
        }
        // SAFETY: it is a constant integer.
        Some(unsafe { llvm::LLVMConstIntGetZExtValue(number) })
    }

    /// Returns the function at operand `index`.
    #[must_use]
    pub fn function_operand(self, index: u32) -> Option<Global<'ctx>> {
        let operand = self.operand(index)?;
        // SAFETY: an operand is alive; the result is null unless it is a function.
        Global::from_raw(unsafe { llvm::LLVMIsAFunction(operand.as_ptr()) })
    }

    /// Returns the functions whose address is an operand, except the callee.
    #[must_use]
    pub fn functions_given(self) -> Vec<Global<'ctx>> {
        // SAFETY: the instruction is alive.
        let count = unsafe { llvm::LLVMGetNumOperands(self.as_raw()) } as u32;
        (0..count).filter_map(|index| self.function_operand(index)).collect()
    }

    /// Returns the places in the source that it stands for, innermost first, each with the name of its function; the
    /// outer ones are the calls through which it was inlined.
    #[must_use]
    pub fn inlined_places(self) -> Vec<Place> {
        // SAFETY: the instruction is alive; the result is null if it has no location.
        let first = unsafe { llvm::LLVMInstructionGetDebugLoc(self.as_raw()) };
        let places = std::iter::successors(NonNull::new(first), |location| {
            // SAFETY: it is a location; the result is null at the outermost.
            NonNull::new(unsafe { llvm::LLVMDILocationGetInlinedAt(location.as_ptr()) })
        });
        places.filter_map(place_of).collect()
    }
}

impl Instruction<'_> {
    /// Returns the innermost place in the source that is the user's own: not of the standard library, or of compiler
    /// routines, unless there is nothing else.
    #[must_use]
    pub fn user_place(self) -> Option<Place> {
        let places = self.inlined_places();
        places.iter().find(|place| !is_of_rust(&place.file)).or_else(|| places.first()).cloned()
    }
}

/// Returns true for a file of rustc's standard library: as shipped, as remapped, and relative to its own sources.
fn is_of_rust(file: &str) -> bool {
    const PARTS: [&str; 5] = [
        "library/core/",
        "library/alloc/",
        "library/std/",
        "compiler-builtins",
        "compiler_builtins",
    ];
    PARTS.iter().any(|part| file.contains(part)) || file.starts_with("/rustc/")
}

fn place_of(location: NonNull<LLVMOpaqueMetadata>) -> Option<Place> {
    // SAFETY: it is a location.
    let line = unsafe { llvm::LLVMDILocationGetLine(location.as_ptr()) };
    // SAFETY: it is a location.
    let column = unsafe { llvm::LLVMDILocationGetColumn(location.as_ptr()) };
    // SAFETY: it is a location, which has a scope.
    let scope = unsafe { llvm::LLVMDILocationGetScope(location.as_ptr()) };
    // SAFETY: it is a scope.
    let file = unsafe { llvm::LLVMDIScopeGetFile(scope) };
    place_in(file, line, column)
}

/// Returns the place in `file`, which is null or a file of live debug info.
pub(super) fn place_in(file: *mut LLVMOpaqueMetadata, line: u32, column: u32) -> Option<Place> {
    if line == 0 || file.is_null() {
        return None;
    }
    let mut length = 0;
    // SAFETY: it is a file.
    let start = unsafe { llvm::LLVMDIFileGetFilename(file, &raw mut length) };
    // SAFETY: LLVM gives a range of the context's.
    let file = unsafe { text::copy(start, length as usize) };
    Some(Place { file, line, column })
}

impl<'ctx> Global<'ctx> {
    /// Returns all uses of a function.
    #[must_use]
    pub fn uses(self) -> Vec<Use<'ctx>> {
        // SAFETY: the function is alive.
        let mut next = unsafe { llvm::LLVMGetFirstUse(self.as_raw()) };
        let mut uses = Vec::new();
        while !next.is_null() {
            // SAFETY: it is a use of a live value.
            let user = unsafe { llvm::LLVMGetUser(next) };
            // SAFETY: a user is alive.
            let is_instruction = !unsafe { llvm::LLVMIsAInstruction(user) }.is_null();
            let instruction = Instruction::from_raw(user).filter(|_| is_instruction);
            uses.push(match instruction {
                Some(user) if user.calls_only(self) => Use::Call(user),
                Some(user) => Use::Address(user),
                None => Use::Constant,
            });
            // SAFETY: as above.
            next = unsafe { llvm::LLVMGetNextUse(next) };
        }
        uses
    }
}

impl<'ctx> Global<'ctx> {
    /// Returns the calls of a function.
    #[must_use]
    pub fn calls(self) -> Vec<Instruction<'ctx>> {
        let uses = self.uses().into_iter();
        uses.filter_map(|one| if let Use::Call(call) = one { Some(call) } else { None }).collect()
    }

    /// Returns true if a function returns a value.
    #[must_use]
    pub fn returns_anything(self) -> bool {
        self.signature().is_some_and(|own| own.returns.is_some())
    }

    /// Returns true if a function has a `ret`.
    #[must_use]
    pub fn can_return(self) -> bool {
        self.blocks().filter_map(Block::terminator).any(Instruction::is_return)
    }
}

impl<'ctx> Instruction<'ctx> {
    /// Returns the instruction after it in its block.
    #[must_use]
    pub fn next_one(self) -> Option<Self> {
        self.next()
    }

    /// Returns true if it calls `function` and does not also pass its address.
    fn calls_only(self, function: Global<'ctx>) -> bool {
        // SAFETY: the instruction is alive.
        let count = unsafe { llvm::LLVMGetNumOperands(self.as_raw()) } as u32;
        let mut arguments = (0..count.saturating_sub(1)).map(|index| self.function_operand(index));
        self.callee() == Some(function) && !arguments.any(|argument| argument == Some(function))
    }
}
