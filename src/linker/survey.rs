//! The check of a program's limits, and the report on its contents.

use std::collections::BTreeSet;

use super::{panics, program_report, reports};
use crate::{
    backend::Panic,
    check::{
        kernel,
        stack::{Refusal, Survey},
    },
    link::btf::co_re_list,
    object::Object,
    plan::{LinkPlan, LlvmErrors, OutputKind, Reports},
    report::{Error, Result, Warning, WarningKind, Warnings},
};

/// An object to check, and facts about the program that it was made from.
pub(super) struct Checked<'a> {
    /// The object.
    pub(super) object: &'a Object,
    /// The panics that remain in it.
    pub(super) panics: &'a [Panic],
    /// Returns the large local variables of the named functions, as text, with the function.
    pub(super) locals: &'a dyn Fn(&BTreeSet<String>) -> Vec<(String, Vec<String>)>,
}

/// Reports on a program if `plan` requests it, and checks its object against the limits.
///
/// # Errors
/// The kernel would refuse the program, it exceeds a limit set by the user, or a report cannot be written.
pub(super) fn check(checked: &Checked<'_>, plan: &LinkPlan, warnings: &Warnings) -> Result<()> {
    let object = checked.object;
    let survey = Survey::of(object);
    report(&survey, object, checked.panics, &plan.reports)?;
    let is_object = plan.outputs.iter().any(|output| output.kind == OutputKind::Object);
    if !is_object || !plan.is_for_a_kernel() {
        return Ok(());
    }
    let runs_on = |version| kernel::check(object, version, &Warnings::default()).is_ok();
    let verdict = survey.judge(plan, &runs_on);
    verdict.warnings.into_iter().for_each(|warning| warnings.push(warning));
    if verdict.refusals.is_empty() {
        return Ok(());
    }
    let errors = with_locals(checked, verdict.refusals);
    if plan.llvm_errors == LlvmErrors::Tolerate {
        errors.iter().for_each(|error| warnings.push(tolerated(error)));
        return Ok(());
    }
    Err(Error::link("the kernel would refuse the program").with_parts(errors))
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

fn tolerated(error: &Error) -> Warning {
    let place = error.place().map(|place| format!(" ({place})")).unwrap_or_default();
    Warning {
        kind: WarningKind::KernelRefuses,
        message: format!("{}{place}", error.message()),
        help: error.help_lines().to_vec(),
    }
}

fn with_locals(checked: &Checked<'_>, refusals: Vec<Refusal>) -> Vec<Error> {
    let functions: BTreeSet<String> =
        refusals.iter().flat_map(|refusal| refusal.frames.iter().cloned()).collect();
    let locals = (checked.locals)(&functions);
    let explained = refusals.into_iter().map(|Refusal { error, frames }| {
        let of = |name: &String| locals.iter().find(|(function, _)| function == name);
        let mine = frames.iter().filter_map(of);
        mine.flat_map(|(_, locals)| locals).fold(error, Error::because)
    });
    explained.collect()
}
