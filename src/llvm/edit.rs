//! Changes to the control flow of functions: inserting and removing calls, returns and jumps.

use std::{ffi::c_uint, ptr::NonNull};

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMBasicBlock, LLVMBuilder, LLVMType, LLVMTypeKind, LLVMValue},
};

use super::{
    block::Block,
    context::Context,
    global::{Attribute, FUNCTION_INDEX, Global},
    instruction::Instruction,
    module::Module,
    text,
};

/// A builder that inserts at one place of a function.
pub(super) struct Cursor<'ctx> {
    raw: NonNull<LLVMBuilder>,
    context: &'ctx Context,
}

impl<'ctx> Cursor<'ctx> {
    #[expect(clippy::expect_used, reason = "LLVM ends the process when it is out of memory")]
    fn new(context: &'ctx Context) -> Self {
        // SAFETY: the context is alive.
        let raw = unsafe { llvm::LLVMCreateBuilderInContext(context.as_raw()) };
        let raw =
            NonNull::new(raw).expect("LLVMCreateBuilderInContext aborts rather than return null");
        Self { raw, context }
    }

    /// Returns a cursor before `place`.
    pub(super) fn before(context: &'ctx Context, place: Instruction<'ctx>) -> Self {
        let cursor = Self::new(context);
        // SAFETY: the builder was made above; the instruction is alive and in a block.
        unsafe { llvm::LLVMPositionBuilderBefore(cursor.raw.as_ptr(), place.as_raw()) };
        cursor
    }

    /// Returns a cursor at the end of `block`.
    pub(super) fn at_end(context: &'ctx Context, block: Block<'ctx>) -> Self {
        let cursor = Self::new(context);
        // SAFETY: the builder was made above; the block is alive.
        unsafe { llvm::LLVMPositionBuilderAtEnd(cursor.raw.as_ptr(), block.as_raw()) };
        cursor
    }

    pub(super) const fn as_raw(&self) -> *mut LLVMBuilder {
        self.raw.as_ptr()
    }

    pub(super) fn integer(&self, bits: c_uint) -> *mut LLVMType {
        // SAFETY: the context is alive.
        unsafe { llvm::LLVMIntTypeInContext(self.context.as_raw(), bits) }
    }

