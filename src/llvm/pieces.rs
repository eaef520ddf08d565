//! Memory moves expanded to loads and stores.

use std::{ffi::c_uint, ptr::NonNull};

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMBuilder, LLVMInlineAsmDialect, LLVMType, LLVMValue},
};

use super::{context::Context, global::Global, instruction::Instruction};

impl<'ctx> Instruction<'ctx> {
    /// Inserts assembly before it that sets r0 to zero.
    pub fn zero_result_before(self, context: &'ctx Context) {
        let builder = Builder::before(context, self);
        let (text, clobbers) = ("r0 = 0", "~{r0}");
        // SAFETY: the context is alive.
        let void = unsafe { llvm::LLVMVoidTypeInContext(context.as_raw()) };
        // SAFETY: the type is alive; there are no parameters.
        let type_ = unsafe { llvm::LLVMFunctionType(void, std::ptr::null_mut(), 0, 0) };
        // SAFETY: a type of functions, and ranges of two strings that are copied.
        let assembly = unsafe {
            llvm::LLVMGetInlineAsm(
                type_,
                text.as_ptr().cast(),
                text.len(),
                clobbers.as_ptr().cast(),
                clobbers.len(),
                1,
                0,
                LLVMInlineAsmDialect::LLVMInlineAsmDialectATT,
                0,
            )
        };
        let (none, name) = (std::ptr::null_mut(), c"".as_ptr());
        // SAFETY: builder, type and assembly are alive, and there are no arguments.
        unsafe { llvm::LLVMBuildCall2(builder.raw.as_ptr(), type_, assembly, none, 0, name) };
    }
}

/// An aligned word of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The offset in bytes from the start.
    pub offset: u64,
    /// The size in bytes: 1, 2, 4 or 8.
    pub size: u32,
}

impl<'ctx> Instruction<'ctx> {
    /// Replaces a call of `llvm.memmove` or `llvm.memcpy` by loads of all `pieces` of its source, followed by stores of
    /// them to its target.
    pub fn move_pieces(self, context: &'ctx Context, pieces: &[Piece]) {
        let builder = Builder::before(context, self);
        let (Some(to), Some(from)) = (self.operand(0), self.operand(1)) else { return };
        let (to, from) = (to.as_ptr(), from.as_ptr());
        let loaded: Vec<_> = pieces.iter().map(|piece| builder.load(from, *piece)).collect();
        for (value, piece) in loaded.into_iter().zip(pieces) {
            builder.store(value, to, *piece);
        }
        self.erase();
    }

    /// Replaces a call of `llvm.memcpy` by a load and a store for each of `pieces`, one after the other. They are
    /// volatile, which keeps code generation from changing their order.
    pub fn copy_pieces(self, context: &'ctx Context, pieces: &[Piece]) {
        let builder = Builder::before(context, self);
        let (Some(to), Some(from)) = (self.operand(0), self.operand(1)) else { return };
        for piece in pieces {
            let value = builder.load(from.as_ptr(), *piece);
            let store = builder.store(value, to.as_ptr(), *piece);
            // SAFETY: a load of a live block.
            unsafe { llvm::LLVMSetVolatile(value, 1) };
            // SAFETY: a store of a live block.
            unsafe { llvm::LLVMSetVolatile(store, 1) };
        }
        self.erase();
    }
}

/// A builder that inserts before one instruction.
pub(super) struct Builder<'ctx> {
    raw: NonNull<LLVMBuilder>,
    context: &'ctx Context,
}

impl<'ctx> Builder<'ctx> {
    #[expect(clippy::expect_used, reason = "LLVM ends the process when it is out of memory")]
    pub(super) fn before(context: &'ctx Context, place: Instruction<'ctx>) -> Self {
        // SAFETY: the context is alive.
        let raw = unsafe { llvm::LLVMCreateBuilderInContext(context.as_raw()) };
        let raw =
            NonNull::new(raw).expect("LLVMCreateBuilderInContext aborts rather than return null");
        // SAFETY: the builder was made above; the instruction is alive and in a block.
        unsafe { llvm::LLVMPositionBuilderBefore(raw.as_ptr(), place.as_raw()) };
        Self { raw, context }
    }

    fn load(&self, from: *mut LLVMValue, piece: Piece) -> *mut LLVMValue {
        let (place, type_) = (self.place(from, piece.offset), self.integer(piece.size * 8));
        // SAFETY: builder, type and pointer are alive, the name is empty.
        let load = unsafe { llvm::LLVMBuildLoad2(self.raw.as_ptr(), type_, place, c"".as_ptr()) };
        // SAFETY: it is a load.
        unsafe { llvm::LLVMSetAlignment(load, piece.size) };
        load
    }

    fn store(&self, value: *mut LLVMValue, to: *mut LLVMValue, piece: Piece) -> *mut LLVMValue {
        let place = self.place(to, piece.offset);
        // SAFETY: builder, value and pointer are alive.
        let store = unsafe { llvm::LLVMBuildStore(self.raw.as_ptr(), value, place) };
        // SAFETY: it is a store.
        unsafe { llvm::LLVMSetAlignment(store, piece.size) };
        store
    }

    /// Builds a call of `function` with as many arguments as it takes.
    pub(super) fn call(
        &self,
        function: Global<'ctx>,
        arguments: &mut [*mut LLVMValue],
    ) -> *mut LLVMValue {
        // SAFETY: the function is alive.
        let type_ = unsafe { llvm::LLVMGlobalGetValueType(function.as_raw()) };
        self.call_of(type_, function.as_raw(), arguments)
    }

    /// Builds a call of `called`, a function of `type_` or assembly, with as many arguments as it takes.
    pub(super) fn call_of(
        &self,
        type_: *mut LLVMType,
        called: *mut LLVMValue,
        arguments: &mut [*mut LLVMValue],
    ) -> *mut LLVMValue {
        let count = c_uint::try_from(arguments.len()).unwrap_or(0);
        let (list, name) = (arguments.as_mut_ptr(), c"".as_ptr());
        // SAFETY: builder, callee and arguments are alive, the name is empty.
        unsafe { llvm::LLVMBuildCall2(self.raw.as_ptr(), type_, called, list, count, name) }
    }

    /// Builds a pointer to `offset` bytes after `start`.
    fn place(&self, start: *mut LLVMValue, offset: u64) -> *mut LLVMValue {
        // SAFETY: the type is one of integers.
        let mut index = unsafe { llvm::LLVMConstInt(self.integer(64), offset, 0) };
        let (byte, name) = (self.integer(8), c"".as_ptr());
        // SAFETY: builder, type and pointer are alive, and there is one index.
        unsafe { llvm::LLVMBuildGEP2(self.raw.as_ptr(), byte, start, &raw mut index, 1, name) }
    }

    pub(super) fn integer(&self, bits: c_uint) -> *mut LLVMType {
        // SAFETY: the context is alive.
        unsafe { llvm::LLVMIntTypeInContext(self.context.as_raw(), bits) }
    }
}

impl Drop for Builder<'_> {
    fn drop(&mut self) {
        // SAFETY: `self` owns the builder.
        unsafe { llvm::LLVMDisposeBuilder(self.raw.as_ptr()) };
    }
}
