//! Calls of what a register points to, and functions that numbers stand for.

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMOpcode, LLVMType},
};

use super::{
    build::Builder, context::Context, flow::Use, global::Global, instruction::Instruction,
    module::Module, operation::Operation, value::Value,
};

impl<'ctx> Instruction<'ctx> {
    /// Returns the address that a call goes to, if it is computed at run time.
    #[must_use]
    pub fn indirect_callee(self) -> Option<Value<'ctx>> {
        if self.operation() != Operation::Call {
            return None;
        }
        // SAFETY: the instruction is a live call.
        let called = unsafe { llvm::LLVMGetCalledValue(self.as_raw()) };
        let called = Value::from_raw(called)?;
        (!called.is_constant() && !self.is_assembly()).then_some(called)
    }

    /// Returns true if `function` has the type by which a call calls.
    #[must_use]
    pub fn fits(self, function: Global<'ctx>) -> bool {
        // SAFETY: the instruction is a live call.
        let own = unsafe { llvm::LLVMGetCalledFunctionType(self.as_raw()) };
        own == type_of(function)
    }
}

impl<'ctx> Module<'ctx> {
    /// Puts `number` in the place of the address of `function`, except where the function is called, and where something
    /// outside of this module receives the address.
    pub fn put_number_for(&self, context: &'ctx Context, function: Global<'ctx>, number: i64) {
        let name = c"bpf_linker.target".as_ptr();
        // SAFETY: the module is alive and copies the name.
        let raw = unsafe { llvm::LLVMAddFunction(self.as_raw(), name, type_of(function)) };
        let (Some(keeper), Some(first)) = (Global::from_raw(raw), self.first_instruction()) else {
            return;
        };
        for one in function.uses() {
            match one {
                Use::Call(call) => call.set_callee(keeper),
                Use::Address(user) if leaves_module(user) => {
                    for (index, operand) in (0..).zip(user.value().operands()) {
                        if operand == function.value() {
                            user.set_operand(index, keeper.value());
                        }
                    }
                }
                Use::Address(_) | Use::Constant => {}
            }
        }
        let builder = Builder::before(context, first);
        function.value().replace_uses_with(builder.pointer(builder.integer(64, number)));
        keeper.value().replace_uses_with(function.value());
        keeper.delete_function();
    }

    fn first_instruction(&self) -> Option<Instruction<'ctx>> {
        self.functions().find_map(|function| function.instructions().next())
    }
}

impl<'ctx> Builder<'ctx> {
    /// Converts `number`, a 64-bit integer, to an address.
    #[must_use]
    pub fn pointer(&self, number: Value<'ctx>) -> Value<'ctx> {
        self.cast(LLVMOpcode::LLVMIntToPtr, number)
    }
}

/// Returns true for a call of something that this module does not define: a helper, a kernel function, assembly.
fn leaves_module(user: Instruction<'_>) -> bool {
    user.operation() == Operation::Call
        && user.indirect_callee().is_none()
        && user.callee().is_none_or(Global::is_declaration)
}

fn type_of(function: Global<'_>) -> *mut LLVMType {
    // SAFETY: the global is alive.
    unsafe { llvm::LLVMGlobalGetValueType(function.as_raw()) }
}
