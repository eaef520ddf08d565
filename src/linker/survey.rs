//! The check of a program's limits, and the report on its contents.

use std::collections::BTreeSet;

use super::{panics, program_report, reports};
use crate::{
    backend::{Optimized, Panic, Program},
    check::{
        kernel,
        stack::{Refusal, Survey},
    },
    link::btf::co_re_list,
    object::Object,
    plan::{LinkPlan, LlvmErrors, OutputKind, Reports},
    report::{Audience, Error, Result, Warning, WarningKind, Warnings},
};

/// Reports on the `object` of `program` if `plan` requests it, and checks the object against the limits.
///
/// # Errors
/// The kernel would refuse the program, it exceeds a limit set by the user, or a report cannot be written.
pub(super) fn check(
    program: &Program<'_, Optimized>,
    object: &Object,
    plan: &LinkPlan,
    audience: Audience,
    warnings: &Warnings,
) -> Result<()> {
    let survey = Survey::of(object);
    report(&survey, object, &program.panics(), &plan.reports)?;
    let is_object = plan.outputs.iter().any(|output| output.kind == OutputKind::Object);
    if !is_object || !plan.is_for_a_kernel() {
        return Ok(());
    }
    let runs_on = |version| kernel::check(object, version, &Warnings::default()).is_ok();
    let verdict = survey.judge(plan, &runs_on);
    verdict.warnings.into_iter().for_each(|warning| warnings.push(warning));
    // rustc does not show warnings.
    let is_shown =
        audience == Audience::Person || plan.warnings.silenced.contains(&WarningKind::StackChain);
    let mut refusals = verdict.refusals;
    if is_shown {
        refusals.retain(|refusal| match &refusal.instead {
            Some(warning) => {
                warnings.push(warning.clone());
                false
            }
            None => true,
        });
    }
    if refusals.is_empty() {
        return Ok(());
    }
    let errors = with_locals(program, refusals);
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

fn with_locals(program: &Program<'_, Optimized>, refusals: Vec<Refusal>) -> Vec<Error> {
    let functions: BTreeSet<String> =
        refusals.iter().flat_map(|refusal| refusal.frames.iter().cloned()).collect();
    let locals = program.large_locals(&functions);
    let explained = refusals.into_iter().map(|Refusal { error, frames, instead }| {
        let error = match instead {
            Some(_) => error.help(format!(
                "`-C link-arg=-Wno-{}` links it all the same, for a loader that leaves this program out",
                WarningKind::StackChain
            )),
            None => error,
        };
        let of = |name: &String| locals.iter().find(|(function, _)| function == name);
        let mine = frames.iter().filter_map(of);
        mine.flat_map(|(_, locals)| locals).fold(error, Error::because)
    });
    explained.collect()
}
