//! Completes functions whose debug information has lines but no signature.
//!
//! With `debug = 1` or `line-tables-only` in Rust and `-g1` in C, a function's type is an empty list, without even a
//! result. LLVM makes no prototype for it, but a `FUNC` whose prototype number it never sets
//! (`BTFDebug::beginFunctionImpl` and `visitSubroutineType`): the number is random, often that of another type. Passes
//! that split functions leave the same behind (`CodeExtractor`). The object does not show which numbers are right, so
//! just before code generation such functions get the signature `void (void)`, and their names are recorded:
//! `link::btf` gives them a prototype as it does to functions without debug information.

use crate::llvm::{Context, Global, Module, Node};

/// The most types in a signature that LLVM makes a prototype for: a result and `BTF::MAX_VLEN` parameters.
const MOST: usize = 1 + 0xffff;

/// Returns the functions of `module`, declared or defined, that have debug information but no signature in it.
pub(in super::super) fn missing<'ctx>(
    context: &'ctx Context,
    module: &Module<'ctx>,
) -> Vec<String> {
    let missing = incomplete(context, module).map(|(function, _)| function);
    // `void (void)`, which they get, is right for those.
    let is_right = |function: &Global<'_>| {
        function.signature().is_some_and(|own| own.returns.is_none() && own.parameters.is_empty())
    };
    missing.filter(|function| !is_right(function)).map(|function| function.name()).collect()
}

/// Gives the signature `void (void)` to each function of `module` that has debug information but no signature in it.
pub(in super::super) fn complete<'ctx>(context: &'ctx Context, module: &Module<'ctx>) {
    let incomplete: Vec<Node<'_>> = incomplete(context, module).map(|(_, node)| node).collect();
    if incomplete.is_empty() {
        return;
    }
    if let Some(signature) = module.empty_signature(context) {
        incomplete.into_iter().for_each(|node| node.set_signature_of_subprogram(signature));
    }
}

/// Returns the functions whose signature is empty, each with its debug information.
///
/// `void (void)`, a list of one null, is among them: LLVM's C API shows it as an empty list (`canonicalizeMetadataForValue`
/// in `Metadata.cpp`).
fn incomplete<'ctx>(
    context: &'ctx Context,
    module: &Module<'ctx>,
) -> impl Iterator<Item = (Global<'ctx>, Node<'ctx>)> {
    let described =
        module.functions().filter_map(|function| Some((function, function.subprogram(context)?)));
    described.filter(|(_, node)| lacks_signature(*node))
}

fn lacks_signature(subprogram: Node<'_>) -> bool {
    let signature = subprogram.signature_of_subprogram();
    signature.is_none_or(|signature| !(1..=MOST).contains(&signature.signature_length()))
}
