//! Calls of helper functions that run a callback, rewritten to record whether the callback panicked.
//!
//! The callback receives the address of two words in the caller's frame: its original pointer argument and a flag. The
//! words are created in a separate function around the helper, which is inlined, so no block needs to be split.

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMBasicBlock, LLVMIntPredicate, LLVMType, LLVMTypeKind, LLVMValue},
};

use super::{
    context::Context, edit::Cursor, global::Global, instruction::Instruction, module::Module,
};

/// The offset of the flag from the pointer.
const FLAG: u64 = 8;

impl<'ctx> Module<'ctx> {
    /// Moves `call`, of a helper that passes argument `index` to a callback, into a new function that leaves by calling
    /// `leave` if the callback set its flag.
    #[must_use]
    pub fn note(
        &self,
        context: &'ctx Context,
        call: Instruction<'ctx>,
        index: u32,
        leave: Global<'ctx>,
    ) -> Option<Global<'ctx>> {
        // SAFETY: the instruction is a live call.
        let own = unsafe { llvm::LLVMGetCalledFunctionType(call.as_raw()) };
        // SAFETY: the instruction is a live call.
        let helper = unsafe { llvm::LLVMGetCalledValue(call.as_raw()) };
        let name = c"bpf_linker.note".as_ptr();
        // SAFETY: the module is alive and copies the name.
        let made = unsafe { llvm::LLVMAddFunction(self.as_raw(), name, own) };
        let made = Global::from_raw(made)?;
        made.internalize();
        let entry = made.append_block(context);
        let (left, done) = (made.append_block(context), made.append_block(context));
        let cursor = Cursor::at_end(context, entry);
        let words = cursor.words();
        let result = cursor.pass(own, helper, made, (index, words));
        cursor.branch_on_flag(cursor.flag(words), left.as_raw(), done.as_raw());
        left.end_with(context, leave);
        Cursor::at_end(context, done).give(result);
        call.set_called(made);
        Some(made)
    }
}

impl<'ctx> Global<'ctx> {
    /// Makes a callback, whose parameter `index` is the address of the two words, use the pointer stored there.
    pub fn unwrap_parameter(self, context: &'ctx Context, index: u32) {
        let Some(first) = self.blocks().next().and_then(|block| block.instructions().next()) else {
            return;
        };
        // SAFETY: the function is alive and has such a parameter.
        let words = unsafe { llvm::LLVMGetParam(self.as_raw(), index) };
        let cursor = Cursor::before(context, first);
        // SAFETY: the context is alive.
        let pointer = unsafe { llvm::LLVMPointerTypeInContext(context.as_raw(), 0) };
        let name = c"".as_ptr();
        // SAFETY: builder, type and parameter are alive.
        let given = unsafe { llvm::LLVMBuildLoad2(cursor.as_raw(), pointer, words, name) };
        // SAFETY: both are alive and pointers.
        unsafe { llvm::LLVMReplaceAllUsesWith(words, given) };
        // SAFETY: the load was made above; its own operand was replaced too.
        unsafe { llvm::LLVMSetOperand(given, 0, words) };
    }
}

impl<'ctx> Instruction<'ctx> {
    /// Sets the flag in the two words at the address in parameter `index` of `function`, before this instruction of it.
    pub fn set_flag_before(self, context: &'ctx Context, function: Global<'ctx>, index: u32) {
        // SAFETY: the function is alive and has such a parameter.
        let words = unsafe { llvm::LLVMGetParam(function.as_raw(), index) };
        let cursor = Cursor::before(context, self);
        cursor.set(cursor.flag(words), 1);
    }

    /// Sets the word at the address in the last parameter of `function`, before this instruction of it.
    pub fn set_last_flag_before(self, context: &'ctx Context, function: Global<'ctx>) {
        if let Some(flag) = function.parameters().pop() {
            Cursor::before(context, self).set(flag.as_raw(), 1);
        }
    }

    fn set_called(self, function: Global<'ctx>) {
        self.set_callee(function);
    }
}

