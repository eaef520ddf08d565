//! Links of native objects alone, which open no libLLVM.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use super::{finish_linked, phases::Clock, survey};
use crate::{
    Error, LinkPlan, Result, Warnings,
    backend::{LinkTrace, LinkedModule, Reason, audience},
    check::{CheckOptions, cpu_level},
    elf::{
        Binding, Place,
        partial::{Bytes, Open},
    },
    input::{Inputs, Native, Need},
    link as linking,
    object::{Object, Role},
    plan::{Btf, Dwarf, LinkMode, MemoryBuiltins, OutputKind},
    report::{Warning, WarningKind, quoted},
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
    link_trace: &mut LinkTrace,
) -> Result<Vec<u8>> {
    check_options(plan)?;
    let objects = clock.run("parse the objects", || parse(&inputs.natives, plan, link_trace))?;
    check_dwarf(&objects, plan)?;
    let plan = &with_btf_of(&objects, plan);
    let objects = with_routines(objects, plan)?;
    let joined = clock.run("link", || linking::join(objects, &plan.exports, plan.mode))?;
    link_trace.dropped = joined.dropped;
    warn_of_widths(&joined.unextended, warnings);
    if plan.mode == LinkMode::Relocatable {
        return linking::emit(joined.object);
    }
    let object = linking::link(vec![joined.object], plan)?;
    let options = CheckOptions {
        plan,
        linkable: &[],
        audience: audience(plan, inputs),
        left_open: super::left_open(plan),
    };
    let checked = survey::Checked { object: &object, panics: &[], locals: &|_| Vec::new() };
    clock.run("check the limits", || survey::check(&checked, &options, warnings))?;
    clock.run("finish the object", || finish_linked(object, &options, warnings))
}

/// The file of a native object.
#[derive(Debug)]
struct File(Native);

impl Bytes for File {
    fn open(&self) -> Result<Box<dyn Open + '_>> {
        Ok(Box::new(OpenFile(self.0.open()?)))
    }
}

/// The same file, open.
struct OpenFile(Native);

impl Open for OpenFile {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn fill(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        self.0.fill(offset, bytes)
    }
}

/// Parses each of `natives`, and records it in `link_trace`.
///
/// # Errors
/// One of them is malformed, or has an instruction above the CPU level of `plan`.
pub(super) fn parse(
    natives: &[Native],
    plan: &LinkPlan,
    link_trace: &mut LinkTrace,
) -> Result<Vec<Object>> {
    let mut buffer = Vec::new();
    let parse = |native: &Native| {
        let (reason, role) = match native.need.clone() {
            None => (Reason::Given, Role::Given),
            Some(Need { symbol, by }) => (Reason::Needed { symbol, by }, Role::Member),
        };
        let (origin, bytes) = (native.origin.clone(), native.size() as usize);
        link_trace.taken.push(LinkedModule { origin, bytes, reason });
        let file = Arc::new(File(native.clone()));
        let object = Object::parse_for_later(file, &mut buffer, native.origin.clone())?;
        cpu_level::check_native(&object, plan)?;
        Ok(Object { role, ..object })
    };
    natives.iter().map(parse).collect()
}

/// Returns `plan` with BTF if one of `objects` has some. A native object was compiled for loaders: without its BTF, they
/// would refuse what they accept today.
pub(super) fn with_btf_of<'p>(objects: &[Object], plan: &'p LinkPlan) -> Cow<'p, LinkPlan> {
    let mut plan = Cow::Borrowed(plan);
    if plan.debug_info.btf == Btf::Omit && objects.iter().any(Object::has_btf) {
        plan.to_mut().debug_info.btf = Btf::Emit;
    }
    plan
}

