//! A single link, from plan to files.

mod cache;
mod dependencies;
mod html;
mod map;
mod memory_usage;
mod natives;
mod needs_report;
mod overwrite;
mod panics;
mod phases;
mod program_report;
mod reports;
mod reproduce;
mod survey;
mod verify;

pub use overwrite::{CommandFiles, check_places};
pub use reproduce::reproduce;

use std::{collections::BTreeSet, path::Path, thread};

use cache::Entry;
use phases::Clock;
use survey::Checked;

use crate::{
    Error, LinkPlan, Result, Warning, Warnings,
    backend::{self, LinkTrace, Optimized, Program, Session},
    bpf::kernel::{Kernel, NEWEST_RELEASE},
    check::{self, CheckOptions},
    crash_handler,
    driver::{self, VersionDetail},
    input::{self, Inputs},
    link as linking,
    llvm::locate::Located,
    object::Object,
    output,
    plan::{Btf, Destination, LinkMode, LinkerWarnings, MemoryBuiltins, OutputKind, Source},
    report::{Audience, WarningKind},
};

/// Stack size of the linking thread. LLVM walks types recursively: a list of 60 000 types that point to each other
/// does not fit in the usual 8 MiB. Untouched memory costs nothing.
const STACK: usize = 256 << 20;

/// Assumed size of a library, used only to compute a limit.
const LIBRARY: u64 = 64 << 20;

/// One form of the result, in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Kind of output.
    pub kind: OutputKind,
    /// The file's contents.
    pub bytes: Vec<u8>,
}

/// Links according to `plan` and writes its outputs. Outputs with a destination in memory are returned in the plan's
/// order.
///
/// Writes nothing unless every output could be produced.
///
/// # Errors
/// See [`ErrorKind`](crate::ErrorKind): anything that prevents a correct result.
pub fn link(plan: &LinkPlan, warnings: &Warnings) -> Result<Vec<Artifact>> {
    let made = link_on_a_large_stack(plan, warnings);
    warnings.silence(&plan.warnings.silenced);
    made
}

fn link_on_a_large_stack(plan: &LinkPlan, warnings: &Warnings) -> Result<Vec<Artifact>> {
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("link".to_owned()).stack_size(STACK);
        match builder.spawn_scoped(scope, || link_on_this_thread(plan, warnings)) {
            Ok(link) => link.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(error) => {
                log::debug!("linking on the stack at hand, which does for most: {error}");
                link_on_this_thread(plan, warnings)
            }
        }
    })
}

fn link_on_this_thread(plan: &LinkPlan, warnings: &Warnings) -> Result<Vec<Artifact>> {
    if plan.inputs.is_empty() {
        return Err(Error::usage("no inputs").help("a link needs at least one"));
    }
    check_places(plan, CommandFiles::default())?;
    verify::check(plan)?;
    warn_of_newer_kernel(plan, warnings);
    crash_handler::limit_memory(memory_for(plan));
    let clock = Clock::start();
    let stamps = cache::stamps(plan);
    let inputs = clock.run("read the inputs", || input::load(plan, warnings))?;
    if inputs.is_native() {
        return link_natives(&inputs, plan, warnings, &clock);
    }
    let entry = Entry::find(plan, &inputs, stamps, warnings);
    if let Some((entry, artifacts)) = entry.as_ref().and_then(|it| Some((it, it.load(warnings)?))) {
        let (library, trace) = (entry.library(), LinkTrace::default());
        overwrite::check_library(plan, library)?;
        return publish_and_write(plan, Ok(artifacts), &trace, Some(library), &clock, warnings);
    }
    let session = clock.run("open LLVM", || Session::open(plan, &inputs, warnings))?;
    overwrite::check_library(plan, session.library())?;
    let mut own = LinkTrace::default();
    let artifacts = build(&session, inputs, plan, warnings, &clock, &mut own);
    if let (Some(entry), Ok(artifacts)) = (&entry, &artifacts) {
        entry.store(artifacts, warnings);
    }
    let library = session.library().to_owned();
    let mut link_trace = session.link_trace();
    link_trace.taken.extend(own.taken);
    link_trace.dropped.extend(own.dropped);
    leak_on_exit(session, plan);
    publish_and_write(plan, artifacts, &link_trace, Some(&library), &clock, warnings)
}