impl<'ctx> Cursor<'ctx> {
    /// Allocates the two words in the frame, with the flag cleared.
    fn words(&self) -> *mut LLVMValue {
        let word = self.integer(64);
        // SAFETY: the type is alive, two of it are an array.
        let two = unsafe { llvm::LLVMArrayType2(word, 2) };
        // SAFETY: builder and type are alive.
        let words = unsafe { llvm::LLVMBuildAlloca(self.as_raw(), two, c"".as_ptr()) };
        self.set(self.flag(words), 0);
        words
    }

    fn flag(&self, words: *mut LLVMValue) -> *mut LLVMValue {
        // SAFETY: the type is one of integers.
        let mut offset = unsafe { llvm::LLVMConstInt(self.integer(64), FLAG, 0) };
        let (byte, name) = (self.integer(8), c"".as_ptr());
        // SAFETY: builder, type and pointer are alive, and there is one index.
        unsafe { llvm::LLVMBuildGEP2(self.as_raw(), byte, words, &raw mut offset, 1, name) }
    }

    /// Stores `value` in the word at `flag`.
    pub(super) fn set(&self, flag: *mut LLVMValue, value: u64) {
        // SAFETY: the type is one of integers.
        let value = unsafe { llvm::LLVMConstInt(self.integer(64), value, 0) };
        // SAFETY: builder, value and pointer are alive.
        unsafe { llvm::LLVMBuildStore(self.as_raw(), value, flag) };
    }

    /// Calls `helper` with the parameters of `function`, except that one is stored in the words and replaced by their
    /// address.
    fn pass(
        &self,
        own: *mut LLVMType,
        helper: *mut LLVMValue,
        function: Global<'ctx>,
        (index, words): (u32, *mut LLVMValue),
    ) -> *mut LLVMValue {
        // SAFETY: it is a function type.
        let count = unsafe { llvm::LLVMCountParamTypes(own) };
        let parameter = |number| {
            // SAFETY: the function has that many parameters.
            unsafe { llvm::LLVMGetParam(function.as_raw(), number) }
        };
        // SAFETY: builder, value and pointer are alive.
        unsafe { llvm::LLVMBuildStore(self.as_raw(), parameter(index), words) };
        let mut arguments: Vec<_> = (0..count)
            .map(|number| if number == index { words } else { parameter(number) })
            .collect();
        let (start, name) = (arguments.as_mut_ptr(), c"".as_ptr());
        // SAFETY: there are `count` arguments of the types of the parameters.
        unsafe { llvm::LLVMBuildCall2(self.as_raw(), own, helper, start, count, name) }
    }

    /// Goes to `left` if the word at `flag` is set, else to `done`.
    pub(super) fn branch_on_flag(
        &self,
        flag: *mut LLVMValue,
        left: *mut LLVMBasicBlock,
        done: *mut LLVMBasicBlock,
    ) {
        let (word, name) = (self.integer(64), c"".as_ptr());
        // SAFETY: builder, type and pointer are alive.
        let flag = unsafe { llvm::LLVMBuildLoad2(self.as_raw(), word, flag, name) };
        // SAFETY: the type is one of integers.
        let zero = unsafe { llvm::LLVMConstInt(word, 0, 0) };
        let differ = LLVMIntPredicate::LLVMIntNE;
        // SAFETY: both are integers of one width.
        let is_set = unsafe { llvm::LLVMBuildICmp(self.as_raw(), differ, flag, zero, name) };
        // SAFETY: builder, condition and blocks are alive.
        unsafe { llvm::LLVMBuildCondBr(self.as_raw(), is_set, left, done) };
    }

    /// Returns `result`, or nothing if the call returns nothing.
    pub(super) fn give(&self, result: *mut LLVMValue) {
        const VOID: i32 = LLVMTypeKind::LLVMVoidTypeKind as i32;
        // SAFETY: the value is alive.
        let own = unsafe { llvm::LLVMTypeOf(result) };
        // SAFETY: types live as long as their context.
        if unsafe { llvm::LLVMGetTypeKind(own) } == VOID {
            // SAFETY: the builder is alive.
            unsafe { llvm::LLVMBuildRetVoid(self.as_raw()) };
        } else {
            // SAFETY: builder and value are alive.
            unsafe { llvm::LLVMBuildRet(self.as_raw(), result) };
        }
    }
}
