//! Detects constructs that BPF cannot express, in IR or from LLVM's diagnostics, and explains them with function, place
//! and remedy.
//!
//! LLVM reports some constructs and goes on; at others it ends the process, and the message is lost. So the latter are
//! detected in IR first. To report all at once, a copy without them goes through code generation too.

mod addresses;
mod construct;
mod diagnostics;
mod find;
mod locals;

use std::collections::{BTreeMap, BTreeSet};

use construct::Construct;
use find::Abilities;
use locals::Frame;

use super::{machines::Machines, quirks, session::Session};
use crate::{
    backend::program::{Optimized, Program},
    llvm::{Diagnostic, FileType, Global, Machine, Module, Place, Severity},
    plan::{LinkPlan, LlvmErrors, Loops},
    report::{Error, Result, WarningKind, quoted},
};

/// A construct that cannot be expressed, and its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// The symbol of the function it is in.
    function: String,
    place: Option<Place>,
    construct: Construct,
}

impl Finding {
    /// Fills in the place of the function if the finding has none.
    fn locate(&mut self, module: &Module<'_>) {
        if self.place.is_none() {
            self.place = module.find(&self.function).and_then(|function| function.place());
        }
    }

    fn error(&self) -> Error {
        let error = self.construct.error(&quoted(&self.function));
        error.at(self.place.as_ref().map(ToString::to_string))
    }
}

impl Program<'_, Optimized> {
    /// Returns the large locals of each of `functions`, by symbol, for display; returns none if they are unknown.
    #[must_use]
    pub fn large_locals(&self, functions: &BTreeSet<String>) -> Vec<(String, Vec<String>)> {
        let machine = &self.phase.machines.generating;
        let module = if functions.is_empty() { None } else { self.module.get(self.session).ok() };
        let frames = module.map(|module| locals::frames(self.session, machine, module, functions));
        let shown = |frame: Frame| frame.locals.iter().map(ToString::to_string).collect();
        frames.into_iter().flatten().map(|frame| (frame.function.clone(), shown(frame))).collect()
    }

    /// Explains the diagnostics that LLVM emitted during code generation.
    ///
    /// # Errors
    /// A construct cannot be expressed, and the plan does not tolerate LLVM errors.
    pub(super) fn report_unsupported(&self) -> Result<()> {
        let session = self.session;
        let (known, others) = split_known(session.context.take_diagnostics());
        let mut unknown = Vec::new();
        for said in others {
            match said.severity {
                Severity::Error => unknown.push(said.text),
                Severity::Warning => session.warnings.warn(WarningKind::Llvm, said.text),
                Severity::Remark => log::debug!("LLVM says: {}", said.text),
            }
        }
        let mut constructs = Constructs::new(known);
        if constructs.0.is_empty() && unknown.is_empty() {
            return Ok(());
        }
        let module = self.module.get(session)?;
        constructs.locate_floats(module, &self.phase.routines);
        if session.plan.llvm_errors == LlvmErrors::Tolerate {
            constructs.warn(session, module);
            unknown
                .into_iter()
                .for_each(|text| session.warnings.warn(WarningKind::LlvmErrors, text));
            return Ok(());
        }
        Err(constructs.error(session, &self.phase.machines.generating, module, unknown))
    }
}

/// Checks that `module` contains nothing at which LLVM would end the process, and nothing that code generation gets wrong.
///
/// # Errors
/// There is such a construct; the error includes LLVM's diagnostics about the rest.
pub(super) fn check(session: &Session<'_>, machines: &Machines, module: &Module<'_>) -> Result<()> {
    let version = session.context.library().version();
    let abilities = Abilities::of(&machines.choice, version, session.plan);
    let mut found = find::search(module, abilities);
    // LLVM generates code for these.
    let read = addresses::search(session.plan, module);
    if session.plan.llvm_errors == LlvmErrors::Tolerate {
        Constructs::new(read).warn(session, module);
    } else {
        found.extend(read);
    }
    if found.is_empty() {
        return Ok(());
    }
    let mut errors = Constructs::new(found);
    let copy = module.duplicate()?;
    if find::repair(&copy, abilities) {
        let _ = machines.generating.emit(copy, FileType::Object);
        let (heard, _) = split_known(session.context.take_diagnostics());
        errors.extend(heard);
    }
    Err(errors.error(session, &machines.generating, module, Vec::new()))
}

