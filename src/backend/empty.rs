//! Detects inputs and outputs without contents. Neither is an error, since a build may contain a crate without a
//! program; but usually it is a mistake.

use super::{
    opened::Opened,
    program::{Optimized, Program},
    session::Session,
};
use crate::{
    LinkPlan,
    llvm::{Global, Linkage, Module},
    plan::Requested,
    report::{Audience, Error, Result, Warning, WarningKind, count, quoted},
};

/// The sections that describe a program but do not hold one.
const ABOUT: [&str; 2] = ["license", "version"];

/// The most names that one message shows.
const SHOWN: usize = 3;

/// Warns about those of `inputs` that neither define nor refer to anything, all at once: thin LTO passes hundreds of
/// inputs that it left empty. Archive members are exempt: the user may not control the archive.
pub(super) fn check_inputs(session: &Session<'_>, inputs: &[Opened<'_>]) {
    if session.audience() == Audience::Rustc {
        return;
    }
    let is_empty = |Opened { origin, module }: &&Opened<'_>| {
        origin.members.is_empty()
            && module.globals().next().is_none()
            && module.inline_asm().is_empty()
    };
    let mut empty = inputs.iter().filter(is_empty).map(|input| &input.origin);
    let Some(first) = empty.next() else { return };
    let message = match empty.count() {
        0 => format!("{first} defines nothing and refers to nothing"),
        more => {
            let more = count(more, "more input");
            format!("{first} and {more} define nothing and refer to nothing")
        }
    };
    session.warnings.push(Warning {
        kind: WarningKind::EmptyInput,
        message,
        help: vec!["was all of its source left out by a condition (`#[cfg]`, `#if`)?".to_owned()],
    });
}

impl Program<'_, Optimized> {
    /// Warns if the output holds neither a program nor data.
    ///
    /// # Errors
    /// rustc, which hides warnings, drives a link that leaves no program, map or exported function.
    pub fn check_contents(&self) -> Result<()> {
        if self.session.audience() == Audience::Rustc && !self.is_of_use() {
            return Err(Error::link("the output holds no program, no map and no exported function")
                .because(self.left_out().unwrap_or_else(|| "what nothing exports is left out".to_owned()))
                .help("mark programs and maps `#[unsafe(no_mangle)]`, and give programs a section: `#[unsafe(link_section = \"xdp\")]`")
                .help("a crate of several binaries links each: build the one with the programs, `--bin NAME`"));
        }
        let is_left = |global: Global<'_>| {
            !global.is_declaration()
                && !global.is_llvm_own()
                && !ABOUT.contains(&global.section().as_str())
        };
        let is_empty =
            |module: &Module<'_>| !module.globals().any(is_left) && module.inline_asm().is_empty();
        if !self.module.get(self.session).is_ok_and(is_empty) {
            return Ok(());
        }
        let help = self.left_out().into_iter().chain([reason(self.session.plan)]);
        self.session.warnings.push(Warning {
            kind: WarningKind::EmptyOutput,
            message: "the output holds no program and no data".to_owned(),
            help: help.collect(),
        });
        Ok(())
    }

    /// Names what the inputs define and the output lacks.
    fn left_out(&self) -> Option<String> {
        let link_trace = self.session.link_trace.borrow();
        let (names, more) = &link_trace.samples;
        let mut names = names.iter().map(|name| quoted(name)).collect::<Vec<_>>();
        if *more > 0 {
            names.push(format!("{more} more"));
        }
        let last = names.pop()?;
        let list = if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) };
        Some(format!("the inputs define {list}, but nothing exports or uses that"))
    }

    /// Returns true if the output holds something that a loader or another linker can use.
    fn is_of_use(&self) -> bool {
        let is_offered = |global: Global<'_>| {
            !global.is_declaration()
                && !global.is_llvm_own()
                && (!global.section().is_empty() || global.linkage() != Linkage::Local)
                && !ABOUT.contains(&global.section().as_str())
        };
        self.module.get(self.session).is_ok_and(|module| {
            module.functions().any(is_offered)
                || module.variables().any(is_offered)
                || !module.inline_asm().is_empty()
        })
    }
}

fn reason(plan: &LinkPlan) -> String {
    let exports = &plan.exports;
    let names = exports.names.iter().map(|export| &export.name).chain(&exports.patterns);
    let named: Vec<String> = names.take(SHOWN).map(|name| format!("`{name}`")).collect();
    match plan.visibility() {
        Requested::Inferred => {
            "what is static in its source goes where nothing uses it, and so does what an archive holds: define a \
             program that is not static, or name it with `--export`"
                .to_owned()
        }
        Requested::Explicit if named.is_empty() => {
            "no symbol is exported: name programs and maps with `--export`; in Rust, `#[unsafe(no_mangle)]` has them \
             exported"
                .to_owned()
        }
        Requested::Explicit => {
            format!("no input defines what is exported, such as {}", named.join(", "))
        }
    }
}