    /// Calls `function`, which takes no arguments and returns nothing.
    fn call(&self, function: Global<'ctx>) -> Option<Instruction<'ctx>> {
        let name = c"".as_ptr();
        // SAFETY: the function is alive.
        let own = unsafe { llvm::LLVMGlobalGetValueType(function.as_raw()) };
        let nothing = std::ptr::null_mut();
        // SAFETY: builder and function are alive; it takes no arguments.
        Instruction::from_raw(unsafe {
            llvm::LLVMBuildCall2(self.as_raw(), own, function.as_raw(), nothing, 0, name)
        })
    }

    /// Returns `value` from `function`, or null if it does not return an integer.
    fn ret(&self, function: Global<'ctx>, value: u64) -> Option<Instruction<'ctx>> {
        const VOID: i32 = LLVMTypeKind::LLVMVoidTypeKind as i32;
        const INTEGER: i32 = LLVMTypeKind::LLVMIntegerTypeKind as i32;
        // SAFETY: the function is alive.
        let own = unsafe { llvm::LLVMGlobalGetValueType(function.as_raw()) };
        // SAFETY: it is a function type.
        let returned = unsafe { llvm::LLVMGetReturnType(own) };
        // SAFETY: types live as long as their context.
        let raw = match unsafe { llvm::LLVMGetTypeKind(returned) } {
            // SAFETY: the builder is alive.
            VOID => unsafe { llvm::LLVMBuildRetVoid(self.as_raw()) },
            INTEGER => {
                // SAFETY: it is an integer type.
                let value = unsafe { llvm::LLVMConstInt(returned, value, 1) };
                // SAFETY: builder and constant are alive.
                unsafe { llvm::LLVMBuildRet(self.as_raw(), value) }
            }
            _ => {
                // SAFETY: a type that a function returns has a null.
                let value = unsafe { llvm::LLVMConstNull(returned) };
                // SAFETY: builder and constant are alive.
                unsafe { llvm::LLVMBuildRet(self.as_raw(), value) }
            }
        };
        Instruction::from_raw(raw)
    }

    fn jump(&self, target: Block<'ctx>) {
        // SAFETY: builder and block are alive.
        unsafe { llvm::LLVMBuildBr(self.as_raw(), target.as_raw()) };
    }
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        // SAFETY: `self` owns the builder.
        unsafe { llvm::LLVMDisposeBuilder(self.raw.as_ptr()) };
    }
}

impl<'ctx> Module<'ctx> {
    /// Declares a function called `name` without arguments or result.
    #[must_use]
    pub fn declare_procedure(&self, context: &'ctx Context, name: &str) -> Option<Global<'ctx>> {
        let name = text::c_string(name).ok()?;
        // SAFETY: the context is alive.
        let void = unsafe { llvm::LLVMVoidTypeInContext(context.as_raw()) };
        // SAFETY: the type was made above, and there are no parameters.
        let own = unsafe { llvm::LLVMFunctionType(void, std::ptr::null_mut(), 0, 0) };
        // SAFETY: the module is alive and copies the name.
        Global::from_raw(unsafe { llvm::LLVMAddFunction(self.as_raw(), name.as_ptr(), own) })
    }
}

impl<'ctx> Module<'ctx> {
    /// Declares a kernel function called `name` that takes a 64-bit number and returns nothing.
    #[must_use]
    pub fn declare_kernel_function(
        &self,
        context: &'ctx Context,
        name: &str,
    ) -> Option<Global<'ctx>> {
        let name = text::c_string(name).ok()?;
        // SAFETY: the context is alive.
        let void = unsafe { llvm::LLVMVoidTypeInContext(context.as_raw()) };
        // SAFETY: the context is alive.
        let mut number = unsafe { llvm::LLVMIntTypeInContext(context.as_raw(), 64) };
        // SAFETY: the types were made above.
        let own = unsafe { llvm::LLVMFunctionType(void, &raw mut number, 1, 0) };
        // SAFETY: the module is alive and copies the name.
        let made = unsafe { llvm::LLVMAddFunction(self.as_raw(), name.as_ptr(), own) };
        let made = Global::from_raw(made)?;
        // SAFETY: the function was made above, and copies the name.
        unsafe { llvm::LLVMSetSection(made.as_raw(), c".ksyms".as_ptr()) };
        Some(made)
    }
}

impl<'ctx> Instruction<'ctx> {
    /// Inserts a call of `function`, without arguments or result, before this instruction, at the same place in the
    /// source.
    pub fn call_before(self, context: &'ctx Context, function: Global<'ctx>) {
        if let Some(call) = Cursor::before(context, self).call(function) {
            call.is_of(self);
        }
    }

    /// Inserts a call of `function`, which takes a number, with `value` before this instruction.
    pub fn call_with_number_before(
        self,
        context: &'ctx Context,
        function: Global<'ctx>,
        value: u64,
    ) {
        let cursor = Cursor::before(context, self);
        // SAFETY: the function is alive.
        let own = unsafe { llvm::LLVMGlobalGetValueType(function.as_raw()) };
        // SAFETY: the type is one of integers.
        let mut number = unsafe { llvm::LLVMConstInt(cursor.integer(64), value, 0) };
        let (builder, called, name) = (cursor.as_raw(), function.as_raw(), c"".as_ptr());
        // SAFETY: builder and function are alive, and it takes one number.
        let call = unsafe { llvm::LLVMBuildCall2(builder, own, called, &raw mut number, 1, name) };
        if let Some(call) = Instruction::from_raw(call) {
            call.is_of(self);
        }
    }

