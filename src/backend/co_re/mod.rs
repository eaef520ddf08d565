//! Lowers CO-RE queries from Rust to code for which LLVM's BPF back end makes records.
//!
//! rustc cannot mark an access as one whose offset the loader fills in. So a macro of the crate `btf-core` calls a
//! function that is never defined, `__btf_core_query_v1(kind, text, length)`, from a function of its own that is never
//! inlined and is generic over the type in question. Before optimization, each such function is replaced with one that
//! loads a specially marked variable: its name holds the kind and the path, its metadata the type, and it has the
//! attribute `btf_ama`. The back end turns the load into an immediate and writes a record for it (`BTFDebug.cpp`,
//! `BPFMISimplifyPatchable.cpp`).
//!
//! For the reason not to use clang's intrinsics, `llvm.preserve.*`, see
//! [`preserve_access`](mod@super::passes::preserve_access). The replacement is made this early because as long as the
//! function exists, its debug information has the type in question; later, inlining and the merging of equal functions
//! would lose it.
//!
//! The path stays textual, and the immediate is 0: members have numbers and offsets in BTF only, and loaders compare
//! with the object's BTF. `btf` fills in both.
//!
//! - [`query`]: the question and its place;
//! - [`lower`](mod@lower): the replacement.

mod lower;
mod query;

use std::collections::BTreeSet;

use super::{passes::preserve_access, session::Session};
use crate::{
    backend::triple::Triple,
    llvm::{Global, Module},
    plan::Btf,
    report::{Error, Result, demangled},
};
use query::Query;

/// The function that queries call; the number is the version of the convention between crate and linker.
const MARKER: &str = "__btf_core_query_v1";
/// The prefix of markers of all versions.
const MARKERS: &str = "__btf_core_query_v";
/// The intrinsic that both clang and [`lower`](mod@lower) apply to each value that a loader fills in.
const PASSTHROUGH: &str = "llvm.bpf.passthrough";

/// Replaces the queries of `module`.
///
/// # Errors
/// A query cannot be parsed, its type is unknown, or BTF is omitted.
pub(super) fn lower<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    target: &Triple,
) -> Result<()> {
    let markers = module.functions().filter(|function| function.name().starts_with(MARKERS));
    let (ours, others): (Vec<_>, Vec<_>) = markers.partition(|function| function.name() == MARKER);
    if let Some(other) = others.first() {
        return Err(later(&other.name()));
    }
    let Some(&marker) = ours.first() else { return Ok(()) };
    let mut queries = Vec::new();
    for function in callers(module, marker) {
        queries.push(Query::of(session, module, function, marker)?);
    }
    if let Some(query) = queries.first().filter(|_| session.plan.debug_info.btf == Btf::Omit) {
        return Err(Error::link(format!("the CO-RE query at {} needs BTF", query.place()))
            .because("loaders find in BTF what is to be filled in; without, it would be a zero")
            .help("link with --btf"));
    }
    lower::replace(session, module, target, &queries)?;
    if marker.is_used() {
        return Err(Error::link(format!("`{MARKER}` is used as a value"))
            .because("the linker replaces calls of it, each from a function of its own")
            .help("ask through the macros of the crate btf-core"));
    }
    marker.delete_function();
    Ok(())
}

/// Returns true if `module` has values that a loader fills in: clang's, or those of lowered queries.
pub(super) fn is_relocatable(module: &Module<'_>) -> bool {
    let makes_one = |name: String| {
        name.starts_with(PASSTHROUGH)
            || preserve_access::PREFIXES.iter().any(|it| name.starts_with(it))
    };
    module.functions().any(|function| function.is_used() && makes_one(function.name()))
}

/// Returns the functions that call `callee`, in module order.
fn callers<'s>(module: &Module<'s>, callee: Global<'s>) -> Vec<Global<'s>> {
    let calls = |function: &Global<'s>| {
        function.instructions().any(|instruction| instruction.callee() == Some(callee))
    };
    module.functions().filter(calls).collect()
}

/// Returns the functions that call `callee`, by their names in the source.
fn names_of_callers(module: &Module<'_>, callee: Global<'_>) -> BTreeSet<String> {
    let callers = callers(module, callee).into_iter();
    callers.map(|caller| demangled(&caller.name())).collect()
}

fn later(marker: &str) -> Error {
    Error::link(format!("`{marker}` is a CO-RE query that this linker does not know"))
        .because(format!("it knows `{MARKER}`"))
        .help("take the linker that the version of the crate btf-core asks for")
}
