//! Functions that tell their callers by a flag that the program ends.
//!
//! Such a function has one more parameter than the original, the address of a word in its caller's frame. The original
//! is inlined into it, and a second function, inlined into the callers, tests the word after the call: so no block needs
//! to be split, and neither parameters nor debug info are copied one by one.

use std::{collections::HashMap, ffi::CStr};

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMType, LLVMValue},
};

use super::{
    context::Context,
    edit::Cursor,
    global::{Attribute, Global},
    instruction::Instruction,
    module::Module,
    signature::parameter_types,
    value::Value,
};

/// The C calling convention, as LLVM counts them.
const C: u32 = 0;

/// The flag in the frame of each function that calls one with a flag.
#[derive(Debug, Default)]
pub struct Flags<'ctx>(HashMap<Global<'ctx>, Value<'ctx>>);

impl<'ctx> Module<'ctx> {
    /// Returns a function that does what `function` does and takes the address of a flag too, as its last parameter.
    /// Every call of `function` becomes one of it, with a word of the caller's frame as its flag, and calls `leave`
    /// afterward if the flag is set.
    ///
    /// Both `function` and what tests the flag remain to be inlined. The result is `None` if nothing calls `function`.
    #[must_use]
    pub fn flag(
        &self,
        context: &'ctx Context,
        function: Global<'ctx>,
        leave: Global<'ctx>,
        flags: &mut Flags<'ctx>,
    ) -> Option<Global<'ctx>> {
        let calls = function.calls();
        if calls.is_empty() {
            return None;
        }
        let wide = with_pointer(context, function);
        let taking = self.stand_in(context, c"bpf_linker.taking", wide, function)?;
        let testing = self.stand_in(context, c"bpf_linker.testing", wide, function)?;
        taking.add(context, Attribute::NoInline);
        taking.describe_as(function);
        let cursor = Cursor::at_end(context, taking.append_block(context));
        let mut given: Vec<_> = taking.parameters().into_iter().map(Value::as_raw).collect();
        given.pop();
        cursor.give(cursor.call_with(function, &given));
        test(context, testing, taking, leave);
        for call in calls {
            call.pass_flag(context, testing, flags);
        }
        // SAFETY: the function is alive; its only call, made above, has this convention.
        unsafe { llvm::LLVMSetFunctionCallConv(function.as_raw(), C) };
        for inlined in [function, testing] {
            inlined.remove(Attribute::NoInline);
            inlined.remove(Attribute::OptimizeNone);
            inlined.add(context, Attribute::AlwaysInline);
        }
        Some(taking)
    }

    /// Adds a function of type `own` that takes and returns what `function` does, in the same registers.
    fn stand_in(
        &self,
        context: &'ctx Context,
        name: &CStr,
        own: *mut LLVMType,
        function: Global<'ctx>,
    ) -> Option<Global<'ctx>> {
        // SAFETY: the module is alive and copies the name.
        let made = unsafe { llvm::LLVMAddFunction(self.as_raw(), name.as_ptr(), own) };
        let made = Global::from_raw(made)?;
        made.internalize();
        made.extend_as(context, function);
        for attribute in [c"target-cpu", c"target-features"] {
            if let Some(value) = function.string_attribute(attribute) {
                made.set_string_attribute(attribute, &value);
            }
        }
        Some(made)
    }
}

/// Makes `testing` call `taking` and then `leave`, if the flag is set.
fn test<'ctx>(
    context: &'ctx Context,
    testing: Global<'ctx>,
    taking: Global<'ctx>,
    leave: Global<'ctx>,
) {
    let entry = testing.append_block(context);
    let (left, done) = (testing.append_block(context), testing.append_block(context));
    let cursor = Cursor::at_end(context, entry);
    let parameters: Vec<_> = testing.parameters().into_iter().map(Value::as_raw).collect();
    let result = cursor.call_with(taking, &parameters);
    if let Some(flag) = parameters.last() {
        cursor.branch_on_flag(*flag, left.as_raw(), done.as_raw());
    }
    left.end_with(context, leave);
    Cursor::at_end(context, done).give(result);
}

/// Returns the type of `function`.
fn own(function: Global<'_>) -> *mut LLVMType {
    // SAFETY: the function is alive.
    unsafe { llvm::LLVMGlobalGetValueType(function.as_raw()) }
}

