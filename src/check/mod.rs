//! Checks that the kernel and loaders would accept an object.
//!
//! - [`undefined`]: every symbol is defined;
//! - [`loader`]: loaders find and understand the maps;
//! - [`lints`]: loaders understand the rest;
//! - [`cpu_level`]: the code keeps to the requested CPU level;
//! - [`kernel`]: a kernel supports every feature used;
//! - [`need`]: what each program needs of the kernel, for reports;
//! - [`stack`]: sizes, frames and call chains, for reports and limits.
//!
//! Each check returns [`Findings`]; [`Findings::report`] decides which are errors.

pub mod cpu_level;
mod findings;
pub mod kernel;
pub mod lints;
pub mod loader;
pub mod need;
pub mod stack;
pub mod undefined;

pub use findings::{Finding, Findings};

use need::{Needs, ProgramNeeds};
use stack::ProgramStats;

use crate::{
    btf,
    object::Object,
    plan::LinkPlan,
    report::{Audience, Error, Result, Warnings},
};

/// The summary of several errors, each of which keeps loaders from opening the object.
const LOADERS: &str = "no loader would take the object as it is meant";
/// The summary of several errors, each of which makes the kernel refuse a program.
const KERNEL: &str = "the kernel would refuse the program";

/// The inputs of checks other than the object.
#[derive(Clone, Copy, Debug)]
pub struct CheckOptions<'a> {
    /// The link that the user requested.
    pub plan: &'a LinkPlan,
    /// Names that the inputs define, searched for near misses; empty if no symbol is missing.
    pub linkable: &'a [String],
    /// The reader of warnings.
    pub audience: Audience,
    /// Routines that may remain undefined.
    pub left_open: &'a [&'a str],
}

impl<'a> CheckOptions<'a> {
    /// Creates the options for `plan`, without near misses.
    #[must_use]
    #[cfg(any(test, feature = "internals"))]
    pub const fn new(plan: &'a LinkPlan) -> Self {
        Self { plan, linkable: &[], audience: Audience::Person, left_open: &[] }
    }
}

/// Checks the code, data and symbols of a linked `object`.
///
/// # Errors
/// Returns an error if a symbol is undefined, or if loaders or the requested kernel would refuse the object.
pub fn code(object: &Object, options: &CheckOptions<'_>, warnings: &Warnings) -> Result<()> {
    loader::check_sections(&object.elf).report(LOADERS, options, warnings)?;
    undefined::check(object, options).report(LOADERS, options, warnings)?;
    if options.plan.is_for_a_kernel() {
        lints::check(object, options).report(LOADERS, options, warnings)?;
    }
    cpu_level::check(object, options.plan).report(KERNEL, options, warnings)?;
    match options.plan.kernel {
        Some(kernel) => kernel::check(object, kernel).report(KERNEL, options, warnings),
        None => Ok(()),
    }
}

/// Checks the calls, frames and sizes of the functions of `object`, of which `survey` is the survey. `explain` names
/// the large local variables of functions whose frames are too large.
///
/// # Errors
/// Returns an error if the kernel would refuse the program, or it exceeds a limit of the plan.
pub fn limits(
    object: &Object,
    survey: &ProgramStats,
    explain: impl Fn(&[String]) -> Vec<String>,
    options: &CheckOptions<'_>,
    warnings: &Warnings,
) -> Result<()> {
    let runs_on = |version| kernel::check(object, version).is_acceptable();
    let findings = survey.check_limits(options.plan, &runs_on);
    let errors = findings.explain_frames(explain).errors(options, warnings);
    if errors.is_empty() { Ok(()) } else { Err(Error::link(KERNEL).with_parts(errors)) }
}

/// Returns the requirements of each program of `object` on the kernel; `survey` is its statistics.
#[must_use]
pub fn needs(object: &Object, survey: &ProgramStats) -> Needs {
    let mut needs = kernel::needs(object);
    for ProgramNeeds { program, needs } in &mut needs.programs {
        needs.extend(survey.needs(program));
        need::sort_and_dedup(needs);
    }
    need::sort_and_dedup(&mut needs.others);
    needs
}

/// Checks an `object` that will have no BTF, while it still has it.
///
/// # Errors
/// Returns an error if the findings count as one.
pub fn untyped(object: &Object, options: &CheckOptions<'_>, warnings: &Warnings) -> Result<()> {
    undefined::check_without_btf(object).report(LOADERS, options, warnings)
}

/// Checks the BTF of a linked `object` and the maps that it describes.
///
/// # Errors
/// Returns an error if loaders would not understand a map, or if the BTF breaks a rule of the kernel.
pub fn types(object: &Object, options: &CheckOptions<'_>, warnings: &Warnings) -> Result<()> {
    let Some(info) = &object.btf else { return Ok(()) };
    loader::check(&object.elf, info).report(LOADERS, options, warnings)?;
    if info.btf.last_id().0 == 0 {
        return Ok(());
    }
    Ok(btf::rules::check(info, options.plan.debug_info.fix_options().kernel)?)
}
