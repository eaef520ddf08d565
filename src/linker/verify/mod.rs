//! Verification of the finished object by kernels before it is written (`--verify`).

mod ask;
mod search;

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use ask::Refusal;

use super::Artifact;
use crate::{
    LinkPlan, Result, Warnings, crash_handler,
    plan::{Destination, Judge, LinkMode, OutputKind, Refused, Verify},
    report::{Error, quoted},
};

/// The program that asks the kernels.
const PROGRAM: &str = "bpf-verdict";

/// Checks before the link that its object can be verified afterwards.
///
/// # Errors
/// The link makes no object for a kernel, or a kernel image or the program that asks kernels is missing.
pub(super) fn check(plan: &LinkPlan) -> Result<()> {
    let verify = &plan.verify;
    if !verify.is_wanted() {
        return Ok(());
    }
    if plan.outputs.iter().all(|output| output.kind != OutputKind::Object) {
        return Err(Error::usage("--verify needs an object")
            .help("add `obj` to the kinds of --emit, or leave out --verify"));
    }
    if plan.mode == LinkMode::Relocatable {
        return Err(Error::usage("--verify cannot judge an object for a later link")
            .help("give --verify to the last link, without --relocatable"));
    }
    for image in images(verify) {
        if !image.is_file() {
            return Err(Error::input(format!("kernel image {} is not a file", image.display()))
                .help("--verify takes `running`, `search` and paths of kernel images"));
        }
    }
    program(verify).map(drop)
}

/// Has the kernels of `plan` load the object among `artifacts`. If they do not, and the plan says so, `link` makes other
/// forms of it.
///
/// # Errors
/// A kernel refuses it, or there is no verdict.
pub(super) fn verify(
    plan: &LinkPlan,
    artifacts: &[Artifact],
    link: impl Fn(&LinkPlan, &Warnings) -> Result<Vec<Artifact>>,
) -> Result<()> {
    let object = artifacts.iter().find(|artifact| artifact.kind == OutputKind::Object);
    let Some(object) = object.filter(|_| plan.verify.is_wanted()) else { return Ok(()) };
    if crash_handler::is_armed() {
        // The limit is for what this process parses, and would pass on to emulators.
        crash_handler::remove_memory_limit();
    }
    let answers = ask::ask(&plan.verify, &program(&plan.verify)?, &name(plan), &[&object.bytes])?;
    let refusals = answers.first().map_or(&[][..], Vec::as_slice);
    if refusals.is_empty() {
        return Ok(());
    }
    let error = refused(refusals);
    Err(match plan.verify.refused {
        Refused::Explain => error,
        Refused::Search => search::search(error, (plan, &object.bytes), refusals, link)?,
    })
}

fn images(verify: &Verify) -> impl Iterator<Item = &Path> {
    verify.kernels.iter().filter_map(|judge| match judge {
        Judge::Running => None,
        Judge::Image(image) => Some(image.as_path()),
    })
}

/// Returns the path of the program: only the one next to this program, or one named by an absolute path, is run.
fn program(verify: &Verify) -> Result<PathBuf> {
    let beside = || Some(env::current_exe().ok()?.parent()?.join(PROGRAM));
    let program = verify.program.clone().or_else(beside).unwrap_or_else(|| PROGRAM.into());
    if program.is_absolute() && program.is_file() {
        return Ok(program);
    }
    Err(Error::io(format!("--verify runs {}, which is not there", program.display())).help(
        "install the package bpf-verdict next to this program, or name it: `--verify-with /path/to/bpf-verdict`",
    ))
}

/// Returns the file name of the object, after which loaders name maps.
fn name(plan: &LinkPlan) -> PathBuf {
    let object = plan.outputs.iter().find(|output| output.kind == OutputKind::Object);
    let name = object.and_then(|output| match &output.destination {
        Destination::File(path) => path.file_name(),
        Destination::Stdout | Destination::Memory => None,
    });
    name.map_or_else(|| "prog.o".into(), PathBuf::from)
}

/// Returns an error with a part for each thing that is refused, which names all kernels that refuse it.
fn refused(refusals: &[Refusal]) -> Error {
    let mut kernels: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for Refusal { kernel, program, message, place, .. } in refusals {
        kernels.entry((program, place, message)).or_default().push(kernel);
    }
    let parts = refusals.iter().filter_map(|refusal| {
        let key = (&refusal.program, &refusal.place, &refusal.message);
        Some(explained(refusal, &kernels.remove(&key)?.join(", ")))
    });
    let parts = parts.collect::<Vec<_>>();
    Error::link("the object does not load, so it is not written").with_parts(parts)
}

fn explained(refusal: &Refusal, kernels: &str) -> Error {
    let Refusal { program, message, place, causes, help, .. } = refusal;
    let error = match program {
        Some(program) => Error::link(format!("kernel {kernels} refuses {}", quoted(program))),
        None => Error::link(format!("the object cannot be loaded into kernel {kernels}")),
    };
    let error = causes.iter().fold(error.at(place.as_ref()).because(message), Error::because);
    help.iter().fold(error, Error::help)
}
