//! Links that come to nothing: an input without contents, an output without contents. Neither is an error, for a build
//! may well have a crate without a program; but mostly something else was meant.

use super::{
    program::{Optimized, Program},
    session::Session,
};
use crate::{
    llvm::{Global, Module},
    plan::{Exports, Requested},
    report::{Origin, Warning},
};

/// Sections that are about a program and hold none.
const ABOUT: [&str; 2] = ["license", "version"];

/// How many names one message shows.
const SHOWN: usize = 3;

/// Warns of an input that neither defines nor refers to anything. Members of archives may be so: somebody else made
/// the archive.
pub(super) fn check_input(session: &Session<'_>, module: &Module<'_>, origin: &Origin) {
    if origin.members.is_empty()
        && module.globals().next().is_none()
        && module.inline_asm().is_empty()
    {
        session.warnings.push(Warning {
            name: "empty-input",
            message: format!("{origin} defines nothing and refers to nothing"),
            help: vec![
                "was all of its source left out by a condition (`#[cfg]`, `#if`)?".to_owned(),
            ],
        });
    }
}

impl Program<'_, Optimized> {
    /// Warns if neither a program nor data is left.
    pub fn check_contents(&self) {
        let is_left = |global: Global<'_>| {
            !global.is_declaration()
                && !global.is_llvm_own()
                && !ABOUT.contains(&global.section().as_str())
        };
        let is_empty =
            |module: &Module<'_>| !module.globals().any(is_left) && module.inline_asm().is_empty();
        if !self.module.get(self.session).is_ok_and(is_empty) {
            return;
        }
        self.session.warnings.push(Warning {
            name: "empty-output",
            message: "the output holds no program and no data".to_owned(),
            help: vec![reason(&self.session.plan.exports)],
        });
    }
}

fn reason(exports: &Exports) -> String {
    let names = exports.names.iter().map(|export| &export.name).chain(&exports.patterns);
    let named: Vec<String> = names.take(SHOWN).map(|name| format!("`{name}`")).collect();
    match exports.requested {
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
        Requested::Explicit => format!(
            "no input defines what is exported, such as {}: see what there is with `llvm-nm`",
            named.join(", ")
        ),
    }
}
