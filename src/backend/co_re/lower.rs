//! Replaces queries with loads that LLVM's back end turns into records.
//!
//! ```text
//! @"llvm.core.0:0:0$.se.load@src/main.rs:7:9" = external global i64 #0
//! define i64 @"bpf-linker.core.0"() {
//!   %value = load volatile i64, ptr @"llvm.core.0:0:0$.se.load@src/main.rs:7:9", align 8
//!   %answer = call i64 @llvm.bpf.passthrough.i64.i64(i32 0, i64 %value)
//!   ret i64 %answer
//! }
//! attributes #0 = { "btf_ama" }
//! ```
//!
//! The back end parses the name, `<unique>:<kind>:<immediate>$<access string>`. The load is volatile so that it stays
//! behind its guard in the source; the number of the passthrough keeps two of them from being merged after a join. The
//! code is generated as text, since LLVM's C interface cannot set attributes on a variable.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{super::session::Session, query::Query};
use crate::{
    backend::triple::Triple,
    llvm::{Attribute, Global, Module},
    report::{Error, Result},
};

/// The first number for passthroughs: clang counts from 0 in each file.
const FIRST: usize = 1 << 30;

/// The largest offset that fits a load or store. LLVM older than 23 truncates larger ones when it folds them in.
const LARGEST_FOLDED: u64 = i16::MAX as u64;

/// Replaces each of `queries` in `module`.
///
/// # Errors
/// LLVM refuses the replacement.
pub(super) fn replace<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    target: &Triple,
    queries: &[Query<'s>],
) -> Result<()> {
    if queries.is_empty() {
        return Ok(());
    }
    let text = text(queries);
    let replacements = Module::parse(&session.context, text.as_bytes(), "CO-RE queries")?;
    target.apply(&replacements)?;
    if !module.link(replacements) {
        let failure = || Error::llvm("cannot link the replacements of CO-RE queries");
        return Err(session.check_diagnostics(failure).err().unwrap_or_else(failure));
    }
    allow_inlining(module, queries);
    for (index, query) in queries.iter().enumerate() {
        let found = |name: &str| {
            module.find(name).ok_or_else(|| Error::llvm(format!("LLVM lost `{name}`")))
        };
        found(&variable(index, query))?.attach(
            &session.context,
            c"llvm.preserve.access.index",
            query.root,
        );
        replace_uses(session, found(&function(index))?, query.function);
    }
    Ok(())
}

/// Allows inlining of the querying functions: rustc marks calls, too, as not to be inlined.
fn allow_inlining<'s>(module: &Module<'s>, queries: &[Query<'s>]) {
    let asking: BTreeSet<String> = queries.iter().map(|query| query.function.name()).collect();
    for instruction in module.functions().flat_map(Global::instructions) {
        if instruction.callee().is_some_and(|callee| asking.contains(&callee.name())) {
            instruction.remove(Attribute::NoInline);
        }
    }
}

/// Replaces `former` with `replacement`.
fn replace_uses<'s>(session: &'s Session<'_>, replacement: Global<'s>, former: Global<'s>) {
    former.replace_uses_with_value(replacement);
    replacement.internalize();
    replacement.add(&session.context, Attribute::AlwaysInline);
}

fn variable(index: usize, query: &Query<'_>) -> String {
    format!("llvm.core.{index}:{}:0${}", query.kind, query.path_at_place())
}

fn function(index: usize) -> String {
    format!("bpf-linker.core.{index}")
}

fn text(queries: &[Query<'_>]) -> String {
    let mut text = "declare i64 @llvm.bpf.passthrough.i64.i64(i32, i64)\n\
                    attributes #0 = { \"btf_ama\" }\n"
        .to_owned();
    for (index, query) in queries.iter().enumerate() {
        let variable = quoted(&variable(index, query));
        let number = FIRST + index;
        let (returned, result) = match query.returns {
            Some(_) => ("i64", "i64 %answer"),
            None => ("void", "void"),
        };
        let (barrier, value) = if query.root_size() > LARGEST_FOLDED {
            ("  %answer = call i64 asm \"\", \"=r,0\"(i64 %read)\n", "%read")
        } else {
            ("", "%answer")
        };
        let _ = write!(
            text,
            "@{variable} = external global i64 #0\n\
             define {returned} @{name}() {{\n  \
             %value = load volatile i64, ptr @{variable}, align 8\n  \
             {value} = call i64 @llvm.bpf.passthrough.i64.i64(i32 {number}, i64 %value)\n\
             {barrier}  ret {result}\n}}\n",
            name = quoted(&function(index)),
        );
    }
    text
}

/// Returns `name` quoted, as IR accepts any name.
fn quoted(name: &str) -> String {
    let mut text = "\"".to_owned();
    for byte in name.bytes() {
        match byte {
            b' '..=b'~' if byte != b'"' && byte != b'\\' => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "\\{byte:02X}");
            }
        }
    }
    text + "\""
}
