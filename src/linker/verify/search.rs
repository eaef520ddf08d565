//! The search for a form of the program that loads (`--verify=...,search`).
//!
//! Verifiers refuse sound programs for the way in which the compiler wrote them: a bound is lost in a 32-bit move, a
//! check is merged with another, a function is verified on its own. Which form a kernel takes cannot be computed, so a
//! short list of forms is linked and put to the kernels in one boot. Each form differs from the requested link by one
//! option, which the user can then give: the list is short so that an option, once found, stays explainable.

use std::collections::BTreeSet;

use super::{
    Artifact,
    ask::{self, Refusal},
};
use crate::{
    LinkPlan, Result, Warnings,
    bpf::{insn::INSN_SIZE, kernel::highest_cpu, target::Cpu},
    object::{Function, Object, place, reached},
    plan::{
        Destination, InlineNever, MemcpyExpansion, OptLevel, Output, OutputKind, Reports, Verify,
        WarningPolicy,
    },
    report::{Error, Origin},
};

/// The most functions that are inlined, or whose loops are unrolled, each in a form of its own.
const MOST_FUNCTIONS: usize = 2;

/// The levels of the instruction set, the usual one first.
const LEVELS: [Cpu; 4] = [Cpu::V3, Cpu::V2, Cpu::V1, Cpu::V4];

/// A way to link the program again: the option that makes it so, and the changed plan.
struct Form {
    option: String,
    plan: LinkPlan,
}

/// The outcome of a form.
enum Outcome {
    Loads,
    Refused(Refusal),
    /// It has no object, or that of another form.
    Pointless(String),
}

/// Adds to `error` the forms of the refused `object` that were tried, and the options that make it load.
///
/// # Errors
/// There is no verdict on the other forms.
pub(super) fn search(
    error: Error,
    (plan, object): (&LinkPlan, &[u8]),
    refusals: &[Refusal],
    link: impl Fn(&LinkPlan, &Warnings) -> Result<Vec<Artifact>>,
) -> Result<Error> {
    let mut objects: Vec<Vec<u8>> = Vec::new();
    let mut tried: Vec<(String, Result<usize, String>)> = Vec::new();
    for Form { option, plan } in forms(plan, &Candidates::of(object, refusals)) {
        let made = match link(&plan, &Warnings::default()) {
            Ok(made) => made.into_iter().next().map_or_else(Vec::new, |made| made.bytes),
            Err(error) => {
                tried.push((option, Err(format!("does not link: {}", error.message()))));
                continue;
            }
        };
        let known = objects.iter().position(|known| *known == made);
        if made == object {
            tried.push((option, Err("makes the same object".to_owned())));
        } else if known.is_some() {
            tried.push((option, Err("makes the object of another form".to_owned())));
        } else {
            tried.push((option, Ok(objects.len())));
            objects.push(made);
        }
    }
    let asked = objects.iter().map(Vec::as_slice).collect::<Vec<_>>();
    let answers = if asked.is_empty() {
        Vec::new()
    } else {
        ask::ask(&plan.verify, &super::program(&plan.verify)?, &super::name(plan), &asked)?
    };
    let outcomes = tried.into_iter().map(|(option, made)| {
        let refusal = made.map(|index| answers.get(index).and_then(|answer| answer.first()));
        let outcome = match refusal {
            Err(why) => Outcome::Pointless(why),
            Ok(None) => Outcome::Loads,
            Ok(Some(refusal)) => Outcome::Refused(refusal.clone()),
        };
        (option, outcome)
    });
    Ok(told(error, &outcomes.collect::<Vec<_>>()))
}

fn told(error: Error, outcomes: &[(String, Outcome)]) -> Error {
    let error = outcomes.iter().fold(error, |error, (option, outcome)| {
        error.because(match outcome {
            Outcome::Loads => format!("with `{option}` it loads"),
            Outcome::Pointless(why) => format!("`{option}` {why}"),
            Outcome::Refused(Refusal { kernel, message, place, .. }) => {
                let place = place.as_ref().map_or_else(String::new, |place| format!(" at {place}"));
                format!("with `{option}` kernel {kernel} refuses it{place}: {message}")
            }
        })
    });
    match outcomes.iter().find(|(_, outcome)| matches!(outcome, Outcome::Loads)) {
        Some((option, _)) => error.help(format!("link with `{option}`: in that form it loads")),
        None => error.help("no other form loads either: change the program as the help above says"),
    }
}