/// Returns the type of `function` with a pointer as one more parameter.
fn with_pointer(context: &Context, function: Global<'_>) -> *mut LLVMType {
    let own = own(function);
    // SAFETY: it is a function type.
    let returned = unsafe { llvm::LLVMGetReturnType(own) };
    let mut types = parameter_types(own);
    // SAFETY: the context is alive.
    types.push(unsafe { llvm::LLVMPointerTypeInContext(context.as_raw(), 0) });
    // SAFETY: there are so many live types.
    unsafe { llvm::LLVMFunctionType(returned, types.as_mut_ptr(), types.len() as u32, 0) }
}

impl<'ctx> Global<'ctx> {
    /// Allocates a cleared word in the frame of the function.
    fn allocate_flag(self, context: &'ctx Context) -> Option<Value<'ctx>> {
        let first = self.blocks().next()?.instructions().next()?;
        let cursor = Cursor::before(context, first);
        let word = cursor.integer(64);
        // SAFETY: builder and type are alive.
        let flag = unsafe { llvm::LLVMBuildAlloca(cursor.as_raw(), word, c"".as_ptr()) };
        cursor.set(flag, 0);
        Value::from_raw(flag)
    }

    /// Takes the description of `function` in the debug info.
    fn describe_as(self, function: Self) {
        // SAFETY: the function is alive.
        let subprogram = unsafe { llvm::LLVMGetSubprogram(function.as_raw()) };
        if !subprogram.is_null() {
            // SAFETY: both are alive.
            unsafe { llvm::LLVMSetSubprogram(self.as_raw(), subprogram) };
        }
    }

    /// Extends narrow parameters and results where `function` does.
    fn extend_as(self, context: &'ctx Context, function: Self) {
        // SAFETY: it is a function type.
        let count = unsafe { llvm::LLVMCountParamTypes(own(function)) };
        for name in ["zeroext", "signext"] {
            // SAFETY: a range of bytes.
            let kind =
                unsafe { llvm::LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len()) };
            // Index 0 of attributes is the result.
            for index in 0..=count {
                // SAFETY: the function is alive.
                let found =
                    unsafe { llvm::LLVMGetEnumAttributeAtIndex(function.as_raw(), index, kind) };
                if !found.is_null() {
                    // SAFETY: the context is alive.
                    let made = unsafe { llvm::LLVMCreateEnumAttribute(context.as_raw(), kind, 0) };
                    // SAFETY: the function is alive, the attribute is of its context.
                    unsafe { llvm::LLVMAddAttributeAtIndex(self.as_raw(), index, made) };
                }
            }
        }
    }
}

impl<'ctx> Instruction<'ctx> {
    /// Replaces this call by one of `testing` that passes the flag of its caller as well.
    fn pass_flag(self, context: &'ctx Context, testing: Global<'ctx>, flags: &mut Flags<'ctx>) {
        let Some(caller) = self.function() else { return };
        let known = flags.0.get(&caller).copied();
        let Some(flag) = known.or_else(|| caller.allocate_flag(context)) else { return };
        flags.0.insert(caller, flag);
        // SAFETY: the instruction is a live call.
        let count = unsafe { llvm::LLVMGetNumArgOperands(self.as_raw()) };
        let mut arguments: Vec<_> = (0..count)
            // SAFETY: the index is below the number of operands.
            .map(|index| unsafe { llvm::LLVMGetOperand(self.as_raw(), index) })
            .collect();
        arguments.push(flag.as_raw());
        let result = Cursor::before(context, self).call_with(testing, &arguments);
        // SAFETY: both are alive and of one type.
        unsafe { llvm::LLVMReplaceAllUsesWith(self.as_raw(), result) };
        self.erase();
    }
}

impl<'ctx> Cursor<'ctx> {
    /// Calls `function` with `arguments`.
    fn call_with(&self, function: Global<'ctx>, arguments: &[*mut LLVMValue]) -> *mut LLVMValue {
        let mut arguments = arguments.to_vec();
        let (start, count) = (arguments.as_mut_ptr(), arguments.len() as u32);
        let (called, name) = (function.as_raw(), c"".as_ptr());
        // SAFETY: builder and function are alive, and the arguments are those of its type.
        unsafe { llvm::LLVMBuildCall2(self.as_raw(), own(function), called, start, count, name) }
    }
}