/// Returns the diagnostics about limits, and the others, except bogus ones.
fn split_known(said: Vec<Diagnostic>) -> (Vec<Finding>, Vec<Diagnostic>) {
    let mut known = Vec::new();
    let mut others = Vec::new();
    for said in said {
        let is_error = said.severity == Severity::Error;
        if is_error && quirks::is_spurious(&said.text) {
            log::debug!("LLVM says: {}", said.text);
            continue;
        }
        match diagnostics::parse(&said.text).filter(|_| is_error) {
            Some(finding) => known.push(finding),
            None => others.push(said),
        }
    }
    (known, others)
}

/// The constructs, each once.
struct Constructs(Vec<Finding>);

impl Constructs {
    fn new(found: Vec<Finding>) -> Self {
        let mut constructs = Self(Vec::new());
        constructs.extend(found);
        constructs
    }

    fn extend(&mut self, found: Vec<Finding>) {
        for finding in found {
            let known = self.0.iter().any(|other| {
                other.function == finding.function
                    && other.construct == finding.construct
                    && (other.place == finding.place || finding.construct.is_of_function())
            });
            if !known {
                self.0.push(finding);
            }
        }
    }

    /// Reports the floating-point computations in `module` instead of the 128-bit products of `routines` that they use.
    fn locate_floats(&mut self, module: &Module<'_>, routines: &BTreeSet<String>) {
        let is_inside = |finding: &Finding| {
            finding.construct == Construct::WideArithmetic && routines.contains(&finding.function)
        };
        if self.0.iter().any(is_inside) {
            let floats = find::floats(module, routines);
            if !floats.is_empty() {
                self.0.retain(|finding| !is_inside(finding));
                self.extend(floats);
            }
        }
    }

    /// Returns the constructs in program order.
    fn located(mut self, module: &Module<'_>) -> Vec<Finding> {
        for finding in &mut self.0 {
            if finding.construct.is_of_function() {
                finding.place = None;
            }
            finding.locate(module);
        }
        let order = module.functions().map(Global::name).zip(0..).collect::<BTreeMap<_, usize>>();
        self.0.sort_by_cached_key(|finding| {
            (order.get(&finding.function).copied(), finding.place.clone())
        });
        self.0
    }

    /// Warns about each finding.
    fn warn(self, session: &Session<'_>, module: &Module<'_>) {
        for finding in self.located(module) {
            let error = finding.error();
            let place = error.place().map(|place| format!(" ({place})")).unwrap_or_default();
            let text = format!("{}{place}", error.message());
            session.warnings.warn(WarningKind::LlvmErrors, text);
        }
    }

    /// Returns one error for all constructs; `unknown` are LLVM's own messages.
    fn error(
        self,
        session: &Session<'_>,
        machine: &Machine,
        module: &Module<'_>,
        unknown: Vec<String>,
    ) -> Error {
        let found = self.located(module);
        let too_large = found
            .iter()
            .filter(|finding| finding.construct == Construct::Stack)
            .map(|finding| finding.function.clone())
            .collect::<BTreeSet<_>>();
        let frames = locals::frames(session, machine, module, &too_large);
        let unrolled = unrolled(session.plan);
        let parts = found.iter().map(|finding| {
            if finding.construct != Construct::Stack {
                return finding.error();
            }
            let frame = frames.iter().find(|frame| frame.function == finding.function);
            let error = frame.map_or_else(|| finding.error(), |frame| explained(finding, frame));
            unrolled.into_iter().fold(error, Error::because)
        });
        let error = Error::link("the program cannot be expressed in BPF").with_parts(parts);
        unknown.into_iter().fold(error, Error::because)
    }
}

/// Returns the effect of `--unroll-loops` on the stack, if `plan` unrolls loops.
#[must_use]
pub fn unrolled(plan: &LinkPlan) -> Option<&'static str> {
    (plan.codegen.loops == Loops::Unroll).then_some(
        "its loops are unrolled, so values of many rounds are on the stack at once; fewer rounds need less",
    )
}

fn explained(finding: &Finding, frame: &Frame) -> Error {
    let size = format!("its frame takes {} bytes", frame.size);
    frame.locals.iter().fold(finding.error().because(size), Error::because)
}
