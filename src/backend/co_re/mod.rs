//! CO-RE queries from Rust, lowered to what LLVM's BPF back end makes records of.
//!
//! rustc cannot mark an access as one whose offset the loader is to fill in. So a macro of the crate `btf-core` calls a
//! function that is never defined, `__btf_core_query_v1(kind, text, length)`, from a function of its own that is never
//! inlined and generic over the type in question. Before anything is optimised, each such function is replaced by one
//! that loads a variable which the back end knows: its name holds kind and path, its metadata the type, and its
//! attribute `btf_ama` says so. The back end turns the load into an immediate and writes a record for it
//! (`BTFDebug.cpp`, `BPFMISimplifyPatchable.cpp`).
//!
//! Why not the intrinsics that clang uses, `llvm.preserve.*`: see [`preserve_access`](mod@super::passes::preserve_access). And why so early:
//! as long as the function is there, its debug information says which type it is about; later, inlining and merging of
//! equal functions would lose that.
//!
//! The path stays in words, and the immediate is 0: members have numbers and offsets in BTF only, and the object's BTF
//! is what loaders compare with. `btf` fills in both.
//!
//! - [`query`]: what was asked, where;
//! - [`lower`](mod@lower): what is put in its place.

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

/// What queries call; the number is that of the convention between crate and linker.
const MARKER: &str = "__btf_core_query_v1";
/// What markers of other versions begin with.
const MARKERS: &str = "__btf_core_query_v";
/// The intrinsic that both clang and [`lower`](mod@lower) put behind each value that a loader fills in.
const PASSTHROUGH: &str = "llvm.bpf.passthrough";

/// Replaces the queries of `module`.
///
/// # Errors
/// One cannot be understood, its type is unknown, or no BTF is wanted.
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

/// Whether `module` has values that a loader fills in: clang's, or those of queries that are lowered.
pub(super) fn is_relocatable(module: &Module<'_>) -> bool {
    let makes_one = |name: String| {
        name.starts_with(PASSTHROUGH)
            || preserve_access::PREFIXES.iter().any(|it| name.starts_with(it))
    };
    module.functions().any(|function| function.is_used() && makes_one(function.name()))
}

/// The functions that call `callee`, in module order.
fn callers<'s>(module: &Module<'s>, callee: Global<'s>) -> Vec<Global<'s>> {
    let calls = |function: &Global<'s>| {
        function.instructions().any(|instruction| instruction.callee() == Some(callee))
    };
    module.functions().filter(calls).collect()
}

/// The functions that call `callee`, by their names in the source.
fn names_of_callers(module: &Module<'_>, callee: Global<'_>) -> BTreeSet<String> {
    let callers = callers(module, callee).into_iter();
    callers.map(|caller| demangled(&caller.name())).collect()
}

fn later(marker: &str) -> Error {
    Error::link(format!("`{marker}` is a CO-RE query that this linker does not know"))
        .because(format!("it knows `{MARKER}`"))
        .help("take the linker that the version of the crate btf-core asks for")
}
