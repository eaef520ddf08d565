//! The check of a program's limits, and the report on its contents.

use super::{html, memory_usage, panics, program_report, reports};
use crate::{
    backend::{Panic, unrolled},
    check::{self, CheckOptions, stack::ProgramStats},
    link::btf::co_re_list,
    object::Object,
    output,
    plan::{Listing, OutputKind, Reports},
    report::{Result, Warnings},
};

/// An object to check, and facts about the program that it was made from.
pub(super) struct Checked<'a> {
    /// The object.
    pub(super) object: &'a Object,
    /// The panics that remain in it.
    pub(super) panics: &'a [Panic],
    /// Describes the large local variables of the named functions, in that order.
    pub(super) locals: &'a dyn Fn(&[String]) -> Vec<String>,
}

/// Reports on a program if the plan requests it, and checks its object against the limits.
///
/// # Errors
/// The kernel would refuse the program, it exceeds a limit set by the user, or a report cannot be written.
pub(super) fn check(
    checked: &Checked<'_>,
    options: &CheckOptions<'_>,
    warnings: &Warnings,
) -> Result<()> {
    let object = checked.object;
    let plan = options.plan;
    let survey = ProgramStats::of(object);
    report(&survey, object, checked.panics, &plan.reports)?;
    let is_object = plan.outputs.iter().any(|output| output.kind == OutputKind::Object);
    if !is_object || !plan.is_for_a_kernel() {
        return Ok(());
    }
    let explain = |functions: &[String]| {
        let mut causes = (checked.locals)(functions);
        causes.extend(unrolled(plan).map(str::to_owned));
        causes
    };
    check::limits(object, &survey, explain, options, warnings)
}

fn report(
    survey: &ProgramStats,
    object: &Object,
    panics: &[Panic],
    wanted: &Reports,
) -> Result<()> {
    if wanted.memory_usage == Listing::Print {
        output::write_stderr(&memory_usage::summary(survey));
    }
    if wanted.program.is_none() && wanted.program_json.is_none() && wanted.program_html.is_none() {
        return Ok(());
    }
    let records = co_re_list::list(object)?;
    if let Some(path) = &wanted.program {
        reports::write(
            path,
            &format!("{}{}", program_report::human(survey, &records), panics::human(panics)),
        )?;
    }
    let json = || program_report::json(survey, &records, &panics::json(panics));
    if let Some(path) = &wanted.program_json {
        reports::write(path, &json())?;
    }
    if let Some(path) = &wanted.program_html {
        reports::write(path, &html::page(&json()))?;
    }
    Ok(())
}
