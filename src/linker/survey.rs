//! The check of a program's limits, and the report on its contents.

use super::{panics, program_report, reports};
use crate::{
    backend::{Optimized, Panic, Program, unrolled},
    check::{self, CheckOptions, stack::Survey},
    link::btf::co_re_list,
    object::Object,
    plan::{OutputKind, Reports},
    report::{Result, Warnings},
};

/// Reports on the `object` of `program` if the plan requests it, and checks the object against the limits.
///
/// # Errors
/// The kernel would refuse the program, it exceeds a limit set by the user, or a report cannot be written.
pub(super) fn check(
    program: &Program<'_, Optimized>,
    object: &Object,
    options: &CheckOptions<'_>,
    warnings: &Warnings,
) -> Result<()> {
    let plan = options.plan;
    let survey = Survey::of(object);
    report(&survey, object, &program.panics(), &plan.reports)?;
    let is_object = plan.outputs.iter().any(|output| output.kind == OutputKind::Object);
    if !is_object || !plan.is_for_a_kernel() {
        return Ok(());
    }
    let explain = |functions: &[String]| {
        let mut causes = large_locals(program, functions);
        causes.extend(unrolled(plan).map(str::to_owned));
        causes
    };
    check::limits(object, &survey, explain, options, warnings)
}

fn report(survey: &Survey, object: &Object, panics: &[Panic], wanted: &Reports) -> Result<()> {
    if wanted.program.is_none() && wanted.program_json.is_none() {
        return Ok(());
    }
    let records = co_re_list::list(object)?;
    if let Some(path) = &wanted.program {
        reports::write(
            path,
            &format!("{}{}", program_report::human(survey, &records), panics::human(panics)),
        )?;
    }
    if let Some(path) = &wanted.program_json {
        reports::write(path, &program_report::json(survey, &records, &panics::json(panics)))?;
    }
    Ok(())
}

/// Describes the large local variables of `functions`, in that order.
fn large_locals(program: &Program<'_, Optimized>, functions: &[String]) -> Vec<String> {
    let locals = program.large_locals(&functions.iter().cloned().collect());
    let of = |name: &String| locals.iter().find(|(function, _)| function == name);
    functions.iter().filter_map(of).flat_map(|(_, locals)| locals.iter().cloned()).collect()
}