/// Publishes the reports, of a failed link too (the list of extracted members often explains the failure), and
/// writes the outputs.
fn publish_and_write(
    plan: &LinkPlan,
    artifacts: Result<Vec<Artifact>>,
    link_trace: &LinkTrace,
    library: Option<&Path>,
    clock: &Clock,
    warnings: &Warnings,
) -> Result<Vec<Artifact>> {
    let reported = reports::publish(&plan.reports, link_trace, clock);
    let artifacts = artifacts?;
    reported?;
    check_fatal_warnings(plan, warnings)?;
    clock.run("verify", || verify::verify(plan, &artifacts, link_on_this_thread))?;
    let mapped = mapped(plan, &artifacts, link_trace)?;
    let kept = write_outputs(plan, artifacts)?;
    if let (Some(path), Some(text)) = (&plan.reports.map, mapped) {
        reports::write(path, &text)?;
    }
    dependencies::write(plan, library)?;
    Ok(kept)
}

/// Returns the text of the map, if `plan` requests it.
fn mapped(
    plan: &LinkPlan,
    artifacts: &[Artifact],
    link_trace: &LinkTrace,
) -> Result<Option<String>> {
    if plan.reports.map.is_none() {
        return Ok(None);
    }
    let object = artifacts.iter().find(|artifact| artifact.kind == OutputKind::Object);
    let object = object.ok_or_else(|| {
        Error::usage("--Map needs an object").help("add `obj` to the kinds of --emit")
    })?;
    map::map(&object.bytes, link_trace).map(Some)
}

/// Warns if the plan names a kernel that the tables do not describe yet.
fn warn_of_newer_kernel(plan: &LinkPlan, warnings: &Warnings) {
    let btf = plan.debug_info.btf_compat.map(|(major, minor)| Kernel(major, minor));
    let newest = plan.kernel.into_iter().chain(btf).max();
    if let Some(kernel) = newest.filter(|kernel| *kernel > NEWEST_RELEASE) {
        warnings.push(Warning {
            kind: WarningKind::NewerKernel,
            message: format!(
                "Linux {kernel} is newer than {NEWEST_RELEASE}, the newest that this linker knows"
            ),
            help: vec![format!("the object is made and checked as for {NEWEST_RELEASE}")],
        });
    }
}

/// Links native objects without a libLLVM.
fn link_natives(
    inputs: &Inputs,
    plan: &LinkPlan,
    warnings: &Warnings,
    clock: &Clock,
) -> Result<Vec<Artifact>> {
    let mut link_trace = LinkTrace::default();
    let bytes = natives::build(inputs, plan, warnings, clock, &mut link_trace);
    let artifacts = bytes.map(|bytes| vec![Artifact { kind: OutputKind::Object, bytes }]);
    publish_and_write(plan, artifacts, &link_trace, None, clock, warnings)
}

/// Returns a memory limit above the needs of any valid link. Damaged inputs mostly claim far more.
fn memory_for(plan: &LinkPlan) -> u64 {
    const BASE: u64 = 4 << 30;
    const PER_BYTE: u64 = 256;
    let inputs = plan.inputs.iter().map(|input| match &input.source {
        Source::File(path) => std::fs::metadata(path).map_or(0, |found| found.len()),
        Source::Buffer { bytes, .. } => bytes.len() as u64,
        Source::Library(_) | Source::ExactLibrary(_) => LIBRARY,
    });
    inputs.fold(BASE, |sum, bytes| sum.saturating_add(bytes.saturating_mul(PER_BYTE)))
}

/// Fails if warnings are fatal and one was not silenced.
fn check_fatal_warnings(plan: &LinkPlan, warnings: &Warnings) -> Result<()> {
    warnings.silence(&plan.warnings.silenced);
    match warnings.first() {
        Some(warning) if plan.warnings.others == LinkerWarnings::Fatal => {
            Err(Error::link("a warning is fatal, since --fatal-warnings is given")
                .because(&warning.message)
                .help(format!("`-W no-{}` silences this one", warning.kind)))
        }
        _ => Ok(()),
    }
}