    /// Replaces this terminator by a return from `function`, which contains it.
    pub fn return_instead(self, context: &'ctx Context, function: Global<'ctx>, value: u64) {
        if let Some(ret) = Cursor::before(context, self).ret(function, value) {
            ret.is_of(self);
        }
        self.erase();
    }

    /// Calls `leave` after this instruction and ends the block there; the rest of the block is deleted.
    pub fn end_with_call(self, context: &'ctx Context, leave: Global<'ctx>) {
        let Some(block) = self.block() else { return };
        for successor in block.successors() {
            successor.forget_predecessor(context, block);
        }
        self.truncate_after();
        block.end_with(context, leave);
    }

    /// Deletes everything after it in its block, including the terminator.
    fn truncate_after(self) {
        while let Some(next) = self.next() {
            next.take_out();
        }
    }

    /// Replaces it and the rest of its block by an endless loop.
    pub fn replace_with_endless_loop(self, context: &'ctx Context, function: Global<'ctx>) {
        let endless = function.append_block(context);
        for successor in self.block().map(Block::successors).unwrap_or_default() {
            if let Some(block) = self.block() {
                successor.forget_predecessor(context, block);
            }
        }
        Cursor::at_end(context, endless).jump(endless);
        self.truncate_after();
        if let Some(block) = self.block() {
            Cursor::at_end(context, block).jump(endless);
        }
        self.take_out();
    }

    /// Takes the debug location of `other`.
    pub(super) fn is_of(self, other: Self) {
        // SAFETY: the instruction is alive; the result is null if it has no location.
        let place = unsafe { llvm::LLVMInstructionGetDebugLoc(other.as_raw()) };
        if !place.is_null() {
            // SAFETY: both are alive and in one function.
            unsafe { llvm::LLVMInstructionSetDebugLoc(self.as_raw(), place) };
        }
    }

    /// Sets successor `index` of a terminator to `block`.
    pub fn set_successor(self, index: usize, block: Block<'ctx>) {
        let Ok(index) = u32::try_from(index) else { return };
        // SAFETY: the instruction is a terminator with that many successors.
        unsafe { llvm::LLVMSetSuccessor(self.as_raw(), index, block.as_raw()) };
    }

    /// Returns true for a call that has `attribute` at the call site.
    #[must_use]
    pub fn has(self, attribute: Attribute) -> bool {
        let (call, kind) = (self.as_raw(), attribute.kind());
        // SAFETY: the instruction is a live call, the only kind that callers pass.
        !unsafe { llvm::LLVMGetCallSiteEnumAttribute(call, FUNCTION_INDEX, kind) }.is_null()
    }
}

impl<'ctx> Block<'ctx> {
    /// Appends a call of `marker` and `unreachable`.
    pub fn end_with(self, context: &'ctx Context, marker: Global<'ctx>) {
        let cursor = Cursor::at_end(context, self);
        cursor.call(marker);
        // SAFETY: the builder is alive.
        unsafe { llvm::LLVMBuildUnreachable(cursor.as_raw()) };
    }

    /// Removes the edges from `former` from its phis; the caller changes the jump itself.
    pub fn forget_predecessor(self, context: &'ctx Context, former: Self) {
        let phis: Vec<_> = self.instructions().filter(|one| one.is_phi()).collect();
        for phi in phis {
            phi.forget_incoming(context, former);
        }
    }
}

impl<'ctx> Instruction<'ctx> {
    fn is_phi(self) -> bool {
        // SAFETY: the instruction is alive.
        !unsafe { llvm::LLVMIsAPHINode(self.as_raw()) }.is_null()
    }

    fn forget_incoming(self, context: &'ctx Context, former: Block<'ctx>) {
        // SAFETY: the instruction is a live phi.
        let count = unsafe { llvm::LLVMCountIncoming(self.as_raw()) };
        let edges = (0..count).map(|index| {
            // SAFETY: the index is below the number of edges.
            let value = unsafe { llvm::LLVMGetIncomingValue(self.as_raw(), index) };
            // SAFETY: the index is below the number of edges.
            (value, unsafe { llvm::LLVMGetIncomingBlock(self.as_raw(), index) })
        });
        let left: Vec<_> = edges.filter(|(_, block)| *block != former.as_raw()).collect();
        let replacement = self.rebuilt(context, &left);
        // SAFETY: both are alive and of one type.
        unsafe { llvm::LLVMReplaceAllUsesWith(self.as_raw(), replacement) };
        self.erase();
    }

