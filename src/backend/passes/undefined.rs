//! Defines values that LLVM left undefined.
//!
//! A variable without a value on some path becomes `undef`, for which code generation uses any register, even an
//! uninitialized one. If it is passed on or saved on the stack, the verifier rejects the program ("R2 !read_ok"),
//! although the value is never used. So undefined values become zero, after all optimization.
//!
//! An argument that the called function ignores is undefined too: `RemoveDeadArgumentsFromCallers` of LLVM drops it,
//! in the compiler already. But the kernel holds the arguments of a global function against its signature, used or not,
//! and wants a context where that has one ("arg#0 expects pointer to ctx"). So the caller passes on its own parameter
//! of that type. For any other pointer the kernel takes a zero.

use crate::llvm::{Context, Global, Instruction, Linkage, Module, Node, Tag, Value};

/// Replaces undefined operands of all instructions in `module`.
pub(in crate::backend) fn define<'ctx>(context: &'ctx Context, module: &Module<'ctx>) {
    for function in module.defined_functions() {
        for instruction in function.instructions() {
            pass_on(context, function, instruction);
            instruction.define_operands();
        }
    }
}

/// Replaces undefined arguments of a call of a global function by parameters of `caller`.
fn pass_on<'ctx>(context: &'ctx Context, caller: Global<'ctx>, call: Instruction<'ctx>) {
    let is_global = |callee: &Global<'_>| callee.linkage() != Linkage::Local;
    let Some(callee) = call.callee().filter(is_global) else { return };
    let missing = |index: &u32| call.value().operand(*index).is_some_and(Value::is_undefined);
    let parameters = callee.parameters();
    let missing: Vec<u32> = (0..).take(parameters.len()).filter(missing).collect();
    if missing.is_empty() {
        return;
    }
    let (wanted, own) = (pointees(context, callee), pointees(context, caller));
    for index in missing {
        let Some(Some(name)) = wanted.get(index as usize) else { continue };
        let same = own.iter().zip(caller.parameters()).find(|(own, _)| own.as_ref() == Some(name));
        if let Some((_, parameter)) = same {
            call.set_operand(index, parameter);
        }
    }
}

/// Returns the name of the structure to which each parameter of `function` points, if debug info describes it.
fn pointees<'ctx>(context: &'ctx Context, function: Global<'ctx>) -> Vec<Option<String>> {
    let signature = function.subprogram(context).and_then(Node::signature_of_subprogram);
    let types = signature.map(Node::signature_types).unwrap_or_default();
    let types: Vec<_> = types.into_iter().skip(1).map(|ty| pointee(ty?)).collect();
    if types.len() == function.parameters().len() { types } else { Vec::new() }
}

fn pointee(ty: Node<'_>) -> Option<String> {
    let pointer = ty.unmodified().filter(|ty| ty.tag() == Tag::POINTER)?;
    let target = pointer.base_type()?.1.unmodified()?;
    Some(target.type_name()).filter(|name| !name.is_empty())
}