fn build(
    session: &Session<'_>,
    mut inputs: Inputs,
    plan: &LinkPlan,
    warnings: &Warnings,
    clock: &Clock,
    link_trace: &mut LinkTrace,
) -> Result<Vec<Artifact>> {
    let natives = std::mem::take(&mut inputs.natives);
    let objects = natives::parse(&natives, plan, link_trace)?;
    natives::check_dwarf(&objects, plan)?;
    let plan = &natives::with_btf_of(&objects, plan);
    natives::warn_of_options(&objects, plan, warnings);
    let merged = clock.run("resolve and merge", || session.merge(inputs))?;
    let prepared = clock.run("prepare", || merged.prepare())?;
    let internalized = clock.run("internalize", || prepared.internalize())?;
    let mut program = clock.run("optimize", || internalized.optimize())?;
    if objects.is_empty() {
        program.check_contents()?;
    }
    let beside = Beside { objects, link_trace };
    let made = produce_artifacts(&mut program, beside, plan, session.audience(), warnings, clock);
    leak_on_exit(program, plan);
    made
}

/// Leaks `it` when the process is about to exit, which frees all memory at once: LLVM would free its graphs node by
/// node. A search for another form links again, and then LLVM's options must be free.
fn leak_on_exit<T>(it: T, plan: &LinkPlan) {
    if crash_handler::is_armed() && !plan.verify.may_link_again() {
        std::mem::forget(it);
    }
}

/// Returns the libLLVM that a link according to `plan` would load.
///
/// # Errors
/// An input cannot be read, or no libLLVM fits.
pub fn locate(plan: &LinkPlan, warnings: &Warnings) -> Result<Located> {
    backend::locate_for(plan, &input::load(plan, warnings)?)
}

/// Describes in plain text which libLLVM a link according to `plan` would load, and why the others are passed over.
///
/// # Errors
/// An input cannot be read.
pub fn survey(plan: &LinkPlan, warnings: &Warnings) -> Result<String> {
    let inputs = input::load(plan, warnings)?;
    Ok(backend::survey_for(plan, &inputs).to_string())
}

/// Returns our version, the supported LLVM versions and, on request, the libLLVM that a link according to `plan` would
/// load.
#[must_use]
pub fn version(plan: &LinkPlan, detail: VersionDetail, warnings: &Warnings) -> String {
    let own = driver::version();
    match detail {
        VersionDetail::Short => own,
        VersionDetail::Loaded => match locate(plan, warnings) {
            Ok(located) => {
                format!("{own}would load {}, {}\n", located.path.display(), located.found_by)
            }
            Err(error) => format!("{own}would load none\n{error}\n"),
        },
    }
}

/// The native objects linked together with a program from bitcode.
struct Beside<'a> {
    objects: Vec<Object>,
    link_trace: &'a mut LinkTrace,
}

impl Beside<'_> {
    /// Joins the native objects to `emitted`, the object of the bitcode.
    fn join(self, emitted: Object, plan: &LinkPlan, warnings: &Warnings) -> Result<Object> {
        let emitted = match plan.mode {
            LinkMode::Final => emitted,
            LinkMode::Relocatable => for_a_later_link(emitted, plan, warnings)?,
        };
        if self.objects.is_empty() {
            return Ok(emitted);
        }
        let objects = std::iter::once(emitted).chain(self.objects).collect();
        let joined =
            linking::join(natives::with_routines(objects, plan)?, &plan.exports, plan.mode)?;
        self.link_trace.dropped.extend(joined.dropped);
        natives::warn_of_widths(&joined.unextended, warnings);
        Ok(joined.object)
    }
}

/// Gives `emitted` what only its bitcode has: types of kernel functions, and answers to CO-RE queries.
fn for_a_later_link(emitted: Object, plan: &LinkPlan, warnings: &Warnings) -> Result<Object> {
    let mut object = linking::link(vec![emitted], plan)?;
    match plan.debug_info.btf {
        Btf::Emit => linking::describe(&mut object, plan, warnings)?,
        Btf::Omit => object.btf = None,
    }
    Ok(object)
}