    /// Builds a phi of `edges` in front of this one; returns undef if there are no edges.
    fn rebuilt(
        self,
        context: &'ctx Context,
        edges: &[(*mut LLVMValue, *mut LLVMBasicBlock)],
    ) -> *mut LLVMValue {
        // SAFETY: the instruction is alive.
        let own = unsafe { llvm::LLVMTypeOf(self.as_raw()) };
        if edges.is_empty() {
            // SAFETY: it is a type of values.
            return unsafe { llvm::LLVMGetUndef(own) };
        }
        let cursor = Cursor::before(context, self);
        // SAFETY: builder and type are alive, the name is empty.
        let phi = unsafe { llvm::LLVMBuildPhi(cursor.as_raw(), own, c"".as_ptr()) };
        for (mut value, mut block) in edges.iter().copied() {
            // SAFETY: value and block are those of an edge of a live phi. A phi that is its own operand is replaced
            // along with all uses.
            unsafe { llvm::LLVMAddIncoming(phi, &raw mut value, &raw mut block, 1) };
        }
        phi
    }
}

impl<'ctx> Global<'ctx> {
    /// Appends an empty block to a function.
    #[must_use]
    #[expect(clippy::expect_used, reason = "LLVM ends the process when it is out of memory")]
    pub fn append_block(self, context: &'ctx Context) -> Block<'ctx> {
        // SAFETY: context and function are alive, the name is empty.
        let raw = unsafe {
            llvm::LLVMAppendBasicBlockInContext(context.as_raw(), self.as_raw(), c"".as_ptr())
        };
        Block::from_raw(raw).expect("LLVM aborts rather than return null")
    }

    /// Makes a function return null at once.
    pub fn return_at_once(self, context: &'ctx Context) {
        let Some(entry) = self.blocks().next() else { return };
        let (context_raw, name) = (context.as_raw(), c"".as_ptr());
        // SAFETY: context and block are alive, the name is empty.
        let first =
            unsafe { llvm::LLVMInsertBasicBlockInContext(context_raw, entry.as_raw(), name) };
        if let Some(first) = Block::from_raw(first) {
            Cursor::at_end(context, first).ret(self, 0);
        }
    }

    /// Removes a function's attributes, and those of its calls, about the memory it reads and writes and the functions
    /// it calls.
    pub fn forget_effects(self) {
        const PROMISES: [&str; 4] = ["memory", "nofree", "nosync", "norecurse"];
        for name in PROMISES {
            // SAFETY: a range of bytes.
            let kind =
                unsafe { llvm::LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len()) };
            if kind == 0 {
                continue;
            }
            // SAFETY: the function is alive.
            unsafe { llvm::LLVMRemoveEnumAttributeAtIndex(self.as_raw(), FUNCTION_INDEX, kind) };
            for call in self.calls() {
                let call = call.as_raw();
                // SAFETY: the call is alive.
                unsafe { llvm::LLVMRemoveCallSiteEnumAttribute(call, FUNCTION_INDEX, kind) };
            }
        }
    }

    /// Removes a function's attributes about its return value.
    pub fn forget_return_promises(self) {
        const PROMISES: [&str; 7] =
            ["range", "nonnull", "noundef", "dereferenceable", "align", "noalias", "nofpclass"];
        for name in PROMISES {
            // SAFETY: a range of bytes.
            let kind =
                unsafe { llvm::LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len()) };
            if kind != 0 {
                // SAFETY: the function is alive; index 0 of attributes is the return value.
                unsafe { llvm::LLVMRemoveEnumAttributeAtIndex(self.as_raw(), 0, kind) };
            }
        }
    }
}