/// Returns the forms to try, at most twelve, those that change least first.
fn forms(plan: &LinkPlan, candidates: &Candidates) -> Vec<Form> {
    let base = LinkPlan {
        outputs: vec![Output { kind: OutputKind::Object, destination: Destination::Memory }],
        verify: Verify { kernels: Vec::new(), ..plan.verify.clone() },
        reports: Reports::default(),
        dump_module: None,
        warnings: WarningPolicy::default(),
        ..plan.clone()
    };
    let mut forms = Vec::new();
    let mut add = |option: String, change: &dyn Fn(&mut LinkPlan)| {
        let mut plan = base.clone();
        change(&mut plan);
        if plan != base {
            forms.push(Form { option, plan });
        }
    };
    add("--disable-expand-memcpy-in-order".to_owned(), &|plan| {
        plan.codegen.memcpy = MemcpyExpansion::AnyOrder;
    });
    for level in [OptLevel::Size, OptLevel::Aggressive] {
        add(format!("-O {}", level.name()), &|plan| plan.opt_level = level);
    }
    for name in &candidates.inlined {
        add(format!("--ignore-inline-never={name}"), &|plan| {
            plan.codegen.inlined.push(name.clone());
        });
    }
    for name in &candidates.unrolled {
        add(format!("--unroll-loops={name}"), &|plan| plan.codegen.unrolled.push(name.clone()));
    }
    let highest = plan.kernel.map_or(Cpu::V4, highest_cpu);
    for level in LEVELS.into_iter().filter(|level| *level <= highest) {
        add(format!("--cpu {}", level.name()), &|plan| plan.cpu = Some(level));
    }
    add("--ignore-inline-never".to_owned(), &|plan| {
        plan.codegen.inline_never = InlineNever::Ignore;
    });
    forms
}

/// Functions that may be the reason of a refusal.
#[derive(Default)]
struct Candidates {
    inlined: Vec<String>,
    unrolled: Vec<String>,
}

impl Candidates {
    /// Returns functions of the refused programs: those that contain the refused line or are named in the verifier's
    /// message first.
    fn of(object: &[u8], refusals: &[Refusal]) -> Self {
        let Ok(object) = Object::parse(object, Origin::whole("the linked object")) else {
            return Self::default();
        };
        let functions = object.functions();
        let refused: BTreeSet<_> =
            refusals.iter().filter_map(|refusal| refusal.program.as_deref()).collect();
        let starts = functions.iter().filter(|function| refused.contains(function.name.as_str()));
        let find = |symbol| functions.iter().find(|function| function.symbol == symbol);
        let mut reached = reached(starts, find);
        let lines = object.btf.as_ref().map(place::SourceLines::of);
        let line_at = |function: &Function, slot: u64| {
            let offset = function.offset + slot * INSN_SIZE;
            lines.as_ref().and_then(|lines| lines.source_of(&function.section_name, offset))
        };
        let is_meant = |function: &Function, Refusal { message, place, .. }: &Refusal| {
            let holds = |place: &str| {
                let mut slots = 0..function.instructions();
                slots.any(|slot| line_at(function, slot).is_some_and(|at| place.starts_with(&at)))
            };
            message.contains(&function.name) || place.as_deref().is_some_and(holds)
        };
        reached.sort_by_key(|function| !refusals.iter().any(|it| is_meant(function, it)));
        let first = |is_wanted: &dyn Fn(bool) -> bool| {
            let wanted = reached.iter().filter(|function| is_wanted(function.is_program()));
            wanted.map(|function| function.name.clone()).take(MOST_FUNCTIONS).collect()
        };
        Self { inlined: first(&|is_program| !is_program), unrolled: first(&|_| true) }
    }
}