/// Produces each kind of output in the plan once.
fn produce_artifacts(
    program: &mut Program<'_, Optimized>,
    beside: Beside<'_>,
    plan: &LinkPlan,
    audience: Audience,
    warnings: &Warnings,
    clock: &Clock,
) -> Result<Vec<Artifact>> {
    let kinds = plan.outputs.iter().map(|output| output.kind).collect::<BTreeSet<_>>();
    // Code generation comes first: it reveals missing routines, which the other forms then contain as well.
    let needs_code =
        [OutputKind::Object, OutputKind::Assembly].iter().any(|kind| kinds.contains(kind));
    let mut emitted =
        if needs_code { Some(clock.run("generate code", || generate(program))?) } else { None };
    let is_object = kinds.contains(&OutputKind::Object);
    if let Some(object) = emitted.take() {
        let joined = if is_object { beside.join(object, plan, warnings)? } else { object };
        emitted = Some(joined);
    }
    let linkable = program.linkable();
    let options = CheckOptions { plan, linkable: &linkable, audience, left_open: left_open(plan) };
    let is_final = plan.mode == LinkMode::Final;
    if let Some(object) = emitted.as_ref().filter(|_| is_final) {
        let (panics, locals) = (program.panics(), |names: &[String]| large_locals(program, names));
        let checked = Checked { object, panics: &panics, locals: &locals };
        clock.run("check the limits", || survey::check(&checked, &options, warnings))?;
    }
    let mut artifacts = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let bytes = match kind {
            OutputKind::Object => {
                let object = emitted.take();
                clock.run("finish the object", || match object {
                    Some(object) if !is_final => linking::emit(object),
                    object => finish(object.into_iter().collect(), &options, warnings),
                })?
            }
            OutputKind::Assembly => program.assembly()?,
            OutputKind::Ir => program.ir()?,
            OutputKind::Bitcode => program.bitcode()?,
        };
        artifacts.push(Artifact { kind, bytes });
    }
    Ok(artifacts)
}

/// Describes the large local variables of `functions`, in that order.
fn large_locals(program: &Program<'_, Optimized>, functions: &[String]) -> Vec<String> {
    let locals = program.large_locals(&functions.iter().cloned().collect());
    let of = |name: &String| locals.iter().find(|(function, _)| function == name);
    functions.iter().filter_map(of).flat_map(|(_, locals)| locals.iter().cloned()).collect()
}

/// Generates code once if the routines that it calls were foreseen, else until it introduces no further calls of
/// available routines.
fn generate(program: &mut Program<'_, Optimized>) -> Result<Object> {
    let foreseen = program.foresee()?;
    let mut object = program.object()?;
    if program.withdraw(&foreseen, &object)? {
        object = program.object()?;
    }
    while program.provide(&object)? {
        object = program.object()?;
    }
    Ok(object)
}

/// Links `objects` into the finished object, checks it, and writes it.
///
/// # Errors
/// A symbol is undefined, or loaders or the kernel would refuse the result.
pub fn finish(
    objects: Vec<Object>,
    options: &CheckOptions<'_>,
    warnings: &Warnings,
) -> Result<Vec<u8>> {
    finish_linked(linking::link(objects, options.plan)?, options, warnings)
}

/// Checks a linked `object`, completes its types, and writes it.
fn finish_linked(
    mut object: Object,
    options: &CheckOptions<'_>,
    warnings: &Warnings,
) -> Result<Vec<u8>> {
    check::code(&object, options, warnings)?;
    if options.plan.debug_info.btf == Btf::Emit {
        linking::describe(&mut object, options.plan, warnings)?;
        check::types(&object, options, warnings)?;
    } else {
        check::untyped(&object, options, warnings)?;
        object.btf = None;
    }
    linking::emit(object)
}

/// Returns the routines left undefined for another tool to resolve (`--disable-memory-builtins`).
fn left_open(plan: &LinkPlan) -> &'static [&'static str] {
    match plan.codegen.memory_builtins {
        MemoryBuiltins::Leave => &backend::MEMORY,
        MemoryBuiltins::Provide => &[],
    }
}

/// Stages every output next to its destination before the first one is moved into place.
fn write_outputs(plan: &LinkPlan, artifacts: Vec<Artifact>) -> Result<Vec<Artifact>> {
    let (mut kept, mut files) = (Vec::new(), Vec::new());
    for wanted in &plan.outputs {
        let artifact = artifacts.iter().find(|artifact| artifact.kind == wanted.kind);
        let artifact = artifact.ok_or_else(|| Error::link("an output was not made"))?;
        match &wanted.destination {
            Destination::File(path) => files.push((path, &artifact.bytes)),
            Destination::Stdout => output::write_stdout(&artifact.bytes)?,
            Destination::Memory => kept.push(artifact.clone()),
        }
    }
    let staged = files.into_iter().map(|(path, bytes)| output::stage(path, bytes));
    staged.collect::<Result<Vec<_>>>()?.into_iter().try_for_each(output::Staged::commit)?;
    Ok(kept)
}