/// Adds to `objects` the linker's own memory routines, if something refers to one and nothing defines it.
///
/// # Errors
/// Never, as a test shows; the routines are an object that is part of the linker.
pub(super) fn with_routines(mut objects: Vec<Object>, plan: &LinkPlan) -> Result<Vec<Object>> {
    let is_later = plan.mode == LinkMode::Relocatable;
    if is_later || plan.codegen.memory_builtins == MemoryBuiltins::Leave {
        return Ok(objects);
    }
    linking::use_results(&mut objects);
    let (mut wanted, mut defined) = (BTreeSet::new(), BTreeSet::new());
    for object in &objects {
        let shared = object.elf.symbols.values().filter(|it| it.binding != Binding::Local);
        for symbol in shared.filter(|it| linking::is_memory_routine(&it.name)) {
            let names = if symbol.place == Place::Undefined { &mut wanted } else { &mut defined };
            names.insert(symbol.name.clone());
        }
    }
    let Some(first) = objects.first().filter(|_| !wanted.is_subset(&defined)) else {
        return Ok(objects);
    };
    let routines = linking::memory_routines(first.elf.endian)?;
    objects.push(Object { role: Role::Own, ..routines });
    Ok(objects)
}

/// Warns about `calls` from code of GCC to functions of unknown types.
pub(super) fn warn_of_widths(calls: &[linking::Unextended], warnings: &Warnings) {
    for linking::Unextended { function, caller, callee } in calls {
        warnings.push(Warning {
            kind: WarningKind::UnknownWidths,
            message: format!(
                "{} may get arguments with wrong upper bits: GCC leaves narrow ones to the callee, {callee} leaves them to the caller {caller}",
                quoted(function)
            ),
            help: vec![format!("compile {callee} with -g, so that BTF tells the widths")],
        });
    }
}

/// Warns that options which only apply to bitcode leave `objects` as they are.
pub(super) fn warn_of_options(objects: &[Object], plan: &LinkPlan, warnings: &Warnings) {
    let (Some(first), Some(option)) = (objects.first(), bitcode_option(plan)) else { return };
    let others = match objects.len() {
        1 => String::new(),
        2 => " and 1 other".to_owned(),
        more => format!(" and {} others", more.saturating_sub(1)),
    };
    warnings.push(Warning {
        kind: WarningKind::NativeInput,
        message: format!("{option} does not reach the native object {}{others}", first.origin),
        help: vec!["compile to bitcode, `clang -emit-llvm -c`, what it is to reach".to_owned()],
    });
}

/// Refuses options that only apply to bitcode.
fn check_options(plan: &LinkPlan) -> Result<()> {
    match bitcode_option(plan) {
        None => Ok(()),
        Some(option) => Err(Error::usage(format!("{option} needs bitcode"))
            .because("all inputs are native objects, whose code is linked as it is")
            .help(format!("drop {option}, or compile to bitcode: `clang -emit-llvm -c`"))),
    }
}

/// Refuses to keep DWARF beside `objects`: joining moves functions one by one, which DWARF does not follow yet.
///
/// # Errors
/// Returns an error if there are native objects and the plan keeps DWARF.
pub(super) fn check_dwarf(objects: &[Object], plan: &LinkPlan) -> Result<()> {
    match objects.first().filter(|_| plan.debug_info.dwarf == Dwarf::Keep) {
        None => Ok(()),
        Some(first) => Err(Error::usage("--keep-dwarf needs bitcode")
            .because(format!("{} is a native object, whose DWARF is not linked", first.origin))
            .help("drop --keep-dwarf; source lines for the verifier are in BTF")),
    }
}

/// Returns the first option of `plan` that only applies to bitcode.
fn bitcode_option(plan: &LinkPlan) -> Option<&'static str> {
    let asked = [
        (is_other_output(plan), other_output(plan)),
        (!plan.llvm_args.is_empty(), "--llvm-args"),
        (plan.dump_module.is_some(), "--dump-module"),
        (plan.unrolls_by_request(), "--unroll-loops"),
        (plan.inlines_by_request(), "--ignore-inline-never"),
    ];
    asked.iter().find(|(is_asked, _)| *is_asked).map(|(_, option)| *option)
}

fn is_other_output(plan: &LinkPlan) -> bool {
    plan.outputs.iter().any(|output| output.kind != OutputKind::Object)
}

fn other_output(plan: &LinkPlan) -> &'static str {
    let other = plan.outputs.iter().find(|output| output.kind != OutputKind::Object);
    other.map_or("--emit", |output| output.kind.option())
}
