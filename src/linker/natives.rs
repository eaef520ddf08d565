//! Links of native objects alone, which open no libLLVM.

use super::{finish_linked, phases::Clock, survey};
use crate::{
    Error, LinkPlan, Result, Warnings,
    backend::{Account, Reason, Taken},
    bpf::kernel::{CALLS, LOOPS},
    check::CheckOptions,
    input::{Inputs, Native},
    link as linking,
    object::Object,
    plan::{Btf, InlineNever, Loops, OutputKind},
    report::Audience,
};

/// Links native objects, and returns the finished object and what was taken.
///
/// # Errors
/// An option of the plan does not apply to native objects, an input is malformed, or loaders or the kernel would refuse
/// the result.
pub(super) fn build(
    inputs: &Inputs,
    plan: &LinkPlan,
    warnings: &Warnings,
    clock: &Clock,
    account: &mut Account,
) -> Result<Vec<u8>> {
    check_options(plan)?;
    let objects = clock.run("parse the objects", || parse(&inputs.natives, account))?;
    let plan = &with_btf_of(&objects, plan);
    let joined = clock.run("link", || linking::join(objects, &plan.exports))?;
    account.dropped = joined.dropped;
    let object = linking::link(vec![joined.object], plan)?;
    clock.run("check the limits", || {
        survey::check(&survey::Checked { object: &object, panics: &[], locals: &|_| Vec::new() }, plan, warnings)
    })?;
    let options = CheckOptions {
        plan,
        linkable: &[],
        audience: Audience::Person,
        left_open: super::left_open(plan),
    };
    clock.run("finish the object", || finish_linked(object, &options, warnings))
}

/// Parses each of `natives`, and records it in `account`.
pub(super) fn parse(natives: &[Native], account: &mut Account) -> Result<Vec<Object>> {
    let parse = |native: &Native| {
        account.taken.push(Taken {
            origin: native.origin.clone(),
            bytes: native.bytes.len(),
            reason: Reason::Given,
        });
        Object::parse_native(&native.bytes, native.origin.clone())
    };
    natives.iter().map(parse).collect()
}

/// Returns `plan` with BTF if one of `objects` has some. A native object was compiled for loaders: without its BTF, they
/// would refuse what they accept today.
pub(super) fn with_btf_of(objects: &[Object], plan: &LinkPlan) -> LinkPlan {
    let mut plan = plan.clone();
    if objects.iter().any(|object| object.btf.is_some()) {
        plan.debug_info.btf = Btf::Emit;
    }
    plan
}

/// Refuses options that only apply to bitcode.
fn check_options(plan: &LinkPlan) -> Result<()> {
    let kernel_lacks = |feature| plan.kernel.is_some_and(|kernel| !kernel.knows(feature));
    let asked = [
        (is_other_output(plan), other_output(plan)),
        (!plan.llvm_args.is_empty(), "--llvm-args"),
        (plan.dump_module.is_some(), "--dump-module"),
        // A kernel that needs one of these also implies it.
        (plan.codegen.loops == Loops::Unroll && !kernel_lacks(&LOOPS), "--unroll-loops"),
        (
            plan.codegen.inline_never == InlineNever::Ignore && !kernel_lacks(&CALLS),
            "--ignore-inline-never",
        ),
    ];
    match asked.iter().find(|(is_asked, _)| *is_asked) {
        None => Ok(()),
        Some((_, option)) => Err(Error::usage(format!("{option} needs bitcode"))
            .because("all inputs are native objects, whose code is linked as it is")
            .help(format!("drop {option}, or compile to bitcode: `clang -emit-llvm -c`"))),
    }
}

fn is_other_output(plan: &LinkPlan) -> bool {
    plan.outputs.iter().any(|output| output.kind != OutputKind::Object)
}

fn other_output(plan: &LinkPlan) -> &'static str {
    let other = plan.outputs.iter().find(|output| output.kind != OutputKind::Object);
    other.map_or("--emit", |output| output.kind.option())
}
