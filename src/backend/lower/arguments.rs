//! Inlines functions with more arguments than BPF has argument registers.
//!
//! BPF passes five arguments. A function of the program that takes more is inlined at every call, regardless of its
//! inlining attributes; a recursive one stays, and is an error.

use crate::{
    backend::session::Session,
    llvm::{Attribute, Global, Instruction, Linkage, Module},
};

/// The registers r1 to r5.
const MOST: usize = 5;

/// The first LLVM that passes more, so that nothing is done here.
const FIRST_TO_PASS_MORE: u32 = 23;

/// Marks such functions of `module` to be inlined by the passes.
pub(super) fn inline<'s>(session: &'s Session<'_>, module: &Module<'s>) {
    let too_long = |function: &Global<'_>| {
        !function.is_declaration()
            && !function.is_variadic()
            && !function.is_llvm_own()
            && matches!(function.linkage(), Linkage::Local | Linkage::LinkOnce)
            && function.parameters().len() > MOST
            && !is_recursive(*function)
    };
    if session.context.library().version().major >= FIRST_TO_PASS_MORE {
        return;
    }
    for function in module.functions().filter(too_long) {
        function.remove(Attribute::OptimizeNone);
        function.remove(Attribute::NoInline);
        function.add(&session.context, Attribute::AlwaysInline);
        let calls = function.value().users().into_iter().filter_map(|user| user.instruction());
        let calls = calls.filter(|call| call.callee() == Some(function));
        calls.for_each(|call| call.remove(Attribute::NoInline));
    }
}

/// Returns true if `function` calls itself, directly or through others.
fn is_recursive(function: Global<'_>) -> bool {
    let mut reached = Vec::new();
    let mut open = vec![function];
    while let Some(caller) = open.pop() {
        for callee in caller.instructions().filter_map(Instruction::callee) {
            if callee == function {
                return true;
            }
            if !callee.is_declaration() && !reached.contains(&callee) {
                reached.push(callee);
                open.push(callee);
            }
        }
    }
    false
}
